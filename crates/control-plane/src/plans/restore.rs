//! Putting an earlier revision of a plan's limits in force again: what a rollback does.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, PlanId};
use serde_json::json;

use super::update::lock;
use super::view;
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// Makes revision `number` of a plan the one in force. Its limits are those of then, so what was counted against them
/// still is.
pub(crate) async fn restore_revision(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
    number: i32,
) -> Result<Changed<()>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = apis::find(work.conn(), actor, &api, Permission::PlanManage).await?;
    let before = lock(work.conn(), api.product_id, &plan).await?;
    if before.revision == number {
        return work.roll_back(()).await;
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
        return Err(Refusal::Conflict(format!(
            "The plan {} is closed or has no revision {number}.",
            before.name
        )));
    }
    let after = view::read(work.conn(), before.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "plan.restore",
        subject: after.id.to_string(),
        before: Some(before.recorded()),
        after: Some(after.recorded()),
        reason: None,
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
    work.commit(()).await
}
