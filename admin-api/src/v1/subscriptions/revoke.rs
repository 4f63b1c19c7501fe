//! Takes the access away for good.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes the access away for good.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/revoke",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = RevokeSubscription,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn revoke_subscription(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    Json(body): Json<RevokeSubscription>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::revoke(&db, &caller, subscription, &body.reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why, for the people it concerns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeSubscription {
    /// Mailed as it is written; 1 to 500 characters.
    reason: String,
}
