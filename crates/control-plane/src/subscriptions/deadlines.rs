//! How long decisions may take, and who is told when they do not come: before they are due, and once after. And the reasons
//! that approvers start a rejection from.

use gatehouse_domain::Language;
use gatehouse_domain::Permission;
use gatehouse_domain::id::{SubscriptionId, TeamId};
use gatehouse_language::{speaking, speaking_now, t};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::rights::Rights;
use super::row;
use super::store;
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::DUE_S;
use crate::plans::approval::from_stored;
use crate::refs::TeamRef;
use crate::refusal::{Faults, Refusal};
use crate::words::{REASON_MAX, require_version};
use crate::work::{Changed, Work};

/// Two days, where nothing else is said.
const DUE_DEFAULT_S: i32 = 2 * 86_400;
/// Approvers are reminded four hours before, where nothing else is said.
const REMIND_DEFAULT_S: i32 = 4 * 3_600;

/// Most reasons that are offered.
pub const REJECT_REASONS_MAX: usize = 20;

/// How decisions are made in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovalSettings {
    /// Seconds until a decision is due, where the plan says nothing else.
    pub due_s: i32,
    /// So many seconds before that approvers are reminded once; `None`: not at all.
    pub remind_before_s: Option<i32>,
    /// Who is told when a decision is late; `None`: the tenant's owners.
    pub escalation_team: Option<TeamRef>,
    /// What approvers start a rejection from; each can be edited before it is sent.
    pub reject_reasons: Vec<String>,
    /// For If-Match; 0 while nothing was ever set.
    pub row_version: i32,
}

/// All of it, in place of what was there.
#[derive(Debug, Clone)]
pub struct SetApprovalSettings {
    /// [`DUE_S`].
    pub due_s: i32,
    /// [`DUE_S`] too.
    pub remind_before_s: Option<i32>,
    /// A team of the tenant.
    pub escalation_team: Option<Lookup<TeamId>>,
    /// At most [`REJECT_REASONS_MAX`] different ones, each as long as a reason may be; `None`: the program's own.
    pub reject_reasons: Option<Vec<String>>,
}

/// Reads how long decisions may take.
pub async fn get_approval_settings(db: &Db, actor: &Actor) -> Result<ApprovalSettings, Refusal> {
    // Whoever decides for one API only, or for somebody away, is held to them too.
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, db.clock().now()).await?;
    if !rights.decides() {
        actor.require_anywhere(Permission::SubscriptionRead)?;
    }
    settings(&mut tx).await
}

/// Changes how long decisions may take, for requests from now on.
pub async fn set_approval_settings(
    db: &Db,
    actor: &Actor,
    expected: Option<i32>,
    input: SetApprovalSettings,
) -> Result<Changed<ApprovalSettings>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let reasons = check(&input)?;
    let mut work = Work::begin(db, actor).await?;
    let tenant = work.tenant();
    // The tenant's row stands for settings that were never made: two who make the first wait for one another.
    sqlx::query!(
        "select id from tenant where id = $1 for no key update",
        tenant
    )
    .fetch_one(work.conn())
    .await?;
    // What is recorded is in English, whoever made the change: reasons of the program's own are said to each reader.
    let before = speaking(Language::English, settings(work.conn())).await?;
    require_version(expected, before.row_version)?;
    let team = escalation_team(work.conn(), input.escalation_team.as_ref()).await?;
    sqlx::query!(
        "insert into approval_settings (tenant_id, due_s, remind_before_s, escalation_team_id, reject_reasons) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update
         set due_s = excluded.due_s, remind_before_s = excluded.remind_before_s,
             escalation_team_id = excluded.escalation_team_id, reject_reasons = excluded.reject_reasons,
             row_version = approval_settings.row_version + 1",
        tenant,
        input.due_s,
        input.remind_before_s,
        team,
        reasons.map(|reasons| json!(reasons)),
    )
    .execute(work.conn())
    .await?;
    let after = speaking(Language::English, settings(work.conn())).await?;
    work.audit(AuditEntry {
        action: "approval.set_deadlines",
        subject: actor.tenant().to_string(),
        before: Some(json!(before)),
        after: Some(json!(after)),
        reason: None,
    });
    let shown = settings(work.conn()).await?;
    work.commit(shown).await
}

