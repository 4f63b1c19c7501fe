//! Puts a product together from versions of APIs, as a draft.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, products};
use gatehouse_domain::api::Visibility;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::item::ItemInput;
use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Puts a product together from versions of APIs, as a draft.
#[utoipa::path(
    post,
    path = "/v1/products",
    tag = "products",
    request_body = CreateProduct,
    responses((status = 201, description = "The product", body = bodies::Changed<bodies::Product>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn create_product(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Json(body): Json<CreateProduct>,
) -> Result<Mutation, Problem> {
    let input = products::CreateProduct {
        slug: body.slug,
        name: body.name,
        summary: body.summary,
        owner_team: body.owner_team.as_deref().map(Lookup::from),
        visibility: body.visibility,
        items: body.items.into_iter().map(Into::into).collect(),
    };
    let changed = products::create_product(&db, &caller, input).await?;
    let path = format!("/v1/products/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// The product to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateProduct {
    /// In URLs; stays, and no API may have it.
    slug: String,
    /// For people.
    name: String,
    /// In one sentence.
    #[serde(default)]
    summary: String,
    /// Its owner; without it the caller's provider team.
    #[schema(value_type = Option<ids::TeamLookup>)]
    owner_team: Option<String>,
    /// Who may find it once it is published; without it every member.
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Option<Visibility>,
    /// What it opens.
    #[serde(default)]
    items: Vec<ItemInput>,
}
