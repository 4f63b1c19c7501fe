//! Shows a product and what it opens.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, products};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a product and what it opens.
#[utoipa::path(
    get,
    path = "/v1/products/{product}",
    tag = "products",
    params(("product" = String, Path, description = "Id or slug of the product.")),
    responses((status = 200, description = "The product", body = bodies::Product)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_product(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(product): Path<String>,
) -> Result<Single<products::ProductView>, Problem> {
    let product = products::get_product(&db, &caller, Lookup::from(product.as_str())).await?;
    Ok(Single(product))
}
