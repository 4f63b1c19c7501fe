//! `POST /console/requests`: approve or reject, one or many. Every request is decided by itself.

use crate::form::{Form, NO_DATE, day_start};
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
    /// Conditions of an approval: the first day without access, and words for the requester.
    #[serde(default)]
    ends: String,
    #[serde(default)]
    note: String,
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
    let choices: Option<Vec<Choice>> = wanted.iter().map(|text| Choice::parse(text)).collect();
    let choices = choices.ok_or_else(|| PageError::of(ProblemKind::BadRequest))?;
    let answer = match form.answer(&choices, rejecting) {
        Ok(answer) => answer,
        Err(faults) => {
            let chosen = Chosen {
                requests: wanted,
                ends: form.ends,
                note: form.note,
                preset: form.preset,
                reason: form.reason,
                rejecting,
            };
            let page = queue::page(&visitor, &After::default(), None, &chosen, faults).await?;
            return Ok(refused(page));
        }
    };
    let mut outcomes = Vec::with_capacity(choices.len());
    for choice in choices {
        let outcome = decide(visitor.db(), actor, choice, &answer).await;
        outcomes.push((choice.subject, outcome));
    }
    let change = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref().ok()?.change.clone())
        .next_back();
    visitor.tell(summary(outcomes, rejecting)?).await?;
    Ok(visitor
        .go_with("/console/requests", change.as_ref())
        .into_response())
}

/// Yes, with what it depends on, or no with the reason.
enum Answer {
    Approve(Conditions),
    Reject(String),
}

impl DecideForm {
    /// What is said to every chosen question, or what is wrong with the form.
    fn answer(&self, choices: &[Choice], rejecting: bool) -> Result<Answer, Faults> {
        if choices.is_empty() {
            return Err(Faults::one(WHOLE_FORM, "Select at least one request."));
        }
        if choices.len() > DECISIONS_MAX {
            let words = format!("Select at most {DECISIONS_MAX} requests.");
            return Err(Faults::one(WHOLE_FORM, words));
        }
        if rejecting {
            self.rejection().map(Answer::Reject)
        } else {
            self.conditions(choices).map(Answer::Approve)
        }
    }

    fn rejection(&self) -> Result<String, Faults> {
        let reason = match self.reason.trim() {
            "" => self.preset.clone(),
            _ => self.reason.clone(),
        };
        let words = match reason.chars().count() {
            0 => "Say why. The requester reads it word for word.",
            1..=500 => return Ok(reason),
            _ => "Use at most 500 characters.",
        };
        Err(Faults::one("reason", words))
    }

    fn conditions(&self, choices: &[Choice]) -> Result<Conditions, Faults> {
        let mut conditions = Conditions {
            note: self.note.clone(),
            ..Conditions::default()
        };
        if !self.ends.trim().is_empty() {
            let end = day_start(&self.ends).ok_or_else(|| Faults::one("ends", NO_DATE))?;
            let first = |choice: &Choice| choice.subject == RequestSubject::Subscription;
            if !choices.iter().all(first) {
                return Err(Faults::one(
                    "ends",
                    "An end date is for first requests. Approve changes of plan and renewals without one.",
                ));
            }
            conditions.ends_at = Some(end);
        }
        Ok(conditions)
    }
}

/// Answers one question.
async fn decide(
    db: &Db,
    actor: &Actor,
    choice: Choice,
    answer: &Answer,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let id = choice.subscription;
    match (choice.subject, answer) {
        (RequestSubject::Subscription, Answer::Approve(conditions)) => {
            subscriptions::approve(db, actor, id, conditions.clone()).await
        }
        (RequestSubject::Subscription, Answer::Reject(reason)) => {
            subscriptions::reject(db, actor, id, reason).await
        }
        (RequestSubject::PlanChange, Answer::Approve(conditions)) => {
            subscriptions::approve_plan_change(db, actor, id, &conditions.note).await
        }
        (RequestSubject::PlanChange, Answer::Reject(reason)) => {
            subscriptions::reject_plan_change(db, actor, id, reason).await
        }
        (RequestSubject::Renewal, Answer::Approve(conditions)) => {
            subscriptions::approve_renewal(db, actor, id, &conditions.note).await
        }
        (RequestSubject::Renewal, Answer::Reject(reason)) => {
            subscriptions::reject_renewal(db, actor, id, reason).await
        }
    }
}

/// What happened, in one sentence; who was faster is said in theirs.
fn summary(
    outcomes: Vec<(RequestSubject, Result<Changed<SubscriptionView>, Refusal>)>,
    rejecting: bool,
) -> Result<Flash, PageError> {
    let mut done = Vec::new();
    let mut other = Vec::new();
    for (subject, outcome) in outcomes {
        match outcome {
            Ok(changed) => match still_open(&changed.value, subject) {
                Some(words) => other.push(words),
                None => done.push(changed.value),
            },
            Err(refusal @ (Refusal::Database(_) | Refusal::Internal(_))) if done.is_empty() => {
                return Err(refusal.into());
            }
            Err(Refusal::Invalid(faults)) => {
                other.extend(faults.into_iter().map(|fault| fault.detail));
            }
            Err(refusal) => other.push(problem_of(refusal).message().to_owned()),
        }
    }
    let verb = if rejecting { "Rejected" } else { "Approved" };
    other.dedup();
    let rest = other.join(" ");
    Ok(match done.as_slice() {
        [] => Flash::care("Nothing is decided yet.", rest),
        [one] => Flash::good(
            format!("{verb} {} for {}.", one.api.name, one.application.name),
            rest,
        ),
        many => Flash::good(format!("{verb} {}.", count(many.len(), "request")), rest),
    })
}

/// What is said when another person has to agree too.
fn still_open(view: &SubscriptionView, subject: RequestSubject) -> Option<String> {
    let open = view
        .open_requests
        .iter()
        .find(|one| one.subject == subject)?;
    let (given, required) = (open.approvals.given, open.approvals.required);
    Some(format!(
        "You agreed to {} for {}. {given} of {required} people have; another approver decides.",
        view.api.name, view.application.name
    ))
}
