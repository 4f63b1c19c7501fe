//! Changes a webhook.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_runtime::egress::Egress;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes a webhook. What waits for it goes to the new address.
#[utoipa::path(
    patch,
    path = "/v1/webhooks/{webhook}",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook."), IfMatchHeader),
    request_body = UpdateWebhook,
    responses((status = 200, description = "The webhook as it is now", body = bodies::Changed<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn update_webhook(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    State(egress): State<Egress>,
    Path(webhook): Path<WebhookEndpointId>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateWebhook>,
) -> Result<Mutation, Problem> {
    let input = webhooks::UpdateWebhook {
        name: body.name,
        url: body.url,
        types: body.types,
    };
    let changed = webhooks::update_webhook(&db, &caller, &egress, webhook, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateWebhook {
    /// For people, 1 to 80 characters.
    name: Option<String>,
    /// Where events are sent.
    url: Option<String>,
    /// Types or groups; empty is every type.
    types: Option<Vec<String>>,
}
