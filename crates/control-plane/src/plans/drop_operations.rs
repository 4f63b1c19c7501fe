//! Taking limits of single operations away, because the operations are gone.

use gatehouse_domain::id::PlanId;
use gatehouse_domain::plan::LimitRule;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::limits::{self, NewRevision, RevisionLimits};
use super::operation_limits::{OperationLimit, OperationLimitView};
use super::tighten::Spans;
use super::view;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::refusal::Refusal;
use crate::work::Work;

/// A revision that is stored anew without some limits.
struct Kept {
    limits: Vec<LimitRule>,
    operation_limits: Vec<OperationLimit>,
}

impl Kept {
    fn of(revision: &RevisionLimits, gone: &[&str]) -> Self {
        let kept = revision.of_operations.iter();
        let kept = kept.filter(|limit| !gone.contains(&limit.operation.as_str()));
        Self {
            limits: revision.of_all.iter().map(|limit| limit.rule).collect(),
            operation_limits: kept.map(OperationLimitView::given).collect(),
        }
    }
}

/// Makes a revision of a plan without the limits of these operations, in force at once: it takes nothing from anybody. What
/// was announced stays announced for its time, without them.
pub(crate) async fn drop_operations(
    work: &mut Work<'_>,
    plan: PlanId,
    gone: &[&str],
) -> Result<(), Refusal> {
    sqlx::query!(
        "select id from plan where id = $1 for no key update",
        plan.uuid()
    )
    .fetch_one(work.conn())
    .await?;
    let before = view::read(work.conn(), plan.uuid()).await?;
    let revisions = sqlx::query!(
        "select r.id, r.effective_at, r.spans, r.id = p.current_revision_id as in_force
         from plan p join plan_revision c on c.id = p.current_revision_id
         join plan_revision r on r.plan_id = p.id and (r.id = c.id or r.number > greatest(c.number, p.settled_number))
         where p.id = $1 order by r.number",
        plan.uuid(),
    )
    .fetch_all(work.conn())
    .await?;
    let ids: Vec<_> = revisions.iter().map(|revision| revision.id).collect();
    let mut limits = limits::of_revisions(work.conn(), &ids).await?;
    // Two versions of a product may each have said it.
    let names_gone =
        |of: &RevisionLimits| Kept::of(of, gone).operation_limits.len() < of.of_operations.len();
    if !limits.values().any(names_gone) {
        return Ok(());
    }
    let now = work.now();
    for revision in revisions {
        let of = limits.remove(&revision.id).unwrap_or_default();
        let kept = Kept::of(&of, gone);
        let is_in_force = revision.in_force.unwrap_or_default();
        let spans: Option<Spans> = revision
            .spans
            .map(serde_json::from_value)
            .transpose()
            .map_err(anyhow::Error::from)?;
        let revision = NewRevision {
            limits: &kept.limits,
            operation_limits: &kept.operation_limits,
            effective_at: if is_in_force {
                now
            } else {
                revision.effective_at
            },
            spans: spans.filter(|_| !is_in_force),
        };
        limits::store_revision(work, plan, &revision).await?;
    }
    sqlx::query!(
        "update plan set row_version = row_version + 1 where id = $1",
        plan.uuid()
    )
    .execute(work.conn())
    .await?;
    let after = view::read(work.conn(), plan.uuid()).await?;
    work.audit(AuditEntry {
        action: "plan.drop_operations",
        subject: plan.to_string(),
        before: Some(before.recorded()),
        after: Some(after.recorded()),
        reason: None,
    });
    let product = sqlx::query!(
        "select slug, name from product where id = $1",
        after.product_id.uuid()
    )
    .fetch_one(work.conn())
    .await?;
    work.emit(
        "plan.changed",
        plan,
        json!({
            "api": { "slug": product.slug, "name": product.name },
            "plan": { "slug": after.slug, "name": after.name },
            "tightens": false,
            "effective_at": now.format(&Rfc3339).unwrap_or_default(),
        }),
    );
    work.touch(Touched::Plan(plan));
    Ok(())
}
