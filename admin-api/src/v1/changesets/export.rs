//! Writes what there is as the files that would make it.

use axum::extract::State;
use gatehouse_control_plane::{Db, changesets};
use gatehouse_web::{Json, Problem, Query};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::auth::{Caller, needs};

/// Writes what there is as the files that would make it.
///
/// The same configuration is the same bytes. What was set by reference is written as the reference.
#[utoipa::path(
    get,
    path = "/v1/export",
    tag = "configuration",
    params(ExportQuery),
    responses((status = 200, description = "Every file", body = bodies::Files)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn export(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<Value>, Problem> {
    let files = changesets::export(&db, &caller, query.scope.as_deref()).await?;
    let files: Vec<_> = files
        .into_iter()
        .map(|file| json!({ "path": file.path, "content": file.content }))
        .collect();
    Ok(Json(json!({ "files": files })))
}

/// Which part.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Only what is kept in this scope.
    scope: Option<String>,
}
