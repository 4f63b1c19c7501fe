//! Sets the roles of a member.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::Role;
use gatehouse_domain::id::UserId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Sets the roles of a member.
///
/// One active owner always remains; only owners name and remove owners.
#[utoipa::path(
    put,
    path = "/v1/members/{user}/roles",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person."), IfMatchHeader),
    request_body = SetRoles,
    responses((status = 200, description = "The member as they are now", body = bodies::Changed<bodies::Member>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn set_member_roles(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
    IfMatch(expected): IfMatch,
    Json(body): Json<SetRoles>,
) -> Result<Mutation, Problem> {
    let changed = members::set_roles(&db, &caller, user, expected, body.roles).await?;
    Ok(Mutation::changed(&changed))
}

/// The roles they will have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetRoles {
    /// At least one.
    #[schema(value_type = Vec<words::Role>, min_items = 1)]
    roles: Vec<Role>,
}
