//! Taking a job, keeping it, and ending it.

use std::pin::pin;

use gatehouse_domain::id::{JobId, TenantId, UserId};
use gatehouse_domain::job::{JobKind, JobState};
use gatehouse_runtime::random;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::{Asker, LogLine, OUTPUT_KEPT, decisions, kind_of, spec_publish, tenant_export};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::members;
use crate::refusal::Refusal;
use crate::tokens;
use crate::work::Work;

/// A job whose worker has said nothing for this long is begun anew by another.
const LEASE: Duration = Duration::seconds(60);
/// A job that was begun this often and never ended is given up.
const ATTEMPTS_MAX: i32 = 3;

/// How often work without steps of its own says that it goes on.
const TELL_EVERY: Duration = Duration::seconds(2);
/// Lines of its log that are kept; it goes on without further ones.
const LOG_LINES_MAX: i32 = 200;

/// What a job made of itself.
pub(super) enum Outcome {
    /// It came to its end.
    Done {
        /// What it found or made.
        result: Value,
        /// Bytes it wrote, when it wrote any.
        bytes: Option<i64>,
    },
    /// What was asked could not be done.
    Failed {
        /// Why, for people.
        error: String,
        /// What stands in the way, for programs.
        result: Option<Value>,
    },
    /// Somebody cancelled it; with what it had done before, when that stays.
    Cancelled(Option<Value>),
    /// Its end is written already, in the transaction of what it did.
    Written,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    GoOn,
    Cancelled,
}

/// A job this process works on.
pub(super) struct Held {
    db: Db,
    pub(super) tenant: TenantId,
    pub(super) job: JobId,
    kind: JobKind,
    lease: Uuid,
    attempts: i32,
    asker: Asker,
    asker_name: String,
    request_id: Option<String>,
}

/// Takes the oldest job that waits, or whose worker fell silent, and does it. False when there was none.
pub async fn run_due(db: &Db) -> Result<bool, Refusal> {
    let Some(held) = take(db).await? else {
        return Ok(false);
    };
    let outcome = if held.attempts > ATTEMPTS_MAX {
        Err(Refusal::Conflict(format!(
            "It was begun {ATTEMPTS_MAX} times and never came to its end."
        )))
    } else {
        match held.kind {
            JobKind::TenantExport => Box::pin(tenant_export::run(db, &held)).await,
            JobKind::SpecPublish => Box::pin(spec_publish::run(db, &held)).await,
            JobKind::Decisions => Box::pin(decisions::run(db, &held)).await,
        }
    };
    match outcome {
        // The database is away or busy, or too much is read at once: the lease runs out, and it is begun anew.
        Err(refusal) if refusal.is_passing() || matches!(refusal, Refusal::TooMany(_)) => {
            Err(refusal)
        }
        Ok(Outcome::Written) => Ok(true),
        outcome => {
            held.end(outcome).await?;
            Ok(true)
        }
    }
}

async fn take(db: &Db) -> Result<Option<Held>, Refusal> {
    let mut tx = db.system().await?;
    let now = db.clock().now();
    let lease = random::uuid_v7(now);
    // Kinds of a newer program are left to it.
    let known: Vec<String> = JobKind::ALL
        .iter()
        .map(|kind| kind.as_str().to_owned())
        .collect();
    let row = sqlx::query!(
        "update job set state = 'running', lease = $1, leased_until = $2, started_at = coalesce(started_at, $3),
             attempts = attempts + 1, done = 0, row_version = row_version + 1
         where id = (select id from job
                     where (state = 'waiting' or (state = 'running' and leased_until < $3)) and kind = any($4)
                     order by created_at, id limit 1 for update skip locked)
         returning id, tenant_id, kind, attempts, requested_by, requested_by_token, requested_by_name, request_id",
        lease,
        now + LEASE,
        now,
        &known,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Held {
        db: db.clone(),
        tenant: row.tenant_id.into(),
        job: row.id.into(),
        kind: kind_of(&row.kind)?,
        lease,
        attempts: row.attempts,
        asker: Asker {
            person: row.requested_by,
            token: row.requested_by_token,
        },
        asker_name: row.requested_by_name,
        request_id: row.request_id,
    }))
}

