//! Taking a version back that was published after the configuration a rollback goes to.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_language::t;
use serde_json::json;

use super::{find, touch_routes};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::in_state;
use crate::work::{Changed, Work};

/// Makes a version a draft again: gateways no longer answer for it, and its next publication is the one they had.
pub(crate) async fn withdraw_version(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
) -> Result<Changed<()>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let version = find(work.conn(), api.id, label).await?;
    let withdrawn = sqlx::query!(
        "update api_version
         set state = 'draft', deprecated_at = null, sunset_at = null, successor_id = null, guide_id = null, row_version = row_version + 1
         where id = $1 and state in ('published', 'deprecated')",
        version.id.uuid(),
    )
    .execute(work.conn())
    .await?;
    if withdrawn.rows_affected() != 1 {
        let state = version.state;
        return Err(Refusal::Conflict(t!(
            "refused-apis-version-is",
            label = &label,
            state = &in_state(state)
        )));
    }
    touch_routes(&mut work, version.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "version.withdraw",
        subject: version.id.to_string(),
        before: Some(json!({ "state": version.state })),
        after: Some(json!({ "state": "draft" })),
        reason: None,
    });
    work.commit(()).await
}
