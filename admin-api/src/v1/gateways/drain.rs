//! Takes a gateway out of rotation.

use axum::extract::State;
use gatehouse_control_plane::{Db, gateways, tokens};
use gatehouse_domain::id::NodeId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes a gateway out of rotation.
///
/// It says that it is not ready, so that whoever balances sends nothing new, and asks clients for new connections: each with the answer
/// to its next call, over HTTP/2 with GOAWAY. It answers whoever still comes; WebSockets and calls under way go on. It hears of this
/// within a second; `rotation` says `drained` once it has. A restart does not end it, with the control plane away neither.
#[utoipa::path(
    post,
    path = "/v1/gateways/{gateway}/drain",
    tag = "gateways",
    params(("gateway" = String, Path, description = "Id of the gateway.")),
    responses((status = 200, description = "The gateway as it is now", body = bodies::Changed<bodies::Gateway>)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn drain_gateway(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(gateway): Path<NodeId>,
) -> Result<Mutation, Problem> {
    let platform = tokens::platform_actor(&db, &caller).await?;
    let changed = gateways::drain_node(&db, &caller, platform.as_ref(), gateway).await?;
    Ok(Mutation::changed(&changed))
}
