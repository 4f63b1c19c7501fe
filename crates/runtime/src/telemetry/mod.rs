//! What a process says about itself: logs, metrics, health, and the pages that show them.

mod health;
mod json_line;
mod logs;
mod metrics;

pub use health::{Check, Health};
pub use logs::{LogFormat, LogSettings, LogsError, init_logs};
pub use metrics::Metrics;

use bytes::Bytes;
use http::{Method, Response};

/// `/healthz`, `/readyz` and `/metrics`, free of any framework so that every role can mount them.
#[derive(Debug, Clone)]
pub struct StatusPages {
    pub health: Health,
    pub metrics: Metrics,
}

impl StatusPages {
    /// The answer to a request for one of the three pages; `None` for any other path or method.
    #[must_use]
    pub fn answer(&self, method: &Method, path: &str) -> Option<Response<Bytes>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        match path {
            "/healthz" => Some(self.health.healthz()),
            "/readyz" => Some(self.health.readyz()),
            "/metrics" => Some(self.metrics.page()),
            _ => None,
        }
    }
}
