//! What stands around every request of a role, in one visible order.
//!
//! Outermost the id, the client's address and the span; on the way back the problem is rendered, its cause logged once,
//! the headers completed, the request counted and told in one log line. Inside that, a panic becomes a problem.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_problem::ProblemKind;
use gatehouse_runtime::listener::{Peer, Refusal as ListenerRefusal};
use gatehouse_runtime::settings::TrustedProxies;
use gatehouse_runtime::{Clock, RequestId};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use crate::metrics::HttpMetrics;
use crate::problem::{Problem, ProblemInResponse};

/// The response header with the request id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("gatehouse-request-id");

/// The address of the client, in the extensions of every request; see [`TrustedProxies::client_ip`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

/// Marks the answer to a request that programs make all day long: told in the log only when it fails.
#[derive(Debug, Clone, Copy)]
pub struct Routine;

/// What the edge of a role needs.
#[derive(Debug)]
pub struct Edge {
    /// Where ids and durations come from.
    pub clock: Clock,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Public URL of the portal, whose `/errors/{code}` pages explain problems; none makes relative links.
    pub error_pages: Option<String>,
    /// The counters.
    pub metrics: HttpMetrics,
}

impl Edge {
    /// Words what the listener refuses before a request exists; for [`gatehouse_runtime::listener::Listener::word_refusals`].
    pub fn answer_refusal(&self, refusal: ListenerRefusal) -> http::Response<Bytes> {
        let kind = match refusal {
            ListenerRefusal::Busy => ProblemKind::Overloaded,
            ListenerRefusal::TooManyHeaders => ProblemKind::HeadersTooLarge,
        };
        let problem = gatehouse_problem::Problem::new(kind);
        let id = RequestId::new(self.clock.now());
        let mut response =
            http::Response::new(problem.body(id.as_str(), self.error_pages()).into());
        *response.status_mut() = problem.status();
        complete_headers(response.headers_mut(), id);
        for (name, value) in problem.headers() {
            response.headers_mut().insert(name, value);
        }
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_TYPE);
        response
    }

    fn error_pages(&self) -> Option<&str> {
        self.error_pages.as_deref()
    }
}

const PROBLEM_TYPE: HeaderValue = HeaderValue::from_static(gatehouse_problem::Problem::MEDIA_TYPE);

/// Puts the edge around a whole router, its fallbacks included.
pub fn wrap(router: Router, edge: Arc<Edge>) -> Router {
    router
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(from_fn_with_state(edge, serve))
}

async fn serve(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let began = edge.clock.monotonic();
    let id = RequestId::new(edge.clock.now());
    let client = client_ip(&edge.trusted_proxies, &request);
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(ClientIp(client));
    let seen = Seen::of(&request);
    let span =
        tracing::info_span!("request", request_id = %id, method = %seen.method, route = seen.route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let _entered = span.enter();
    log_cause(&response);
    render_problem(&mut response, id, edge.error_pages());
    complete_headers(response.headers_mut(), id);
    let took = edge.clock.monotonic().saturating_sub(began);
    let status = response.status().as_u16();
    edge.metrics.count(&seen.method, &seen.route, status, took);
    let latency_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let routine = response.extensions().get::<Routine>().is_some() && status < 400;
    if routine || is_status_page(&seen.route) {
        tracing::debug!(path = seen.path, status, latency_us, %client, "answered");
    } else {
        tracing::info!(path = seen.path, status, latency_us, %client, "answered");
    }
    response
}

/// What the log line and the counters say about a request. Never the query: it may hold what is not ours to keep.
struct Seen {
    method: Method,
    route: String,
    path: String,
}

impl Seen {
    fn of(request: &Request) -> Self {
        let matched = request.extensions().get::<MatchedPath>();
        Self {
            method: request.method().clone(),
            route: matched.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned()),
            path: request.uri().path().chars().take(256).collect(),
        }
    }
}

fn is_status_page(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

fn client_ip(proxies: &TrustedProxies, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<Peer>();
    // Requests made in the program itself have no peer.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    proxies.client_ip(peer, request.headers())
}

fn log_cause(response: &Response) {
    if !response.status().is_server_error() {
        return;
    }
    let found = response.extensions().get::<ProblemInResponse>();
    let code = found.map_or("none", |found| found.problem().kind().code());
    let cause = found.and_then(ProblemInResponse::cause);
    let cause = cause.map_or_else(|| "unknown".to_owned(), |cause| format!("{cause:#}"));
    tracing::error!(code, cause, "request failed");
}

/// Writes the body of a problem, unless a layer further in already showed it in another form. For layers that need the whole
/// answer; the edge does it for all others.
pub fn render_problem(response: &mut Response, id: RequestId, error_pages: Option<&str>) {
    let Some(found) = response.extensions_mut().remove::<ProblemInResponse>() else {
        return;
    };
    if response.headers().contains_key(CONTENT_TYPE) {
        return;
    }
    let body = found.problem().body(id.as_str(), error_pages);
    response.headers_mut().insert(CONTENT_TYPE, PROBLEM_TYPE);
    *response.body_mut() = Body::from(body);
}

/// The id, and the strictest policy wherever nothing else was chosen.
fn complete_headers(headers: &mut HeaderMap, id: RequestId) {
    headers.insert(REQUEST_ID, id.header_value());
    let strict = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in strict {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "without a message".to_owned());
    Problem::internal(anyhow::anyhow!("a handler panicked: {text}")).into_response()
}

/// Answers requests for addresses that do not exist; for [`Router::fallback`].
pub async fn no_such_address() -> Problem {
    Problem::new(ProblemKind::NotFound)
}

/// Answers requests whose address exists and whose method does not; for [`Router::method_not_allowed_fallback`].
pub async fn no_such_method() -> Problem {
    Problem::new(ProblemKind::MethodNotAllowed)
}

#[cfg(test)]
mod tests;
