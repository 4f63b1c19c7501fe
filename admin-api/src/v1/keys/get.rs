//! Shows a key.

use axum::extract::State;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_domain::id::CredentialId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a key.
#[utoipa::path(
    get,
    path = "/v1/keys/{key}",
    tag = "keys",
    params(("key" = String, Path, description = "Id of the key.")),
    responses((status = 200, description = "The key", body = bodies::Key)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.read"]))
)]
pub(crate) async fn get_key(
    caller: Caller<needs::ApplicationSee>,
    State(db): State<Db>,
    Path(key): Path<CredentialId>,
) -> Result<Single<credentials::CredentialView>, Problem> {
    let key = credentials::get_credential(&db, &caller, key).await?;
    Ok(Single(key))
}
