//! The configuration feed: deltas or a snapshot at once, or a long poll until there are some.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::gateways::{ConfigAnswer, Known, SnapshotReader, config_since};
use gatehouse_snapshot::key_chain::{self, Link};
use gatehouse_snapshot::protocol::{DELTAS_TYPE, KEYS_HEADER, SNAPSHOT_TYPE, WAIT_MAX_S};
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
    /// Name of the newest signing key it knows.
    #[serde(default)]
    key: String,
}

/// `GET /gateway/v1/config`.
pub(crate) async fn send_config(
    State(state): State<AdminApi>,
    Query(at): Query<Position>,
    request: Signed,
) -> Result<Response, Problem> {
    let deadline = Instant::now() + Duration::from_secs(at.wait_s.min(WAIT_MAX_S));
    let mut waiter = state.heads.subscribe(request.node.group);
    let known = Known {
        generation: at.generation,
        since: at.since,
        key: at.key,
    };
    loop {
        let reply = config_since(&state.db, request.node, &known).await?;
        let links = reply.links;
        match reply.answer {
            ConfigAnswer::Current => {}
            ConfigAnswer::Retired => return Err(Problem::new(ProblemKind::NodeUnknown)),
            ConfigAnswer::Deltas(bytes) => {
                return with_keys(&links, typed(DELTAS_TYPE, bytes.into()));
            }
            ConfigAnswer::Snapshot(reader) => {
                let body = axum::body::Body::new(SnapshotBody::new(reader));
                return with_keys(&links, typed(SNAPSHOT_TYPE, body));
            }
        }
        let nothing = || with_keys(&links, StatusCode::NO_CONTENT.into_response());
        tokio::select! {
            () = waiter.worth_asking() => {}
            () = tokio::time::sleep_until(deadline) => return nothing(),
            // Waiting requests must not hold up the end of the process.
            () = state.supervisor.cancelled() => return nothing(),
        }
    }
}

/// Sends the signing keys a gateway is missing with whatever else it gets.
fn with_keys(links: &[Link], mut response: Response) -> Result<Response, Problem> {
    if !links.is_empty() {
        let value = HeaderValue::try_from(key_chain::to_header(links))
            .map_err(|error| Refusal::Internal(error.into()))?;
        response.headers_mut().insert(KEYS_HEADER, value);
    }
    Ok(response)
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
