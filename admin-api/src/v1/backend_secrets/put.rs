//! Puts a backend secret: a new one, or another value in place of what has the name.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, backend_secrets};
use gatehouse_runtime::Secret;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{PutCondition, PutHeaders};

/// Puts a backend secret of an API: a new one, or another value in place of what has the name.
///
/// Policies of kind `headers` on the API, its versions and operations name it as `${vault:NAME}` in a field that they set in
/// requests. Another value is one change that brings it to every route whose policies name it; no policy changes. The value is in
/// no answer, record, file or export. An API has at most 100; one more is 409. Faults stand at `/value` (`required`: empty;
/// `too_long`; `field_value`: not one line of visible ASCII) and at `/name` (`slug`: what the address names is no name).
#[utoipa::path(
    put,
    path = "/v1/apis/{api}/backend-secrets/{secret}",
    tag = "policies",
    params(("api" = String, Path, description = "Id or slug of the API."), ("secret" = String, Path, description = "Name of the backend secret, a slug, or the id of one that is there."), PutHeaders),
    request_body = PutBackendSecret,
    responses(
        (status = 200, description = "The backend secret as it is now", body = bodies::Changed<bodies::BackendSecret>),
        (status = 201, description = "The backend secret, which is new", body = bodies::Changed<bodies::BackendSecret>)
    ),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn put_backend_secret(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, secret)): Path<(String, String)>,
    condition: PutCondition,
    Json(body): Json<PutBackendSecret>,
) -> Result<Mutation, Problem> {
    let input = backend_secrets::PutBackendSecret {
        value: body.value,
        reason: body.reason.unwrap_or_default(),
    };
    let (api, secret) = (Lookup::from(api.as_str()), Lookup::from(secret.as_str()));
    let expected = condition.expected();
    let changed =
        backend_secrets::put_backend_secret(&db, &caller, api, secret, expected, input).await?;
    Ok(Mutation::put(&changed, condition == PutCondition::Absent))
}

/// The value, and why it is put.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutBackendSecret {
    /// What gateways show to the backend: one line of visible ASCII with spaces only inside, 1 to 2,048 bytes. Kept sealed, never
    /// shown.
    #[schema(value_type = String, write_only, min_length = 1, max_length = 2048, pattern = "^[!-~]([ -~]*[!-~])?$")]
    value: Secret<String>,
    /// Why, for the audit log.
    #[schema(max_length = 500)]
    reason: Option<String>,
}
