//! Putting an earlier description of a version in force again: what a rollback does.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_language::t;
use serde_json::json;

use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::versions;
use crate::words::in_state;
use crate::work::{Changed, Work};

/// Puts revision `number` of a version in force again, in place of the one that is. Its operations are still there, so
/// nothing is read anew, and what gateways get is what they had under it. The gate does not judge it: it was in force
/// before. What never was (rejected, or accepted and not sent again) has no operations and cannot come back.
pub(crate) async fn restore_revision(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    number: i32,
) -> Result<Changed<()>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::SpecPublish).await?;
    let version = versions::find(work.conn(), api.id, label).await?;
    let found = sqlx::query!(
        "select id, state from spec_revision where api_version_id = $1 and number = $2",
        version.id.uuid(),
        number,
    )
    .fetch_optional(work.conn())
    .await?
    .ok_or(Refusal::NotFound)?;
    if !matches!(found.state.as_str(), "active" | "superseded") {
        return Err(Refusal::Conflict(t!(
            "refused-apis-revision-of-is-and-never-was",
            number = number.to_string(),
            label = &label,
            state = &in_state(found.state)
        )));
    }
    let revision = found.id;
    sqlx::query!(
        "update spec_revision set state = 'superseded' where api_version_id = $1 and state = 'active' and id <> $2",
        version.id.uuid(),
        revision,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update spec_revision set state = 'active' where id = $1",
        revision
    )
    .execute(work.conn())
    .await?;
    let restored = sqlx::query!(
        "update api_version
         set current_revision_id = $2, state = case when state = 'draft' then 'published' else state end,
             row_version = row_version + 1
         where id = $1 and state <> 'retired'",
        version.id.uuid(),
        revision,
    )
    .execute(work.conn())
    .await?;
    if restored.rows_affected() != 1 {
        return Err(Refusal::Conflict(t!(
            "refused-apis-version-is-retired",
            label = &label
        )));
    }
    versions::touch_routes(&mut work, version.id.uuid()).await?;
    let before = version.current_revision.map(|held| held.number);
    work.audit(AuditEntry {
        action: "spec.restore",
        subject: version.id.to_string(),
        before: Some(json!({ "revision": before })),
        after: Some(json!({ "api": api.slug, "version": label, "revision": number })),
        reason: None,
    });
    work.emit(
        "api.published",
        version.id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "version": label,
            "revision": number,
            "first": false,
        }),
    );
    work.commit(()).await
}
