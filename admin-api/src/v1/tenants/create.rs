//! Makes a tenant.

use axum::extract::State;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::PlatformCaller;

/// Makes a tenant, with its environments and its place on the shared gateways.
///
/// For tokens of platform administrators; whoever the token speaks for owns the tenant.
#[utoipa::path(
    post,
    path = "/v1/tenants",
    tag = "tenants",
    request_body = CreateTenant,
    responses((status = 201, description = "The tenant", body = bodies::Changed<bodies::Tenant>)),
    security(("token" = []))
)]
pub(crate) async fn create_tenant(
    who: PlatformCaller,
    State(db): State<Db>,
    Json(body): Json<CreateTenant>,
) -> Result<Mutation, Problem> {
    let input = tenants::CreateTenant {
        slug: body.slug,
        name: body.name,
        owner: None,
    };
    let made = tenants::create_tenant(&db, &who, input).await?;
    let path = format!("/v1/tenants/{}", made.value.slug);
    Ok(Mutation::created(&made, path))
}

/// The tenant to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTenant {
    /// In addresses; never changes.
    slug: String,
    /// For people; 1 to 80 characters.
    name: String,
}
