//! Renames a team.

use axum::extract::State;
use gatehouse_control_plane::{Db, teams};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::team_id::team_id;
use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Renames a team.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}",
    tag = "teams",
    params(("team" = String, Path, description = "Id or slug of the team."), IfMatchHeader),
    request_body = UpdateTeam,
    responses((status = 200, description = "The team as it is now", body = bodies::Changed<bodies::Team>)),
    security(("token" = ["team.manage"]))
)]
pub(crate) async fn update_team(
    caller: Caller<needs::TeamManage>,
    State(db): State<Db>,
    Path(team): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateTeam>,
) -> Result<Mutation, Problem> {
    let team = team_id(&db, &caller, &team).await?;
    let input = teams::UpdateTeam { name: body.name };
    let changed = teams::update_team(&db, &caller, team, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateTeam {
    /// For people.
    name: Option<String>,
}
