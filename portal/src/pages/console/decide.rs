//! `POST /console/requests`: approve or reject, one or many. Every request is decided by itself.

use crate::form::{Form, day_start, no_date};
use crate::page::refused;
use crate::page_error::{PageError, problem_of};
use crate::pages::console::choice::Choice;
use crate::pages::console::queue::{self, At};
use crate::pages::console::queue_filter::QueueFilter;
use crate::pages::console::undo::UNDO_MAX;
use crate::view::form::{Faults, WHOLE_FORM};
use crate::view::parts::Flash;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{
    self, Conditions, DECISIONS_MAX, Decision, RequestSubject, SubscriptionView, Verdict,
};
use gatehouse_control_plane::{Changed, Refusal, long_jobs};
use gatehouse_domain::Permission;
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;

/// The queue's form, as it was sent.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideForm {
    #[serde(default)]
    pub(super) request: Vec<String>,
    /// The button of one row.
    #[serde(default)]
    approve: Option<String>,
    /// One of the two buttons below.
    #[serde(default)]
    decide: Option<String>,
    /// Conditions of an approval: another plan, the first day without access, lower limits, and words for the requester.
    #[serde(default)]
    pub(super) plan: String,
    #[serde(default)]
    pub(super) ends: String,
    #[serde(default)]
    pub(super) rate: String,
    #[serde(default)]
    pub(super) quota: String,
    #[serde(default)]
    pub(super) note: String,
    #[serde(default)]
    pub(super) preset: String,
    #[serde(default)]
    pub(super) reason: String,
    /// The part of the queue the form was on.
    #[serde(default)]
    filter: String,
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
            let at = At {
                filter: QueueFilter::parse(&form.filter),
                ..At::default()
            };
            let sent = DecideForm {
                request: wanted,
                ..form
            };
            return Ok(refused(
                queue::page(&visitor, at, None, &sent, faults).await?,
            ));
        }
    };
    let decisions = choices.iter().map(|choice| Decision {
        subscription: choice.subscription,
        subject: choice.subject,
        verdict: answer.clone(),
    });
    if choices.len() > AT_ONCE_MAX {
        let begun = long_jobs::decide_as_job(visitor.db(), actor, decisions.collect()).await?;
        let page = format!("/console/jobs/{}", begun.value.id);
        return Ok(visitor.go(&page).into_response());
    }
    let mut outcomes = Vec::with_capacity(choices.len());
    for decision in decisions {
        let subject = decision.subject;
        let outcome = subscriptions::decide_one(visitor.db(), actor, decision).await;
        outcomes.push((subject, outcome));
    }
    let change = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref().ok()?.change.clone())
        .next_back();
    let mut path = QueueFilter::parse(&form.filter).path();
    let undo = rejected(&outcomes, rejecting);
    if !undo.is_empty() {
        let mark = if path.contains('?') { '&' } else { '?' };
        path.push_str(&format!("{mark}undo={undo}"));
    }
    visitor.tell(summary(outcomes, rejecting)?).await?;
    Ok(visitor.go_with(&path, change.as_ref()).into_response())
}

/// Most requests that the page waits for; more are decided by a job.
pub(crate) const AT_ONCE_MAX: usize = 100;

impl DecideForm {
    /// What is said to every chosen question, or what is wrong with the form.
    fn answer(&self, choices: &[Choice], rejecting: bool) -> Result<Verdict, Faults> {
        if choices.is_empty() {
            return Err(Faults::one(WHOLE_FORM, t!("access-select-one")));
        }
        if choices.len() > DECISIONS_MAX {
            let words = t!("access-select-most", most = DECISIONS_MAX);
            return Err(Faults::one(WHOLE_FORM, words));
        }
        if rejecting {
            self.rejection().map(Verdict::Reject)
        } else {
            self.conditions(choices).map(Verdict::Approve)
        }
    }

    fn rejection(&self) -> Result<String, Faults> {
        let reason = match self.reason.trim() {
            "" => self.preset.clone(),
            _ => self.reason.clone(),
        };
        let words = match reason.chars().count() {
            0 => t!("access-say-why"),
            1..=500 => return Ok(reason),
            _ => t!("access-too-long"),
        };
        Err(Faults::one("reason", words))
    }

