//! Revisions of a plan: what it promised, promises and will promise. Of those whose time has come the latest made is in force.

use gatehouse_domain::id::{ApiId, PlanId};
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::limits::{self, LimitView};
use super::operation_limits::OperationLimitView;
use super::tighten::Spans;
use super::view;
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::products;
use crate::refusal::Refusal;
use crate::work::Work;
use gatehouse_domain::Permission;
use gatehouse_domain::plan::PlanState;

/// One revision of a plan. It never changes.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionView {
    /// Gap-free within the plan, from 1.
    pub number: i32,
    /// From when on it counts, unless a later one came first.
    #[serde(with = "time::serde::rfc3339")]
    pub effective_at: OffsetDateTime,
    /// When it was made, and subscribers were told.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// Limits of every call.
    pub limits: Vec<LimitView>,
    /// Limits of single operations.
    pub operation_limits: Vec<OperationLimitView>,
}

/// Lists the revisions of a plan, newest first, at most 200.
pub async fn list_revisions(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
) -> Result<Vec<RevisionView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = products::offering_visible(&mut tx, actor, &api).await?;
    let plan = view::find(&mut tx, api.product_id, &plan).await?;
    if plan.state == PlanState::Staging && !actor.may_on(Permission::ApiRead, &api.place()) {
        return Err(Refusal::NotFound);
    }
    of_plan(&mut tx, plan.id.uuid()).await
}

async fn of_plan(conn: &mut PgConnection, plan: Uuid) -> Result<Vec<RevisionView>, Refusal> {
    let rows = sqlx::query!(
        r#"select r.id, r.number, r.effective_at, r.created_at, r.id = p.current_revision_id as "in_force!"
           from plan_revision r join plan p on p.id = r.plan_id
           where r.plan_id = $1 order by r.number desc limit 200"#,
        plan,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut limits = limits::of_revisions(conn, &ids).await?;
    let views = rows.into_iter().map(|row| {
        let limits = limits.remove(&row.id).unwrap_or_default();
        RevisionView {
            number: row.number,
            effective_at: row.effective_at,
            created_at: row.created_at,
            in_force: row.in_force,
            limits: limits.of_all,
            operation_limits: limits.of_operations,
        }
    });
    Ok(views.collect())
}

/// Puts the tenant's revisions in force whose time has come, at most `limit` plans in one transaction. Returns how many.
pub async fn apply_due(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    if !matches!(actor.kind(), ActorKind::System) {
        return Err(Refusal::NotYours(t!(
            "refused-policies-only-the-program-itself-does-this"
        )));
    }
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    // Plans somebody is working on are left for the next round.
    let due = sqlx::query!(
        r#"select p.id, n.id as next, n.number, n.spans, c.number as from_number
           from plan p
           join plan_revision c on c.id = p.current_revision_id
           join lateral (select r.id, r.number, r.spans from plan_revision r
                         where r.plan_id = p.id and r.number > greatest(c.number, p.settled_number) and r.effective_at <= $1
                         order by r.number desc limit 1) n on true
           where p.state <> 'closed'
           order by p.id limit $2
           for no key update of p skip locked"#,
        now,
        limit.clamp(1, 1000),
    )
    .fetch_all(work.conn())
    .await?;
    if due.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for plan in &due {
        put_in_force(&mut work, plan.id, plan.next, plan.spans.as_ref()).await?;
        work.audit(AuditEntry {
            action: "plan.revision_in_force",
            subject: PlanId::from_uuid(plan.id).to_string(),
            before: Some(json!({ "revision": plan.from_number })),
            after: Some(json!({ "revision": plan.number })),
            reason: None,
        });
    }
    work.commit(()).await?;
    Ok(due.len())
}

async fn put_in_force(
    work: &mut Work<'_>,
    plan: Uuid,
    revision: Uuid,
    spans: Option<&serde_json::Value>,
) -> Result<(), Refusal> {
    sqlx::query!(
        "update plan set current_revision_id = $2, row_version = row_version + 1 where id = $1",
        plan,
        revision,
    )
    .execute(work.conn())
    .await?;
    if let Some(spans) = spans {
        let spans: Spans = serde_json::from_value(spans.clone()).map_err(anyhow::Error::from)?;
        sqlx::query!(
            "update plan set max_subscription_days = $2, max_key_days = $3, max_overlap_s = $4 where id = $1",
            plan,
            spans.max_subscription_days,
            spans.max_key_days,
            spans.max_overlap_s,
        )
        .execute(work.conn())
        .await?;
    }
    work.touch(Touched::Plan(plan.into()));
    Ok(())
}
