//! Changes how requests for a plan are decided, from the next one on.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_domain::approval::ApprovalRule;
use gatehouse_domain::question::RequestQuestion;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes how requests for a plan are decided, from the next one on.
#[utoipa::path(
    put,
    path = "/v1/apis/{api}/plans/{plan}/approval",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan."), IfMatchHeader),
    request_body = PutPlanApproval,
    responses((status = 200, description = "How they are decided now", body = bodies::Changed<bodies::PlanApproval>)),
    security(("token" = ["plan.manage"]))
)]
pub(crate) async fn put_plan_approval(
    caller: Caller<needs::PlanManage>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    Json(body): Json<PutPlanApproval>,
) -> Result<Mutation, Problem> {
    let input = plans::SetPlanApproval {
        rule: body.rule,
        due_s: body.due_s,
        questions: body.questions,
    };
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let changed = plans::set_plan_approval(&db, &caller, api, plan, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// All of it; what is left out is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutPlanApproval {
    /// What approves by itself; not where two people are needed.
    #[schema(value_type = Option<bodies::ApprovalRule>)]
    rule: Option<ApprovalRule>,
    /// Seconds until a decision is due; null is as the tenant's settings say.
    #[schema(minimum = 60, maximum = 7_776_000)]
    due_s: Option<i32>,
    /// What a request has to answer.
    #[serde(default)]
    #[schema(value_type = Vec<bodies::RequestQuestion>, max_items = 10)]
    questions: Vec<RequestQuestion>,
}
