//! Decisions on access requests: approve, under conditions if need be, or reject with a reason.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::id::{PlanId, SubscriptionId};
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;
use serde_json::json;
use time::OffsetDateTime;

use super::acceptance;
use super::act::{Act, Record};
use super::approval::{self, Agreed, Answer, OpenQuestion, Tally};
use super::limits;
use super::rights;
use super::ruling::{self, Asker, Ruling};
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::terms::{self, Terms};
use crate::refusal::{FieldFault, Refusal};
use crate::words::{known, optional_reason, required_reason};
use crate::work::{Changed, Work};

/// What an approval depends on. The default agrees to what was asked.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// Another plan of the same product.
    pub plan: Option<Lookup<PlanId>>,
    /// First moment of access, when later than now.
    pub starts_at: Option<OffsetDateTime>,
    /// First moment without access.
    pub ends_at: Option<OffsetDateTime>,
    /// Limits that hold besides the plan's, each lower than what the plan allows; the strictest decides.
    pub limits: Vec<LimitRule>,
    /// Words for the requester, at most 500 characters.
    pub note: String,
}

/// Agrees to a request. With a plan that needs two people, the first agreement leaves it pending.
pub async fn approve(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    conditions: Conditions,
) -> Result<Changed<SubscriptionView>, Refusal> {
    rights::require(actor, SubscriptionEvent::Approve)?;
    let work = Work::begin(db, actor).await?;
    let (work, view) = approve_in(work, actor, id, &conditions).await?;
    work.commit(view).await
}

/// The same inside a unit of work that decides several.
pub(super) async fn approve_in<'a>(
    work: Work<'a>,
    actor: &Actor,
    id: SubscriptionId,
    conditions: &Conditions,
) -> Result<(Work<'a>, SubscriptionView), Refusal> {
    let mut act = Act::begin_in(work, actor, id, SubscriptionEvent::Approve).await?;
    let question = open_question(&mut act, SubscriptionEvent::Approve).await?;
    let note = optional_reason(&conditions.note)?;
    let agreed = agree(&mut act, &question, conditions).await?;
    let tally = give(&mut act, &question, &note, &agreed).await?;
    let record = |event| Record {
        action: "subscription.approve",
        event,
        reason: note,
        details: json!({ "approvals": tally.approvals, "conditions": agreed }),
        subject: RequestSubject::Subscription,
    };
    if !tally.is_enough() {
        return act.complete(record(None)).await;
    }
    take_effect(&mut act, &tally.agreed).await?;
    act.complete(record(Some("subscription.approved"))).await
}

/// Makes active what enough people agreed to.
async fn take_effect(act: &mut Act<'_>, agreed: &Agreed) -> Result<(), Refusal> {
    let terms = terms_of(act, agreed.plan).await?;
    act.plan = terms.id;
    act.facts.starts_at = agreed.starts_at;
    act.apply(SubscriptionEvent::Approve)?;
    let start = act.facts.starts_at.unwrap_or(act.work.now());
    act.facts.ends_at = [agreed.ends_at, terms.latest_end(start)]
        .into_iter()
        .flatten()
        .min();
    if act.facts.ends_at.is_some_and(|end| end <= start) {
        return Err(Refusal::Conflict(t!(
            "refused-access-together-the-conditions-of-both-approvers"
        )));
    }
    let subscription = act.row.id;
    limits::store(&mut act.work, subscription, &agreed.limits).await
}

/// Refuses a request; the reason reaches the requester verbatim, who may ask again.
pub async fn reject(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    rights::require(actor, SubscriptionEvent::Reject)?;
    let work = Work::begin(db, actor).await?;
    let (work, view) = reject_in(work, actor, id, reason).await?;
    work.commit(view).await
}

/// The same inside a unit of work that decides several.
pub(super) async fn reject_in<'a>(
    work: Work<'a>,
    actor: &Actor,
    id: SubscriptionId,
    reason: &str,
) -> Result<(Work<'a>, SubscriptionView), Refusal> {
    let mut act = Act::begin_in(work, actor, id, SubscriptionEvent::Reject).await?;
    let question = open_question(&mut act, SubscriptionEvent::Reject).await?;
    let reason = required_reason(reason)?;
    refuse(&mut act, &question, &reason).await?;
    act.apply(SubscriptionEvent::Reject)?;
    act.complete(Record::new(
        "subscription.reject",
        "subscription.rejected",
        reason,
    ))
    .await
}

/// The open question of a pending subscription, when this actor may answer it; else who was faster.
async fn open_question(
    act: &mut Act<'_>,
    event: SubscriptionEvent,
) -> Result<OpenQuestion, Refusal> {
    act.decide_for(act.row.requested_by)?;
    let before = act.facts;
    act.apply(event)?;
    act.facts = before;
    let subscription = act.row.id;
    approval::lock_open(act.work.conn(), subscription, RequestSubject::Subscription)
        .await?
        .ok_or_else(|| Refusal::Internal(anyhow::anyhow!("a pending subscription has no question")))
}

