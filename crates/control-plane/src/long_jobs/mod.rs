//! Jobs: work that takes longer than its caller should wait for. A verb writes a row and answers at once; any replica's background
//! work takes it under a lease ([`run`]), says how far it is, and stops where somebody cancelled it. A replica that dies loses its
//! lease, and another begins the job anew.

mod ask;
mod decisions;
mod output;
mod run;
mod spec_publish;
mod tenant_export;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ChangeId, JobId, UserId};
use gatehouse_domain::job::{JobKind, JobState};
use gatehouse_language::t;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub use ask::OPEN_JOBS_MAX;
pub use decisions::decide_as_job;
pub use output::{OutputReader, job_output};
pub use run::run_due;
pub use spec_publish::publish_as_job;
pub use tenant_export::{NOT_EXPORTED, OUTPUT_BYTES_MAX, export_tenant};

use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::words::in_state;
use crate::work::{Changed, Work};

/// How long what a job wrote can be fetched.
pub const OUTPUT_KEPT: Duration = Duration::days(7);
/// How long a job that is over is shown.
const JOBS_KEPT: Duration = Duration::days(90);

/// A job.
#[derive(Debug, Clone, Serialize)]
pub struct JobView {
    /// Identity.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// What it is about, in words.
    pub subject: String,
    /// How far it is.
    pub state: JobState,
    /// What it is at, in words.
    pub stage: String,
    /// Steps done.
    pub done: i64,
    /// Steps there are, once that is known.
    pub total: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it found or made, by its kind.
    pub result: Option<Value>,
    /// The change of configuration it made, as long as its course is known.
    pub change_id: Option<ChangeId>,
    /// What it said, oldest first; empty in lists.
    pub log: Vec<LogLine>,
    /// Bytes of what it wrote; `None` while there is nothing to fetch.
    pub output_bytes: Option<i64>,
    /// Until when that can be fetched.
    #[serde(with = "time::serde::rfc3339::option")]
    pub output_until: Option<OffsetDateTime>,
    /// Whether it was asked to stop.
    pub cancelling: bool,
    /// The person who asked for it; `None` is a token or the program.
    pub requested_by: Option<UserId>,
    /// Their name.
    pub requested_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the work began.
    #[serde(with = "time::serde::rfc3339::option")]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended, however that was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Version for conditional requests.
    pub row_version: i32,
}

/// Something a job said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What.
    pub text: String,
}

struct JobRow {
    id: Uuid,
    kind: String,
    subject: String,
    state: String,
    stage: String,
    done: i64,
    total: Option<i64>,
    error: Option<String>,
    result: Option<Value>,
    change_id: Option<Uuid>,
    log: Value,
    output_bytes: Option<i64>,
    output_until: Option<OffsetDateTime>,
    cancel_requested_at: Option<OffsetDateTime>,
    requested_by: Option<Uuid>,
    requested_by_name: String,
    created_at: OffsetDateTime,
    started_at: Option<OffsetDateTime>,
    ended_at: Option<OffsetDateTime>,
    row_version: i32,
}

impl TryFrom<JobRow> for JobView {
    type Error = Refusal;

    fn try_from(row: JobRow) -> Result<Self, Refusal> {
        let state = JobState::parse(&row.state)
            .ok_or_else(|| anyhow::anyhow!("unknown job state {}", row.state))?;
        Ok(Self {
            id: row.id.into(),
            kind: kind_of(&row.kind)?,
            subject: row.subject,
            state,
            stage: row.stage,
            done: row.done,
            total: row.total,
            error: row.error,
            result: row.result,
            change_id: row.change_id.map(ChangeId::from_uuid),
            log: serde_json::from_value(row.log).map_err(anyhow::Error::from)?,
            output_bytes: row.output_bytes,
            output_until: row.output_until,
            cancelling: row.cancel_requested_at.is_some() && !state.is_over(),
            requested_by: row.requested_by.map(UserId::from_uuid),
            requested_by_name: row.requested_by_name,
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            row_version: row.row_version,
        })
    }
}

fn kind_of(word: &str) -> Result<JobKind, Refusal> {
    Ok(JobKind::parse(word).ok_or_else(|| anyhow::anyhow!("unknown kind of job {word}"))?)
}

/// Who asked for a job, as its row says.
#[derive(Debug, Clone, Copy)]
struct Asker {
    person: Option<Uuid>,
    token: Option<Uuid>,
}

impl Asker {
    fn of(actor: &Actor) -> Self {
        Self {
            person: actor.user().map(UserId::uuid),
            token: match actor.kind() {
                ActorKind::Token { id } => Some(id.uuid()),
                _ => None,
            },
        }
    }
}

/// In a tenant that is being closed, those who manage it may look after its export and nothing else.
fn sees_all(actor: &Actor) -> bool {
    actor.may(Permission::TenantManage) || actor.may(Permission::TenantEnd)
}

