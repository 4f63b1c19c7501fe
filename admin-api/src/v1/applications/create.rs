//! Registers an application.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Registers an application.
#[utoipa::path(
    post,
    path = "/v1/applications",
    tag = "applications",
    request_body = CreateApplication,
    responses((status = 201, description = "The application", body = bodies::Changed<bodies::Application>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn create_application(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Json(body): Json<CreateApplication>,
) -> Result<Mutation, Problem> {
    let input = applications::CreateApplication {
        name: body.name,
        description: body.description,
        team: body.team.as_deref().map(Lookup::from),
    };
    let changed = applications::create_application(&db, &caller, input).await?;
    let path = format!("/v1/applications/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// The application to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApplication {
    /// For people.
    name: String,
    /// What it does.
    #[serde(default)]
    description: String,
    /// The owner; without it the caller's own team.
    #[schema(value_type = Option<ids::TeamLookup>)]
    team: Option<String>,
}
