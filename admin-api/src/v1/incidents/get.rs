//! Shows an incident.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::incidents::{self, IncidentView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an incident with what was said of it last.
#[utoipa::path(
    get,
    path = "/v1/incidents/{incident}",
    tag = "incidents",
    params(("incident" = String, Path, description = "Number or id of the incident.")),
    responses((status = 200, description = "The incident", body = bodies::Incident)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]), ("token" = ["incident.manage"]))
)]
pub(crate) async fn get_incident(
    caller: Caller<needs::IncidentSee>,
    State(db): State<Db>,
    Path(incident): Path<String>,
) -> Result<Single<IncidentView>, Problem> {
    let incident = Lookup::from(incident.as_str());
    let found = incidents::get_incident(&db, &Viewer::Member(&caller), &incident).await?;
    Ok(Single(found))
}
