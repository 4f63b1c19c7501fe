//! Tells how far a job is, until it is over.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::{Actor, Db, Refusal, long_jobs};
use gatehouse_domain::id::JobId;
use gatehouse_web::{Path, Problem, streamed};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio::time::Instant;

use crate::bodies;
use crate::edge::auth::{Caller, needs};

/// How often the job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A line is sent at least this often, so that nothing in between takes the connection for dead.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// A stream ends after this; its reader connects again.
const STREAM_MAX: Duration = Duration::from_secs(10 * 60);

/// Tells how far a job is, as server-sent events, until it is over.
///
/// `progress` carries the job whenever something about it changed, `ended` carries it once it is over and is the last. A stream is
/// ended after ten minutes in any case: connect again.
#[utoipa::path(
    get,
    path = "/v1/jobs/{job}/events",
    tag = "jobs",
    params(("job" = String, Path, description = "Id of the job.")),
    responses((status = 200, description = "The events", content_type = "text/event-stream", body = bodies::JobEvent)),
    security(("token" = []))
)]
pub(crate) async fn list_job_events(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Path(job): Path<JobId>,
) -> Result<Response, Problem> {
    // What is not there is refused before anything is streamed.
    long_jobs::get_job(&db, &caller, job).await?;
    let now = Instant::now();
    let watch = Watch {
        db,
        actor: Actor::clone(&caller),
        job,
        seen: None,
        spoke: now,
        until: now + STREAM_MAX,
        over: false,
    };
    let body = streamed::body(watch, |mut watch| async move {
        Ok(watch.next().await?.map(|event| (event, watch)))
    });
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// One reader's view of a job.
struct Watch {
    db: Db,
    actor: Actor,
    job: JobId,
    /// The version that was told.
    seen: Option<i32>,
    spoke: Instant,
    until: Instant,
    over: bool,
}

impl Watch {
    /// The next event, once there is one; `None` after the last.
    async fn next(&mut self) -> Result<Option<String>, Refusal> {
        loop {
            if self.over || Instant::now() >= self.until {
                return Ok(None);
            }
            let job = long_jobs::get_job(&self.db, &self.actor, self.job).await?;
            if self.seen != Some(job.row_version) {
                self.seen = Some(job.row_version);
                self.spoke = Instant::now();
                self.over = job.state.is_over();
                let kind = if self.over { "ended" } else { "progress" };
                let data = serde_json::to_string(&job).map_err(anyhow::Error::from)?;
                return Ok(Some(format!(
                    "id: {}\nevent: {kind}\ndata: {data}\n\n",
                    job.row_version
                )));
            }
            if self.spoke.elapsed() >= SILENCE_MAX {
                self.spoke = Instant::now();
                return Ok(Some(": still there\n\n".to_owned()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
