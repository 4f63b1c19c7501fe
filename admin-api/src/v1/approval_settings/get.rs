//! Shows how long decisions may take.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows how long decisions may take.
#[utoipa::path(
    get,
    path = "/v1/approval-settings",
    tag = "subscriptions",
    responses((status = 200, description = "The settings", body = bodies::ApprovalSettings)),
    security(("token" = ["subscription.read"]))
)]
pub(crate) async fn get_approval_settings(
    caller: Caller<needs::SubscriptionRead>,
    State(db): State<Db>,
) -> Result<Single<subscriptions::ApprovalSettings>, Problem> {
    let settings = subscriptions::get_approval_settings(&db, &caller).await?;
    Ok(Single(settings))
}
