//! Revokes a key for ever.

use axum::extract::State;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_domain::id::CredentialId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Revokes a key for ever.
#[utoipa::path(
    post,
    path = "/v1/keys/{key}/revoke",
    tag = "keys",
    params(("key" = String, Path, description = "Id of the key.")),
    request_body = Option<RevokeKey>,
    responses((status = 200, description = "The key as it is now", body = bodies::Changed<bodies::Key>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.enforce"]))
)]
pub(crate) async fn revoke_key(
    caller: Caller<needs::KeyRevoke>,
    State(db): State<Db>,
    Path(key): Path<CredentialId>,
    OptionalJson(body): OptionalJson<RevokeKey>,
) -> Result<Mutation, Problem> {
    let changed = credentials::revoke(&db, &caller, key, &body.reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why, for the people it concerns.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeKey {
    /// At most 500 characters.
    #[serde(default)]
    reason: String,
}
