//! Policies that go with what they are attached to: a version that ended, an operation that a new description no longer has.

use uuid::Uuid;

use super::change::recorded;
use super::rows;
use crate::audit::AuditEntry;
use crate::refusal::Refusal;
use crate::work::Work;

/// Takes away what is attached to a version that ended and to its operations.
pub(crate) async fn drop_of_version(work: &mut Work<'_>, version: Uuid) -> Result<(), Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from policy where api_version_id = $1 order by id for update",
        version
    );
    let ids = ids.fetch_all(work.conn()).await?;
    drop_policies(work, &ids).await
}

/// Takes policies away, each with its record. The caller touches their routes.
pub(crate) async fn drop_policies(work: &mut Work<'_>, ids: &[Uuid]) -> Result<(), Refusal> {
    if ids.is_empty() {
        return Ok(());
    }
    let views = rows::of_ids(work.conn(), ids).await?;
    sqlx::query!("delete from policy where id = any($1)", ids)
        .execute(work.conn())
        .await?;
    for view in views {
        work.audit(AuditEntry {
            action: "policy.delete",
            subject: view.id.to_string(),
            before: Some(recorded(&view)),
            after: None,
            reason: None,
        });
    }
    Ok(())
}
