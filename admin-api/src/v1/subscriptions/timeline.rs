//! Tells what happened to a subscription.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Tells what happened to a subscription.
#[utoipa::path(
    get,
    path = "/v1/subscriptions/{subscription}/timeline",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    responses((status = 200, description = "All of it", body = bodies::Timeline)),
    security(("token" = ["subscription.read"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_timeline(
    caller: Caller<needs::SubscriptionSee>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
) -> Result<List<subscriptions::TimelineEntry>, Problem> {
    let data = subscriptions::timeline(&db, &caller, subscription).await?;
    Ok(List(Listed { data, next: None }))
}
