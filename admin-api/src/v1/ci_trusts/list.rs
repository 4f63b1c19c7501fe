//! Lists the trusts in workloads of CI.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::{self, CiTrustView};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the trusts in workloads of CI.
#[utoipa::path(
    get,
    path = "/v1/ci-trusts",
    tag = "tokens",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::CiTrust>)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn list_ci_trusts(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<CiTrustView>, Problem> {
    let listed = ci_trusts::list_ci_trusts(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
