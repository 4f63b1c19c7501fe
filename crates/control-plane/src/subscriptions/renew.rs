//! A later end date: the team asks, the plan's rule or an approver decides. Possible from one term of the plan before the
//! end until 30 days after it.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;
use serde_json::json;

use super::acceptance;
use super::act::{Act, Record};
use super::approval::{self, Agreed, OpenQuestion, Question};
use super::decide::{current_terms, give, kind, refuse, ruling_of};
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::{OnConstraint, Refusal};
use crate::words::{optional_reason, required_reason};
use crate::work::Changed;

/// Asks for another term of the plan, which begins now when the plan's rule needs nobody.
pub async fn renew(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin_as_consumer(db, actor, id).await?;
    let reason = optional_reason(reason)?;
    require_renewable(&mut act).await?;
    let terms = current_terms(&mut act).await?;
    acceptance::require(&mut act, &terms, acceptance::Unmet::Accept).await?;
    let ruling = ruling_of(&mut act, &terms).await?;
    let required = ruling.required;
    let question = Question {
        subscription: act.row.id,
        subject: RequestSubject::Renewal,
        required,
        asked_by: act.rights.person,
        reason: &reason,
        plan: &terms,
        ruling: Some(&ruling),
    };
    let question = approval::ask(&mut act.work, &question).await?;
    let event = if required == 0 {
        approval::answer_by_rule(&mut act.work, question, &ruling).await?;
        take_effect(&mut act).await?;
        "subscription.renewed"
    } else {
        "subscription.requested"
    };
    let record = Record::new("subscription.request_renewal", event, reason);
    finish(act, record).await
}

/// Agrees to another term.
pub async fn approve_renewal(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    note: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Renew).await?;
    let note = optional_reason(note)?;
    let question = open_question(&mut act).await?;
    require_renewable(&mut act).await?;
    let tally = give(&mut act, &question, &note, &Agreed::default()).await?;
    let mut record = Record::new("subscription.renew", "subscription.renewed", note);
    record.details = json!({ "approvals": tally.approvals });
    if tally.is_enough() {
        take_effect(&mut act).await?;
    } else {
        record.event = None;
    }
    finish(act, record).await
}

/// Refuses another term; the present one runs out as before.
pub async fn reject_renewal(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::Renew).await?;
    let reason = required_reason(reason)?;
    let question = open_question(&mut act).await?;
    refuse(&mut act, &question, &reason).await?;
    let record = Record::new(
        "subscription.reject_renewal",
        "subscription.rejected",
        reason,
    );
    finish(act, record).await
}

/// Refuses what cannot be renewed: too late or too early, without an end, under a plan that takes no new requests or has
/// no term to add, or with a later subscription in its place.
async fn require_renewable(act: &mut Act<'_>) -> Result<(), Refusal> {
    let before = act.facts;
    act.apply(SubscriptionEvent::Renew)?;
    act.facts = before;
    let Some(end) = before.ends_at else {
        return Err(Refusal::Conflict(t!("refused-access-it-has-no-end-date")));
    };
    let terms = current_terms(act).await?;
    terms.require_open("/plan", kind(act)?)?;
    if terms.trial {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-is-a-trial-which",
            name = &terms.name
        )));
    }
    // The end was an approver's decision: without a term there is nothing to put in its place.
    let Some(latest) = terms.latest_end(act.work.now()) else {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-has-no-term-to",
            name = &terms.name
        )));
    };
    if end > latest {
        return Err(Refusal::Conflict(t!(
            "refused-access-more-than-one-term-is-left"
        )));
    }
    let replaced = sqlx::query_scalar!(
        r#"select exists (select from subscription
                          where application_id = $1 and product_id = $2 and environment_id = $3 and id > $4) as "replaced!""#,
        act.row.application_id,
        act.row.product_id,
        act.row.environment_id,
        act.row.id,
    )
    .fetch_one(act.work.conn())
    .await?;
    if replaced {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-same-access-was-asked-for"
        )));
    }
    Ok(())
}

async fn open_question(act: &mut Act<'_>) -> Result<OpenQuestion, Refusal> {
    let subscription = act.row.id;
    let question = approval::lock_open(act.work.conn(), subscription, RequestSubject::Renewal)
        .await?
        .ok_or_else(|| Refusal::Conflict(t!("refused-access-no-renewal-is-asked-for-any")))?;
    act.decide_for(question.asked_by)?;
    Ok(question)
}

/// A term begins where the last one ends, or now when that has passed.
async fn take_effect(act: &mut Act<'_>) -> Result<(), Refusal> {
    let terms = current_terms(act).await?;
    let now = act.work.now();
    act.apply(SubscriptionEvent::Renew)?;
    let from = act.facts.ends_at.map_or(now, |end| end.max(now));
    act.facts.ends_at = terms.latest_end(from).or(act.facts.ends_at);
    Ok(())
}

/// An ended subscription that comes back may find its place taken.
async fn finish(act: Act<'_>, record: Record) -> Result<Changed<SubscriptionView>, Refusal> {
    act.finish(record.about(RequestSubject::Renewal))
        .await
        .on_constraint("subscription_open_key", || {
            Refusal::Conflict(t!("refused-access-asked-for-again"))
        })
}
