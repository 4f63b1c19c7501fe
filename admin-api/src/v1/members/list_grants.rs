//! Lists what a member was granted.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists what a member was granted.
#[utoipa::path(
    get,
    path = "/v1/members/{user}/grants",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "All of them", body = bodies::Grants)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn list_grants(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
) -> Result<List<members::GrantView>, Problem> {
    let data = members::list_grants(&db, &caller, user).await?;
    Ok(List(Listed { data, next: None }))
}
