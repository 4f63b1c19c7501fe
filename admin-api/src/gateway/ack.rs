//! A gateway tells what it runs, after every change and as a sign of life.

use axum::extract::State;
use gatehouse_control_plane::{Db, gateways};
use gatehouse_snapshot::protocol::AckReply;
use gatehouse_web::extract::parse_json;
use gatehouse_web::{Json, Problem};

use super::signed::Signed;

/// `POST /gateway/v1/ack`.
pub(crate) async fn acknowledge(
    State(db): State<Db>,
    request: Signed,
) -> Result<Json<AckReply>, Problem> {
    let told = parse_json(&request.body)?;
    let reply = gateways::acknowledge(&db, request.node, &told).await?;
    Ok(Json(reply))
}
