//! Writes a guide.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, guides};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Writes a guide.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/guides",
    tag = "guides",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    request_body = CreateGuide,
    responses((status = 201, description = "The guide", body = bodies::Changed<bodies::Guide>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn create_guide(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Json(body): Json<CreateGuide>,
) -> Result<Mutation, Problem> {
    let input = guides::GuideInput {
        title: Some(body.title),
        position: Some(body.position),
        markdown: Some(body.markdown),
    };
    let named = Lookup::from(api.as_str());
    let changed = guides::create_guide(&db, &caller, named, &body.slug, input).await?;
    let path = format!("/v1/apis/{api}/guides/{}", changed.value.line.slug);
    Ok(Mutation::created(&changed, path))
}

/// The guide to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateGuide {
    /// In URLs; stays.
    slug: String,
    /// For people.
    title: String,
    /// Its place among the guides of the API.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    position: i32,
    /// What it says, in Markdown; at most 200 KiB.
    #[serde(default)]
    markdown: String,
}
