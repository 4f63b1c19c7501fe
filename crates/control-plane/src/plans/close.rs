//! Closing a plan: no new requests, and an answer for whoever has it.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, PlanId};
use gatehouse_domain::plan::PlanState;
use gatehouse_language::t;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::update::lock;
use super::view::{self, PlanView};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::require_version;
use crate::work::{Changed, Work};
use crate::{membership, products, subscriptions};

/// What happens to the subscriptions of a plan that is closed. Needed when it has any.
#[derive(Debug, Clone, Default)]
pub struct ClosePlan {
    /// They move to this plan of the same API.
    pub move_to: Option<Lookup<PlanId>>,
    /// Or they end then, and requests that wait end now.
    pub ends_at: Option<OffsetDateTime>,
}

/// Closes a plan for good.
pub async fn close_plan(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
    expected: Option<i32>,
    input: ClosePlan,
) -> Result<Changed<PlanView>, Refusal> {
    actor.require_anywhere(Permission::PlanManage)?;
    let mut work = Work::begin(db, actor).await?;
    let api = products::offering(work.conn(), actor, &api, Permission::PlanManage).await?;
    lock_all(&mut work, api.product_id).await?;
    let before = lock(work.conn(), api.product_id, &plan).await?;
    require_version(expected, before.row_version)?;
    let closed = sqlx::query!(
        "update plan set state = 'closed', row_version = row_version + 1 where id = $1 and state <> 'closed'",
        before.id.uuid(),
    )
    .execute(work.conn())
    .await?;
    if closed.rows_affected() != 1 {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-is-closed-already"
        )));
    }
    let (moved, ended) = settle(&mut work, actor, api.product_id, &before, &input).await?;
    work.audit(AuditEntry {
        action: "plan.close",
        subject: before.id.to_string(),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": "closed", "subscriptions_moved": moved, "subscriptions_ending": ended })),
        reason: None,
    });
    work.emit(
        "plan.closed",
        before.id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "plan": { "slug": before.slug, "name": before.name },
        }),
    );
    work.touch(Touched::Plan(before.id));
    let view = view::read(work.conn(), before.id.uuid()).await?;
    work.commit(view).await
}

/// Two plans may be needed, so the plans of the product are locked together and in order.
async fn lock_all(work: &mut Work<'_>, product: Uuid) -> Result<(), Refusal> {
    sqlx::query!(
        "select id from plan where product_id = $1 order by id for no key update",
        product
    )
    .fetch_all(work.conn())
    .await?;
    Ok(())
}

/// Moves or ends the plan's subscriptions; answers how many were moved and how many end.
async fn settle(
    work: &mut Work<'_>,
    actor: &Actor,
    product: Uuid,
    plan: &PlanView,
    input: &ClosePlan,
) -> Result<(usize, usize), Refusal> {
    let by = membership::person(work.conn(), actor).await?;
    subscriptions::drop_wishes(work, plan.id.uuid(), by).await?;
    if let Some(target) = &input.move_to {
        let target = view::find(work.conn(), product, target)
            .await
            .map_err(|_| Refusal::unknown("/move_to"))?;
        if target.id == plan.id || matches!(target.state, PlanState::Closed | PlanState::Staging) {
            return Err(Refusal::field(
                "/move_to",
                "not_offered",
                t!("refused-access-move-to-another-plan-that-is"),
            ));
        }
        let required = target.approval.approvals_required();
        let (from, to) = (plan.id.uuid(), target.id.uuid());
        let moved = subscriptions::move_to_plan(work, from, to, required, by).await?;
        return Ok((moved, 0));
    }
    if let Some(ends_at) = input.ends_at {
        let ended = subscriptions::supersede_of_plan(work, plan.id.uuid(), ends_at, by).await?;
        return Ok((0, ended));
    }
    if plan.subscriptions == 0 {
        return Ok((0, 0));
    }
    Err(Refusal::Conflict(t!(
        "refused-access-subscriptions-have-this-plan-say-which",
        subscriptions = &plan.subscriptions
    )))
}
