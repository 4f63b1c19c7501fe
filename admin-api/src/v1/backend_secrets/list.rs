//! Lists the backend secrets of an API; never a value.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::backend_secrets::{self, BackendSecretView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the backend secrets of an API, with the policies that name each; never a value.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/backend-secrets",
    tag = "policies",
    params(("api" = String, Path, description = "Id or slug of the API."), ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::BackendSecret>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_backend_secrets(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<List<BackendSecretView>, Problem> {
    let (api, page) = (Lookup::from(api.as_str()), query.page()?);
    let listed = backend_secrets::list_backend_secrets(&db, &caller, api, &page).await?;
    Ok(List(listed))
}
