//! Retires a gateway: it gets no more configuration and hands over no more usage.

use axum::extract::State;
use gatehouse_control_plane::{Db, gateways, tokens};
use gatehouse_domain::id::NodeId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Retires a gateway: it gets no more configuration and hands over no more usage.
#[utoipa::path(
    post,
    path = "/v1/gateways/{gateway}/retire",
    tag = "gateways",
    params(("gateway" = String, Path, description = "Id of the gateway.")),
    responses((status = 200, description = "It is retired", body = bodies::Gone)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn retire_gateway(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(gateway): Path<NodeId>,
) -> Result<Mutation, Problem> {
    let platform = tokens::platform_actor(&db, &caller).await?;
    gateways::retire_node(&db, &caller, platform.as_ref(), gateway).await?;
    Ok(Mutation::gone(None))
}