impl Held {
    /// Who asked for it, with the rights they have now.
    pub(super) async fn actor(&self) -> Result<Actor, Refusal> {
        let actor = match (self.asker.person, self.asker.token) {
            (Some(person), _) => {
                members::actor_of_user(&self.db, self.tenant, person.into()).await?
            }
            (None, Some(token)) => tokens::actor_of_token(&self.db, self.tenant, token).await?,
            (None, None) => Some(Actor::system(self.tenant, &self.asker_name)),
        };
        let actor = actor.ok_or_else(|| {
            Refusal::Conflict(format!(
                "{} may do nothing here any more. Let somebody else ask for it.",
                self.asker_name
            ))
        })?;
        Ok(actor.later(self.request_id.clone()))
    }

    /// What was asked.
    pub(super) async fn input<T: DeserializeOwned>(&self) -> Result<(T, Vec<u8>), Refusal> {
        let mut tx = self.db.tenant(self.tenant).await?;
        let row = sqlx::query!(
            "select input, content from job where id = $1",
            self.job.uuid()
        )
        .fetch_one(&mut *tx)
        .await?;
        let input = serde_json::from_value(row.input.unwrap_or_default());
        Ok((
            input.map_err(anyhow::Error::from)?,
            row.content.unwrap_or_default(),
        ))
    }

    /// Does something that has no steps of its own, and meanwhile tells how far it is. `None` when the job was cancelled: what was
    /// under way is dropped, and with it its transaction.
    pub(super) async fn during<T>(
        &self,
        stage: &str,
        progress: impl Fn() -> (i64, Option<i64>),
        doing: impl Future<Output = T>,
    ) -> Result<Option<T>, Refusal> {
        let mut doing = pin!(doing);
        loop {
            let (done, total) = progress();
            if self.report(stage, done, total).await? == Course::Cancelled {
                return Ok(None);
            }
            tokio::select! {
                biased;
                done = &mut doing => return Ok(Some(done)),
                () = tokio::time::sleep(TELL_EVERY.unsigned_abs()) => {}
            }
        }
    }

    /// Tells how far it is and keeps the lease. Who lost it stops here.
    pub(super) async fn report(
        &self,
        stage: &str,
        done: i64,
        total: Option<i64>,
    ) -> Result<Course, Refusal> {
        let mut tx = self.db.tenant(self.tenant).await?;
        let now = self.db.clock().now();
        let line = self.line(stage)?;
        let asked = sqlx::query_scalar!(
            r#"update job set stage = $3, done = $4, total = $5, leased_until = $6, row_version = row_version + 1,
                   log = case when stage = $3 or jsonb_array_length(log) >= $8 then log else log || $7::jsonb end
               where id = $1 and lease = $2 and state = 'running'
               returning cancel_requested_at is not null as "cancelled!""#,
            self.job.uuid(),
            self.lease,
            stage,
            done,
            total,
            now + LEASE,
            line,
            LOG_LINES_MAX,
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        match asked {
            Some(true) => Ok(Course::Cancelled),
            Some(false) => Ok(Course::GoOn),
            None => Err(Refusal::Internal(anyhow::anyhow!(
                "another process took the job over"
            ))),
        }
    }

    /// A line of its log.
    fn line(&self, text: &str) -> Result<Value, Refusal> {
        let line = LogLine {
            at: self.db.clock().now(),
            text: text.to_owned(),
        };
        Ok(serde_json::to_value([line]).map_err(anyhow::Error::from)?)
    }

    /// Keeps a piece of what it writes in the transaction of what it tells of. False when the job was cancelled or another has it:
    /// the transaction must not be committed.
    pub(super) async fn write_in(
        &self,
        work: &mut Work<'_>,
        part: i32,
        content: &[u8],
    ) -> Result<bool, Refusal> {
        let written = sqlx::query!(
            "insert into job_output (tenant_id, job_id, part, content)
             select tenant_id, id, $3, $4 from job
             where id = $1 and lease = $2 and state = 'running' and cancel_requested_at is null for share",
            self.job.uuid(),
            self.lease,
            part,
            content,
        )
        .execute(work.conn())
        .await?;
        Ok(written.rows_affected() == 1)
    }

    /// Keeps a piece of what it writes.
    pub(super) async fn write(&self, part: i32, content: &[u8]) -> Result<(), Refusal> {
        let mut tx = self.db.tenant(self.tenant).await?;
        sqlx::query!(
            "insert into job_output (tenant_id, job_id, part, content)
             select tenant_id, id, $3, $4 from job where id = $1 and lease = $2 and state = 'running'",
            self.job.uuid(),
            self.lease,
            part,
            content,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What an earlier attempt wrote, by its part.
    pub(super) async fn written(&self) -> Result<Vec<(i32, Vec<u8>)>, Refusal> {
        let mut tx = self.db.tenant(self.tenant).await?;
        let rows = sqlx::query!(
            "select part, content from job_output where job_id = $1 order by part",
            self.job.uuid()
        )
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.part, row.content))
            .collect())
    }

