//! Lists incidents.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::incidents::{self, IncidentFilter, IncidentView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the incidents that concern APIs the caller may see, newest first.
#[utoipa::path(
    get,
    path = "/v1/incidents",
    tag = "incidents",
    params(IncidentQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Incident>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]), ("token" = ["incident.manage"]))
)]
pub(crate) async fn list_incidents(
    caller: Caller<needs::IncidentSee>,
    State(db): State<Db>,
    Query(query): Query<IncidentQuery>,
) -> Result<List<IncidentView>, Problem> {
    let filter = IncidentFilter {
        open: query.open,
        api: query.api.as_deref().map(Lookup::from),
        ..IncidentFilter::default()
    };
    let page = page(query.limit, query.after.as_deref())?;
    let viewer = Viewer::Member(&caller);
    let listed = incidents::list_incidents(&db, &viewer, &filter, &page).await?;
    Ok(List(listed))
}

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IncidentQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those that are open, or those that are over.
    open: Option<bool>,
    /// Only those that concern this API, by id or slug; those that concern everything are among them.
    #[param(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
}
