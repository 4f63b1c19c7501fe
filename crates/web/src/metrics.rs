//! What is counted about requests.

use std::time::Duration;

use gatehouse_runtime::telemetry::Metrics;
use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// Bounds of the latency histogram, seconds.
const LATENCY_BOUNDS_S: [f64; 12] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Requests answered by route pattern, method and status, and how long they took. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    answered: Family<Answered, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
}

impl HttpMetrics {
    /// Counters shown on `/metrics` as `gatehouse_http_requests_total` and `gatehouse_http_request_seconds`.
    pub fn register(metrics: &Metrics) -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(LATENCY_BOUNDS_S);
        let counted = Self {
            answered: Family::default(),
            latency: Family::new_with_constructor(histogram),
        };
        let requests = "Requests answered, by route, method and status";
        metrics.register("http_requests", requests, counted.answered.clone());
        let latency = "Time from the request's header to the answer's, by route";
        metrics.register("http_request_seconds", latency, counted.latency.clone());
        counted
    }

    /// Counts one answer. `route` is a pattern, never a path a client wrote.
    pub fn count(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let labels = Answered {
            method: method_label(method),
            route: route.to_owned(),
            status: status.into(),
        };
        self.answered.get_or_create(&labels).inc();
        let route = Route {
            route: route.to_owned(),
        };
        self.latency
            .get_or_create(&route)
            .observe(took.as_secs_f64());
    }
}

/// Methods are the client's to choose, labels are not.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
