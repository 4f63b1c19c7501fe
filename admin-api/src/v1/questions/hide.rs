//! Hides a question or an answer.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, questions};
use gatehouse_domain::id::CommentId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Hides a question, and its answers with it, or one answer. Authors hide their own on the API's page.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/questions/{comment}/hide",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API."), ("comment" = String, Path, description = "Id of the question or answer.")),
    request_body = HideComment,
    responses((status = 200, description = "It is hidden", body = bodies::Changed<bodies::Comment>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn hide_comment(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, comment)): Path<(String, CommentId)>,
    Json(body): Json<HideComment>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let hidden = questions::hide_comment(&db, &caller, api, comment, &body.reason).await?;
    Ok(Mutation::changed(&hidden))
}

/// Why it is hidden.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HideComment {
    /// The author is told; 1 to 500 characters.
    #[schema(min_length = 1)]
    reason: String,
}
