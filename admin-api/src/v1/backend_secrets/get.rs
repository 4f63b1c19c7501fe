//! Shows a backend secret; never its value.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::backend_secrets::{self, BackendSecretView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a backend secret and which policies name it; never its value.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/backend-secrets/{secret}",
    tag = "policies",
    params(("api" = String, Path, description = "Id or slug of the API."), ("secret" = String, Path, description = "Id or name of the backend secret.")),
    responses((status = 200, description = "The backend secret", body = bodies::BackendSecret)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_backend_secret(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, secret)): Path<(String, String)>,
) -> Result<Single<BackendSecretView>, Problem> {
    let (api, secret) = (Lookup::from(api.as_str()), Lookup::from(secret.as_str()));
    let found = backend_secrets::get_backend_secret(&db, &caller, api, secret).await?;
    Ok(Single(found))
}
