//! Takes the second factor and the passkeys of a member away who has lost them.

use axum::extract::State;
use gatehouse_control_plane::{Db, second_factor};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes the second factor and the passkeys of a member away who has lost them, and ends their sessions. Only of people who belong to no other tenant.
#[utoipa::path(
    post,
    path = "/v1/members/{user}/reset-second-factor",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "The member", body = bodies::Changed<bodies::Member>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn reset_second_factor(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
) -> Result<Mutation, Problem> {
    let changed = second_factor::reset(&db, &caller, user).await?;
    Ok(Mutation::changed(&changed))
}