/// The reasons as they are kept, or everything that is wrong.
fn check(input: &SetApprovalSettings) -> Result<Option<Vec<String>>, Refusal> {
    let mut faults = Faults::default();
    let times = [
        ("/due_s", Some(input.due_s)),
        ("/remind_before_s", input.remind_before_s),
    ];
    for (pointer, seconds) in times {
        let Some(seconds) = seconds else { continue };
        let detail = t!(
            "refused-access-use-to-seconds-got-2",
            start = &DUE_S.start(),
            end = &DUE_S.end(),
            seconds = &seconds
        );
        faults.require(DUE_S.contains(&seconds), pointer, "out_of_range", detail);
    }
    let reasons = input.reject_reasons.as_ref();
    let reasons = reasons.map(|reasons| checked_reasons(&mut faults, reasons));
    faults.finish()?;
    // A form sends back the program's own as its reader saw them: kept, everybody would have them in that language.
    Ok(reasons.filter(|reasons| !are_own(reasons)))
}

fn checked_reasons(faults: &mut Faults, reasons: &[String]) -> Vec<String> {
    let count = reasons.len();
    let detail = t!(
        "refused-access-offer-at-most-reasons-got",
        reject_reasons_max = &REJECT_REASONS_MAX,
        count = &count
    );
    let fits = count <= REJECT_REASONS_MAX;
    faults.require(fits, "/reject_reasons", "too_many", detail);
    let mut kept: Vec<String> = Vec::new();
    for (place, reason) in reasons.iter().enumerate() {
        let pointer = format!("/reject_reasons/{place}");
        let reason = faults.text(&pointer, reason, REASON_MAX);
        let detail = t!("refused-access-this-reason-is-in-the-list");
        faults.require(!kept.contains(&reason), &pointer, "duplicate", detail);
        kept.push(reason);
    }
    kept
}

async fn escalation_team(
    conn: &mut PgConnection,
    team: Option<&Lookup<TeamId>>,
) -> Result<Option<Uuid>, Refusal> {
    let Some(team) = team else { return Ok(None) };
    let (id, slug) = team.parts();
    let found = sqlx::query_scalar!(
        "select id from team where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?;
    found
        .map(Some)
        .ok_or_else(|| Refusal::unknown("/escalation_team"))
}

async fn settings(conn: &mut PgConnection) -> Result<ApprovalSettings, Refusal> {
    let row = sqlx::query!(
        r#"select s.due_s, s.remind_before_s, s.row_version, s.reject_reasons, t.id as "team_id?", t.slug as "team_slug?", t.name as "team_name?"
           from approval_settings s left join team t on t.id = s.escalation_team_id
           where s.tenant_id = current_tenant()"#,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(ApprovalSettings {
            due_s: DUE_DEFAULT_S,
            remind_before_s: Some(REMIND_DEFAULT_S),
            escalation_team: None,
            reject_reasons: own_reasons(),
            row_version: 0,
        });
    };
    let team = row.team_id.zip(row.team_slug).zip(row.team_name);
    Ok(ApprovalSettings {
        due_s: row.due_s,
        remind_before_s: row.remind_before_s,
        escalation_team: team.map(|((id, slug), name)| TeamRef {
            id: id.into(),
            slug,
            name,
        }),
        reject_reasons: match row.reject_reasons {
            Some(reasons) => from_stored(reasons)?,
            None => own_reasons(),
        },
        row_version: row.row_version,
    })
}

/// Whether reasons are the program's own, in whatever language.
fn are_own(reasons: &[String]) -> bool {
    let mut languages = Language::COMPLETE.iter().copied();
    languages.any(|language| speaking_now(language, own_reasons) == reasons)
}

fn own_reasons() -> Vec<String> {
    vec![
        t!("reason-smaller-plan"),
        t!("reason-purpose"),
        t!("reason-another-api"),
        t!("reason-data-use"),
    ]
}

