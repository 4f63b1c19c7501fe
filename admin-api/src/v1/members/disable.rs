//! Ends the access of a member and their sessions.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Ends the access of a member and their sessions.
#[utoipa::path(
    post,
    path = "/v1/members/{user}/disable",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "The member as they are now", body = bodies::Changed<bodies::Member>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn disable_member(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
) -> Result<Mutation, Problem> {
    let status = members::MemberStatus::Disabled;
    let changed = members::set_member_status(&db, &caller, user, None, status).await?;
    Ok(Mutation::changed(&changed))
}
