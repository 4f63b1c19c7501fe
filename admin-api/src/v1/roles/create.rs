//! Makes a role.

use axum::extract::State;
use gatehouse_control_plane::{Db, roles};
use gatehouse_domain::Permission;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Makes a role.
///
/// Nobody puts into a role what they may not do themselves; naming owners stays with owners.
#[utoipa::path(
    post,
    path = "/v1/roles",
    tag = "roles",
    request_body = CreateRole,
    responses((status = 201, description = "The role", body = bodies::Changed<bodies::RoleDefinition>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn create_role(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Json(body): Json<CreateRole>,
) -> Result<Mutation, Problem> {
    let input = roles::CreateRole {
        slug: body.slug,
        name: body.name,
        description: body.description,
        permissions: body.permissions,
    };
    let changed = roles::create_role(&db, &caller, input).await?;
    let path = format!("/v1/roles/{}", changed.value.slug);
    Ok(Mutation::created(&changed, path))
}

/// A new role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRole {
    /// In URLs; it stays, and is none of the built-in words.
    slug: String,
    /// For people, at most 80 characters.
    name: String,
    /// What it is for, at most 400 characters.
    #[serde(default)]
    description: String,
    /// What it allows, where it is granted.
    #[schema(value_type = Vec<words::Permission>, min_items = 1)]
    permissions: Vec<Permission>,
}
