//! Shows an application.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an application.
#[utoipa::path(
    get,
    path = "/v1/applications/{application}",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    responses((status = 200, description = "The application", body = bodies::Application)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.read"]))
)]
pub(crate) async fn get_application(
    caller: Caller<needs::ApplicationSee>,
    State(db): State<Db>,
    Path(application): Path<String>,
) -> Result<Single<applications::ApplicationView>, Problem> {
    let application = Lookup::from(application.as_str());
    let application = applications::get_application(&db, &caller, application).await?;
    Ok(Single(application))
}
