//! Deletes a role that nobody holds.

use axum::extract::State;
use gatehouse_control_plane::{Db, roles};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Deletes a role that nobody holds.
#[utoipa::path(
    delete,
    path = "/v1/roles/{role}",
    tag = "roles",
    params(("role" = String, Path, description = "Slug of the role."), IfMatchHeader),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn delete_role(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(role): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let changed = roles::delete_role(&db, &caller, &role, expected).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
