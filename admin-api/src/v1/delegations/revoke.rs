//! Takes a deputy back at once.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::ApprovalDelegationId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a deputy back at once.
#[utoipa::path(
    post,
    path = "/v1/delegations/{delegation}/revoke",
    tag = "subscriptions",
    params(("delegation" = String, Path, description = "Id of the delegation.")),
    responses((status = 200, description = "It is over", body = bodies::Changed<bodies::Delegation>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn revoke_delegation(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Path(delegation): Path<ApprovalDelegationId>,
) -> Result<Mutation, Problem> {
    let changed = subscriptions::revoke_delegation(&db, &caller, delegation).await?;
    Ok(Mutation::changed(&changed))
}