/// When a question that is put now is due, and when its approvers are reminded: half-way where the whole time is shorter than
/// the reminder's.
pub(super) async fn deadline(
    conn: &mut PgConnection,
    of_plan: Option<Duration>,
    now: OffsetDateTime,
) -> Result<(OffsetDateTime, Option<OffsetDateTime>), Refusal> {
    let settings = settings(conn).await?;
    let due = of_plan.unwrap_or(Duration::seconds(settings.due_s.into()));
    let before = settings
        .remind_before_s
        .map(|seconds| Duration::seconds(seconds.into()));
    let remind = before.map(|before| if before < due { due - before } else { due / 2 });
    Ok((now + due, remind.map(|remind| now + remind)))
}

/// What is told of a question that waits too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chase {
    Remind,
    Escalate,
}

struct Late {
    id: Uuid,
    subscription_id: Uuid,
    subject_type: String,
    requested_by: Option<Uuid>,
    reason: String,
    due_at: OffsetDateTime,
}

/// Reminds approvers of what will be due soon, and passes on what is late: each question once, whatever is restarted and
/// however many do this at the same time. At most `limit` of either in one transaction each; returns how many there were.
pub async fn chase_due(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    if !matches!(actor.kind(), ActorKind::System) {
        return Err(Refusal::NotYours(t!(
            "refused-policies-only-the-program-itself-does-this"
        )));
    }
    let limit = limit.clamp(1, 1000);
    let reminded = chase(db, actor, Chase::Remind, limit).await?;
    Ok(reminded + chase(db, actor, Chase::Escalate, limit).await?)
}

async fn chase(db: &Db, actor: &Actor, what: Chase, limit: i64) -> Result<usize, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let late = match what {
        Chase::Remind => to_remind(work.conn(), now, limit).await?,
        Chase::Escalate => to_escalate(work.conn(), now, limit).await?,
    };
    if late.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for question in &late {
        tell(&mut work, what, question).await?;
    }
    work.commit(()).await?;
    Ok(late.len())
}

/// Marks what is reminded of now. Rows that somebody decides just now are left: they need no reminder. What is due already
/// is passed on instead.
async fn to_remind(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Late>, Refusal> {
    let rows = sqlx::query_as!(
        Late,
        "update approval_request set reminded_at = $1
         where id in (select id from approval_request
                      where state = 'open' and reminded_at is null and remind_at <= $1 and due_at > $1
                      order by id limit $2 for no key update skip locked)
         returning id, subscription_id, subject_type, requested_by, reason, due_at",
        now,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

async fn to_escalate(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Late>, Refusal> {
    let rows = sqlx::query_as!(
        Late,
        "update approval_request set escalated_at = $1
         where id in (select id from approval_request
                      where state = 'open' and escalated_at is null and due_at <= $1
                      order by id limit $2 for no key update skip locked)
         returning id, subscription_id, subject_type, requested_by, reason, due_at",
        now,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

async fn tell(work: &mut Work<'_>, what: Chase, late: &Late) -> Result<(), Refusal> {
    let row = row::find(work.conn(), None, late.subscription_id)
        .await?
        .ok_or(Refusal::NotFound)?;
    let mut payload = store::payload(&row, &late.reason, None);
    payload["subject"] = json!(late.subject_type);
    payload["request"] = json!(late.id);
    payload["requested_by"] = json!(
        late.requested_by
            .map(gatehouse_domain::id::UserId::from_uuid)
    );
    payload["due_at"] = Value::from(late.due_at.format(&Rfc3339).map_err(anyhow::Error::from)?);
    if let Some(plan) = row
        .wanted_plan()
        .filter(|_| late.subject_type == "plan_change")
    {
        payload["plan"] = json!({ "slug": plan.slug, "name": plan.name });
    }
    let subject = SubscriptionId::from_uuid(late.subscription_id);
    let (action, event) = match what {
        Chase::Remind => ("approval.remind", "approval.due"),
        Chase::Escalate => ("approval.escalate", "approval.escalated"),
    };
    work.audit(AuditEntry {
        action,
        subject: subject.to_string(),
        after: Some(json!({ "subject": late.subject_type, "due_at": payload["due_at"] })),
        ..AuditEntry::default()
    });
    work.emit(event, subject, payload);
    Ok(())
}
