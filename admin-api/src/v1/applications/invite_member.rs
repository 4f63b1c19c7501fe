//! Takes a colleague into the team of an application.

use axum::extract::State;
use gatehouse_control_plane::applications::InviteColleague;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::teams::TeamRole;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a colleague into the team of an application, by their address. An address that nobody here has is invited, where the caller
/// may invite people to the tenant.
#[utoipa::path(
    post,
    path = "/v1/applications/{application}/members",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    request_body = InviteApplicationMember,
    responses((status = 201, description = "Its team as it is now", body = bodies::Changed<bodies::ApplicationMembers>)),
    security(("token" = ["team.manage"]), ("token" = ["application.manage"]))
)]
pub(crate) async fn invite_application_member(
    caller: Caller<needs::TeamLead>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Json(body): Json<InviteApplicationMember>,
) -> Result<Mutation, Problem> {
    let input = InviteColleague {
        email: body.email,
        role: body.role.unwrap_or(TeamRole::Member),
    };
    let application = Lookup::from(application.as_str());
    let done = applications::invite_colleague(&db, &caller, application, input).await?;
    Ok(Mutation::changed(&done).made())
}

/// Whom to take in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteApplicationMember {
    /// Their address.
    email: String,
    /// Their part in the team; a member if nothing is said. Leads choose members too.
    #[schema(value_type = Option<words::TeamRole>)]
    role: Option<TeamRole>,
}
