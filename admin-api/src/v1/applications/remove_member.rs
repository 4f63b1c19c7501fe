//! Takes a person out of the team of an application.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a person out of the team of an application. What else the team owns is not theirs any more either.
#[utoipa::path(
    delete,
    path = "/v1/applications/{application}/members/{user}",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application."), ("user" = String, Path, description = "Id of the person.")),
    responses((status = 200, description = "Its team as it is now", body = bodies::Changed<bodies::ApplicationMembers>)),
    security(("token" = ["team.manage"]), ("token" = ["application.manage"]))
)]
pub(crate) async fn remove_application_member(
    caller: Caller<needs::TeamLead>,
    State(db): State<Db>,
    Path((application, user)): Path<(String, UserId)>,
) -> Result<Mutation, Problem> {
    let application = Lookup::from(application.as_str());
    let done = applications::remove_colleague(&db, &caller, application, user).await?;
    Ok(Mutation::changed(&done))
}
