//! Changes a plan; what takes something from its subscribers counts when their notice ends.

use super::limit::{LimitInput, OperationLimitInput, rules};
use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::plan::{ApprovalMode, PlanState};
use gatehouse_domain::price::Price;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::merge::present;
use crate::edge::notice::without_notice;

/// Changes a plan; what takes something from its subscribers counts when their notice ends.
#[utoipa::path(
    patch,
    path = "/v1/apis/{api}/plans/{plan}",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan."), IfMatchHeader),
    request_body = UpdatePlan,
    responses((status = 200, description = "The plan as it is now", body = bodies::Changed<bodies::Plan>)),
    security(("token" = ["plan.manage"]))
)]
pub(crate) async fn update_plan(
    caller: Caller<needs::PlanManage>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdatePlan>,
) -> Result<Mutation, Problem> {
    let input = plans::UpdatePlan {
        name: body.name,
        summary: body.summary,
        state: body.state,
        approval: body.approval,
        environments: body.environments,
        limits: body.limits.map(rules).transpose()?,
        operation_limits: body
            .operation_limits
            .map(|limits| limits.into_iter().map(Into::into).collect()),
        effective_at: body.effective_at,
        without_notice: without_notice(body.now, body.reason)?,
        max_subscription_days: body.max_subscription_days,
        max_key_days: body.max_key_days,
        max_overlap_s: body.max_overlap_s,
        price: body.price,
        trial: body.trial,
        terms: body.terms,
    };
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let changed = plans::update_plan(&db, &caller, api, plan, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdatePlan {
    /// For people.
    name: Option<String>,
    /// In one sentence.
    summary: Option<String>,
    /// Whether it can be asked for; `closed` is reached by closing it.
    #[schema(value_type = Option<words::PlanState>)]
    state: Option<PlanState>,
    /// How a request is decided.
    #[schema(value_type = Option<words::ApprovalMode>)]
    approval: Option<ApprovalMode>,
    /// Where it is offered.
    #[schema(value_type = Option<Vec<words::EnvironmentKind>>)]
    environments: Option<Vec<EnvironmentKind>>,
    /// What a subscription may call, all of it.
    limits: Option<Vec<LimitInput>>,
    /// Rates of single operations, all of them.
    operation_limits: Option<Vec<OperationLimitInput>>,
    /// From when on limits and spans count; without it at once, or when the tenant's notice ends for those who have the plan.
    #[serde(default, with = "time::serde::rfc3339::option")]
    effective_at: Option<OffsetDateTime>,
    /// At once, without the notice of those who have the plan: needs `tenant.manage` and a reason.
    now: Option<bool>,
    /// Why, at most 500 characters; goes with `now`.
    reason: Option<String>,
    /// Longest subscription, days; null is no end.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i32>, minimum = 1)]
    max_subscription_days: Option<Option<i32>>,
    /// Longest life of a key, days; null is no end.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i32>, minimum = 1)]
    max_key_days: Option<Option<i32>>,
    /// Longest time two keys work side by side, seconds.
    #[schema(minimum = 0)]
    max_overlap_s: Option<i32>,
    /// What it costs: told, not charged; null is nothing that is told.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bodies::Price>)]
    price: Option<Option<Price>>,
    /// For trying out: each team asks for it once, and it is not renewed.
    trial: Option<bool>,
    /// Slug of the terms that new requests accept; null is none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    terms: Option<Option<String>>,
}
