//! Long work.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ids, words};

/// Long work that somebody asked for.
#[derive(Debug, ToSchema)]
pub struct Job {
    /// Identity.
    pub id: ids::JobId,
    /// What it does.
    pub kind: words::JobKind,
    /// What it is about, in words.
    pub subject: String,
    /// How far it is.
    pub state: words::JobState,
    /// What it is at, in words.
    pub stage: String,
    /// Steps done.
    pub done: i64,
    /// Steps there are, once that is known.
    pub total: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it found or made, by its kind.
    pub result: Option<serde_json::Value>,
    /// The change of configuration it made, as long as its course is known.
    pub change_id: Option<ids::ChangeId>,
    /// What it said, oldest first; empty in lists.
    pub log: Vec<LogLine>,
    /// Bytes of what it wrote; null while there is nothing to fetch.
    pub output_bytes: Option<i64>,
    /// Until when that can be fetched.
    pub output_until: Option<OffsetDateTime>,
    /// Whether it was asked to stop.
    pub cancelling: bool,
    /// The person who asked for it; null is a token or the program.
    pub requested_by: Option<ids::UserId>,
    /// Their name.
    pub requested_by_name: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// When the work began.
    pub started_at: Option<OffsetDateTime>,
    /// When it ended, however that was.
    pub ended_at: Option<OffsetDateTime>,
    /// The number in its ETag.
    pub row_version: i32,
}

/// One event of a stream of server-sent events; the description holds for each of them.
#[derive(Debug, ToSchema)]
pub struct JobEvent {
    /// The job's `row_version`, so that a reader who connects again sees what is new.
    pub id: String,
    /// Whether it is still going.
    pub event: words::JobEventKind,
    /// The job as JSON, as `GET /v1/jobs/{job}` tells it.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}

/// Something a job said.
#[derive(Debug, ToSchema)]
pub struct LogLine {
    /// When.
    pub at: OffsetDateTime,
    /// What.
    pub text: String,
}
