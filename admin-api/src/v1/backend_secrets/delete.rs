//! Takes a backend secret away.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, backend_secrets};
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::why::Why;

/// Takes a backend secret away.
///
/// While policies name it the answer is 409 and names them: change or delete those first.
#[utoipa::path(
    delete,
    path = "/v1/apis/{api}/backend-secrets/{secret}",
    tag = "policies",
    params(("api" = String, Path, description = "Id or slug of the API."), ("secret" = String, Path, description = "Id or name of the backend secret."), IfMatchHeader, Why),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn delete_backend_secret(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, secret)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    Query(why): Query<Why>,
) -> Result<Mutation, Problem> {
    let (api, secret) = (Lookup::from(api.as_str()), Lookup::from(secret.as_str()));
    let reason = why.reason();
    let gone = backend_secrets::delete_backend_secret(&db, &caller, api, secret, expected, &reason);
    Ok(Mutation::gone(gone.await?.change.as_ref()))
}
