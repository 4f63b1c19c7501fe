//! Takes a member of the tenant into a team, or changes their part in it.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::teams::TeamRole;
use gatehouse_control_plane::{Db, teams};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a member of the tenant into a team, or changes their part in it.
#[utoipa::path(
    put,
    path = "/v1/teams/{team}/members/{user}",
    tag = "teams",
    params(("team" = String, Path, description = "Id or slug of the team."), ("user" = String, Path, description = "Id of the person.")),
    request_body = AddTeamMember,
    responses((status = 200, description = "The team as it is now", body = bodies::Changed<bodies::Team>)),
    security(("token" = ["team.manage"]))
)]
pub(crate) async fn add_team_member(
    caller: Caller<needs::TeamManage>,
    State(db): State<Db>,
    Path((team, user)): Path<(String, UserId)>,
    Json(body): Json<AddTeamMember>,
) -> Result<Mutation, Problem> {
    let team = teams::get_team(&db, &caller, &Lookup::from(team.as_str())).await?;
    let changed = teams::add_team_member(&db, &caller, team.id, user, body.role).await?;
    Ok(Mutation::changed(&changed))
}

/// Their part in the team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddTeamMember {
    /// Leads may add members to their team.
    #[schema(value_type = words::TeamRole)]
    role: TeamRole,
}
