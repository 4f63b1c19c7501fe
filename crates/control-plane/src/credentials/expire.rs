//! Keys that the clock has ended are written down as such; gateways refuse them without waiting for this.

use gatehouse_domain::id::CredentialId;
use gatehouse_language::t;
use serde_json::json;

use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::Work;

/// Records the end of the tenant's keys whose date has passed, at most `limit` in one transaction. Returns how many; call
/// again while that is `limit`.
pub async fn expire_due(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    if !matches!(actor.kind(), ActorKind::System) {
        return Err(Refusal::NotYours(t!(
            "refused-policies-only-the-program-itself-does-this"
        )));
    }
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let ended = sqlx::query!(
        // A subquery in place of `with` may be run once for each row that is joined, and then its limit is none.
        "with due as materialized (
             select id from credential
             where state in ('active', 'retiring') and least(expires_at, retire_at) <= $1
             order by id limit $2
             for no key update skip locked)
         update credential c
         set state = case when c.expires_at <= $1 then 'expired' else 'revoked' end,
             revoked_at = case when c.expires_at <= $1 then null else c.retire_at end,
             revoked_reason = case when c.expires_at <= $1 then null else 'Its overlap is over.' end,
             row_version = c.row_version + 1
         from due
         where c.id = due.id
         returning c.id, c.state",
        now,
        limit.clamp(1, 1000),
    )
    .fetch_all(work.conn())
    .await?;
    if ended.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for row in &ended {
        let id = CredentialId::from_uuid(row.id);
        work.audit(AuditEntry {
            action: "credential.expire",
            subject: id.to_string(),
            after: Some(json!({ "state": row.state })),
            ..AuditEntry::default()
        });
        work.touch(Touched::Credential(id));
    }
    work.commit(()).await?;
    Ok(ended.len())
}
