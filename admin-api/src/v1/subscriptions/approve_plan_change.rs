//! Agrees to another plan.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Agrees to another plan.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/plan-change/approve",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = Option<ApprovePlanChange>,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn approve_plan_change(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    OptionalJson(body): OptionalJson<ApprovePlanChange>,
) -> Result<Mutation, Problem> {
    let changed =
        subscriptions::approve_plan_change(&db, &caller, subscription, &body.note).await?;
    Ok(Mutation::changed(&changed))
}

/// What to tell the person who asked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovePlanChange {
    /// At most 500 characters.
    #[serde(default)]
    note: String,
}
