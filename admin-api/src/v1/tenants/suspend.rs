//! Suspends a tenant.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_domain::TenantStatus;
use gatehouse_web::{Json, Path, Problem};

use super::{ReasonOfPlatform, set_status};
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::PlatformCaller;

/// Suspends a tenant: gateways refuse every call to its APIs, and its portal can only be read.
///
/// For tokens of platform administrators.
#[utoipa::path(
    post,
    path = "/v1/tenants/{tenant}/suspend",
    tag = "tenants",
    params(("tenant" = String, Path, description = "Id or slug of the tenant.")),
    request_body = ReasonOfPlatform,
    responses((status = 200, description = "The tenant as it is now", body = bodies::Changed<bodies::Tenant>)),
    security(("token" = []))
)]
pub(crate) async fn suspend_tenant(
    who: PlatformCaller,
    State(db): State<Db>,
    Path(tenant): Path<String>,
    Json(body): Json<ReasonOfPlatform>,
) -> Result<Mutation, Problem> {
    let changed = set_status(&db, &who, &tenant, TenantStatus::Suspended, &body).await?;
    Ok(Mutation::changed(&changed))
}
