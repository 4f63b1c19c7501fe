//! Lists the products the caller may see.

use axum::extract::State;
use gatehouse_control_plane::{Db, products};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the products the caller may see.
#[utoipa::path(
    get,
    path = "/v1/products",
    tag = "products",
    params(ProductQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Product>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_products(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Query(query): Query<ProductQuery>,
) -> Result<List<products::ProductView>, Problem> {
    let filter = products::ProductFilter {
        q: query.q,
        api: query.api,
        put_together: query.put_together.unwrap_or(false),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = products::list_products(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which products.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those whose name or slug holds this text.
    q: Option<String>,
    /// Only those that open a version of this API; its slug.
    api: Option<String>,
    /// Only those that were put together, not those that stand for one API.
    put_together: Option<bool>,
}
