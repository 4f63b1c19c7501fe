//! Shows a member.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a member.
#[utoipa::path(
    get,
    path = "/v1/members/{user}",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "The member", body = bodies::Member)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn get_member(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
) -> Result<Single<members::MemberView>, Problem> {
    let member = members::get_member(&db, &caller, user).await?;
    Ok(Single(member))
}
