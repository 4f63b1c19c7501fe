//! Putting an earlier revision of a plan's limits in force again: what a rollback does.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, PlanId};
use gatehouse_domain::plan::LimitRule;
use gatehouse_language::t;
use serde_json::json;

use super::limits;
use super::operation_limits::{OperationLimit, OperationLimitView};
use super::tighten::Promise;
use super::update::{Asked, Begins, lock, spans_of, without_notice};
use super::view;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::products;
use crate::refusal::Refusal;
use crate::work::Work;

/// Limits of an earlier revision that take something from those who have the plan: they are given notice of them, by
/// [`super::update_plan`], as of any others.
pub(crate) struct NeedsNotice {
    pub(crate) limits: Vec<LimitRule>,
    pub(crate) operation_limits: Vec<OperationLimit>,
}

/// Makes revision `number` of a plan the one in force. Its limits are those of then, so what was counted against them
/// still is. Where that would take something from subscribers before the tenant's notice is over, nothing changes and
/// the limits are handed back; `skips` says why nobody is given notice, and nothing waits.
pub(crate) async fn restore_revision(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
    number: i32,
    skips: Option<&str>,
) -> Result<Option<NeedsNotice>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = products::offering(work.conn(), actor, &api, Permission::PlanManage).await?;
    let before = lock(work.conn(), api.product_id, &plan).await?;
    if before.revision == number {
        return Ok(work.roll_back(None).await?.value);
    }
    let skipped = skips.map(|reason| without_notice(actor, &api.place(), reason));
    let skipped = skipped.transpose()?;
    if skipped.is_none()
        && let Some(notice) = needs_notice(&mut work, actor, &before, number).await?
    {
        return Ok(work.roll_back(Some(notice)).await?.value);
    }
    let restored = sqlx::query!(
        // What was made since, or was still to come, no longer comes by itself.
        "update plan p
         set current_revision_id = r.id, row_version = row_version + 1,
             settled_number = (select max(newest.number) from plan_revision newest where newest.plan_id = p.id)
         from plan_revision r
         where p.id = $1 and r.plan_id = p.id and r.number = $2 and p.state <> 'closed'",
        before.id.uuid(),
        number,
    )
    .execute(work.conn())
    .await?;
    if restored.rows_affected() != 1 {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-is-closed-or-has",
            name = &before.name,
            number = number.to_string()
        )));
    }
    let after = view::read(work.conn(), before.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "plan.restore",
        subject: after.id.to_string(),
        before: Some(before.recorded()),
        after: Some(after.recorded()),
        reason: skipped,
    });
    work.emit(
        "plan.changed",
        after.id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "plan": { "slug": after.slug, "name": after.name },
        }),
    );
    work.touch(Touched::Plan(after.id));
    Ok(work.commit(None).await?.value)
}

async fn needs_notice(
    work: &mut Work<'_>,
    actor: &Actor,
    before: &view::PlanView,
    number: i32,
) -> Result<Option<NeedsNotice>, Refusal> {
    let revision = sqlx::query_scalar!(
        "select id from plan_revision where plan_id = $1 and number = $2",
        before.id.uuid(),
        number,
    )
    .fetch_optional(work.conn())
    .await?;
    let Some(revision) = revision else {
        return Ok(None);
    };
    let mut found = limits::of_revisions(work.conn(), &[revision]).await?;
    let then = found.remove(&revision).unwrap_or_default();
    let given = |limits: &[OperationLimitView]| -> Vec<_> {
        limits.iter().map(OperationLimitView::given).collect()
    };
    let then = NeedsNotice {
        limits: then.of_all.iter().map(|limit| limit.rule).collect(),
        operation_limits: given(&then.of_operations),
    };
    let now_limits: Vec<_> = before.limits.iter().map(|limit| limit.rule).collect();
    let now_of = given(&before.operation_limits);
    let spans = spans_of(before);
    let now = Promise {
        limits: &now_limits,
        operation_limits: &now_of,
        spans,
    };
    let tightens = now.is_tightened_by(&Promise {
        limits: &then.limits,
        operation_limits: &then.operation_limits,
        spans,
    });
    let begins = Begins::of(work, actor, before, tightens, Asked::At(None)).await?;
    Ok((begins != Begins::Now).then_some(then))
}
