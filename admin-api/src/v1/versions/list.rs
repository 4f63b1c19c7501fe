//! Lists the versions of an API.

use axum::extract::State;
use gatehouse_control_plane::page::{Listed, Lookup};
use gatehouse_control_plane::{Db, versions};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the versions of an API.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    responses((status = 200, description = "All of them", body = bodies::Versions)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_versions(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
) -> Result<List<versions::VersionView>, Problem> {
    let data = versions::list_versions(&db, &caller, Lookup::from(api.as_str())).await?;
    Ok(List(Listed { data, next: None }))
}
