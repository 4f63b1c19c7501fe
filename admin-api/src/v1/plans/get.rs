//! Shows a plan.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a plan.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/plans/{plan}",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan.")),
    responses((status = 200, description = "The plan", body = bodies::Plan)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_plan(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
) -> Result<Single<plans::PlanView>, Problem> {
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let plan = plans::get_plan(&db, &caller, api, plan).await?;
    Ok(Single(plan))
}
