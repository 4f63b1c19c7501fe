//! Asks a question about an API.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, questions};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Asks a question about an API; who answers for it is told.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/questions",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    request_body = WriteComment,
    responses((status = 201, description = "The question", body = bodies::Changed<bodies::Comment>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn ask_question(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Json(body): Json<WriteComment>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let asked = questions::ask_question(&db, &caller, api, &body.text).await?;
    Ok(Mutation::changed(&asked).made())
}

/// A question or an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteComment {
    /// Plain text, shown and mailed as it is written; 1 to 4000 characters.
    #[schema(min_length = 1)]
    pub(super) text: String,
}
