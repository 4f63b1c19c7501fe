//! Lists the questions about an API.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, questions};
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the questions about an API with their answers, newest first.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/questions",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API."), ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Question>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_questions(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<List<questions::QuestionView>, Problem> {
    let api = Lookup::from(api.as_str());
    let found = questions::list_questions(&db, &caller, api, &query.page()?).await?;
    Ok(List(found.listed))
}
