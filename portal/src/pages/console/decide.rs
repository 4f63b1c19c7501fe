//! `POST /console/requests`: approve or reject, one or many. Every request is decided by itself.

use crate::form::Form;
use crate::page::refused;
use crate::page_error::{PageError, problem_of};
use crate::pages::console::choice::Choice;
use crate::pages::console::queue::{self, Chosen};
use crate::pages::list_of::After;
use crate::view::form::{Faults, WHOLE_FORM};
use crate::view::parts::Flash;
use crate::view::words::count;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::subscriptions::{
    self, Conditions, DECISIONS_MAX, RequestSubject, SubscriptionView,
};
use gatehouse_control_plane::{Actor, Changed, Db, Refusal};
use gatehouse_domain::Permission;
use gatehouse_problem::ProblemKind;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideForm {
    #[serde(default)]
    request: Vec<String>,
    /// The button of one row.
    #[serde(default)]
    approve: Option<String>,
    /// One of the two buttons below.
    #[serde(default)]
    decide: Option<String>,
    #[serde(default)]
    preset: String,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<DecideForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::SubscriptionDecide)?;
    let (wanted, rejecting) = match (&form.approve, form.decide.as_deref()) {
        (Some(one), _) => (vec![one.clone()], false),
        (None, Some("approve")) => (form.request.clone(), false),
        (None, Some("reject")) => (form.request.clone(), true),
        // No button says what to do with them.
        (None, _) => return Err(PageError::of(ProblemKind::BadRequest)),
    };
    let reason = if form.reason.trim().is_empty() {
        form.preset.clone()
    } else {
        form.reason.clone()
    };
    if let Some(faults) = faults(&wanted, rejecting, &reason) {
        let chosen = Chosen {
            requests: form.request,
            preset: form.preset,
            reason: form.reason,
            rejecting,
        };
        let page = queue::page(&visitor, &After::default(), None, &chosen, faults).await?;
        return Ok(refused(page));
    }
    let choices: Option<Vec<Choice>> = wanted.iter().map(|text| Choice::parse(text)).collect();
    let choices = choices.ok_or_else(|| PageError::of(ProblemKind::BadRequest))?;
    let rejection = rejecting.then_some(reason.as_str());
    let mut outcomes = Vec::with_capacity(choices.len());
    for choice in choices {
        outcomes.push(decide(visitor.db(), actor, choice, rejection).await);
    }
    let change = outcomes
        .iter()
        .flatten()
        .filter_map(|done| done.change.clone())
        .next_back();
    visitor.tell(summary(outcomes, rejecting)?).await?;
    Ok(visitor
        .go_with("/console/requests", change.as_ref())
        .into_response())
}

/// Answers one question: yes, or no with the reason.
async fn decide(
    db: &Db,
    actor: &Actor,
    choice: Choice,
    rejection: Option<&str>,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let id = choice.subscription;
    match (choice.subject, rejection) {
        (RequestSubject::Subscription, None) => {
            subscriptions::approve(db, actor, id, Conditions::default()).await
        }
        (RequestSubject::Subscription, Some(reason)) => {
            subscriptions::reject(db, actor, id, reason).await
        }
        (RequestSubject::PlanChange, None) => {
            subscriptions::approve_plan_change(db, actor, id, "").await
        }
        (RequestSubject::PlanChange, Some(reason)) => {
            subscriptions::reject_plan_change(db, actor, id, reason).await
        }
        (RequestSubject::Renewal, None) => subscriptions::approve_renewal(db, actor, id, "").await,
        (RequestSubject::Renewal, Some(reason)) => {
            subscriptions::reject_renewal(db, actor, id, reason).await
        }
    }
}

fn faults(wanted: &[String], rejecting: bool, reason: &str) -> Option<Faults> {
    if wanted.is_empty() {
        return Some(Faults::one(WHOLE_FORM, "Select at least one request."));
    }
    if wanted.len() > DECISIONS_MAX {
        return Some(Faults::one(
            WHOLE_FORM,
            format!("Select at most {DECISIONS_MAX} requests."),
        ));
    }
    if rejecting && reason.trim().is_empty() {
        return Some(Faults::one(
            "reason",
            "Say why. The requester reads it word for word.",
        ));
    }
    if rejecting && reason.chars().count() > 500 {
        return Some(Faults::one("reason", "Use at most 500 characters."));
    }
    None
}

/// What happened, in one sentence; who was faster is said in theirs.
fn summary(
    outcomes: Vec<Result<Changed<SubscriptionView>, Refusal>>,
    rejecting: bool,
) -> Result<Flash, PageError> {
    let mut done = Vec::new();
    let mut other = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(changed) => done.push(changed.value),
            Err(refusal @ (Refusal::Database(_) | Refusal::Internal(_))) if done.is_empty() => {
                return Err(refusal.into());
            }
            Err(refusal) => other.push(problem_of(refusal).message().to_owned()),
        }
    }
    let verb = if rejecting { "Rejected" } else { "Approved" };
    other.dedup();
    let rest = other.join(" ");
    Ok(match done.as_slice() {
        [] => Flash::care("Nothing was decided.", rest),
        [one] => Flash::good(
            format!("{verb} {} for {}.", one.api.name, one.application.name),
            rest,
        ),
        many => Flash::good(format!("{verb} {}.", count(many.len(), "request")), rest),
    })
}
