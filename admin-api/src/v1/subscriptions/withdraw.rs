//! Takes a request back before it is decided.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a request back before it is decided.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/withdraw",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn withdraw_subscription(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::withdraw(&db, &caller, subscription).await?;
    Ok(Mutation::changed(&changed))
}
