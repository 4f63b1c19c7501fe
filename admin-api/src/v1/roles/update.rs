//! Changes a role, for everybody who holds it.

use axum::extract::State;
use gatehouse_control_plane::{Db, roles};
use gatehouse_domain::Permission;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes a role, for everybody who holds it.
///
/// Built-in roles stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/roles/{role}",
    tag = "roles",
    params(("role" = String, Path, description = "Slug of the role."), IfMatchHeader),
    request_body = UpdateRole,
    responses((status = 200, description = "The role as it is now", body = bodies::Changed<bodies::RoleDefinition>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn update_role(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(role): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateRole>,
) -> Result<Mutation, Problem> {
    let input = roles::UpdateRole {
        name: body.name,
        description: body.description,
        permissions: body.permissions,
    };
    let changed = roles::update_role(&db, &caller, &role, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRole {
    /// For people, at most 80 characters.
    name: Option<String>,
    /// What it is for, at most 400 characters.
    description: Option<String>,
    /// What it allows from now on, where it is granted.
    #[schema(value_type = Option<Vec<words::Permission>>)]
    permissions: Option<Vec<Permission>>,
}
