//! Makes a plan.

use super::limit::{LimitInput, OperationLimitInput, rules};
use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::price::Price;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Makes a plan.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/plans",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    request_body = CreatePlan,
    responses((status = 201, description = "The plan", body = bodies::Changed<bodies::Plan>)),
    security(("token" = ["plan.manage"]))
)]
pub(crate) async fn create_plan(
    caller: Caller<needs::PlanManage>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Json(body): Json<CreatePlan>,
) -> Result<Mutation, Problem> {
    let input = plans::CreatePlan {
        slug: body.slug,
        name: body.name,
        summary: body.summary,
        approval: body.approval,
        environments: body.environments,
        limits: rules(body.limits)?,
        operation_limits: body.operation_limits.into_iter().map(Into::into).collect(),
        max_subscription_days: body.max_subscription_days,
        max_key_days: body.max_key_days,
        max_overlap_s: body.max_overlap_s,
        staging: body.staging,
        price: body.price,
        trial: body.trial,
        terms: body.terms,
    };
    let changed = plans::create_plan(&db, &caller, Lookup::from(api.as_str()), input).await?;
    let path = format!("/v1/apis/{api}/plans/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// The plan to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreatePlan {
    /// In URLs; stays.
    slug: String,
    /// For people.
    name: String,
    /// In one sentence.
    #[serde(default)]
    summary: String,
    /// How a request is decided.
    #[schema(value_type = words::ApprovalMode)]
    approval: ApprovalMode,
    /// Where it is offered.
    #[schema(value_type = Vec<words::EnvironmentKind>, min_items = 1)]
    environments: Vec<EnvironmentKind>,
    /// What a subscription may call; without limits as much as the backend bears.
    #[serde(default)]
    limits: Vec<LimitInput>,
    /// Beside them, rates of single operations.
    #[serde(default)]
    operation_limits: Vec<OperationLimitInput>,
    /// Longest subscription, days; without it no end.
    #[schema(minimum = 1)]
    max_subscription_days: Option<i32>,
    /// Longest life of a key, days; without it no end.
    #[schema(minimum = 1)]
    max_key_days: Option<i32>,
    /// Longest time two keys work side by side, seconds.
    #[schema(minimum = 0)]
    max_overlap_s: Option<i32>,
    /// Whether to prepare it first, seen by its owners only.
    #[serde(default)]
    staging: bool,
    /// What it costs: told, not charged.
    #[schema(value_type = Option<bodies::Price>)]
    price: Option<Price>,
    /// For trying out: each team asks for it once, and it is not renewed. It needs `max_subscription_days`.
    #[serde(default)]
    trial: bool,
    /// Slug of the terms that requests accept.
    terms: Option<String>,
}
