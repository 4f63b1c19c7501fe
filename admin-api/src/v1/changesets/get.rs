//! Reads a changeset.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::changesets::{self, ChangesetView};
use gatehouse_domain::id::ChangesetId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Reads a changeset.
#[utoipa::path(
    get,
    path = "/v1/changesets/{changeset}",
    tag = "configuration",
    params(("changeset" = String, Path, description = "Id of the changeset.")),
    responses((status = 200, description = "The changeset", body = bodies::Changeset)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_changeset(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path(changeset): Path<ChangesetId>,
) -> Result<Single<ChangesetView>, Problem> {
    let view = changesets::get_changeset(&db, &caller, changeset).await?;
    Ok(Single(view))
}
