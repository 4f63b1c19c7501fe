//! Tells what the two sides of a request wrote.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Tells what the two sides of a request wrote, oldest first.
#[utoipa::path(
    get,
    path = "/v1/subscriptions/{subscription}/messages",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    responses((status = 200, description = "All of them, at most 200", body = bodies::List<bodies::RequestMessage>)),
    security(("token" = ["subscription.read"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_messages(
    caller: Caller<needs::SubscriptionSee>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
) -> Result<List<subscriptions::MessageView>, Problem> {
    let said = subscriptions::list_messages(&db, &caller, subscription).await?;
    let data = said.messages;
    Ok(List(Listed { data, next: None }))
}
