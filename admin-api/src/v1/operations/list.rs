//! Lists the operations of a version.

use axum::extract::State;
use gatehouse_control_plane::page::{Listed, Lookup};
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, apis, catalogue};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the operations of a version.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/operations",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    responses((status = 200, description = "All of them", body = bodies::Operations)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_operations(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
) -> Result<List<catalogue::OperationRow>, Problem> {
    let api = apis::get_api(&db, &caller, Lookup::from(api.as_str())).await?;
    let viewer = Viewer::Member(&caller);
    let data = catalogue::find_operations(&db, &viewer, &api.slug, &version).await?;
    Ok(List(Listed { data, next: None }))
}
