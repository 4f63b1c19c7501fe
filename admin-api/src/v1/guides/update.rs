//! Changes a guide.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, guides};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes a guide.
#[utoipa::path(
    patch,
    path = "/v1/apis/{api}/guides/{guide}",
    tag = "guides",
    params(("api" = String, Path, description = "Id or slug of the API."), ("guide" = String, Path, description = "Slug of the guide."), IfMatchHeader),
    request_body = UpdateGuide,
    responses((status = 200, description = "The guide as it is now", body = bodies::Changed<bodies::Guide>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn update_guide(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, guide)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateGuide>,
) -> Result<Mutation, Problem> {
    let input = guides::GuideInput {
        title: body.title,
        position: body.position,
        markdown: body.markdown,
    };
    let api = Lookup::from(api.as_str());
    let changed = guides::update_guide(&db, &caller, api, &guide, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateGuide {
    /// For people.
    title: Option<String>,
    /// Its place among the guides of the API.
    #[schema(minimum = 0, maximum = 10000)]
    position: Option<i32>,
    /// What it says, in Markdown; at most 200 KiB.
    markdown: Option<String>,
}
