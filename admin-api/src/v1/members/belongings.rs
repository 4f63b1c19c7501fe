//! Tells what hangs on a member.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Tells what hangs on a member and would be left behind: applications of their own team, access tokens in their name, teams that
/// only they lead, decisions they take for others.
#[utoipa::path(
    get,
    path = "/v1/members/{user}/belongings",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "What hangs on them", body = bodies::Belongings)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn list_belongings(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
) -> Result<Single<members::Belongings>, Problem> {
    let belongings = members::list_belongings(&db, &caller, user).await?;
    Ok(Single(belongings))
}
