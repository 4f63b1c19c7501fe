//! Shows a guide.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, guides};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a guide.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/guides/{guide}",
    tag = "guides",
    params(("api" = String, Path, description = "Id or slug of the API."), ("guide" = String, Path, description = "Slug of the guide.")),
    responses((status = 200, description = "The guide", body = bodies::Guide)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_guide(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, guide)): Path<(String, String)>,
) -> Result<Single<guides::GuideView>, Problem> {
    let api = Lookup::from(api.as_str());
    let guide = guides::get_guide(&db, &Viewer::Member(&caller), api, &guide).await?;
    Ok(Single(guide))
}
