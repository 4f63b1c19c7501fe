//! A gateway hands over a batch of calls.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::usage::{Ingest, ingest};
use gatehouse_snapshot::protocol::UsageReply;
use gatehouse_snapshot::usage::Batch;
use gatehouse_web::{Json, Problem, ProblemKind};

use super::signed::Signed;

/// `POST /gateway/v1/usage`. The same batch sent again is answered the same and counts once.
pub(crate) async fn take_usage(
    State(db): State<Db>,
    request: Signed,
) -> Result<Json<UsageReply>, Problem> {
    let batch = Batch::decode(&request.body)
        .map_err(|refused| Problem::new(ProblemKind::BadRequest).detail(format!("{refused}.")))?;
    match ingest(&db, request.node, &batch).await? {
        Ingest::Taken(reply) => Ok(Json(reply)),
        Ingest::Gap { expected } => Err(Problem::new(ProblemKind::SequenceGap)
            .detail(format!("Expected batch {expected} of this boot."))),
    }
}
