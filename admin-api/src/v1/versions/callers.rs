//! Lists the applications that called a version in the last 30 days.

use axum::extract::State;
use gatehouse_control_plane::page::{Listed, Lookup};
use gatehouse_control_plane::{Db, versions};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the applications that called a version in the last 30 days.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/callers",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    responses((status = 200, description = "The busiest first, at most 500", body = bodies::Callers)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_version_callers(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
) -> Result<List<versions::CallerView>, Problem> {
    let api = Lookup::from(api.as_str());
    let data = versions::list_callers(&db, &caller, api, &version).await?;
    Ok(List(Listed { data, next: None }))
}
