//! The tenants of the installation, for platform people.

use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Changed, Db, PlatformActor, Refusal, tenants};
use gatehouse_domain::TenantStatus;
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) mod activate;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod suspend;

/// Why, for the people it concerns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonOfPlatform {
    /// Kept in the tenant's audit log; 1 to 500 characters.
    reason: String,
}

async fn set_status(
    db: &Db,
    who: &PlatformActor,
    tenant: &str,
    status: TenantStatus,
    body: &ReasonOfPlatform,
) -> Result<Changed<tenants::TenantView>, Refusal> {
    let found = tenants::get_tenant(db, who, &Lookup::from(tenant)).await?;
    tenants::set_tenant_status(db, who, found.id, status, &body.reason).await
}
