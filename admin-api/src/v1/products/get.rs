//! Shows a product with its plans and versions.

use axum::extract::State;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, catalogue};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a product with its plans and versions.
#[utoipa::path(
    get,
    path = "/v1/products/{product}",
    tag = "products",
    params(("product" = String, Path, description = "Slug of the product.")),
    responses((status = 200, description = "The product", body = bodies::ProductDetail)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_product(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(product): Path<String>,
) -> Result<Single<catalogue::CatalogueApi>, Problem> {
    let detail = catalogue::catalogue_api(&db, &Viewer::Member(&caller), &product).await?;
    Ok(Single(detail))
}
