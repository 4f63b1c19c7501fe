//! Asks for a later end of the access.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Asks for a later end of the access.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/renew",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = Option<RenewSubscription>,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn renew_subscription(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    OptionalJson(body): OptionalJson<RenewSubscription>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::renew(&db, &caller, subscription, &body.reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why, for the people it concerns.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenewSubscription {
    /// At most 500 characters.
    #[serde(default)]
    reason: String,
}
