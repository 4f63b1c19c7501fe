//! Shows a role.

use axum::extract::State;
use gatehouse_control_plane::{Db, roles};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a role.
#[utoipa::path(
    get,
    path = "/v1/roles/{role}",
    tag = "roles",
    params(("role" = String, Path, description = "Slug of the role.")),
    responses((status = 200, description = "The role", body = bodies::RoleDefinition)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn get_role(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Path(role): Path<String>,
) -> Result<Single<roles::RoleView>, Problem> {
    Ok(Single(roles::get_role(&db, &caller, &role).await?))
}
