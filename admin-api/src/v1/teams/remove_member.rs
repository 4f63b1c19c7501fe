//! Takes a person out of a team.

use axum::extract::State;
use gatehouse_control_plane::{Db, teams};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use super::team_id::team_id;
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a person out of a team.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/members/{user}",
    tag = "teams",
    params(("team" = String, Path, description = "Id or slug of the team."), ("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "The team as it is now", body = bodies::Changed<bodies::Team>)),
    security(("token" = ["team.manage"]), ("token" = ["application.manage"]))
)]
pub(crate) async fn remove_team_member(
    caller: Caller<needs::TeamLead>,
    State(db): State<Db>,
    Path((team, user)): Path<(String, UserId)>,
) -> Result<Mutation, Problem> {
    let team = team_id(&db, &caller, &team).await?;
    let changed = teams::remove_team_member(&db, &caller, team, user).await?;
    Ok(Mutation::changed(&changed))
}
