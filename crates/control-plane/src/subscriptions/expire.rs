//! What the clock ended already is written down: pages and places follow; gateways never wait for this.

use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;

use super::row::{self, Row};
use super::store::{self, Consequence, StoredChange};
use super::view::RequestSubject;
use super::why_not::why_not;
use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::Work;

/// Records the end of the tenant's subscriptions whose end date has passed, at most `limit` in one transaction. Returns how
/// many; call again while that is `limit`.
pub async fn expire_due(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    if !matches!(actor.kind(), ActorKind::System) {
        return Err(Refusal::NotYours(t!(
            "refused-policies-only-the-program-itself-does-this"
        )));
    }
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    // Rows somebody is working on are left for the next round.
    let ids = sqlx::query_scalar!(
        "select id from subscription where state = 'active' and ends_at <= $1
         order by id limit $2
         for no key update skip locked",
        now,
        limit.clamp(1, 1000),
    )
    .fetch_all(work.conn())
    .await?;
    if ids.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for id in &ids {
        let row = row::find(work.conn(), None, *id)
            .await?
            .ok_or(Refusal::NotFound)?;
        write_down(&mut work, &row).await?;
    }
    work.commit(()).await?;
    Ok(ids.len())
}

/// Writes down that the clock has ended a locked subscription.
pub(super) async fn write_down(work: &mut Work<'_>, row: &Row) -> Result<(), Refusal> {
    let now = work.now();
    let facts = row
        .facts()?
        .apply(SubscriptionEvent::Expire, now)
        .map_err(|refused| Refusal::Conflict(why_not(row, refused, now)))?;
    let change = StoredChange {
        facts,
        plan: row.plan_id,
        wanted_plan: None,
        by: None,
        note: None,
    };
    let expired = Consequence {
        action: "subscription.expire",
        event: "subscription.expired",
        note: "",
        subject: RequestSubject::Subscription,
    };
    store::settle(work, row, &change, &expired).await
}
