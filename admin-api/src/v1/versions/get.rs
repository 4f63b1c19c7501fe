//! Shows a version.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, versions};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a version.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    responses((status = 200, description = "The version", body = bodies::Version)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_version(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
) -> Result<Single<versions::VersionView>, Problem> {
    let api = Lookup::from(api.as_str());
    let version = versions::get_version(&db, &caller, api, &version).await?;
    Ok(Single(version))
}