    /// Whether an approval depends on something.
    pub(super) fn has_conditions(&self) -> bool {
        let fields = [&self.plan, &self.ends, &self.rate, &self.quota, &self.note];
        fields.iter().any(|text| !text.is_empty())
    }

    fn conditions(&self, choices: &[Choice]) -> Result<Conditions, Faults> {
        let mut faults = Faults::default();
        let first = |choice: &Choice| choice.subject == RequestSubject::Subscription;
        if !choices.iter().all(first) {
            for (field, text, words) in [
                ("plan", &self.plan, t!("access-first-plan")),
                ("ends", &self.ends, t!("access-first-end")),
                ("rate", &self.rate, t!("access-first-limit")),
                ("quota", &self.quota, t!("access-first-limit")),
            ] {
                if !text.trim().is_empty() {
                    faults.add(field, words);
                }
            }
        }
        let ends = self.ends.trim();
        let ends_at = day_start(ends).filter(|_| !ends.is_empty());
        if ends_at.is_none() && !ends.is_empty() {
            faults.add("ends", no_date());
        }
        let rate = number(&mut faults, "rate", &self.rate).map(|amount| LimitRule::Rate {
            amount,
            window_s: 1,
            burst: amount,
        });
        let quota = number(&mut faults, "quota", &self.quota).map(|amount| LimitRule::Quota {
            amount,
            period: QuotaPeriod::Day,
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let plan = self.plan.trim();
        Ok(Conditions {
            plan: (!plan.is_empty()).then(|| Lookup::from(plan)),
            starts_at: None,
            ends_at,
            limits: rate.into_iter().chain(quota).collect(),
            note: self.note.clone(),
        })
    }
}

/// A whole number above zero, or nothing.
fn number<T: std::str::FromStr + PartialOrd + Default>(
    faults: &mut Faults,
    field: &'static str,
    text: &str,
) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let number = text.parse().ok().filter(|number| *number > T::default());
    if number.is_none() {
        faults.add(field, t!("access-whole-number"));
    }
    number
}

/// The first requests that are rejected now, as far as they can be taken back at once.
fn rejected(outcomes: &[Outcome], rejecting: bool) -> String {
    let ids = outcomes.iter().filter(|_| rejecting);
    let ids = ids.filter(|(subject, _)| *subject == RequestSubject::Subscription);
    let ids = ids.filter_map(|(_, outcome)| Some(outcome.as_ref().ok()?.value.id.to_string()));
    ids.take(UNDO_MAX).collect::<Vec<_>>().join(".")
}

/// What was asked, and what became of it.
type Outcome = (RequestSubject, Result<Changed<SubscriptionView>, Refusal>);

/// What happened, in one sentence; who was faster is said in theirs.
fn summary(outcomes: Vec<Outcome>, rejecting: bool) -> Result<Flash, PageError> {
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
    other.dedup();
    let rest = other.join(" ");
    Ok(match done.as_slice() {
        [] => Flash::care(t!("access-none-decided"), rest),
        [one] => Flash::good(one_done(one, rejecting), rest),
        many if rejecting => Flash::good(t!("access-rejected-many", count = many.len()), rest),
        many => Flash::good(t!("access-approved-many", count = many.len()), rest),
    })
}

fn one_done(view: &SubscriptionView, rejecting: bool) -> String {
    let (api, application) = (&view.api.name, &view.application.name);
    if rejecting {
        t!("access-rejected-one", api = api, application = application)
    } else {
        t!("access-approved-one", api = api, application = application)
    }
}

/// What is said when another person has to agree too.
fn still_open(view: &SubscriptionView, subject: RequestSubject) -> Option<String> {
    let open = view
        .open_requests
        .iter()
        .find(|one| one.subject == subject)?;
    let (given, required) = (open.approvals.given, open.approvals.required);
    Some(t!(
        "access-still-open",
        api = &view.api.name,
        application = &view.application.name,
        given = given,
        required = required,
    ))
}
