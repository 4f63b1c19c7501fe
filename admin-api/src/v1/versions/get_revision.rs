//! Shows a revision with its report.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing::{self, RevisionDetails};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a revision: where it came from, what it changes for callers, and who accepted that.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/revisions/{revision}",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), ("revision" = i32, Path, description = "Number of the revision.")),
    responses((status = 200, description = "The revision", body = bodies::RevisionDetails)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_revision(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, version, revision)): Path<(String, String, i32)>,
) -> Result<Single<RevisionDetails>, Problem> {
    let api = Lookup::from(api.as_str());
    let found = publishing::get_revision(&db, &caller, api, &version, revision).await?;
    Ok(Single(found))
}
