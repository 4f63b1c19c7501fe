//! Takes a member of the tenant into a team, or changes their part in it.

use axum::extract::State;
use gatehouse_control_plane::teams::TeamRole;
use gatehouse_control_plane::{Db, Refusal, teams};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::team_id::team_id;
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
    security(("token" = ["team.manage"]), ("token" = ["application.manage"]))
)]
pub(crate) async fn add_team_member(
    caller: Caller<needs::TeamLead>,
    State(db): State<Db>,
    Path((team, user)): Path<(String, UserId)>,
    Json(body): Json<AddTeamMember>,
) -> Result<Mutation, Problem> {
    let team = team_id(&db, &caller, &team).await?;
    let changed = teams::add_team_member(&db, &caller, team, user, body.role)
        .await
        .map_err(in_path)?;
    Ok(Mutation::changed(&changed))
}

/// The person stands in the path, where nobody of that id is simply not found.
fn in_path(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::UnknownReference { .. } => Refusal::NotFound,
        other => other,
    }
}

/// Their part in the team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddTeamMember {
    /// Leads may add members to their team.
    #[schema(value_type = words::TeamRole)]
    role: TeamRole,
}
