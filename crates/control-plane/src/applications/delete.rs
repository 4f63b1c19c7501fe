//! Deleting an application: its keys and subscriptions end with it, in one change.

use gatehouse_domain::id::ApplicationId;
use gatehouse_language::t;
use serde_json::json;

use super::lock;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::require_version;
use crate::work::{Changed, Work};
use crate::{credentials, membership, subscriptions};

/// Deletes an application. Its name is free again; its history stays. One the provider stopped stays until that is lifted.
pub async fn delete_application(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    membership::require_consumer(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), &application).await?;
    membership::require_team(work.conn(), actor, row.team_id).await?;
    require_version(expected, row.row_version)?;
    if row.state == "suspended" {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-application-is-suspended-it-can"
        )));
    }
    let person = membership::person(work.conn(), actor).await?;
    sqlx::query!(
        "update application set state = 'deleted', row_version = row_version + 1 where id = $1 and state <> 'deleted'",
        row.id,
    )
    .execute(work.conn())
    .await?;
    let subscriptions = subscriptions::end_all_of_application(&mut work, row.id, person).await?;
    let keys = credentials::revoke_all_of_application(&mut work, row.id, person).await?;
    work.audit(AuditEntry {
        action: "application.delete",
        subject: row.subject(),
        before: Some(json!({ "name": row.name, "state": row.state })),
        after: Some(json!({ "state": "deleted", "subscriptions_ended": subscriptions, "keys_revoked": keys })),
        reason: None,
    });
    work.emit(
        "application.deleted",
        row.subject(),
        row.payload("", person),
    );
    work.touch(Touched::Application(row.id.into()));
    work.commit(()).await
}
