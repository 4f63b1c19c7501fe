//! Shows a job.

use axum::extract::State;
use gatehouse_control_plane::{Db, long_jobs};
use gatehouse_domain::id::JobId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a job and how far it is.
///
/// Who asked for it may look at it, and whoever manages the tenant.
#[utoipa::path(
    get,
    path = "/v1/jobs/{job}",
    tag = "jobs",
    params(("job" = String, Path, description = "Id of the job.")),
    responses((status = 200, description = "The job", body = bodies::Job)),
    security(("token" = []))
)]
pub(crate) async fn get_job(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Path(job): Path<JobId>,
) -> Result<Single<long_jobs::JobView>, Problem> {
    let job = long_jobs::get_job(&db, &caller, job).await?;
    Ok(Single(job))
}
