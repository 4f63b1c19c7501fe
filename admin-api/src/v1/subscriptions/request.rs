//! Requests access for an application.

use super::wish::{RequestAccess, placed};
use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_web::{Json, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Requests access for an application.
///
/// A plan that needs no approval is active at once; other requests wait as `pending`.
#[utoipa::path(
    post,
    path = "/v1/subscriptions",
    tag = "subscriptions",
    request_body = RequestAccess,
    responses((status = 201, description = "The subscription", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn request_access(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Json(body): Json<RequestAccess>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::request(&db, &caller, body.into_wish()?)
        .await
        .map_err(placed)?;
    let path = format!("/v1/subscriptions/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}
