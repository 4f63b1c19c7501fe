//! Takes a policy away.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, policies};
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::why::Why;

/// Takes a policy away. One further out may apply again.
#[utoipa::path(
    delete,
    path = "/v1/policies/{policy}",
    tag = "policies",
    params(("policy" = String, Path, description = "Id or slug of the policy."), IfMatchHeader, Why),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn delete_policy(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(policy): Path<String>,
    IfMatch(expected): IfMatch,
    Query(why): Query<Why>,
) -> Result<Mutation, Problem> {
    let policy = Lookup::from(policy.as_str());
    let changed = policies::delete_policy(&db, &caller, policy, expected, &why.reason()).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
