//! Requests signed by an enrolled gateway.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use gatehouse_control_plane::gateways::{Node, authenticate_node};
use gatehouse_snapshot::node_auth::Claim;
use gatehouse_web::{Problem, ProblemKind, read_body};

use crate::state::AdminApi;

/// A request whose signature was checked: from whom, and its body.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) node: Node,
    pub(crate) body: Bytes,
}

impl FromRequest<AdminApi> for Signed {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AdminApi) -> Result<Self, Problem> {
        // Before the body is read: who makes no claim does not make us read megabytes.
        let claim = Claim::read(request.headers()).ok_or_else(unknown)?;
        let method = request.method().clone();
        let address = request
            .uri()
            .path_and_query()
            .map_or_else(String::new, ToString::to_string);
        let body = read_body(request).await?;
        let node = authenticate_node(&state.db, &claim, method.as_str(), &address, &body).await?;
        node.map(|node| Self { node, body }).ok_or_else(unknown)
    }
}

/// One answer for every reason: an unknown or retired node, a wrong signature, a time too far off, a nonce used before.
fn unknown() -> Problem {
    Problem::new(ProblemKind::NodeUnknown)
}
