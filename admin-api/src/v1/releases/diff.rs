//! Says what lies between a release and an earlier one.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::releases::{self, ReleaseDiff};
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::number::number;
use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Says what lies between a release and an earlier one.
#[utoipa::path(
    get,
    path = "/v1/releases/{release}/diff",
    tag = "configuration",
    params(("release" = String, Path, description = "Number of the release."), DiffQuery),
    responses((status = 200, description = "Every thing that differs", body = bodies::ReleaseDiff)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn diff_release(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path(release): Path<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Single<ReleaseDiff>, Problem> {
    let release = number(&release)?;
    let diff = releases::diff_release(&db, &caller, release, query.against).await?;
    Ok(Single(diff))
}

/// Against which.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// Number of another release; without it the one right before.
    #[param(minimum = 0)]
    against: Option<i64>,
}
