//! Goes back to the configuration of an earlier release.

use axum::extract::State;
use gatehouse_control_plane::{Db, releases};
use gatehouse_web::{Path, Problem};

use super::number::number;
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Goes back to the configuration of an earlier release.
///
/// Requests, approvals, holds and keys stay as they are; so does what was ended for good, which is told.
#[utoipa::path(
    post,
    path = "/v1/releases/{release}/rollback",
    tag = "configuration",
    params(("release" = String, Path, description = "Number of the release.")),
    responses((status = 200, description = "What changed, and what stays", body = bodies::Changed<bodies::RolledBack>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn roll_back(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(release): Path<String>,
) -> Result<Mutation, Problem> {
    let changed = releases::rollback(&db, &caller, number(&release)?).await?;
    Ok(Mutation::changed(&changed))
}
