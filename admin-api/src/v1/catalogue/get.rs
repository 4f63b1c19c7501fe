//! Shows the page of an API: its plans, versions and addresses.

use axum::extract::State;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, catalogue};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows the page of an API: its plans, versions and addresses.
#[utoipa::path(
    get,
    path = "/v1/catalogue/{slug}",
    tag = "catalogue",
    params(("slug" = String, Path, description = "Slug of the API.")),
    responses((status = 200, description = "The API", body = bodies::CatalogueApi)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_catalogue_api(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(slug): Path<String>,
) -> Result<Single<catalogue::CatalogueApi>, Problem> {
    let detail = catalogue::catalogue_api(&db, &Viewer::Member(&caller), &slug).await?;
    Ok(Single(detail))
}
