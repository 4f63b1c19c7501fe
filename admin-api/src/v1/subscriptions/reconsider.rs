//! Takes a refusal back: the request waits again.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a refusal back: the request waits again.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/reconsider",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = Option<ReconsiderSubscription>,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn reconsider_subscription(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    OptionalJson(body): OptionalJson<ReconsiderSubscription>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::reconsider(&db, &caller, subscription, &body.reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why, for the people it concerns.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReconsiderSubscription {
    /// At most 500 characters.
    #[serde(default)]
    reason: String,
}
