//! What a process says about itself: logs, metrics, health, and the pages that show them.

mod health;
mod json_line;
mod logs;
mod metrics;
mod process;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_pages_answer_reads_and_nothing_else() {
        let pages = StatusPages {
            health: Health::new(),
            metrics: Metrics::new("portal"),
        };
        for path in ["/healthz", "/readyz", "/metrics"] {
            let page = pages.answer(&Method::GET, path).expect("a page");
            assert_eq!(page.status(), 200);
            assert!(pages.answer(&Method::HEAD, path).is_some());
            assert!(pages.answer(&Method::POST, path).is_none());
        }
        assert!(pages.answer(&Method::GET, "/healthz/").is_none());
        assert!(pages.answer(&Method::GET, "/").is_none());
    }
}
