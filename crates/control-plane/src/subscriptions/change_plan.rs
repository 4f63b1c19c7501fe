//! Another plan of the same product: the team asks, the target plan's rule or an approver decides. Keys stay.

use gatehouse_domain::id::{PlanId, SubscriptionId};
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;
use serde_json::json;

use super::acceptance;
use super::act::{Act, Record};
use super::approval::{self, Agreed, OpenQuestion, Question};
use super::decide::{give, kind, refuse, ruling_of, terms_of};
use super::limits;
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::terms;
use crate::refusal::Refusal;
use crate::words::{optional_reason, required_reason};
use crate::work::Changed;

/// Asks for another plan, which is in force at once when its rule needs nobody.
pub async fn request_plan_change(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    plan: Lookup<PlanId>,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin_as_consumer(db, actor, id).await?;
    let reason = optional_reason(reason)?;
    act.apply(SubscriptionEvent::ChangePlan)?;
    let product = act.row.product_id;
    let terms = terms::find(act.work.conn(), product, &plan)
        .await?
        .ok_or_else(|| Refusal::unknown("/plan"))?;
    terms.require_open("/plan", kind(&act)?)?;
    if terms.id == act.row.plan_id {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-is-already",
            name = &terms.name
        )));
    }
    if terms.trial {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-is-a-trial-with",
            name = &terms.name
        )));
    }
    acceptance::require(&mut act, &terms, acceptance::Unmet::Accept).await?;
    let ruling = ruling_of(&mut act, &terms).await?;
    let required = ruling.required;
    let question = Question {
        subscription: act.row.id,
        subject: RequestSubject::PlanChange,
        required,
        asked_by: act.rights.person,
        reason: &reason,
        plan: &terms,
        ruling: Some(&ruling),
    };
    let question = approval::ask(&mut act.work, &question).await?;
    let event = if required == 0 {
        approval::answer_by_rule(&mut act.work, question, &ruling).await?;
        take_effect(&mut act, terms.id).await?;
        "subscription.plan_changed"
    } else {
        act.wanted_plan = Some(terms.id);
        "subscription.requested"
    };
    let record = Record::new("subscription.request_plan_change", event, reason);
    act.finish(record.about(RequestSubject::PlanChange)).await
}

/// Agrees to another plan.
pub async fn approve_plan_change(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    note: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::ChangePlan).await?;
    let note = optional_reason(note)?;
    act.apply(SubscriptionEvent::ChangePlan)?;
    let question = open_question(&mut act).await?;
    let tally = give(&mut act, &question, &note, &Agreed::default()).await?;
    let mut record = Record::new(
        "subscription.approve_plan_change",
        "subscription.plan_changed",
        note,
    )
    .about(RequestSubject::PlanChange);
    record.details = json!({ "approvals": tally.approvals });
    if tally.is_enough() {
        let wanted = act.row.wanted_plan_id.ok_or_else(nothing_asked)?;
        take_effect(&mut act, wanted).await?;
    } else {
        record.event = None;
    }
    act.finish(record).await
}

/// Refuses another plan; the present one stays.
pub async fn reject_plan_change(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin(db, actor, id, SubscriptionEvent::ChangePlan).await?;
    let reason = required_reason(reason)?;
    let question = open_question(&mut act).await?;
    refuse(&mut act, &question, &reason).await?;
    act.wanted_plan = None;
    let record = Record::new(
        "subscription.reject_plan_change",
        "subscription.rejected",
        reason,
    );
    act.finish(record.about(RequestSubject::PlanChange)).await
}

/// Takes the question for another plan back.
pub async fn withdraw_plan_change(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin_as_consumer(db, actor, id).await?;
    let question = locked(&mut act).await?;
    let now = act.work.now();
    approval::close(act.work.conn(), question.id, "withdrawn", now).await?;
    act.wanted_plan = None;
    let record = Record::new(
        "subscription.withdraw_plan_change",
        "subscription.withdrawn",
        String::new(),
    );
    act.finish(record.about(RequestSubject::PlanChange)).await
}

async fn open_question(act: &mut Act<'_>) -> Result<OpenQuestion, Refusal> {
    let question = locked(act).await?;
    act.decide_for(question.asked_by)?;
    Ok(question)
}

async fn locked(act: &mut Act<'_>) -> Result<OpenQuestion, Refusal> {
    let subscription = act.row.id;
    approval::lock_open(act.work.conn(), subscription, RequestSubject::PlanChange)
        .await?
        .ok_or_else(nothing_asked)
}

fn nothing_asked() -> Refusal {
    Refusal::Conflict(t!("refused-access-no-other-plan-is-asked-for"))
}

/// The new plan has to be on offer still. Its longest term counts from now; what the subscription has left is never
/// lengthened.
async fn take_effect(act: &mut Act<'_>, plan: uuid::Uuid) -> Result<(), Refusal> {
    let terms = terms_of(act, Some(plan.into())).await?;
    terms.require_open("/plan", kind(act)?).map_err(|_| {
        Refusal::Conflict(t!(
            "refused-access-the-plan-is-not-on-offer",
            name = &terms.name
        ))
    })?;
    act.plan = terms.id;
    act.wanted_plan = None;
    // Agreed to beside the plan that is left.
    let subscription = act.row.id;
    limits::store(&mut act.work, subscription, &[]).await?;
    let start = act.work.now();
    act.facts.ends_at = [act.facts.ends_at, terms.latest_end(start)]
        .into_iter()
        .flatten()
        .min();
    Ok(())
}
