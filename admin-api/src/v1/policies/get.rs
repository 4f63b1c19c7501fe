//! Shows a policy.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, policies};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a policy.
#[utoipa::path(
    get,
    path = "/v1/policies/{policy}",
    tag = "policies",
    params(("policy" = String, Path, description = "Id or slug of the policy.")),
    responses((status = 200, description = "The policy", body = bodies::Policy)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn get_policy(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path(policy): Path<String>,
) -> Result<Single<policies::PolicyView>, Problem> {
    let policy = Lookup::from(policy.as_str());
    let policy = policies::get_policy(&db, &caller, policy).await?;
    Ok(Single(policy))
}
