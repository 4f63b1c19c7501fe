//! Ends a product for ever, and the subscriptions to it.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, products};
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Ends a product for ever, and the subscriptions to it.
#[utoipa::path(
    post,
    path = "/v1/products/{product}/retire",
    tag = "products",
    params(("product" = String, Path, description = "Id or slug of the product.")),
    request_body = Option<RetireProduct>,
    responses((status = 200, description = "The product as it is now", body = bodies::Changed<bodies::Product>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn retire_product(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path(product): Path<String>,
    OptionalJson(body): OptionalJson<RetireProduct>,
) -> Result<Mutation, Problem> {
    let input = products::RetireProduct {
        reason: body.reason,
    };
    let product = Lookup::from(product.as_str());
    let changed = products::retire_product(&db, &caller, product, None, input).await?;
    Ok(Mutation::changed(&changed))
}

/// Why it is retired.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetireProduct {
    /// Needed where subscriptions are open.
    #[serde(default)]
    reason: String,
}
