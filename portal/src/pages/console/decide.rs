//! `POST /console/requests`: approve or reject, one or many. Every request is decided by itself.

use crate::form::Form;
use crate::page_error::{PageError, problem_of};
use crate::pages::console::queue::{self, Chosen};
use crate::pages::list_of::After;
use crate::view::form::Faults;
use crate::view::parts::Flash;
use crate::view::words::count;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::subscriptions::{
    self, Conditions, Decision, SubscriptionView, Verdict,
};
use gatehouse_control_plane::{Changed, Refusal};
use gatehouse_domain::Permission;
use gatehouse_domain::id::SubscriptionId;
use http::StatusCode;

/// As many as the verb takes at once, and as one page can hold.
const DECISIONS_MAX: usize = 200;

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
    let rejecting = form.approve.is_none() && form.decide.as_deref() == Some("reject");
    let wanted = match &form.approve {
        Some(one) => vec![one.clone()],
        None => form.request.clone(),
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
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let ids: Vec<SubscriptionId> = wanted.iter().filter_map(|id| id.parse().ok()).collect();
    let decisions = ids
        .iter()
        .map(|id| Decision {
            subscription: *id,
            verdict: if rejecting {
                Verdict::Reject(reason.clone())
            } else {
                Verdict::Approve(Conditions::default())
            },
        })
        .collect();
    let outcomes = subscriptions::decide_many(visitor.db(), actor, decisions).await;
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

fn faults(wanted: &[String], rejecting: bool, reason: &str) -> Option<Faults> {
    if wanted.is_empty() {
        return Some(Faults::one("form", "Select at least one request."));
    }
    if wanted.len() > DECISIONS_MAX {
        return Some(Faults::one("form", "Select at most 200 requests."));
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
