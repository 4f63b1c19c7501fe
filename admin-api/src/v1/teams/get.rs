//! Shows a team.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, teams};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a team.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}",
    tag = "teams",
    params(("team" = String, Path, description = "Id or slug of the team.")),
    responses((status = 200, description = "The team", body = bodies::Team)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn get_team(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Path(team): Path<String>,
) -> Result<Single<teams::TeamView>, Problem> {
    let team = teams::get_team(&db, &caller, &Lookup::from(team.as_str())).await?;
    Ok(Single(team))
}
