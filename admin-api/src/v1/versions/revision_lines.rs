//! Shows what was typed differently in a revision.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing::{self, RevisionLines};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows the lines that a revision changes in the description it was compared with.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/revisions/{revision}/lines",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), ("revision" = i32, Path, description = "Number of the revision.")),
    responses((status = 200, description = "The lines, in the order of the document", body = bodies::RevisionLines)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn revision_lines(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, version, revision)): Path<(String, String, i32)>,
) -> Result<Single<RevisionLines>, Problem> {
    let api = Lookup::from(api.as_str());
    let lines = publishing::revision_lines(&db, &caller, api, &version, revision).await?;
    Ok(Single(lines))
}
