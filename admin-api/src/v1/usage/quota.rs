//! Tells what is used of the quotas of a subscription.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, usage};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Tells what is used of the quotas of a subscription.
#[utoipa::path(
    get,
    path = "/v1/subscriptions/{subscription}/quota",
    tag = "usage",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    responses((status = 200, description = "All of them", body = bodies::Quotas)),
    security(("token" = ["usage.read_any"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_quotas(
    caller: Caller<needs::UsageSee>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
) -> Result<List<usage::QuotaView>, Problem> {
    let data = usage::subscription_quota(&db, &caller, subscription).await?;
    Ok(List(Listed { data, next: None }))
}
