//! Lists jobs.

use axum::extract::State;
use gatehouse_control_plane::{Db, long_jobs};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists jobs: long work that somebody asked for. Those of the whole tenant need `tenant.manage`; without it one's own are listed.
#[utoipa::path(
    get,
    path = "/v1/jobs",
    tag = "jobs",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Job>)),
    security(("token" = []))
)]
pub(crate) async fn list_jobs(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<long_jobs::JobView>, Problem> {
    let listed = long_jobs::list_jobs(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
