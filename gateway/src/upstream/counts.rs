//! What happened on the way to backends: counted by every worker in numbers of its own, added up when somebody asks.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gatehouse_runtime::telemetry::Metrics;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use crate::metrics;

/// One worker's counts since the start. Only that worker writes them; no other's lie beside them in a cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct UpstreamCounts {
    /// Connections opened.
    pub(super) connects: AtomicU64,
    /// Attempts to open one that failed.
    pub(super) connect_failures: AtomicU64,
    /// Calls on a connection that had carried one before.
    pub(super) reused: AtomicU64,
    /// Calls sent again on a fresh connection.
    pub(super) retries: AtomicU64,
    /// Calls that went to another target because theirs could not be connected to.
    pub(super) failovers: AtomicU64,
    /// Targets left out for a while.
    pub(super) ejections: AtomicU64,
    /// Calls that waited for a place at their target.
    pub(super) waits: AtomicU64,
    /// Calls refused at once because every target is left out.
    pub(super) refused: AtomicU64,
    /// Calls that found no place at their target in time.
    pub(super) full: AtomicU64,
    /// Calls at their targets, as of the last look at the house.
    pub(super) in_flight: AtomicU64,
    /// Connections without a call, as of then.
    pub(super) idle: AtomicU64,
}

impl UpstreamCounts {
    /// One more.
    pub(super) fn add(count: &AtomicU64) {
        metrics::add(count, 1);
    }

    pub(super) fn set(count: &AtomicU64, value: usize) {
        count.store(value as u64, Ordering::Relaxed);
    }
}

/// The counts of all workers.
#[derive(Debug, Default)]
pub(crate) struct UpstreamMetrics(Mutex<Vec<Arc<UpstreamCounts>>>);

type Pick = fn(&UpstreamCounts) -> &AtomicU64;

const COUNTED: [(&str, &str, Pick); 9] = [
    (
        "upstream_connects",
        "Connections opened to backends",
        |counts| &counts.connects,
    ),
    (
        "upstream_connect_failures",
        "Attempts to open a connection to a backend that failed",
        |counts| &counts.connect_failures,
    ),
    (
        "upstream_reused",
        "Calls on a connection that had carried one before",
        |counts| &counts.reused,
    ),
    (
        "upstream_retries",
        "Calls sent again on a fresh connection",
        |counts| &counts.retries,
    ),
    (
        "upstream_failovers",
        "Calls sent to another target because theirs could not be connected to",
        |counts| &counts.failovers,
    ),
    (
        "upstream_ejections",
        "Times a target was left out for a while",
        |counts| &counts.ejections,
    ),
    (
        "upstream_waits",
        "Calls that waited for a place at their target",
        |counts| &counts.waits,
    ),
    (
        "upstream_refused",
        "Calls refused at once because every target was left out",
        |counts| &counts.refused,
    ),
    (
        "upstream_full",
        "Calls that found no place at their target in time",
        |counts| &counts.full,
    ),
];

const GAUGED: [(&str, &str, Pick); 2] = [
    ("upstream_in_flight", "Calls at their targets", |counts| {
        &counts.in_flight
    }),
    (
        "upstream_idle_connections",
        "Connections to backends without a call",
        |counts| &counts.idle,
    ),
];

impl UpstreamMetrics {
    /// Counts for one more worker.
    pub(crate) fn worker(&self) -> Arc<UpstreamCounts> {
        let counts = Arc::<UpstreamCounts>::default();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::clone(&counts));
        counts
    }

    /// Shows the counts.
    pub(crate) fn register(self: &Arc<Self>, metrics: &Metrics) {
        let shown = |pick, kind| Shown {
            all: Arc::clone(self),
            pick,
            kind,
        };
        for (name, help, pick) in COUNTED {
            metrics.register(name, help, shown(pick, MetricType::Counter));
        }
        for (name, help, pick) in GAUGED {
            metrics.register(name, help, shown(pick, MetricType::Gauge));
        }
    }

    fn sum(&self, pick: Pick) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .map(|counts| pick(counts).load(Ordering::Relaxed))
            .sum()
    }
}

/// One number of the page.
struct Shown {
    all: Arc<UpstreamMetrics>,
    pick: Pick,
    kind: MetricType,
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown")
    }
}

impl EncodeMetric for Shown {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let sum = self.all.sum(self.pick);
        match self.kind {
            MetricType::Gauge => encoder.encode_gauge(&sum),
            _ => encoder.encode_counter::<NoLabelSet, u64, f64>(&sum, None),
        }
    }

    fn metric_type(&self) -> MetricType {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_adds_up_what_workers_counted() {
        let (metrics, own) = (Metrics::new("gateway"), Arc::<UpstreamMetrics>::default());
        own.register(&metrics);
        for retries in 1..=2 {
            let counts = own.worker();
            (0..retries).for_each(|_| UpstreamCounts::add(&counts.retries));
            UpstreamCounts::set(&counts.idle, 5);
        }
        let page = String::from_utf8(metrics.page().body().to_vec()).unwrap();
        for line in [
            "gatehouse_upstream_retries_total 3",
            "gatehouse_upstream_idle_connections 10",
            "gatehouse_upstream_ejections_total 0",
        ] {
            assert!(page.lines().any(|known| known == line), "{line}\n{page}");
        }
    }
}
