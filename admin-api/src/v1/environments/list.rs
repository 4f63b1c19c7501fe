//! Lists the environments of the tenant.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, environments};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the environments of the tenant.
#[utoipa::path(
    get,
    path = "/v1/environments",
    tag = "environments",
    responses((status = 200, description = "All of them", body = bodies::Environments)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_environments(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
) -> Result<List<environments::EnvironmentView>, Problem> {
    let data = environments::list_environments(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
