//! Lists what can be subscribed to, as the catalogue shows it.

use axum::extract::State;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, catalogue};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists what can be subscribed to, as the catalogue shows it.
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
) -> Result<List<catalogue::CatalogueEntry>, Problem> {
    let filter = catalogue::CatalogueFilter {
        q: query.q,
        tag: query.tag,
        state: None,
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = catalogue::catalogue(&db, &Viewer::Member(&caller), &filter, &page).await?;
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
    /// Only those whose words hold this text.
    q: Option<String>,
    /// Only those with operations of this tag.
    tag: Option<String>,
}
