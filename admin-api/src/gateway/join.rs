//! A new gateway trades its join token for an identity.

use axum::extract::State;
use gatehouse_control_plane::{Db, gateways};
use gatehouse_snapshot::protocol::{JoinReply, JoinRequest};
use gatehouse_web::{Json, Problem, ProblemKind};

/// `POST /gateway/v1/join`. An unknown, expired and used-up token are one answer.
pub(crate) async fn join(
    State(db): State<Db>,
    Json(request): Json<JoinRequest>,
) -> Result<Json<JoinReply>, Problem> {
    let reply = gateways::join(&db, &request).await?;
    reply
        .map(Json)
        .ok_or_else(|| Problem::new(ProblemKind::JoinTokenInvalid))
}
