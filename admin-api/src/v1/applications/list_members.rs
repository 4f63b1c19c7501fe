//! Lists who works on an application.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Lists who works on an application: the members of the team that owns it.
#[utoipa::path(
    get,
    path = "/v1/applications/{application}/members",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    responses((status = 200, description = "Its team", body = bodies::ApplicationMembers)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.read"]))
)]
pub(crate) async fn list_application_members(
    caller: Caller<needs::ApplicationSee>,
    State(db): State<Db>,
    Path(application): Path<String>,
) -> Result<Single<applications::ApplicationMembers>, Problem> {
    let application = Lookup::from(application.as_str());
    let members = applications::list_application_members(&db, &caller, application).await?;
    Ok(Single(members))
}
