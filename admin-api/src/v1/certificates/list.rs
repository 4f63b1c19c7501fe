//! Lists the certificates of the tenant's own domains.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::certificates::{self, CertificateView};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the certificates of the tenant's own domains.
#[utoipa::path(
    get,
    path = "/v1/certificates",
    tag = "environments",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Certificate>)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn list_certificates(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<CertificateView>, Problem> {
    let listed = certificates::list_certificates(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
