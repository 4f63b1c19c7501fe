//! Accepts terms for a subscription, as its team.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Accepts terms for a subscription, as its team: a newer version, or those of a plan it will ask for.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/accept-terms",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = AcceptTerms,
    responses((status = 200, description = "The subscription as it is now", body = bodies::Changed<bodies::Subscription>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn accept_subscription_terms(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    Json(body): Json<AcceptTerms>,
) -> Result<Mutation, Problem> {
    let input = subscriptions::AcceptTerms {
        terms: body.terms,
        version: body.version,
    };
    let changed = subscriptions::accept_terms(&db, &caller, subscription, &input).await?;
    Ok(Mutation::changed(&changed))
}

/// What is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptTerms {
    /// Slug of the terms.
    terms: String,
    /// The version that was read; only the newest can be accepted.
    #[schema(minimum = 1)]
    version: i32,
}
