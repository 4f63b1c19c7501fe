//! Answers a question about an API.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, questions};
use gatehouse_domain::id::CommentId;
use gatehouse_web::{Json, Path, Problem};

use super::ask::WriteComment;
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Answers a question about an API; whoever asked it, or answered before, is told.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/questions/{comment}/answers",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API."), ("comment" = String, Path, description = "Id of the question.")),
    request_body = WriteComment,
    responses((status = 201, description = "The answer", body = bodies::Changed<bodies::Comment>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn answer_question(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, comment)): Path<(String, CommentId)>,
    Json(body): Json<WriteComment>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let answered = questions::answer_question(&db, &caller, api, comment, &body.text).await?;
    Ok(Mutation::changed(&answered).made())
}
