//! Tries a rule on the requests of the past; changes nothing.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::approval::ApprovalRule;
use gatehouse_web::{Json, OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::auth::{Caller, needs};

/// Tries a rule on the requests of the past; changes nothing.
///
/// People, teams and limits are taken as they are today.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/plans/{plan}/approval/simulate",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan.")),
    request_body = Option<SimulateRule>,
    responses((status = 200, description = "What it would have approved, beside what people decided", body = bodies::RuleSimulation)),
    security(("token" = ["subscription.read"]))
)]
pub(crate) async fn simulate_approval_rule(
    caller: Caller<needs::SubscriptionRead>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<SimulateRule>,
) -> Result<Json<subscriptions::RuleSimulation>, Problem> {
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let days = body.days.unwrap_or(DAYS);
    let found = subscriptions::simulate_rule(&db, &caller, api, plan, body.rule, days).await?;
    Ok(Json(found))
}

/// So far is looked back when nothing is said.
const DAYS: u16 = 90;

/// What is tried.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulateRule {
    /// The rule; without it the plan's own.
    #[schema(value_type = Option<bodies::ApprovalRule>)]
    rule: Option<ApprovalRule>,
    /// How many days are looked at.
    #[schema(minimum = 1, maximum = 365, default = 90)]
    days: Option<u16>,
}
