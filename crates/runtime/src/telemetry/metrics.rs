//! The metrics of a process in the OpenMetrics text format.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use super::process::ProcessCollector;

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// The registry of a process; every name begins with `gatehouse_`. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Mutex<Registry>>);

impl Metrics {
    /// A registry that says which role and version it speaks for.
    #[must_use]
    pub fn new(role: &str) -> Self {
        let mut registry = Registry::with_prefix("gatehouse");
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let build = Info::new(vec![
            ("role".to_owned(), role.to_owned()),
            ("version".to_owned(), version),
        ]);
        registry.register("build", "The program that answers", build);
        registry.register_collector(Box::new(ProcessCollector));
        Self(Arc::new(Mutex::new(registry)))
    }

    /// Adds a metric; keep a clone to count with. `name` is without the prefix and without `_total`.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.with(|registry| registry.register(name, help, metric));
    }

    /// The registry itself, for sub-registries, units and collectors.
    pub fn with<R>(&self, use_registry: impl FnOnce(&mut Registry) -> R) -> R {
        use_registry(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The page `/metrics`.
    #[must_use]
    pub fn page(&self) -> Response<Bytes> {
        let mut text = String::new();
        let encoded = self.with(|registry| encode(&mut text, registry));
        let mut response = Response::new(Bytes::from(text));
        if encoded.is_err() {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            *response.body_mut() = Bytes::new();
        }
        response.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Metrics")
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;

    use super::*;

    #[test]
    fn counters_appear_on_the_page_with_prefix_and_end_mark() {
        let metrics = Metrics::new("gateway");
        let refused = Counter::<u64>::default();
        metrics.register("refused_requests", "Requests refused", refused.clone());
        refused.inc_by(3);
        let page = metrics.page();
        let text = String::from_utf8(page.body().to_vec()).expect("text");
        assert!(
            text.contains("gatehouse_refused_requests_total 3\n"),
            "{text}"
        );
        assert!(
            text.contains("gatehouse_build_info{role=\"gateway\",version="),
            "{text}"
        );
        for gauge in [
            "gatehouse_process_resident_bytes ",
            "gatehouse_process_open_files ",
        ] {
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix(gauge))
                .expect(gauge);
            assert!(line.parse::<u64>().expect("a number") > 0, "{text}");
        }
        assert!(
            text.contains("\ngatehouse_process_cpu_seconds_total "),
            "{text}"
        );
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
