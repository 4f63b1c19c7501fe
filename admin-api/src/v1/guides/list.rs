//! Lists the guides of an API in their order.

use axum::extract::State;
use gatehouse_control_plane::page::{Listed, Lookup};
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, guides};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the guides of an API in their order.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/guides",
    tag = "guides",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    responses((status = 200, description = "All of them", body = bodies::Guides)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_guides(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
) -> Result<List<guides::GuideLine>, Problem> {
    let api = Lookup::from(api.as_str());
    let data = guides::list_guides(&db, &Viewer::Member(&caller), api).await?;
    Ok(List(Listed { data, next: None }))
}
