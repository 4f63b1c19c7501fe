//! What a job wrote.

use gatehouse_domain::id::JobId;
use gatehouse_domain::job::JobState;
use gatehouse_language::t;

use super::get_job;
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::words::in_state;

/// Gives what a job wrote, piece by piece; holds nothing between two pieces.
#[derive(Debug)]
pub struct OutputReader {
    db: Db,
    actor: Actor,
    job: JobId,
    next: i32,
}

/// Begins to read what a job wrote.
pub async fn job_output(db: &Db, actor: &Actor, id: JobId) -> Result<OutputReader, Refusal> {
    let view = get_job(db, actor, id).await?;
    let now = db.clock().now();
    if view.state != JobState::Done {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-job-is-what-it-writes",
            state = &in_state(view.state)
        )));
    }
    if view.output_until.is_none_or(|until| until <= now) {
        return Err(Refusal::Conflict(t!(
            "refused-people-what-the-job-wrote-was-deleted"
        )));
    }
    Ok(OutputReader {
        db: db.clone(),
        actor: actor.clone(),
        job: id,
        next: 0,
    })
}

impl OutputReader {
    /// The next piece; `None` when all was given.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        let mut tx = self.db.tenant(self.actor.tenant()).await?;
        let piece = sqlx::query_scalar!(
            "select content from job_output where job_id = $1 and part = $2",
            self.job.uuid(),
            self.next,
        )
        .fetch_optional(&mut *tx)
        .await?;
        self.next += 1;
        Ok(piece)
    }
}
