//! Whether a version insists that descriptions break nobody.

use gatehouse_domain::Permission;
use gatehouse_domain::api::Compat;
use gatehouse_domain::id::ApiId;
use serde_json::json;

use super::{Step, VersionView, find};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::work::Changed;

/// Sets what happens when a description breaks callers. Who publishes may make it stricter; to be let off takes somebody
/// who decides about access.
pub async fn set_compat(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    expected: Option<i32>,
    compat: Compat,
) -> Result<Changed<VersionView>, Refusal> {
    let decides = Permission::SubscriptionDecide;
    let mut step = match Step::begin(db, actor, decides, &api, label, expected).await {
        // Who may not write APIs at all is told what deciders are told: not that an API nobody has needs another right.
        Err(Refusal::Forbidden(_) | Refusal::NotFound)
            if actor.may_anywhere(Permission::ApiWrite) =>
        {
            Step::begin(db, actor, Permission::ApiWrite, &api, label, expected).await?
        }
        begun => begun?,
    };
    let before = step.version.compat;
    if compat > before {
        actor.require_on(decides, &step.api.place())?;
    }
    if compat == before {
        let version = step.version.clone();
        return step.work.commit(version).await;
    }
    sqlx::query!(
        "update api_version set compat = $2, row_version = row_version + 1 where id = $1",
        step.version.id.uuid(),
        compat.as_str(),
    )
    .execute(step.work.conn())
    .await?;
    let after = find(step.work.conn(), step.api.id, label).await?;
    step.work.audit(AuditEntry {
        action: "version.set_compat",
        subject: after.id.to_string(),
        before: Some(json!({ "compat": before })),
        after: Some(json!({ "compat": compat })),
        reason: None,
    });
    step.work.commit(after).await
}
