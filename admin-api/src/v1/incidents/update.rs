//! Says how an incident goes.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, incidents};
use gatehouse_domain::incident::IncidentState;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Says how an incident goes; the state `resolved` ends it.
///
/// What was said is never changed, and nothing more is said of an incident that is resolved.
#[utoipa::path(
    post,
    path = "/v1/incidents/{incident}/updates",
    tag = "incidents",
    params(("incident" = String, Path, description = "Number or id of the incident.")),
    request_body = UpdateIncident,
    responses((status = 201, description = "The incident as it is now", body = bodies::Changed<bodies::Incident>)),
    security(("token" = ["incident.manage"]))
)]
pub(crate) async fn update_incident(
    caller: Caller<needs::IncidentManage>,
    State(db): State<Db>,
    Path(incident): Path<String>,
    Json(body): Json<UpdateIncident>,
) -> Result<Mutation, Problem> {
    let input = incidents::UpdateIncident {
        state: body.state,
        text: body.text,
    };
    let incident = Lookup::from(incident.as_str());
    let updated = incidents::update_incident(&db, &caller, &incident, input).await?;
    Ok(Mutation::changed(&updated).made())
}

/// What is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateIncident {
    /// How far the incident is now.
    #[schema(value_type = words::IncidentState)]
    state: IncidentState,
    /// Markdown, 1 to 10,000 characters.
    #[schema(min_length = 1)]
    text: String,
}
