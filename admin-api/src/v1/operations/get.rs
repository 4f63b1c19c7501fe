//! Shows an operation with its part of the description.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, apis, catalogue};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an operation with its part of the description.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/operations/{operation}",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), ("operation" = String, Path, description = "Slug of the operation.")),
    responses((status = 200, description = "The operation", body = bodies::OperationDetail)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_operation(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, version, operation)): Path<(String, String, String)>,
) -> Result<Single<catalogue::OperationDetail>, Problem> {
    let api = apis::get_api(&db, &caller, Lookup::from(api.as_str())).await?;
    let viewer = Viewer::Member(&caller);
    let detail = catalogue::get_operation(&db, &viewer, &api.slug, &version, &operation).await?;
    Ok(Single(detail))
}
