//! Names somebody who decides for an approver who is away.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Names somebody who decides for an approver who is away.
///
/// A token names one for whoever made it. For somebody else it also needs `member.manage`.
#[utoipa::path(
    post,
    path = "/v1/delegations",
    tag = "subscriptions",
    request_body = Delegate,
    responses((status = 201, description = "Who decides for whom", body = bodies::Changed<bodies::Delegation>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn create_delegation(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Json(body): Json<Delegate>,
) -> Result<Mutation, Problem> {
    let input = subscriptions::Delegate {
        from: body.from,
        to: body.to,
        api: body.api.as_deref().map(Lookup::from),
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        reason: body.reason,
    };
    let changed = subscriptions::create_delegation(&db, &caller, input).await?;
    Ok(Mutation::changed(&changed).made())
}

/// Who decides for whom, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delegate {
    /// Who is away; without it whoever asks.
    #[schema(value_type = Option<ids::UserId>)]
    from: Option<UserId>,
    /// Who decides for them.
    #[schema(value_type = ids::UserId)]
    to: UserId,
    /// About which API; without it all of them.
    #[schema(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
    /// First moment; without it now.
    #[serde(default, with = "time::serde::rfc3339::option")]
    starts_at: Option<OffsetDateTime>,
    /// First moment after it, at most 90 days after the first.
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
    /// Why; at most 500 characters.
    #[serde(default)]
    reason: String,
}
