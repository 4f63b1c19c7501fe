//! Many decisions: each by itself, or all of them or none.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_language::t;
use uuid::Uuid;

use super::change_plan::{approve_plan_change, reject_plan_change};
use super::decide::{Conditions, approve, approve_in, reject, reject_in};
use super::renew::{approve_renewal, reject_renewal};
use super::rights;
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};
use gatehouse_domain::subscription::SubscriptionEvent;

/// One of many decisions.
#[derive(Debug, Clone)]
pub struct Decision {
    /// On which subscription.
    pub subscription: SubscriptionId,
    /// Which of its questions.
    pub subject: RequestSubject,
    /// How.
    pub verdict: Verdict,
}

/// How a request is decided.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Agreed.
    Approve(Conditions),
    /// Refused, with the reason the requester reads.
    Reject(String),
}

/// Most decisions of one call.
pub const DECISIONS_MAX: usize = 500;

/// Why none of many decisions was carried out.
#[derive(Debug)]
pub struct Undecided {
    /// Which of them was refused, from 0.
    pub place: usize,
    /// Why.
    pub refusal: Refusal,
}

/// Decides many requests, each in its own transaction: one that fails keeps none of the others from being decided.
pub async fn decide_many(
    db: &Db,
    actor: &Actor,
    decisions: Vec<Decision>,
) -> Vec<Result<Changed<SubscriptionView>, Refusal>> {
    let mut results = Vec::with_capacity(decisions.len());
    for (index, decision) in decisions.into_iter().enumerate() {
        results.push(if index >= DECISIONS_MAX {
            Err(too_many(index))
        } else {
            decide_one(db, actor, decision).await
        });
    }
    results
}

/// Answers one question, whichever it is. Of the conditions of an approval, a change of plan and a renewal take the words only.
pub async fn decide_one(
    db: &Db,
    actor: &Actor,
    decision: Decision,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let id = decision.subscription;
    match (decision.subject, decision.verdict) {
        (RequestSubject::Subscription, Verdict::Approve(conditions)) => {
            approve(db, actor, id, conditions).await
        }
        (RequestSubject::Subscription, Verdict::Reject(reason)) => {
            reject(db, actor, id, &reason).await
        }
        (RequestSubject::PlanChange, Verdict::Approve(conditions)) => {
            approve_plan_change(db, actor, id, &conditions.note).await
        }
        (RequestSubject::PlanChange, Verdict::Reject(reason)) => {
            reject_plan_change(db, actor, id, &reason).await
        }
        (RequestSubject::Renewal, Verdict::Approve(conditions)) => {
            approve_renewal(db, actor, id, &conditions.note).await
        }
        (RequestSubject::Renewal, Verdict::Reject(reason)) => {
            reject_renewal(db, actor, id, &reason).await
        }
    }
}

/// Decides many first requests in one transaction and one change of configuration: all of them, or none.
pub async fn decide_all(
    db: &Db,
    actor: &Actor,
    decisions: Vec<Decision>,
) -> Result<Changed<Vec<SubscriptionView>>, Undecided> {
    let at = |place| move |refusal: Refusal| Undecided { place, refusal };
    if decisions.len() > DECISIONS_MAX {
        return Err(at(DECISIONS_MAX)(too_many(DECISIONS_MAX)));
    }
    rights::require(actor, SubscriptionEvent::Approve).map_err(at(0))?;
    let mut work = Work::begin(db, actor).await.map_err(at(0))?;
    let ids = decisions
        .iter()
        .map(|decision| decision.subscription.uuid());
    lock(&mut work, ids.collect()).await.map_err(at(0))?;
    let mut views = Vec::with_capacity(decisions.len());
    for (place, decision) in decisions.into_iter().enumerate() {
        let id = decision.subscription;
        let decided = match &decision.verdict {
            Verdict::Approve(conditions) => approve_in(work, actor, id, conditions).await,
            Verdict::Reject(reason) => reject_in(work, actor, id, reason).await,
        };
        let view;
        (work, view) = decided.map_err(at(place))?;
        views.push(view);
    }
    work.commit(views).await.map_err(at(0))
}

/// Locks everything that will be needed in the order of every verb: plans, then subscriptions, each by id.
async fn lock(work: &mut Work<'_>, subscriptions: Vec<Uuid>) -> Result<(), Refusal> {
    sqlx::query!(
        "select id from plan where product_id in (select product_id from subscription where id = any($1)) order by id for share",
        &subscriptions,
    )
    .fetch_all(work.conn())
    .await?;
    sqlx::query!(
        "select id from subscription where id = any($1) order by id for no key update",
        &subscriptions,
    )
    .fetch_all(work.conn())
    .await?;
    Ok(())
}

fn too_many(index: usize) -> Refusal {
    Refusal::field(
        format!("/decisions/{index}"),
        "too_many",
        t!(
            "refused-access-decide-at-most-requests-at-once",
            decisions_max = &DECISIONS_MAX
        ),
    )
}
