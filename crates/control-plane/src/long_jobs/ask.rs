//! Asking for a job: its row, which any replica's background work takes.

use gatehouse_domain::id::JobId;
use gatehouse_domain::job::JobKind;
use gatehouse_language::t;
use serde_json::Value;

use super::{Asker, JobView, get};
use crate::refusal::Refusal;
use crate::work::Work;

/// Jobs of one tenant that may wait or run at a time. Each may hold a document; rivals may go past it by as many as they are.
pub const OPEN_JOBS_MAX: i64 = 10;

/// What a job shall do.
pub(super) struct Asked<'a> {
    pub(super) kind: JobKind,
    /// What it is about, for people.
    pub(super) subject: String,
    pub(super) input: Option<Value>,
    pub(super) content: Option<&'a [u8]>,
}

/// Writes the row. Who asks is remembered: the work is done with the rights they have then.
pub(super) async fn ask(work: &mut Work<'_>, asked: Asked<'_>) -> Result<JobView, Refusal> {
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<JobId>());
    let actor = work.actor();
    let asker = Asker::of(actor);
    let open = sqlx::query_scalar!(
        r#"select count(*) as "open!" from job where tenant_id = $1 and state in ('waiting', 'running')"#,
        tenant,
    )
    .fetch_one(work.conn())
    .await?;
    if open >= OPEN_JOBS_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-people-jobs-of-this-tenant-are-under",
            open = &open
        )));
    }
    let subject: String = asked.subject.chars().take(300).collect();
    sqlx::query!(
        "insert into job (id, tenant_id, kind, subject, stage, input, content, requested_by, requested_by_token, requested_by_name,
                          request_id, created_at)
         values ($1, $2, $3, $4, 'Waits for its turn', $5, $6, $7, $8, $9, $10, $11)",
        id.uuid(),
        tenant,
        asked.kind.as_str(),
        subject,
        asked.input,
        asked.content,
        asker.person,
        asker.token,
        actor.name(),
        actor.request_id(),
        now,
    )
    .execute(work.conn())
    .await?;
    get(work.conn(), id).await
}
