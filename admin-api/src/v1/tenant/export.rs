//! Starts the export of everything the tenant owns.

use axum::extract::State;
use gatehouse_control_plane::{Db, long_jobs};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Starts the export of everything the tenant owns, without its secrets. The job says how far it is; what it wrote is fetched from
/// `/v1/jobs/{job}/output`.
#[utoipa::path(
    post,
    path = "/v1/tenant/export",
    tag = "tenant",
    responses((status = 202, description = "The job", body = bodies::Changed<bodies::Job>)),
    security(("token" = ["tenant.end"]))
)]
pub(crate) async fn export_tenant(
    caller: Caller<needs::TenantEnd>,
    State(db): State<Db>,
) -> Result<Mutation, Problem> {
    let changed = long_jobs::export_tenant(&db, &caller).await?;
    let path = format!("/v1/jobs/{}", changed.value.id);
    Ok(Mutation::accepted(&changed, path))
}
