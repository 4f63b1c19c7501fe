//! Decides up to 500 requests; each is carried out or refused by itself.

use super::approve::ApproveSubscription;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::subscriptions::{
    DECISIONS_MAX, Decision, RequestSubject, SubscriptionView, Undecided,
};
use gatehouse_control_plane::{Changed, Db, FieldFault, Refusal, long_jobs, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_runtime::RequestId;
use gatehouse_web::{FieldError, Json, Problem, ProblemKind};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::merged;
use crate::edge::auth::{Caller, needs};
use crate::edge::prefer::{RespondAsync, as_job};
use crate::state::Links;
use crate::v1::plans::limit::LimitInput;

/// Decides up to 500 requests; each is carried out or refused by itself.
///
/// With `Prefer: respond-async` (RFC 7240) they are decided by a job, which is answered at once: it says how far it is, and its output
/// says what became of each. Decisions that are one (`atomic`) are always made at once.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/decisions",
    tag = "subscriptions",
    params(("Prefer" = Option<String>, Header, description = "`respond-async`: answer with a job.")),
    request_body = DecideMany,
    responses(
        (status = 200, description = "What became of each", body = bodies::Decided),
        (status = 202, description = "The job that decides them", body = bodies::Changed<bodies::Job>)
    ),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn decide_many(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    State(links): State<Links>,
    Extension(request_id): Extension<RequestId>,
    RespondAsync(respond_async): RespondAsync,
    Json(body): Json<DecideMany>,
) -> Result<Response, Problem> {
    let count = body.decisions.len();
    if !(1..=DECISIONS_MAX).contains(&count) {
        let detail = format!("Send 1 to {DECISIONS_MAX} decisions; got {count}.");
        let fault = FieldError::new("/decisions", "out_of_range", detail);
        return Err(Problem::new(ProblemKind::Invalid).field(fault));
    }
    let ids: Vec<_> = body
        .decisions
        .iter()
        .map(|decision| decision.subscription)
        .collect();
    let decisions = body
        .decisions
        .into_iter()
        .map(OneDecision::into_decision)
        .collect::<Result<Vec<_>, _>>()?;
    if respond_async && !body.atomic && !caller.is_dry_run() {
        let begun = long_jobs::decide_as_job(&db, &caller, decisions).await?;
        return Ok(as_job(&begun));
    }
    let decided = if body.atomic {
        let all = subscriptions::decide_all(&db, &caller, decisions).await;
        as_one(count, all)
    } else {
        subscriptions::decide_many(&db, &caller, decisions).await
    };
    let pages = links.portal().to_string();
    let items = ids.into_iter().zip(decided).enumerate();
    let data: Vec<Value> = items
        .map(|(place, (id, outcome))| item(place, id, outcome, request_id, &pages))
        .collect();
    Ok(Json(json!({ "data": data })).into_response())
}

/// The schema below takes no name, only a number.
const _: () = assert!(DECISIONS_MAX == 500, "the schema documents 500");

/// The decisions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideMany {
    /// 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    decisions: Vec<OneDecision>,
    /// Whether all are carried out, or none when one is refused.
    #[serde(default)]
    atomic: bool,
}

/// One decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneDecision {
    /// Which request.
    #[schema(value_type = ids::SubscriptionId)]
    subscription: SubscriptionId,
    /// What is decided.
    #[schema(value_type = words::Verdict)]
    verdict: Verdict,
    /// Why, for the person who asked; needed to reject.
    #[serde(default)]
    reason: String,
    /// With an approval: another plan than the one asked for.
    #[schema(value_type = Option<ids::PlanLookup>)]
    plan: Option<String>,
    /// With an approval: first moment of access; without it now.
    #[serde(default, with = "time::serde::rfc3339::option")]
    starts_at: Option<OffsetDateTime>,
    /// With an approval: limits beside the plan's, each lower than what the plan allows.
    #[serde(default)]
    limits: Vec<LimitInput>,
    /// With an approval: first moment without access.
    #[serde(default, with = "time::serde::rfc3339::option")]
    ends_at: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Approve,
    Reject,
}

impl OneDecision {
    fn into_decision(self) -> Result<Decision, Problem> {
        let verdict = match self.verdict {
            Verdict::Reject => subscriptions::Verdict::Reject(self.reason),
            Verdict::Approve => {
                let body = ApproveSubscription {
                    plan: self.plan,
                    starts_at: self.starts_at,
                    ends_at: self.ends_at,
                    limits: self.limits,
                    note: self.reason,
                };
                subscriptions::Verdict::Approve(body.into_conditions()?)
            }
        };
        Ok(Decision {
            subscription: self.subscription,
            subject: RequestSubject::Subscription,
            verdict,
        })
    }
}

/// The outcome of each of many decisions that are one: the change is everybody's, and so is the refusal of one.
fn as_one(
    count: usize,
    all: Result<Changed<Vec<SubscriptionView>>, Undecided>,
) -> Vec<Result<Changed<SubscriptionView>, Refusal>> {
    match all {
        Ok(Changed { value, change }) => value
            .into_iter()
            .map(|value| {
                Ok(Changed {
                    value,
                    change: change.clone(),
                })
            })
            .collect(),
        Err(Undecided { place, refusal }) => {
            let mut why = Some(refusal);
            let outcome = |number| match why.take_if(|_| number == place) {
                Some(refusal) => Err(refusal),
                None => Err(Refusal::Conflict(format!(
                    "Nothing was decided, because decision {place} of this list was refused."
                ))),
            };
            (0..count).map(outcome).collect()
        }
    }
}

/// What became of one decision, as it would have been answered alone.
fn item(
    place: usize,
    id: SubscriptionId,
    outcome: Result<Changed<SubscriptionView>, Refusal>,
    request_id: RequestId,
    pages: &str,
) -> Value {
    match outcome {
        Ok(changed) => {
            json!({"subscription": id, "status": 200, "result": merged(&changed), "problem": null})
        }
        Err(refusal) => {
            let problem = Problem::from(placed(refusal, place));
            if let Some(cause) = problem.cause() {
                tracing::error!(subscription = %id, cause = format!("{cause:#}"), "a decision failed");
            }
            let body = problem.inner().body(request_id.as_str(), Some(pages));
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            json!({"subscription": id, "status": problem.inner().status().as_u16(), "result": null, "problem": body})
        }
    }
}

/// Points into the list that was sent.
fn placed(refusal: Refusal, place: usize) -> Refusal {
    let at = |pointer: &str| format!("/decisions/{place}{pointer}");
    match refusal {
        Refusal::NotFound => Refusal::unknown(at("/subscription")),
        Refusal::UnknownReference { pointer } => Refusal::unknown(at(&pointer)),
        Refusal::Invalid(faults) => Refusal::Invalid(
            faults
                .into_iter()
                .map(|fault| FieldFault {
                    pointer: at(&fault.pointer),
                    ..fault
                })
                .collect(),
        ),
        other => other,
    }
}
