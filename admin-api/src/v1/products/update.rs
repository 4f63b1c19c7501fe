//! Changes a product that was put together: who finds it, and where it stands.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, products};
use gatehouse_domain::ProductState;
use gatehouse_domain::api::Visibility;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes a product that was put together: who finds it, and where it stands.
#[utoipa::path(
    patch,
    path = "/v1/products/{product}",
    tag = "products",
    params(("product" = String, Path, description = "Id or slug of the product."), IfMatchHeader),
    request_body = UpdateProduct,
    responses((status = 200, description = "The product as it is now", body = bodies::Changed<bodies::Product>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn update_product(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(product): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateProduct>,
) -> Result<Mutation, Problem> {
    let granted = body.granted_teams.as_ref();
    let input = products::UpdateProduct {
        name: body.name,
        summary: body.summary,
        owner_team: body.owner_team.as_deref().map(Lookup::from),
        state: body.state,
        visibility: body.visibility,
        granted_teams: granted.map(|teams| {
            let teams = teams.iter();
            teams.map(|team| Lookup::from(team.as_str())).collect()
        }),
    };
    let product = Lookup::from(product.as_str());
    let changed = products::update_product(&db, &caller, product, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateProduct {
    /// For people.
    name: Option<String>,
    /// In one sentence.
    summary: Option<String>,
    /// Its owner.
    #[schema(value_type = Option<ids::TeamLookup>)]
    owner_team: Option<String>,
    /// `published` or `deprecated`; `retired` is reached by retiring it.
    #[schema(value_type = Option<words::ProductState>)]
    state: Option<ProductState>,
    /// Who may find it.
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Option<Visibility>,
    /// Teams a restricted product is shown to, all of them.
    #[schema(value_type = Option<Vec<ids::TeamLookup>>)]
    granted_teams: Option<Vec<String>>,
}
