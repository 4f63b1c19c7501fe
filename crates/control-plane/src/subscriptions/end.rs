//! Ends: taken back by the team, ended by the team, taken away by the provider.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionEvent};
use uuid::Uuid;

use super::act::{self, Act, Record, StoredChange};
use super::row;
use super::view::SubscriptionView;
use crate::actor::Actor;
use crate::config::Touched;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::words::required_reason;
use crate::work::{Changed, Work};

/// Takes a request back, as the team that asked.
pub async fn withdraw(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Withdraw).await?;
    act.apply(SubscriptionEvent::Withdraw)?;
    act.finish(Record::new(
        "subscription.withdraw",
        "subscription.withdrawn",
        String::new(),
    ))
    .await
}

/// Ends a subscription, as its consumer.
pub async fn cancel(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Cancel).await?;
    act.apply(SubscriptionEvent::Cancel)?;
    act.finish(Record::new(
        "subscription.cancel",
        "subscription.cancelled",
        String::new(),
    ))
    .await
}

/// Takes a subscription away for good. The application's keys keep working for its other subscriptions.
pub async fn revoke(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Revoke).await?;
    let reason = required_reason(reason)?;
    act.apply(SubscriptionEvent::Revoke)?;
    act.finish(Record::new(
        "subscription.revoke",
        "subscription.revoked",
        reason,
    ))
    .await
}

/// Ends every open subscription of a deleted application. Their rows are locked in id order, as everywhere.
pub(crate) async fn end_all_of_application(
    work: &mut Work<'_>,
    application: Uuid,
    by: Option<Uuid>,
) -> Result<usize, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from subscription where application_id = $1 and state in ('pending', 'active') order by id for no key update",
        application,
    )
    .fetch_all(work.conn())
    .await?;
    let now = work.now();
    for id in &ids {
        let row = row::find(work.conn(), by, *id)
            .await?
            .ok_or(Refusal::NotFound)?;
        let mut facts = row.facts()?;
        let pending = facts.state == StoredState::Pending;
        if pending {
            facts.state = StoredState::Withdrawn;
        } else {
            // One past its end date is over all the same; the team ended it now.
            facts.state = StoredState::Ended;
            facts.ended_reason = Some(EndedReason::Cancelled);
        }
        let change = StoredChange {
            facts,
            plan: row.plan_id,
            wanted_plan: None,
            by,
            note: Some("The application was deleted."),
        };
        act::store(work.conn(), &row, &change, now).await?;
        let event = if pending {
            "subscription.withdrawn"
        } else {
            "subscription.cancelled"
        };
        let payload = act::payload(&row, "The application was deleted.", by);
        work.emit(event, row.subscription(), payload);
        work.touch(Touched::Subscription(row.subscription()));
    }
    Ok(ids.len())
}
