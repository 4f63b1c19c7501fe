//! Gives a webhook another secret; it is shown this once.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::with_secret;
use crate::bodies;
use crate::edge::answer::WithSecret;
use crate::edge::auth::{Caller, needs};

/// Gives a webhook another secret; it is shown this once.
///
/// For a while messages are signed with both, so that the receiver can change over.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/rotate-secret",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    request_body = Option<RotateSecret>,
    responses((status = 201, description = "The webhook with its new secret", body = bodies::Secret<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn rotate_webhook_secret(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
    OptionalJson(body): OptionalJson<RotateSecret>,
) -> Result<WithSecret, Problem> {
    let hours = body.overlap_hours.unwrap_or(OVERLAP_HOURS);
    let made = webhooks::rotate_secret(&db, &caller, webhook, hours).await?;
    Ok(with_secret(&caller, made))
}

/// How long both secrets sign when nothing else is asked for.
const OVERLAP_HOURS: i64 = 24;

/// How to change over.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateSecret {
    /// How long the former secret signs too, hours; 0 for one that leaked.
    #[schema(minimum = 0, maximum = 168, default = 24)]
    overlap_hours: Option<i64>,
}
