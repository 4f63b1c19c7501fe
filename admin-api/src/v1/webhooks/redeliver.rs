//! Sends one delivery again.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::{WebhookDeliveryId, WebhookEndpointId};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sends one delivery again, with the same `webhook-id`.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver",
    tag = "webhooks",
    params(
        ("webhook" = String, Path, description = "Id of the webhook."),
        ("delivery" = String, Path, description = "Id of the delivery.")
    ),
    responses((status = 200, description = "The delivery as it is now", body = bodies::Changed<bodies::Delivery>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn redeliver(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path((webhook, delivery)): Path<(WebhookEndpointId, WebhookDeliveryId)>,
) -> Result<Mutation, Problem> {
    let changed = webhooks::redeliver(&db, &caller, webhook, delivery).await?;
    Ok(Mutation::changed(&changed))
}
