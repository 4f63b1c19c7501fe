//! The way to a backend: choose a target, get a connection, send, retry once where that is safe, stream back.
//!
//! [`forward`] is the only door and asks for a [`Permit`].

mod balance;
mod body;
mod connect;
mod headers;
mod pool;

use std::sync::Arc;
use std::time::Duration;

use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::Supervisor;
use gatehouse_runtime::listener::RequestBody;
use http::{Method, Request, Response, Uri, Version};
use hyper::body::{Body, Incoming};
use tokio::time::Instant;

pub(crate) use balance::CompiledUpstream;
use balance::{InFlight, Target};
pub(crate) use body::Outgoing;
pub(crate) use connect::Connector;
pub(crate) use headers::{Client, response as clean_response};

use crate::metrics::GatewayMetrics;
use crate::policies::Permit;
use crate::refusal::{Refusal, refuse};
use crate::settings::UpstreamSettings;
use body::ForwardBody;
use pool::Connection;

/// Longest wait for a connection from the pool; then a new one is opened.
const READY_WAIT: Duration = Duration::from_millis(100);

/// What forwarding needs beyond the call itself.
pub(crate) struct Upstreams {
    pub(crate) connector: Connector,
    pub(crate) settings: UpstreamSettings,
    pub(crate) supervisor: Supervisor,
    pub(crate) metrics: Arc<GatewayMetrics>,
}

/// A backend's answer: its head, and its body still on the way.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    pub(crate) idle_timeout: Duration,
    pub(crate) lease: Lease,
}

/// A connection and a place at its target, held until the body of an answer has ended.
pub(crate) struct Lease {
    connection: Connection,
    in_flight: InFlight,
    idle: Duration,
    idle_connections: usize,
}

impl Lease {
    /// Keeps the connection for the next call. Only after a body that ended well: dropped instead, it is closed.
    pub(crate) fn give_back(self) {
        let pool = &self.in_flight.target().pool;
        pool.put(self.connection, self.idle, self.idle_connections);
    }
}

/// Sends a permitted call to its backend and waits for the head of the answer.
pub(crate) async fn forward(
    permit: &Permit,
    request: Request<RequestBody>,
    rest: &str,
    client: &Client<'_>,
    outgoing: &Outgoing,
    upstreams: &Upstreams,
) -> Result<Answered, Refusal> {
    let upstream = permit.route().upstream.as_ref().ok_or_else(|| {
        refuse(
            ProblemKind::UpstreamUnavailable,
            "No backend is set for this API in this environment.",
        )
    })?;
    let in_flight = upstream.choose().ok_or(ProblemKind::UpstreamUnavailable)?;
    let target = in_flight.target().clone();
    let (parts, body) = request.into_parts();
    let uri = target
        .uri(rest, parts.uri.query())
        .ok_or_else(|| refuse(ProblemKind::BadRequest, "The address cannot be forwarded."))?;
    let headers = headers::request(
        &parts.headers,
        client,
        permit,
        &target.host,
        &parts.method,
        &body,
    );
    let head = Head {
        method: parts.method,
        uri,
        headers,
    };
    let mut body = outgoing.wrap(body);
    let mut fresh = false;
    loop {
        let connection =
            get_connection(&target, upstream.connect_timeout(), fresh, upstreams).await?;
        let retry_is_possible = connection.was_pooled();
        match send(
            connection,
            head.request(body),
            upstream.response_timeout(),
            outgoing,
        )
        .await
        {
            Ok((response, connection)) => {
                return Ok(Answered {
                    response,
                    idle_timeout: upstream.idle_timeout(),
                    lease: Lease {
                        connection,
                        in_flight,
                        idle: upstreams.settings.idle,
                        idle_connections: upstreams.settings.idle_connections,
                    },
                });
            }
            Err(failed) => {
                let Failed {
                    unsent,
                    died_silent,
                    refusal,
                } = *failed;
                // A pooled connection may have died while it lay unused. Nothing came back on it, so the call may be made
                // once more on a fresh one, if it was never sent or can be repeated (RFC 9110 §9.2.2) with its body whole.
                let repeatable = head.method.is_idempotent() && died_silent;
                let returned = unsent.or_else(|| outgoing.take_back().filter(|_| repeatable));
                match returned {
                    Some(whole) if retry_is_possible && !fresh => {
                        upstreams.metrics.retried();
                        fresh = true;
                        body = whole;
                    }
                    _ => return Err(refusal),
                }
            }
        }
    }
}