/// Hides a job from whoever may not look at it: the export of a tenant is for those who manage the tenant, any other also for who
/// asked for it.
async fn require_seen(
    conn: &mut PgConnection,
    actor: &Actor,
    view: &JobView,
) -> Result<(), Refusal> {
    if sees_all(actor) {
        return Ok(());
    }
    let Asker { person, token } = Asker::of(actor);
    let is_theirs = sqlx::query_scalar!(
        r#"select exists (select from job where id = $1 and (requested_by = $2 or requested_by_token = $3)) as "is_theirs!""#,
        view.id.uuid(),
        person,
        token,
    )
    .fetch_one(conn)
    .await?;
    if is_theirs && view.kind != JobKind::TenantExport {
        Ok(())
    } else {
        Err(Refusal::NotFound)
    }
}

/// Jobs of the tenant, newest first: all of them for those who manage it, else what one asked for oneself.
pub async fn list_jobs(db: &Db, actor: &Actor, page: &Page) -> Result<Listed<JobView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let only = match sees_all(actor) {
        true => Only::All,
        false => Only::Of(Asker::of(actor)),
    };
    let views = select(&mut tx, only, page).await?;
    Ok(Listed::cut(views, page, |job: &JobView| job.id.uuid()))
}

/// One job.
pub async fn get_job(db: &Db, actor: &Actor, id: JobId) -> Result<JobView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let view = get(&mut tx, id).await?;
    require_seen(&mut tx, actor, &view).await?;
    Ok(view)
}

/// Has a job stop. One that nobody works on yet is over at once, another as soon as it notices.
pub async fn cancel_job(db: &Db, actor: &Actor, id: JobId) -> Result<Changed<JobView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let before = get(work.conn(), id).await?;
    require_seen(work.conn(), actor, &before).await?;
    let asked = sqlx::query!(
        "update job set cancel_requested_at = coalesce(cancel_requested_at, $2),
             state = case state when 'waiting' then 'cancelled' else state end,
             ended_at = case state when 'waiting' then $2 else ended_at end,
             input = case state when 'waiting' then null else input end,
             content = case state when 'waiting' then null else content end,
             row_version = row_version + 1
         where id = $1 and state in ('waiting', 'running')",
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if asked.rows_affected() == 0 {
        let before = get(work.conn(), id).await?;
        return Err(Refusal::Conflict(t!(
            "refused-people-the-job-is-over-already",
            state = &in_state(before.state)
        )));
    }
    work.audit(AuditEntry {
        action: "job.cancel",
        subject: id.to_string(),
        before: Some(json!({ "state": before.state })),
        ..AuditEntry::default()
    });
    let view = get(work.conn(), id).await?;
    work.commit(view).await
}

async fn get(conn: &mut PgConnection, id: JobId) -> Result<JobView, Refusal> {
    let page = Page {
        limit: 1,
        after: None,
    };
    let mut found = select(conn, Only::One(id), &page).await?;
    found.pop().ok_or(Refusal::NotFound)
}

/// Which jobs.
enum Only {
    All,
    Of(Asker),
    One(JobId),
}

async fn select(conn: &mut PgConnection, only: Only, page: &Page) -> Result<Vec<JobView>, Refusal> {
    let (one, asker) = match only {
        Only::All => (None, None),
        Only::Of(asker) => (None, Some(asker)),
        Only::One(id) => (Some(id.uuid()), None),
    };
    let rows = sqlx::query_as!(
        JobRow,
        r#"select id, kind, subject, state, stage, done, total, error, result, output_bytes, output_until, cancel_requested_at,
                  requested_by, requested_by_name, created_at, started_at, ended_at, row_version,
                  case when $1::uuid is null then '[]'::jsonb else log end as "log!",
                  (select change_id from config_change c where c.change_id = job.change_id limit 1) as change_id
           from job
           where tenant_id = current_tenant() and ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2)
             and (not $3 or kind <> 'tenant_export' and (requested_by = $4 or requested_by_token = $5))
           order by id desc limit $6"#,
        one,
        page.after,
        asker.is_some(),
        asker.and_then(|asker| asker.person),
        asker.and_then(|asker| asker.token),
        page.fetch(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(JobView::try_from).collect()
}

/// Forgets what jobs wrote, and jobs, that had their time.
pub(crate) async fn purge(conn: &mut PgConnection, now: OffsetDateTime) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from job_output o using job j
         where j.tenant_id = o.tenant_id and j.id = o.job_id and j.ended_at is not null
           and coalesce(j.output_until, j.ended_at) <= $1",
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from job where ended_at < $1", now - JOBS_KEPT)
        .execute(conn)
        .await?;
    Ok(())
}
