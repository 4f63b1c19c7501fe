//! Puts a drained gateway into rotation again.

use axum::extract::State;
use gatehouse_control_plane::{Db, gateways, tokens};
use gatehouse_domain::id::NodeId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Puts a drained gateway into rotation again.
#[utoipa::path(
    post,
    path = "/v1/gateways/{gateway}/undrain",
    tag = "gateways",
    params(("gateway" = String, Path, description = "Id of the gateway.")),
    responses((status = 200, description = "The gateway as it is now", body = bodies::Changed<bodies::Gateway>)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn undrain_gateway(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(gateway): Path<NodeId>,
) -> Result<Mutation, Problem> {
    let platform = tokens::platform_actor(&db, &caller).await?;
    let changed = gateways::undrain_node(&db, &caller, platform.as_ref(), gateway).await?;
    Ok(Mutation::changed(&changed))
}
