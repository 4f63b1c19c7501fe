//! Takes a person out of a team.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, teams};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

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
    security(("token" = ["team.manage"]))
)]
pub(crate) async fn remove_team_member(
    caller: Caller<needs::TeamManage>,
    State(db): State<Db>,
    Path((team, user)): Path<(String, UserId)>,
) -> Result<Mutation, Problem> {
    let team = teams::get_team(&db, &caller, &Lookup::from(team.as_str())).await?;
    let changed = teams::remove_team_member(&db, &caller, team.id, user).await?;
    Ok(Mutation::changed(&changed))
}
