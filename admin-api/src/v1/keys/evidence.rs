//! Tells who still uses a key.

use axum::extract::State;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_domain::id::CredentialId;
use gatehouse_web::{Json, Path, Problem};

use crate::bodies;
use crate::edge::auth::{Caller, needs};

/// Tells who still uses a key: how often, when last, for what. Retire a replaced one when nobody does.
#[utoipa::path(
    get,
    path = "/v1/keys/{key}/evidence",
    tag = "keys",
    params(("key" = String, Path, description = "Id of the key.")),
    responses((status = 200, description = "Its use", body = bodies::KeyEvidence)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.read"]))
)]
pub(crate) async fn get_key_evidence(
    caller: Caller<needs::ApplicationSee>,
    State(db): State<Db>,
    Path(key): Path<CredentialId>,
) -> Result<Json<credentials::Evidence>, Problem> {
    let evidence = credentials::evidence(&db, &caller, key).await?;
    Ok(Json(evidence))
}
