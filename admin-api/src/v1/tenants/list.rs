//! Lists the tenants of the installation.

use axum::extract::State;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::PlatformCaller;
use crate::edge::list::ListQuery;

/// Lists the tenants of the installation.
///
/// For tokens of platform people; to every other it does not exist.
#[utoipa::path(
    get,
    path = "/v1/tenants",
    tag = "tenants",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Tenant>)),
    security(("token" = []))
)]
pub(crate) async fn list_tenants(
    who: PlatformCaller,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<tenants::TenantView>, Problem> {
    let listed = tenants::list_tenants(&db, &who, &query.page()?).await?;
    Ok(List(listed))
}
