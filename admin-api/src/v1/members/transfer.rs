//! Hands over what hangs on a member who leaves.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Hands over what hangs on a member who leaves: the applications of their personal team, the access tokens that work in their
/// name, and the teams that only they lead. Decisions they were to take for others are theirs no more.
///
/// As a dry run it tells what would be handed over. A token keeps what its maker could still do, within what its new maker
/// may.
#[utoipa::path(
    post,
    path = "/v1/members/{user}/transfer",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    request_body = TransferMember,
    responses((status = 200, description = "What was handed over", body = bodies::Changed<bodies::Transferred>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn transfer_member(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
    Json(body): Json<TransferMember>,
) -> Result<Mutation, Problem> {
    let input = members::Transfer {
        to: body.to,
        team: body.team.as_deref().map(Lookup::from),
    };
    let changed = members::transfer(&db, &caller, user, input).await?;
    Ok(Mutation::changed(&changed))
}

/// Who takes over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferMember {
    /// In whose name the access tokens work from now on.
    #[schema(value_type = ids::UserId)]
    to: UserId,
    /// The team that has the applications from now on, by id or slug; left out, that person's own.
    #[schema(value_type = Option<ids::TeamLookup>)]
    team: Option<String>,
}
