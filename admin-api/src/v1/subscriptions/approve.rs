//! Approves a request for access.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::v1::plans::limit::{LimitInput, rules};

/// Approves a request for access.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/approve",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = Option<ApproveSubscription>,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn approve_subscription(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    OptionalJson(body): OptionalJson<ApproveSubscription>,
) -> Result<Mutation, Problem> {
    let conditions = body.into_conditions()?;
    let changed = subscriptions::approve(&db, &caller, subscription, conditions).await?;
    Ok(Mutation::changed(&changed))
}

/// What is agreed to, when it is not what was asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveSubscription {
    /// Another plan than the one asked for.
    #[schema(value_type = Option<ids::PlanLookup>)]
    pub(super) plan: Option<String>,
    /// First moment of access; without it now.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub(super) starts_at: Option<OffsetDateTime>,
    /// First moment without access.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub(super) ends_at: Option<OffsetDateTime>,
    /// Limits beside the plan's, each lower than what the plan allows; the strictest decides.
    #[serde(default)]
    pub(super) limits: Vec<LimitInput>,
    /// For the person who asked; at most 500 characters.
    #[serde(default)]
    pub(super) note: String,
}

impl ApproveSubscription {
    /// The verb's input.
    pub(super) fn into_conditions(self) -> Result<subscriptions::Conditions, Problem> {
        Ok(subscriptions::Conditions {
            plan: self.plan.as_deref().map(Lookup::from),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            limits: rules(self.limits)?,
            note: self.note,
        })
    }
}
