//! Grants access without a request.

use super::wish::{RequestAccess, placed};
use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_web::{Json, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Grants access without a request.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/grant",
    tag = "subscriptions",
    request_body = RequestAccess,
    responses((status = 201, description = "The subscription", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn grant_access(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Json(body): Json<RequestAccess>,
) -> Result<Mutation, Problem> {
    let mut wish = body.into_wish()?;
    let reason = std::mem::take(&mut wish.reason);
    let changed = subscriptions::grant(&db, &caller, wish, &reason)
        .await
        .map_err(placed)?;
    let path = format!("/v1/subscriptions/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}
