//! Shows a trust in workloads of CI.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::{self, CiTrustView};
use gatehouse_domain::id::CiTrustId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows a trust in workloads of CI.
#[utoipa::path(
    get,
    path = "/v1/ci-trusts/{ci_trust}",
    tag = "tokens",
    params(("ci_trust" = String, Path, description = "Id of the trust.")),
    responses((status = 200, description = "The trust", body = bodies::CiTrust)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn get_ci_trust(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Path(trust): Path<CiTrustId>,
) -> Result<Single<CiTrustView>, Problem> {
    Ok(Single(ci_trusts::get_ci_trust(&db, &caller, trust).await?))
}
