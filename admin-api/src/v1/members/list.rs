//! Lists the members of the tenant.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the members of the tenant.
#[utoipa::path(
    get,
    path = "/v1/members",
    tag = "members",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Member>)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn list_members(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<members::MemberView>, Problem> {
    let listed = members::list_members(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
