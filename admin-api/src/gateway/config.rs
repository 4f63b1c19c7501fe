//! The configuration feed: deltas or a snapshot at once, or a long poll until there are some.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::gateways::{ConfigAnswer, SnapshotReader, config_since};
use gatehouse_snapshot::protocol::{DELTAS_TYPE, SNAPSHOT_TYPE, WAIT_MAX_S};
use gatehouse_web::{Problem, ProblemKind, Query};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use http_body::{Body, Frame};
use serde::Deserialize;
use tokio::time::Instant;

use super::signed::Signed;
use crate::state::AdminApi;

/// What the gateway runs and how long it will wait.
#[derive(Debug, Deserialize)]
pub(crate) struct Position {
    /// Generation in force; 0 before the first snapshot.
    generation: u32,
    /// Sequence number in force.
    since: u64,
    /// Seconds to wait for news; more than [`WAIT_MAX_S`] is taken as that.
    #[serde(default)]
    wait_s: u64,
}

/// `GET /gateway/v1/config`.
pub(crate) async fn send_config(
    State(state): State<AdminApi>,
    Query(at): Query<Position>,
    request: Signed,
) -> Result<Response, Problem> {
    let deadline = Instant::now() + Duration::from_secs(at.wait_s.min(WAIT_MAX_S));
    let mut waiter = state.heads.subscribe(request.node.group);
    loop {
        match config_since(&state.db, request.node, at.generation, at.since).await? {
            ConfigAnswer::Current => {}
            ConfigAnswer::Retired => return Err(Problem::new(ProblemKind::NodeUnknown)),
            ConfigAnswer::Deltas(bytes) => return Ok(typed(DELTAS_TYPE, bytes.into())),
            ConfigAnswer::Snapshot(reader) => {
                return Ok(typed(
                    SNAPSHOT_TYPE,
                    axum::body::Body::new(SnapshotBody::new(reader)),
                ));
            }
        }
        tokio::select! {
            () = waiter.worth_asking() => {}
            () = tokio::time::sleep_until(deadline) => return Ok(StatusCode::NO_CONTENT.into_response()),
            // Waiting requests must not hold up the end of the process.
            () = state.supervisor.cancelled() => return Ok(StatusCode::NO_CONTENT.into_response()),
        }
    }
}

fn typed(media_type: &'static str, body: axum::body::Body) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(media_type))], body).into_response()
}

type Piece = (Box<SnapshotReader>, Result<Option<Bytes>, Refusal>);

/// A snapshot that is read piece by piece as the gateway takes it. A fault cuts the answer short, which its reader notices.
struct SnapshotBody(Step);

enum Step {
    Reading(Pin<Box<dyn Future<Output = Piece> + Send>>),
    Ended,
}

impl SnapshotBody {
    fn new(reader: Box<SnapshotReader>) -> Self {
        Self(Step::Reading(Box::pin(read(reader))))
    }
}

async fn read(mut reader: Box<SnapshotReader>) -> Piece {
    let piece = reader.next().await;
    (reader, piece)
}

impl Body for SnapshotBody {
    type Data = Bytes;
    type Error = Refusal;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        let Step::Reading(reading) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let (reader, piece) = std::task::ready!(reading.as_mut().poll(context));
        self.0 = match &piece {
            Ok(Some(_)) => Step::Reading(Box::pin(read(reader))),
            Ok(None) => Step::Ended,
            Err(error) => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    "a snapshot broke off"
                );
                Step::Ended
            }
        };
        Poll::Ready(piece.transpose().map(|piece| piece.map(Frame::data)))
    }
}
