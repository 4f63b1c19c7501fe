//! Lists changesets.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::changesets::{self, ChangesetView};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists changesets.
#[utoipa::path(
    get,
    path = "/v1/changesets",
    tag = "configuration",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Changeset>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_changesets(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<ChangesetView>, Problem> {
    let listed = changesets::list_changesets(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
