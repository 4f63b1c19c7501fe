//! The two stops: the provider's, and the consumer's own. Neither lifts the other.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::SubscriptionEvent;

use super::act::{Act, Record};
use super::view::SubscriptionView;
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::words::required_reason;
use crate::work::Changed;

/// Stops a subscription for now, as its provider; the reason reaches the consumer verbatim.
pub async fn suspend(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Suspend).await?;
    let reason = required_reason(reason)?;
    act.apply(SubscriptionEvent::Suspend)?;
    act.finish(Record::new(
        "subscription.suspend",
        "subscription.suspended",
        reason,
    ))
    .await
}

/// Lifts the provider's stop.
pub async fn unsuspend(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Unsuspend).await?;
    act.apply(SubscriptionEvent::Unsuspend)?;
    act.finish(Record::new(
        "subscription.unsuspend",
        "subscription.unsuspended",
        String::new(),
    ))
    .await
}

/// Stops a subscription for now, as its consumer.
pub async fn pause(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Pause).await?;
    act.apply(SubscriptionEvent::Pause)?;
    act.finish(Record::new(
        "subscription.pause",
        "subscription.paused",
        String::new(),
    ))
    .await
}

/// Lifts the consumer's own stop.
pub async fn resume(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Resume).await?;
    act.apply(SubscriptionEvent::Resume)?;
    act.finish(Record::new(
        "subscription.resume",
        "subscription.resumed",
        String::new(),
    ))
    .await
}
