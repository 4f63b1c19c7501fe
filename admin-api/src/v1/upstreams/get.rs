//! Shows where the traffic of an API goes in one environment.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, upstreams};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows where the traffic of an API goes in one environment.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/upstreams/{environment}",
    tag = "upstreams",
    params(("api" = String, Path, description = "Id or slug of the API."), ("environment" = String, Path, description = "Id or slug of the environment.")),
    responses((status = 200, description = "The upstream", body = bodies::Upstream)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_upstream(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, environment)): Path<(String, String)>,
) -> Result<Single<upstreams::UpstreamView>, Problem> {
    let api = Lookup::from(api.as_str());
    let upstream = upstreams::get_upstream(&db, &caller, api, &environment).await?;
    Ok(Single(upstream))
}
