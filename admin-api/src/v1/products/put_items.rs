//! Says what a product opens, all of it.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, products};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::item::ItemInput;
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Says what a product opens, all of it.
#[utoipa::path(
    put,
    path = "/v1/products/{product}/items",
    tag = "products",
    params(("product" = String, Path, description = "Id or slug of the product."), IfMatchHeader),
    request_body = ProductItems,
    responses((status = 200, description = "The product as it is now", body = bodies::Changed<bodies::Product>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn put_product_items(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(product): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<ProductItems>,
) -> Result<Mutation, Problem> {
    let items: Vec<_> = body.items.into_iter().map(Into::into).collect();
    let product = Lookup::from(product.as_str());
    let changed = products::put_items(&db, &caller, product, expected, &items).await?;
    Ok(Mutation::changed(&changed))
}

/// What a product opens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductItems {
    /// All of it; what is not listed is not opened any more.
    items: Vec<ItemInput>,
}
