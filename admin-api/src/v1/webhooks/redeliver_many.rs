//! Sends many deliveries again.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sends again what was given up since a moment, oldest first, at most 1,000 at once.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{webhook}/redeliver",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook.")),
    request_body = RedeliverMany,
    responses((status = 200, description = "How many", body = bodies::Changed<bodies::Redelivered>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn redeliver_many(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
    Json(body): Json<RedeliverMany>,
) -> Result<Mutation, Problem> {
    let which = webhooks::Redeliver {
        since: body.since,
        delivered_too: body.delivered_too.unwrap_or_default(),
    };
    let changed = webhooks::redeliver_many(&db, &caller, webhook, which).await?;
    Ok(Mutation::changed(&changed))
}

/// Which deliveries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeliverMany {
    /// Only what was made ready at or after this moment.
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    /// What was delivered already, too: for a receiver that lost it.
    delivered_too: Option<bool>,
}
