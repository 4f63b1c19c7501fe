//! Ends: taken back by the team, ended by the team, taken away by the provider.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionEvent};
use uuid::Uuid;

use super::act::{Act, Record};
use super::row;
use super::store::{self, Consequence, StoredChange};
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
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

const DELETED: &str = "The application was deleted.";

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
            note: Some(DELETED),
        };
        let (action, event) = if pending {
            ("subscription.withdraw", "subscription.withdrawn")
        } else {
            ("subscription.cancel", "subscription.cancelled")
        };
        let deleted = Consequence {
            action,
            event,
            note: DELETED,
            subject: RequestSubject::Subscription,
        };
        store::settle(work, &row, &change, &deleted).await?;
    }
    Ok(ids.len())
}
