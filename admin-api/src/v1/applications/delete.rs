//! Deletes an application: its keys stop working, its subscriptions end.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Deletes an application: its keys stop working, its subscriptions end.
#[utoipa::path(
    delete,
    path = "/v1/applications/{application}",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application."), IfMatchHeader),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn delete_application(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(application): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let application = Lookup::from(application.as_str());
    let changed = applications::delete_application(&db, &caller, application, expected).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
