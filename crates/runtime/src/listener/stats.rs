//! What a listener counts.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::telemetry::Metrics;

/// Why a connection ended, or was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum CloseReason {
    /// Both sides were done, or the client left.
    Finished,
    /// Nothing arrived in time.
    FirstByte,
    /// The header did not arrive in time.
    Header,
    /// The client did not read the answer in time.
    Write,
    /// No further request arrived in time.
    Idle,
    /// It had become too old.
    Age,
    /// Shutdown asked it to finish.
    Drained,
    /// It had not finished when the drain time ended.
    Cut,
    /// Framing, protocol or socket error.
    Protocol,
    /// The service panicked.
    Panic,
    /// Not let in: the listener is full.
    Busy,
    /// Not let in: its source has too many.
    SourceLimit,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: CloseReason,
}

/// Counters of one listener. Cheap to clone; all clones count together.
#[derive(Debug, Clone, Default)]
pub struct ListenerStats {
    open: Gauge,
    accepted: Counter,
    closed: Family<Reason, Counter>,
    slow_bodies: Counter,
    accept_failures: Counter,
}

impl ListenerStats {
    /// Shows the counters on `/metrics` as `gatehouse_connections_open`, `…_closed_total{reason}` and so on.
    pub fn register(&self, metrics: &Metrics) {
        let open = "Connections now open";
        metrics.register("connections_open", open, self.open.clone());
        let accepted = "Connections let in";
        metrics.register("connections_accepted", accepted, self.accepted.clone());
        let closed = "Connections ended or not let in, by reason";
        metrics.register("connections_closed", closed, self.closed.clone());
        let slow = "Request bodies given up because they came too slowly";
        metrics.register("slow_request_bodies", slow, self.slow_bodies.clone());
        let failures = "Failures to accept, such as too few file descriptors";
        metrics.register("accept_failures", failures, self.accept_failures.clone());
    }

    /// Connections now open.
    #[must_use]
    pub fn open(&self) -> i64 {
        self.open.get()
    }

    /// Connections let in so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.get()
    }

    /// Connections that ended for this reason.
    #[must_use]
    pub fn closed(&self, reason: CloseReason) -> u64 {
        self.closed.get_or_create(&Reason { reason }).get()
    }

    /// Request bodies given up because they came too slowly.
    #[must_use]
    pub fn slow_bodies(&self) -> u64 {
        self.slow_bodies.get()
    }

    /// Failures to accept.
    #[must_use]
    pub fn accept_failures(&self) -> u64 {
        self.accept_failures.get()
    }

    pub(super) fn count_open(&self) {
        self.open.inc();
        self.accepted.inc();
    }

    pub(super) fn count_gone(&self) {
        self.open.dec();
    }

    /// A connection ended, or was not let in.
    pub fn count_closed(&self, reason: CloseReason) {
        self.closed.get_or_create(&Reason { reason }).inc();
    }

    /// A request body came too slowly.
    pub fn count_slow_body(&self) {
        self.slow_bodies.inc();
    }

    /// Accepting failed.
    pub fn count_accept_failure(&self) {
        self.accept_failures.inc();
    }
}
