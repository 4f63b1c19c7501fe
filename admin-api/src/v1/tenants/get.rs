//! Shows a tenant of the installation.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::PlatformCaller;

/// Shows a tenant of the installation.
///
/// For tokens of platform people; to every other it does not exist.
#[utoipa::path(
    get,
    path = "/v1/tenants/{tenant}",
    tag = "tenants",
    params(("tenant" = String, Path, description = "Id or slug of the tenant.")),
    responses((status = 200, description = "The tenant", body = bodies::Tenant)),
    security(("token" = []))
)]
pub(crate) async fn get_tenant_of_platform(
    who: PlatformCaller,
    State(db): State<Db>,
    Path(tenant): Path<String>,
) -> Result<Single<tenants::TenantView>, Problem> {
    let found = tenants::get_tenant(&db, &who, &Lookup::from(tenant.as_str())).await?;
    Ok(Single(found))
}
