//! Opens a tenant again that is being closed.

use axum::extract::State;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Opens a tenant again that is being closed; everything is as it was.
#[utoipa::path(
    post,
    path = "/v1/tenant/reopen",
    tag = "tenant",
    request_body = ReopenTenant,
    responses((status = 200, description = "The tenant as it is now", body = bodies::Changed<bodies::Tenant>)),
    security(("token" = ["tenant.end"]))
)]
pub(crate) async fn reopen_tenant(
    caller: Caller<needs::TenantEnd>,
    State(db): State<Db>,
    Json(body): Json<ReopenTenant>,
) -> Result<Mutation, Problem> {
    let changed = tenants::reopen_tenant(&db, &caller, &body.reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReopenTenant {
    /// Kept in the audit log.
    reason: String,
}
