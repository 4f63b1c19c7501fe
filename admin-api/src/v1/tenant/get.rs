//! Shows the tenant of the token.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_web::{Problem, ProblemKind};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows the tenant of the token.
#[utoipa::path(
    get,
    path = "/v1/tenant",
    tag = "tenant",
    responses((status = 200, description = "The tenant", body = bodies::Tenant)),
    security(("token" = []))
)]
pub(crate) async fn get_tenant(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
) -> Result<Single<tenants::TenantView>, Problem> {
    let tenant = tenants::find_tenant(&db, &Lookup::Id(caller.tenant())).await?;
    tenant
        .map(Single)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
