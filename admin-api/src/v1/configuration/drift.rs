//! Lists what is no longer what files said.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::drift::{self, DriftView};
use gatehouse_control_plane::page::Listed;
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists what is no longer what files said.
#[utoipa::path(
    get,
    path = "/v1/drift",
    tag = "configuration",
    responses((status = 200, description = "All of it, in the order of files", body = bodies::List<bodies::Drift>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_drift(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
) -> Result<List<DriftView>, Problem> {
    let data = drift::list_drift(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
