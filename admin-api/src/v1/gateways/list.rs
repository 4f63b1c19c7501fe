//! Lists the gateways that serve the tenant, and what each runs.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, gateways};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the gateways that serve the tenant, and what each runs.
#[utoipa::path(
    get,
    path = "/v1/gateways",
    tag = "gateways",
    responses((status = 200, description = "All of them", body = bodies::Gateways)),
    security(("token" = ["gateway.read"]))
)]
pub(crate) async fn list_gateways(
    caller: Caller<needs::GatewayRead>,
    State(db): State<Db>,
) -> Result<List<gateways::NodeView>, Problem> {
    let data = gateways::list_nodes(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
