//! Opens an incident.

use axum::extract::State;
use gatehouse_control_plane::{Db, incidents};
use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Opens an incident; who follows an API it concerns, or has access to one, is told.
#[utoipa::path(
    post,
    path = "/v1/incidents",
    tag = "incidents",
    request_body = OpenIncident,
    responses((status = 201, description = "The incident", body = bodies::Changed<bodies::Incident>)),
    security(("token" = ["incident.manage"]))
)]
pub(crate) async fn open_incident(
    caller: Caller<needs::IncidentManage>,
    State(db): State<Db>,
    Json(body): Json<OpenIncident>,
) -> Result<Mutation, Problem> {
    let input = incidents::OpenIncident {
        title: body.title,
        impact: body.impact,
        state: body.state,
        apis: body.apis.iter().map(|api| api.as_str().into()).collect(),
        text: body.text,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
    };
    let opened = incidents::open_incident(&db, &caller, input).await?;
    let path = format!("/v1/incidents/{}", opened.value.number);
    Ok(Mutation::created(&opened, path))
}

/// The incident to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenIncident {
    /// In one line, 1 to 120 characters.
    #[schema(min_length = 1)]
    title: String,
    /// What it does to calls.
    #[schema(value_type = words::IncidentImpact)]
    impact: IncidentImpact,
    /// How far it is; without it `investigating`, of maintenance `identified`. Never `resolved`.
    #[schema(value_type = Option<words::IncidentState>)]
    state: Option<IncidentState>,
    /// What it concerns; none: everything the tenant offers.
    #[serde(default)]
    #[schema(value_type = Vec<ids::ApiLookup>, max_items = 50)]
    apis: Vec<String>,
    /// The first update, in Markdown, 1 to 10,000 characters.
    #[schema(min_length = 1)]
    text: String,
    /// When planned maintenance begins; without it now. Of maintenance alone.
    #[serde(default, with = "time::serde::rfc3339::option")]
    starts_at: Option<OffsetDateTime>,
    /// When planned maintenance is to be over, in the future. Of maintenance alone.
    #[serde(default, with = "time::serde::rfc3339::option")]
    ends_at: Option<OffsetDateTime>,
}