    /// Deletes what an earlier attempt wrote.
    pub(super) async fn begin_anew(&self) -> Result<(), Refusal> {
        let mut tx = self.db.tenant(self.tenant).await?;
        sqlx::query!("delete from job_output where job_id = $1", self.job.uuid())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn end(&self, outcome: Result<Outcome, Refusal>) -> Result<(), Refusal> {
        let outcome = outcome.unwrap_or_else(|refusal| Outcome::Failed {
            error: in_words(&refusal),
            result: None,
        });
        let system = Actor::system(self.tenant, "jobs");
        let mut work = Work::begin(&self.db, &system).await?;
        if self.end_in(&mut work, outcome, Even::Cancelled).await? {
            work.commit(()).await.map(drop)
        } else {
            work.roll_back(()).await.map(drop)
        }
    }

    /// Writes the end of the job in the transaction of what it did, which then happen together or not at all. False when the job
    /// was cancelled or another has it: the transaction must not be committed.
    pub(super) async fn end_in(
        &self,
        work: &mut Work<'_>,
        outcome: Outcome,
        even: Even,
    ) -> Result<bool, Refusal> {
        let (state, result, bytes, error) = match outcome {
            Outcome::Done { result, bytes } => (JobState::Done, Some(result), bytes, None),
            Outcome::Failed { error, result } => (JobState::Failed, result, None, Some(error)),
            Outcome::Cancelled(result) => (JobState::Cancelled, result, None, None),
            Outcome::Written => return Ok(true),
        };
        let now = work.now();
        let line = self.line(match state {
            JobState::Done => "Done",
            JobState::Failed => "Failed",
            _ => "Cancelled",
        })?;
        let change = work.foretell_change();
        let ended = sqlx::query!(
            "update job set state = $3, result = $4, output_bytes = $5, error = $6, ended_at = $7, lease = null,
                 leased_until = null, output_until = case when $5::bigint is null then null else $8::timestamptz end,
                 input = null, content = null, log = log || $9::jsonb, change_id = $10, row_version = row_version + 1,
                 done = case when $3 = 'done' then coalesce(total, done) else done end
             where id = $1 and lease = $2 and state = 'running' and ($11 or cancel_requested_at is null)
             returning subject",
            self.job.uuid(),
            self.lease,
            state.as_str(),
            result,
            bytes,
            error,
            now,
            now + OUTPUT_KEPT,
            line,
            change.uuid(),
            matches!(even, Even::Cancelled),
        )
        .fetch_optional(work.conn())
        .await?;
        let Some(ended) = ended else {
            return Ok(false);
        };
        if bytes.is_none() {
            sqlx::query!("delete from job_output where job_id = $1", self.job.uuid())
                .execute(work.conn())
                .await?;
        }
        work.audit(AuditEntry {
            action: "job.end",
            subject: self.job.to_string(),
            after: Some(json!({ "kind": self.kind, "state": state, "error": error })),
            ..AuditEntry::default()
        });
        work.emit(
            "job.ended",
            self.job,
            json!({
                "job": self.job,
                "kind": self.kind,
                "subject": ended.subject,
                "state": state,
                "error": error,
                "requested_by": self.asker.person.map(UserId::from_uuid),
            }),
        );
        Ok(true)
    }
}

/// Whether an end is written although the job was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Even {
    Cancelled,
    Not,
}

/// What people are told: a fault of the program's own is in its log, not in theirs.
pub(super) fn in_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Internal(_) | Refusal::Database(_) => {
            let error = refusal as &dyn std::error::Error;
            tracing::error!(error, "a job failed");
            "It failed for a reason that is in the log of the admin API. Start it again.".to_owned()
        }
        Refusal::NotFound => "What it is about is not there any more.".to_owned(),
        Refusal::Forbidden(permission) => {
            format!("Who asked for it lacks the permission {permission}.")
        }
        other => other.to_string(),
    }
}
