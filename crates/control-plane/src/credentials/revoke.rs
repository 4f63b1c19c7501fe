//! Taking keys away.

use gatehouse_domain::Permission;
use gatehouse_domain::id::CredentialId;
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;

use super::view::{self, CredentialView};
use super::{payload, recorded};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::membership;
use crate::refusal::Refusal;
use crate::words::{already, optional_reason};
use crate::work::{Changed, Work};

/// Takes a key away for good: the application's team its own, whoever enforces anybody's.
pub async fn revoke(
    db: &Db,
    actor: &Actor,
    id: CredentialId,
    reason: &str,
) -> Result<Changed<CredentialView>, Refusal> {
    let enforces = actor.may(Permission::SubscriptionEnforce);
    if !enforces {
        membership::require_consumer(actor)?;
    }
    let reason = optional_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    let row = sqlx::query!(
        "select c.state, c.revoked_at, u.name as \"revoked_name?\", a.name as application, a.owner_team_id
         from credential c
         join application a on a.id = c.application_id
         left join app_user u on u.id = c.revoked_by
         where c.id = $1
         for no key update of c",
        id.uuid(),
    )
    .fetch_optional(work.conn())
    .await?
    .ok_or(Refusal::NotFound)?;
    if !enforces {
        membership::require_team(work.conn(), actor, row.owner_team_id).await?;
    }
    let now = work.now();
    if row.state == "revoked" {
        let words = already("revoked", row.revoked_name.as_ref(), row.revoked_at, now);
        return Err(Refusal::Conflict(words));
    }
    let person = membership::person(work.conn(), actor).await?;
    let before = view::read(work.conn(), id.uuid(), now).await?;
    let revoked = sqlx::query!(
        "update credential
         set state = 'revoked', revoked_at = $2, revoked_by = $3, revoked_reason = $4, row_version = row_version + 1
         where id = $1 and state in ('active', 'retiring')",
        id.uuid(),
        now,
        person,
        reason,
    )
    .execute(work.conn())
    .await?;
    if revoked.rows_affected() != 1 {
        return Err(Refusal::Conflict(t!("refused-access-this-key-has-expired")));
    }
    work.touch(Touched::Credential(id));
    let after = view::read(work.conn(), id.uuid(), now).await?;
    work.audit(AuditEntry {
        action: "credential.revoke",
        subject: id.to_string(),
        before: Some(recorded(&before)),
        after: Some(json!({ "state": after.state })),
        reason: (!reason.is_empty()).then(|| reason.clone()),
    });
    let told = payload(&mut work, actor, &after, &row.application, &reason).await?;
    work.emit("credential.revoked", id, told);
    work.commit(after).await
}

/// Takes away every key of a deleted application. Returns how many.
pub(crate) async fn revoke_all_of_application(
    work: &mut Work<'_>,
    application: Uuid,
    by: Option<Uuid>,
) -> Result<usize, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from credential where application_id = $1 and state in ('active', 'retiring') order by id for no key update",
        application,
    )
    .fetch_all(work.conn())
    .await?;
    let now = work.now();
    sqlx::query!(
        "update credential
         set state = 'revoked', revoked_at = $2, revoked_by = $3, revoked_reason = 'The application was deleted.',
             row_version = row_version + 1
         where id = any($1)",
        &ids,
        now,
        by,
    )
    .execute(work.conn())
    .await?;
    for id in &ids {
        work.touch(Touched::Credential((*id).into()));
    }
    Ok(ids.len())
}
