//! Shows a question or an answer again.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, questions};
use gatehouse_domain::id::CommentId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Shows a question or an answer again that was hidden.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/questions/{comment}/show",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API."), ("comment" = String, Path, description = "Id of the question or answer.")),
    responses((status = 200, description = "It is shown", body = bodies::Changed<bodies::Comment>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn show_comment(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, comment)): Path<(String, CommentId)>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let shown = questions::show_comment(&db, &caller, api, comment).await?;
    Ok(Mutation::changed(&shown))
}
