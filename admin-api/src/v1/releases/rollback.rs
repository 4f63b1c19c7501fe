//! Goes back to the configuration of an earlier release.

use axum::extract::State;
use gatehouse_control_plane::releases::GoBack;
use gatehouse_control_plane::{Db, releases};
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::number::number;
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::notice::without_notice;

/// Goes back to the configuration of an earlier release.
///
/// Requests, approvals, holds and keys stay as they are; so does what was ended for good, which is told. Limits of plans and
/// choices of products that would hang on operations which are gone then are an error, or dropped when asked to; a dry run
/// tells them. Answers 409 when `newest` is not the newest release.
#[utoipa::path(
    post,
    path = "/v1/releases/{release}/rollback",
    tag = "configuration",
    params(("release" = String, Path, description = "Number of the release.")),
    request_body = Option<RollBack>,
    responses((status = 200, description = "What changed, and what stays", body = bodies::Changed<bodies::RolledBack>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn roll_back(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(release): Path<String>,
    OptionalJson(body): OptionalJson<RollBack>,
) -> Result<Mutation, Problem> {
    let how = GoBack {
        newest: body.newest,
        drop_orphans: body.drop_orphans.unwrap_or_default(),
        without_notice: without_notice(body.now, body.reason)?,
    };
    let changed = releases::rollback(&db, &caller, number(&release)?, &how).await?;
    Ok(Mutation::changed(&changed))
}

/// How to go back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollBack {
    /// The newest release when it was looked at, as a dry run answers it.
    newest: Option<i64>,
    /// Take away what hangs on operations that are gone then.
    drop_orphans: Option<bool>,
    /// Give subscribers no notice of what is taken from them: needs `tenant.manage` and a reason.
    now: Option<bool>,
    /// Why, at most 500 characters; goes with `now`.
    reason: Option<String>,
}
