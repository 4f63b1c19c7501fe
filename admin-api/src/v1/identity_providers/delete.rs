//! Forgets an identity provider; people keep their accounts.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, identity_providers};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Forgets an identity provider; people keep their accounts.
#[utoipa::path(
    delete,
    path = "/v1/identity-providers/{identity_provider}",
    tag = "identity-providers",
    params(("identity_provider" = String, Path, description = "Id or slug of the provider."), IfMatchHeader),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn delete_identity_provider(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path(provider): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let lookup = Lookup::from(provider.as_str());
    let gone =
        identity_providers::delete_identity_provider(&db, &caller, &lookup, expected).await?;
    Ok(Mutation::gone(gone.change.as_ref()))
}
