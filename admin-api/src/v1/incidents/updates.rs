//! Lists what was said of an incident.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::incidents::{self, UpdateView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists what was said of an incident, newest first.
#[utoipa::path(
    get,
    path = "/v1/incidents/{incident}/updates",
    tag = "incidents",
    params(("incident" = String, Path, description = "Number or id of the incident."), ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::IncidentUpdate>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]), ("token" = ["incident.manage"]))
)]
pub(crate) async fn list_incident_updates(
    caller: Caller<needs::IncidentSee>,
    State(db): State<Db>,
    Path(incident): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<List<UpdateView>, Problem> {
    let incident = Lookup::from(incident.as_str());
    let viewer = Viewer::Member(&caller);
    let history = incidents::get_history(&db, &viewer, &incident, &query.page()?).await?;
    Ok(List(history.updates))
}
