//! Lists the plans of an API.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the plans of an API.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/plans",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Plan>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_plans(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<List<plans::PlanView>, Problem> {
    let api = Lookup::from(api.as_str());
    let listed = plans::list_plans(&db, &caller, api, &query.page()?).await?;
    Ok(List(listed))
}
