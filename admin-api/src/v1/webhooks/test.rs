//! Sends a message to try a webhook out.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sends a message of the type `webhook.test`; the delivery tells what became of it.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/test",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    responses((status = 201, description = "The delivery", body = bodies::Changed<bodies::Delivery>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn test_webhook(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
) -> Result<Mutation, Problem> {
    let made = webhooks::test_webhook(&db, &caller, webhook).await?;
    let path = format!("/v1/webhooks/{webhook}/deliveries/{}", made.value.id);
    Ok(Mutation::created(&made, path))
}
