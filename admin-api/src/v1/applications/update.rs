//! Changes an application.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes an application.
#[utoipa::path(
    patch,
    path = "/v1/applications/{application}",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application."), IfMatchHeader),
    request_body = UpdateApplication,
    responses((status = 200, description = "The application as it is now", body = bodies::Changed<bodies::Application>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn update_application(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(application): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateApplication>,
) -> Result<Mutation, Problem> {
    let input = applications::UpdateApplication {
        name: body.name,
        description: body.description,
        team: body.team.as_deref().map(Lookup::from),
    };
    let application = Lookup::from(application.as_str());
    let changed =
        applications::update_application(&db, &caller, application, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateApplication {
    /// For people.
    name: Option<String>,
    /// What it does.
    description: Option<String>,
    /// Hands it over to another team.
    #[schema(value_type = Option<ids::TeamLookup>)]
    team: Option<String>,
}
