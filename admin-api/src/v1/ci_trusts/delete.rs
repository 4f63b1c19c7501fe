//! Ends a trust in workloads of CI, and every token that was exchanged by it.

use axum::extract::State;
use gatehouse_control_plane::{Db, ci_trusts};
use gatehouse_domain::id::CiTrustId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Ends a trust in workloads of CI, and every token that was exchanged by it.
#[utoipa::path(
    delete,
    path = "/v1/ci-trusts/{ci_trust}",
    tag = "tokens",
    params(("ci_trust" = String, Path, description = "Id of the trust."), IfMatchHeader),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn delete_ci_trust(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Path(trust): Path<CiTrustId>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let gone = ci_trusts::delete_ci_trust(&db, &caller, trust, expected).await?;
    Ok(Mutation::gone(gone.change.as_ref()))
}
