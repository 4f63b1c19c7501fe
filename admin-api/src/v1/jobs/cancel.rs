//! Has a job stop.

use axum::extract::State;
use gatehouse_control_plane::{Db, long_jobs};
use gatehouse_domain::id::JobId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Has a job stop.
///
/// One that nobody works on yet is over at once, another as soon as it notices; ask again until it is.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/cancel",
    tag = "jobs",
    params(("job" = String, Path, description = "Id of the job.")),
    responses((status = 200, description = "The job as it is now", body = bodies::Changed<bodies::Job>)),
    security(("token" = []))
)]
pub(crate) async fn cancel_job(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Path(job): Path<JobId>,
) -> Result<Mutation, Problem> {
    let changed = long_jobs::cancel_job(&db, &caller, job).await?;
    Ok(Mutation::changed(&changed))
}
