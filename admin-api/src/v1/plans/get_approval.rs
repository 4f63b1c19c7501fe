//! Shows how requests for a plan are decided.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows how requests for a plan are decided.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/plans/{plan}/approval",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan.")),
    responses((status = 200, description = "Rule, due time and questions", body = bodies::PlanApproval)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_plan_approval(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
) -> Result<Single<plans::PlanApproval>, Problem> {
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let approval = plans::get_plan_approval(&db, &caller, api, plan).await?;
    Ok(Single(approval))
}
