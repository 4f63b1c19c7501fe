//! What has ended leaves the gateways after a while. Until then its refusals say why: `key_revoked`, `key_expired`,
//! `subscription_expired`; afterwards the key is unknown and the subscription was never there.

use gatehouse_domain::id::{CredentialId, SubscriptionId};
use serde_json::json;
use time::OffsetDateTime;

use super::Touched;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::Work;

/// Takes the tenant's keys and subscriptions that ended before `ended_before` out of the gateways' configuration, at most
/// `limit` of each in one transaction and one change. Returns how many; call again while that is `limit` or more.
pub(crate) async fn forget_ended(
    db: &Db,
    actor: &Actor,
    ended_before: OffsetDateTime,
    limit: i64,
) -> Result<usize, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    // In the order of every verb: subscriptions, then keys. Rows somebody is working on are left for the next round. A
    // subquery in place of `with` may be run once for each row that is joined, and then its limit is none.
    let subscriptions = sqlx::query_scalar!(
        "with due as materialized (
             select id from subscription
             where state not in ('pending', 'active') and forgotten_at is null
               and coalesce(ended_at, decided_at, created_at) < $2
             order by id limit $3
             for no key update skip locked)
         update subscription s set forgotten_at = $1 from due
         where s.id = due.id
         returning s.id",
        now,
        ended_before,
        limit,
    )
    .fetch_all(work.conn())
    .await?;
    let credentials = sqlx::query_scalar!(
        "with due as materialized (
             select id from credential
             where state not in ('active', 'retiring') and forgotten_at is null
               and coalesce(revoked_at, expires_at, created_at) < $2
             order by id limit $3
             for no key update skip locked)
         update credential c set forgotten_at = $1 from due
         where c.id = due.id
         returning c.id",
        now,
        ended_before,
        limit,
    )
    .fetch_all(work.conn())
    .await?;
    let most = subscriptions.len().max(credentials.len());
    if most == 0 {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for id in &subscriptions {
        work.touch(Touched::Subscription((*id).into()));
    }
    for id in &credentials {
        work.touch(Touched::Credential((*id).into()));
    }
    // Named as everywhere else, so that a search finds them.
    let subscriptions: Vec<_> = subscriptions
        .into_iter()
        .map(SubscriptionId::from_uuid)
        .collect();
    let credentials: Vec<_> = credentials
        .into_iter()
        .map(CredentialId::from_uuid)
        .collect();
    // One record for all: nothing is decided here, the ends themselves are on record.
    work.audit(AuditEntry {
        action: "configuration.forget_ended",
        subject: actor.tenant().to_string(),
        after: Some(json!({ "subscriptions": subscriptions, "keys": credentials })),
        ..AuditEntry::default()
    });
    work.commit(()).await?;
    Ok(most)
}
