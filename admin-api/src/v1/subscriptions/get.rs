//! Shows a subscription.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a subscription.
#[utoipa::path(
    get,
    path = "/v1/subscriptions/{subscription}",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    responses((status = 200, description = "The subscription", body = bodies::Subscription)),
    security(("token" = ["subscription.read"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn get_subscription(
    caller: Caller<needs::SubscriptionSee>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
) -> Result<Single<subscriptions::SubscriptionView>, Problem> {
    let subscription = subscriptions::get_subscription(&db, &caller, subscription).await?;
    Ok(Single(subscription))
}
