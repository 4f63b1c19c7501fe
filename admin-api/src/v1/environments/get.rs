//! Shows an environment.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, environments};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an environment.
#[utoipa::path(
    get,
    path = "/v1/environments/{environment}",
    tag = "environments",
    params(("environment" = String, Path, description = "Id or slug of the environment.")),
    responses((status = 200, description = "The environment", body = bodies::Environment)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_environment(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(environment): Path<String>,
) -> Result<Single<environments::EnvironmentView>, Problem> {
    let environment = Lookup::from(environment.as_str());
    let environment = environments::get_environment(&db, &caller, environment).await?;
    Ok(Single(environment))
}
