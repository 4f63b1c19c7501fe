//! What happened on the way to backends, counted by every worker in plain atomics.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gatehouse_runtime::telemetry::Metrics;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// Counts since the start.
#[derive(Debug, Default)]
pub(crate) struct UpstreamCounts {
    /// Connections opened.
    pub(crate) connects: AtomicU64,
    /// Attempts to open one that failed.
    pub(crate) connect_failures: AtomicU64,
    /// Calls on a connection that had carried one before.
    pub(crate) reused: AtomicU64,
    /// Calls sent again on a fresh connection.
    pub(crate) retries: AtomicU64,
    /// Calls that went to another target because theirs could not be connected to.
    pub(crate) failovers: AtomicU64,
    /// Targets left out for a while.
    pub(crate) ejections: AtomicU64,
    /// Calls that waited for a place at their target.
    pub(crate) waits: AtomicU64,
    /// Calls refused at once because every target is left out.
    pub(crate) refused: AtomicU64,
    /// Calls that found no place at their target in time.
    pub(crate) full: AtomicU64,
}

impl UpstreamCounts {
    pub(super) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// One count of the workers' way to backends.
struct Shown(Arc<UpstreamCounts>, fn(&UpstreamCounts) -> &AtomicU64);

impl UpstreamCounts {
    /// Shows the counts.
    pub(crate) fn register(self: &Arc<Self>, metrics: &Metrics) {
        type Pick = fn(&UpstreamCounts) -> &AtomicU64;
        let shown: [(&str, &str, Pick); 9] = [
            (
                "upstream_connects",
                "Connections opened to backends",
                |all| &all.connects,
            ),
            (
                "upstream_connect_failures",
                "Attempts to open a connection to a backend that failed",
                |all| &all.connect_failures,
            ),
            (
                "upstream_reused",
                "Calls on a connection that had carried one before",
                |all| &all.reused,
            ),
            (
                "upstream_retries",
                "Calls sent again on a fresh connection",
                |all| &all.retries,
            ),
            (
                "upstream_failovers",
                "Calls sent to another target because theirs could not be connected to",
                |all| &all.failovers,
            ),
            (
                "upstream_ejections",
                "Times a target was left out for a while",
                |all| &all.ejections,
            ),
            (
                "upstream_waits",
                "Calls that waited for a place at their target",
                |all| &all.waits,
            ),
            (
                "upstream_refused",
                "Calls refused at once because every target was left out",
                |all| &all.refused,
            ),
            (
                "upstream_full",
                "Calls that found no place at their target in time",
                |all| &all.full,
            ),
        ];
        for (name, help, pick) in shown {
            metrics.register(name, help, Shown(Arc::clone(self), pick));
        }
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown")
    }
}

impl EncodeMetric for Shown {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let count = (self.1)(&self.0).load(Ordering::Relaxed);
        encoder.encode_counter::<NoLabelSet, u64, f64>(&count, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}
