//! Lists identity providers.

use axum::extract::State;
use gatehouse_control_plane::identity_providers::IdentityProviderView;
use gatehouse_control_plane::{Db, identity_providers};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists identity providers.
#[utoipa::path(
    get,
    path = "/v1/identity-providers",
    tag = "identity-providers",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::IdentityProvider>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn list_identity_providers(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<IdentityProviderView>, Problem> {
    let listed = identity_providers::list_identity_providers(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
