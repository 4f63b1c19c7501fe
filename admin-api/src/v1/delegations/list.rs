//! Lists who decides for whom.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists who decides for whom.
#[utoipa::path(
    get,
    path = "/v1/delegations",
    tag = "subscriptions",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Delegation>)),
    security(("token" = ["subscription.read"]))
)]
pub(crate) async fn list_delegations(
    caller: Caller<needs::SubscriptionRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<subscriptions::DelegationView>, Problem> {
    let listed = subscriptions::list_delegations(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
