//! Says how configuration is kept.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::drift::{self, ConfigurationView};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Says how configuration is kept.
#[utoipa::path(
    get,
    path = "/v1/configuration",
    tag = "configuration",
    responses((status = 200, description = "How it is kept", body = bodies::Configuration)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_configuration(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
) -> Result<Single<ConfigurationView>, Problem> {
    let view = drift::get_configuration(&db, &caller).await?;
    Ok(Single(view))
}
