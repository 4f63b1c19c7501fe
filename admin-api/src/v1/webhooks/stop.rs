//! Pauses and resumes a webhook.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Holds a webhook's events back until it is resumed.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/pause",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "The webhook as it is now", body = bodies::Changed<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn pause_webhook(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
) -> Result<Mutation, Problem> {
    let changed = webhooks::pause_webhook(&db, &caller, webhook).await?;
    Ok(Mutation::changed(&changed))
}

/// Sends to a webhook again, after a pause or after it was disabled.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/resume",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "The webhook as it is now", body = bodies::Changed<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn resume_webhook(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
) -> Result<Mutation, Problem> {
    let changed = webhooks::resume_webhook(&db, &caller, webhook).await?;
    Ok(Mutation::changed(&changed))
}