/// What is sent, without the body.
struct Head {
    method: Method,
    uri: Uri,
    headers: http::HeaderMap,
}

impl Head {
    fn request(&self, body: ForwardBody) -> Request<ForwardBody> {
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = self.headers.clone();
        request
    }
}

async fn get_connection(
    target: &Arc<Target>,
    connect_timeout: Duration,
    fresh: bool,
    upstreams: &Upstreams,
) -> Result<Connection, Refusal> {
    if !fresh
        && let Some(mut pooled) = target.pool.take(upstreams.settings.idle)
        // It was given back as its last answer ended; the task that drives it may need a moment to see that.
        && let Ok(Ok(())) = tokio::time::timeout(READY_WAIT, pooled.sender().ready()).await
    {
        return Ok(pooled);
    }
    let connecting = upstreams.connector.connect(target, &upstreams.supervisor);
    match tokio::time::timeout(connect_timeout, connecting).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => {
            tracing::info!(
                target = %target.host,
                error = &error as &dyn std::error::Error,
                "cannot connect to a backend"
            );
            Err(Problem::new(ProblemKind::UpstreamUnavailable)
                .retry_after(1)
                .into())
        }
        Err(_) => {
            tracing::info!(target = %target.host, "a backend did not accept a connection in time");
            Err(refuse(
                ProblemKind::UpstreamTimeout,
                "The backend did not accept a connection in time.",
            ))
        }
    }
}

/// An attempt that gave no response head.
struct Failed {
    /// The whole body, when the request never left.
    unsent: Option<ForwardBody>,
    /// Nothing at all came back before the connection ended.
    died_silent: bool,
    refusal: Refusal,
}

impl From<Refusal> for Box<Failed> {
    fn from(refusal: Refusal) -> Self {
        Self::new(Failed {
            unsent: None,
            died_silent: false,
            refusal,
        })
    }
}

async fn send(
    mut connection: Connection,
    request: Request<ForwardBody>,
    response_timeout: Duration,
    outgoing: &Outgoing,
) -> Result<(Response<Incoming>, Connection), Box<Failed>> {
    let silent_so_far = connection.bytes_read();
    let mut sending = std::pin::pin!(connection.sender().try_send_request(request));
    let mut deadline = Instant::now() + response_timeout;
    let sent = loop {
        tokio::select! {
            sent = &mut sending => break sent,
            () = tokio::time::sleep_until(deadline) => {
                // The wait for a head begins anew with every piece of the request that went out.
                let moved = outgoing.last_progress() + response_timeout;
                if moved <= Instant::now() {
                    return Err(refuse(
                        ProblemKind::UpstreamTimeout,
                        "The backend did not answer in time.",
                    ).into());
                }
                deadline = moved;
            }
        }
    };
    match sent {
        Ok(response) if response.status().is_informational() => Err(refuse(
            ProblemKind::UpstreamFailed,
            "The backend switched protocols without being asked.",
        )
        .into()),
        Ok(response) if !headers::is_plainly_framed(response.headers()) => Err(refuse(
            ProblemKind::UpstreamFailed,
            "The backend's response says in two ways how long it is.",
        )
        .into()),
        Ok(response) => Ok((response, connection)),
        Err(mut error) => {
            let unsent = error.take_message().map(Request::into_body);
            let died_silent = connection.bytes_read() == silent_so_far;
            let error = error.into_error();
            let refusal = match outgoing.fault() {
                Some(fault) => fault.refusal(),
                None => {
                    tracing::info!(
                        error = &error as &dyn std::error::Error,
                        "a backend failed before its response"
                    );
                    ProblemKind::UpstreamFailed.into()
                }
            };
            Err(Box::new(Failed {
                unsent,
                died_silent,
                refusal,
            }))
        }
    }
}

/// Whether a body of this request is on its way at all.
fn has_no_body(body: &RequestBody) -> bool {
    body.is_end_stream()
}
