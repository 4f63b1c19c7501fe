//! Lists teams.

use axum::extract::State;
use gatehouse_control_plane::{Db, teams};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists teams.
#[utoipa::path(
    get,
    path = "/v1/teams",
    tag = "teams",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Team>)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn list_teams(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<teams::TeamView>, Problem> {
    let listed = teams::list_teams(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
