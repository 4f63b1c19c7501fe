//! Reads a release.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::releases::{self, ReleaseView};
use gatehouse_web::{Path, Problem};

use super::number::number;
use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Reads a release.
#[utoipa::path(
    get,
    path = "/v1/releases/{release}",
    tag = "configuration",
    params(("release" = String, Path, description = "Number of the release.")),
    responses((status = 200, description = "The release, and the gateways that run it", body = bodies::Release)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_release(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path(release): Path<String>,
) -> Result<Single<ReleaseView>, Problem> {
    let view = releases::get_release(&db, &caller, number(&release)?).await?;
    Ok(Single(view))
}
