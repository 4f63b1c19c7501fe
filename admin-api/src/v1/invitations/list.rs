//! Lists invitations that wait to be accepted.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists invitations that wait to be accepted.
#[utoipa::path(
    get,
    path = "/v1/invitations",
    tag = "invitations",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Invitation>)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn list_invitations(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<members::InvitationView>, Problem> {
    let listed = members::list_invitations(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
