//! Lists what a plan promised, promises and will promise.

use axum::extract::State;
use gatehouse_control_plane::page::{Listed, Lookup};
use gatehouse_control_plane::{Db, plans};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists what a plan promised, promises and will promise.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/plans/{plan}/revisions",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan.")),
    responses((status = 200, description = "The newest first, at most 200", body = bodies::PlanRevisions)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_plan_revisions(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
) -> Result<List<plans::RevisionView>, Problem> {
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let data = plans::list_revisions(&db, &caller, api, plan).await?;
    Ok(List(Listed { data, next: None }))
}
