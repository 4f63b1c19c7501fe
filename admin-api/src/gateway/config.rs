//! The configuration feed: deltas or a snapshot at once, or a long poll until there are some.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::gateways::{ConfigAnswer, Known, config_since};
use gatehouse_snapshot::key_chain::{self, Link};
use gatehouse_snapshot::protocol::{DELTAS_TYPE, KEYS_HEADER, SNAPSHOT_TYPE, WAIT_MAX_S};
use gatehouse_web::{Problem, ProblemKind, Query, streamed};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
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
                let body = streamed::body(reader, |mut reader| async move {
                    Ok(reader.next().await?.map(|piece| (piece, reader)))
                });
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
