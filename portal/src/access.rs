//! One log line and one count per answer. The route is told, never the path or the query: one-time links carry tokens there.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gatehouse_runtime::Clock;
use gatehouse_web::HttpMetrics;
use std::sync::Arc;

/// What counting needs.
pub(crate) struct Access {
    pub(crate) clock: Clock,
    pub(crate) metrics: HttpMetrics,
}

/// The layer.
pub(crate) async fn tell(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    let began = access.clock.monotonic();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let took = access.clock.monotonic().saturating_sub(began);
    let status = response.status().as_u16();
    access.metrics.count(&method, &route, status, took);
    let request_id = response
        .headers()
        .get(gatehouse_web::edge::REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let latency_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(%method, route, status, latency_us, request_id, "answered");
    response
}

/// A panic of a handler is an internal problem of one page.
pub(crate) fn answer_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let words = match panic.downcast::<String>() {
        Ok(words) => *words,
        Err(panic) => panic
            .downcast_ref::<&str>()
            .map(|words| (*words).to_owned())
            .unwrap_or_default(),
    };
    tracing::error!(panic = words, "a page panicked");
    axum::response::IntoResponse::into_response(crate::page_error::PageError::internal())
}
