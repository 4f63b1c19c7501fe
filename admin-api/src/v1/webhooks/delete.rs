//! Deletes a webhook.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Deletes a webhook with everything that waits for it and its log.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{webhook}",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook."), IfMatchHeader),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn delete_webhook(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let changed = webhooks::delete_webhook(&db, &caller, webhook, expected).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
