//! Closes the tenant.

use axum::extract::State;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Closes the tenant: its gateways refuse every call at once, and only reading remains.
///
/// For 30 days it can be opened again and exported; at `purge_at` everything it owns is deleted. Needs `owner.manage` too.
#[utoipa::path(
    post,
    path = "/v1/tenant/close",
    tag = "tenant",
    request_body = CloseTenant,
    responses((status = 200, description = "The tenant as it is now", body = bodies::Changed<bodies::Tenant>)),
    security(("token" = ["tenant.end"]))
)]
pub(crate) async fn close_tenant(
    caller: Caller<needs::TenantEnd>,
    State(db): State<Db>,
    Json(body): Json<CloseTenant>,
) -> Result<Mutation, Problem> {
    let input = tenants::CloseTenant {
        confirm: body.confirm,
        reason: body.reason,
    };
    let changed = tenants::close_tenant(&db, &caller, input).await?;
    Ok(Mutation::changed(&changed))
}

/// That it is meant, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseTenant {
    /// The tenant's slug.
    confirm: String,
    /// Kept in the audit log.
    reason: String,
}