/// Checks what this approver agrees to.
async fn agree(
    act: &mut Act<'_>,
    question: &OpenQuestion,
    conditions: &Conditions,
) -> Result<Agreed, Refusal> {
    let now = act.work.now();
    let terms = match &conditions.plan {
        None => current_terms(act).await?,
        Some(plan) => {
            let product = act.row.product_id;
            let terms = terms::find(act.work.conn(), product, plan)
                .await?
                .ok_or_else(|| Refusal::unknown("/plan"))?;
            terms.require_open("/plan", kind(act)?)?;
            require_enough_people(&terms, question)?;
            require_askable(act, &terms).await?;
            terms
        }
    };
    let start = conditions.starts_at.map_or(now, |start| start.max(now));
    let mut faults = Vec::new();
    if let Some(end) = conditions.ends_at {
        if end <= start {
            let detail = t!("refused-access-the-end-must-lie-after-the");
            faults.push(FieldFault::new("/ends_at", "before_start", detail));
        }
        if terms.latest_end(start).is_some_and(|latest| end > latest) {
            let days = terms.max_subscription_days.unwrap_or_default();
            let detail = t!(
                "refused-access-the-plan-ends-after-at-most",
                name = &terms.name,
                days = &days
            );
            faults.push(FieldFault::new("/ends_at", "beyond_plan", detail));
        }
    }
    if start - now > time::Duration::days(3650) {
        let detail = t!("refused-access-start-within-ten-years");
        faults.push(FieldFault::new("/starts_at", "too_far", detail));
    }
    faults.extend(limits::faults(act.work.conn(), terms.id, &conditions.limits).await?);
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    Ok(Agreed {
        limits: conditions.limits.clone(),
        plan: conditions
            .plan
            .as_ref()
            .map(|_| PlanId::from_uuid(terms.id)),
        starts_at: conditions.starts_at,
        ends_at: conditions.ends_at,
    })
}

/// Refuses a plan that needs more people than were asked: naming it must not make one out of two.
fn require_enough_people(terms: &Terms, question: &OpenQuestion) -> Result<(), Refusal> {
    if terms.approval.approvals_required() <= question.required {
        return Ok(());
    }
    Err(Refusal::Conflict(t!(
        "refused-access-the-plan-needs-more-approvals-than",
        name = &terms.name
    )))
}

/// Refuses a plan that only its subscribers can agree to: another trial, or one with terms they have not accepted.
async fn require_askable(act: &mut Act<'_>, terms: &Terms) -> Result<(), Refusal> {
    if terms.id == act.row.plan_id {
        return Ok(());
    }
    if terms.trial {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-plan-is-a-trial-reject",
            name = &terms.name
        )));
    }
    acceptance::require(act, terms, acceptance::Unmet::AskAnew).await
}

/// Stores this person's agreement and counts them all.
pub(super) async fn give(
    act: &mut Act<'_>,
    question: &OpenQuestion,
    reason: &str,
    agreed: &Agreed,
) -> Result<Tally, Refusal> {
    let answer = Answer {
        by: act.rights.person,
        on_behalf_of: act.on_behalf_of,
        approved: true,
        reason,
        agreed,
        rule: None,
    };
    approval::answer(&mut act.work, question.id, &answer).await?;
    let asked = PlanId::from_uuid(act.row.plan_id);
    let tally = approval::tally(act.work.conn(), question, asked).await?;
    if tally.is_enough() {
        let now = act.work.now();
        approval::close(act.work.conn(), question.id, "approved", now).await?;
    }
    Ok(tally)
}

/// Stores this person's refusal. Somebody who agreed before may still change their mind in words, not in the record.
pub(super) async fn refuse(
    act: &mut Act<'_>,
    question: &OpenQuestion,
    reason: &str,
) -> Result<(), Refusal> {
    let answer = Answer {
        by: act.rights.person,
        on_behalf_of: act.on_behalf_of,
        approved: false,
        reason,
        agreed: &Agreed::default(),
        rule: None,
    };
    approval::answer(&mut act.work, question.id, &answer).await?;
    let now = act.work.now();
    approval::close(act.work.conn(), question.id, "rejected", now).await
}

/// The kind of environment the subscription is for.
pub(super) fn kind(act: &Act<'_>) -> Result<EnvironmentKind, Refusal> {
    let word = &act.row.environment_kind;
    known(EnvironmentKind::parse(word), word)
}

/// What the rule of a plan says of what the application's team asks for.
pub(super) async fn ruling_of(act: &mut Act<'_>, terms: &Terms) -> Result<Ruling, Refusal> {
    let asker = Asker {
        terms,
        person: act.rights.person,
        team: act.row.team_id,
        environment: kind(act)?,
    };
    ruling::rule(act.work.conn(), &asker).await
}

/// The terms of the plan the subscription is under.
pub(super) async fn current_terms(act: &mut Act<'_>) -> Result<Terms, Refusal> {
    terms_of(act, None).await
}

/// The terms of another plan of the product, or of the current one.
pub(super) async fn terms_of(act: &mut Act<'_>, plan: Option<PlanId>) -> Result<Terms, Refusal> {
    let plan = Lookup::Id(plan.unwrap_or(act.row.plan_id.into()));
    let product = act.row.product_id;
    terms::find(act.work.conn(), product, &plan)
        .await?
        .ok_or_else(|| Refusal::Internal(anyhow::anyhow!("a subscription has no plan")))
}
