//! Lists the roles of the tenant.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, roles};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the roles of the tenant.
///
/// The built-in ones come first, the most powerful of them first; then the tenant's own by name.
#[utoipa::path(
    get,
    path = "/v1/roles",
    tag = "roles",
    responses((status = 200, description = "All of them", body = bodies::Roles)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn list_roles(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
) -> Result<List<roles::RoleView>, Problem> {
    let data = roles::list_roles(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
