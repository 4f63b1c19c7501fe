//! Lists the terms by their names.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, legal};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the terms by their names.
#[utoipa::path(
    get,
    path = "/v1/terms",
    tag = "terms",
    responses((status = 200, description = "All of them", body = bodies::TermsList)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_terms(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
) -> Result<List<legal::TermsLine>, Problem> {
    let data = legal::list_terms(&db, &Viewer::Member(&caller)).await?;
    Ok(List(Listed { data, next: None }))
}
