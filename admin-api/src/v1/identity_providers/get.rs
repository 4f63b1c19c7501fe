//! Shows an identity provider.

use axum::extract::State;
use gatehouse_control_plane::identity_providers::IdentityProviderView;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, identity_providers};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an identity provider.
#[utoipa::path(
    get,
    path = "/v1/identity-providers/{identity_provider}",
    tag = "identity-providers",
    params(("identity_provider" = String, Path, description = "Id or slug of the provider.")),
    responses((status = 200, description = "The provider", body = bodies::IdentityProvider)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn get_identity_provider(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path(provider): Path<String>,
) -> Result<Single<IdentityProviderView>, Problem> {
    let lookup = Lookup::from(provider.as_str());
    let view = identity_providers::get_identity_provider(&db, &caller, &lookup).await?;
    Ok(Single(view))
}
