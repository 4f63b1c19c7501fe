//! Asks for another plan.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Asks for another plan.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/plan-change",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = RequestPlanChange,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn request_plan_change(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    Json(body): Json<RequestPlanChange>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::request_plan_change(
        &db,
        &caller,
        subscription,
        Lookup::from(body.plan.as_str()),
        &body.reason,
    )
    .await?;
    Ok(Mutation::changed(&changed))
}

/// The plan that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestPlanChange {
    /// A plan of the same API.
    #[schema(value_type = ids::PlanLookup)]
    plan: String,
    /// Why; at most 500 characters.
    #[serde(default)]
    reason: String,
}
