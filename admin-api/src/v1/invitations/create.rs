//! Invites a person by mail.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, members};
use gatehouse_domain::id::TeamId;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::v1::members::add_grant::WantedScope;

/// Invites a person by mail.
///
/// Nobody gives what they may not do themselves, where it will hold.
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
        scope: body.scope.unwrap_or_default().read()?,
        team: body.team,
        api: body.api.as_deref().map(Lookup::from),
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
    /// Slug of the role they will have: a built-in one, or one of the tenant's own.
    role: String,
    /// What the role holds for; left out, the whole tenant.
    scope: Option<WantedScope>,
    /// A team they will belong to.
    #[schema(value_type = Option<ids::TeamId>)]
    team: Option<TeamId>,
    /// The API whose page they come to, id or slug. Left out, the one the role holds for, or else the list of APIs.
    api: Option<String>,
}
