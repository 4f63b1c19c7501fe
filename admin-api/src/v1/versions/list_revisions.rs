//! Lists the revisions of a version.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing::{self, RevisionSummary};
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the revisions of a version, rejected ones included.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/revisions",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), ListQuery),
    responses((status = 200, description = "The newest first", body = bodies::List<bodies::RevisionSummary>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_revisions(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
    Query(query): Query<ListQuery>,
) -> Result<List<RevisionSummary>, Problem> {
    let api = Lookup::from(api.as_str());
    let page = query.page()?;
    let revisions = publishing::list_revisions(&db, &caller, api, &version, &page).await?;
    Ok(List(revisions))
}
