//! Downloads what a job wrote.

use axum::extract::State;
use axum::response::Response;
use gatehouse_control_plane::{Db, long_jobs};
use gatehouse_domain::id::JobId;
use gatehouse_web::{Path, Problem, streamed};

use crate::edge::auth::{Caller, needs};

/// Downloads what a job wrote.
///
/// The export of a tenant is a JSON object a line: what it is, every row of every table with its table's name, and at the end how
/// many there are of each. Decisions are an object a line, each with what became of one. It can be fetched for seven days.
#[utoipa::path(
    get,
    path = "/v1/jobs/{job}/output",
    tag = "jobs",
    params(("job" = String, Path, description = "Id of the job.")),
    responses((status = 200, description = "What it wrote", content_type = "application/x-ndjson", body = String)),
    security(("token" = []))
)]
pub(crate) async fn get_job_output(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Path(job): Path<JobId>,
) -> Result<Response, Problem> {
    let reader = long_jobs::job_output(&db, &caller, job).await?;
    Ok(streamed::job_output(reader, job))
}
