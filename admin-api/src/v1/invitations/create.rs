//! Invites a person by mail.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::Role;
use gatehouse_domain::id::TeamId;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Invites a person by mail.
#[utoipa::path(
    post,
    path = "/v1/invitations",
    tag = "invitations",
    request_body = CreateInvitation,
    responses((status = 201, description = "The invitation", body = bodies::Changed<bodies::Invitation>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn create_invitation(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Json(body): Json<CreateInvitation>,
) -> Result<Mutation, Problem> {
    let input = members::Invite {
        email: body.email,
        role: body.role,
        team: body.team,
    };
    let changed = members::invite(&db, &caller, input).await?;
    let path = format!("/v1/invitations/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// Whom to invite, as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateInvitation {
    /// The address the link is sent to.
    email: String,
    /// The role they will have.
    #[schema(value_type = words::Role)]
    role: Role,
    /// A team they will belong to.
    #[schema(value_type = Option<ids::TeamId>)]
    team: Option<TeamId>,
}
