//! Issues a key in the place of another, which works on for a while; the text is shown this once.

use axum::extract::State;
use gatehouse_control_plane::credentials::Material;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_domain::id::CredentialId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::{WithSecret, with_key};
use crate::edge::auth::{Caller, needs};

/// Issues a key in the place of another, which works on for a while; the text is shown this once.
#[utoipa::path(
    post,
    path = "/v1/keys/{key}/rotate",
    tag = "keys",
    params(("key" = String, Path, description = "Id of the key.")),
    request_body = Option<RotateKey>,
    responses((status = 201, description = "The new key", body = bodies::Secret<bodies::Key>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn rotate_key(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(key): Path<CredentialId>,
    OptionalJson(body): OptionalJson<RotateKey>,
) -> Result<WithSecret, Problem> {
    let leaked = body.leaked.unwrap_or_default();
    let overlap_s = if leaked { 0 } else { OVERLAP_S };
    let how = credentials::Rotate {
        overlap_s: body.overlap_s.unwrap_or(overlap_s),
        quiet_hours: body.quiet_hours,
        leaked,
    };
    let material = Material {
        public_key: body.public_key,
        certificate: body.certificate,
    };
    let made = credentials::rotate_credential(&db, &caller, key, None, how, &material).await?;
    Ok(with_key(&caller, made, |key| {
        format!("/v1/keys/{}", key.id)
    }))
}

/// How long both keys work when nothing else is asked for, seconds: seven days.
const OVERLAP_S: i64 = 7 * 86_400;

/// How to change over.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateKey {
    /// How long the former key works on, seconds; 0 for a key that leaked.
    #[schema(minimum = 0, default = 604_800)]
    overlap_s: Option<i64>,
    /// End the former key sooner, once nobody has used it for so many hours.
    #[schema(minimum = 1, maximum = 720)]
    quiet_hours: Option<i32>,
    /// Somebody else may have it: it ends now, and the record says why. `/v1/changes/{change}` proves where it is refused.
    leaked: Option<bool>,
    /// For `jwt_key`: the new public key, as JSON Web Key (RFC 7517).
    #[schema(value_type = Option<Object>)]
    public_key: Option<serde_json::Value>,
    /// For `mtls_cert`: the new certificate (PEM), valid now. The new credential ends with it at the latest.
    #[schema(max_length = 16384)]
    certificate: Option<String>,
}
