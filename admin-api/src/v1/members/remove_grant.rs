//! Takes a grant back.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a grant back.
///
/// Nobody takes what they may not do themselves; one active owner always remains.
#[utoipa::path(
    delete,
    path = "/v1/members/{user}/grants/{grant}",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person."), ("grant" = String, Path, description = "What the list of grants calls it.")),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn remove_grant(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path((user, grant)): Path<(UserId, String)>,
) -> Result<Mutation, Problem> {
    let changed = members::remove_grant(&db, &caller, user, &grant).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
