//! Makes a team.

use axum::extract::State;
use gatehouse_control_plane::teams::TeamKind;
use gatehouse_control_plane::{Db, teams};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Makes a team.
#[utoipa::path(
    post,
    path = "/v1/teams",
    tag = "teams",
    request_body = CreateTeam,
    responses((status = 201, description = "The team", body = bodies::Changed<bodies::Team>)),
    security(("token" = ["team.manage"]))
)]
pub(crate) async fn create_team(
    caller: Caller<needs::TeamManage>,
    State(db): State<Db>,
    Json(body): Json<CreateTeam>,
) -> Result<Mutation, Problem> {
    let input = teams::CreateTeam {
        slug: body.slug,
        name: body.name,
        kind: body.kind,
    };
    let changed = teams::create_team(&db, &caller, input).await?;
    let path = format!("/v1/teams/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// The team to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTeam {
    /// In URLs; stays.
    slug: String,
    /// For people.
    name: String,
    /// Whether it offers APIs or uses them.
    #[schema(value_type = words::TeamKind)]
    kind: TeamKind,
}
