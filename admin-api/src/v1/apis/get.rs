//! Shows an API with its versions.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, apis};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an API with its versions.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    responses((status = 200, description = "The API", body = bodies::Api)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_api(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
) -> Result<Single<apis::ApiView>, Problem> {
    let api = apis::get_api(&db, &caller, Lookup::from(api.as_str())).await?;
    Ok(Single(api))
}
