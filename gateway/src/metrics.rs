//! What the status listener shows under `/metrics`. Every label has a closed list of values; nothing a client sends becomes one.

use std::sync::atomic::{AtomicU64, Ordering};

use gatehouse_runtime::telemetry::Metrics;
use gatehouse_snapshot::usage::{CallRecord, LATENCY_BOUNDS_US, latency_bucket};
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::upstream::UpstreamCounts;

/// Why a call ended as it did: `ok`, `client_closed` or the code of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    status_class: &'static str,
    reason: &'static str,
}

/// Why a piece of configuration was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedBecause {
    reason: &'static str,
}

/// Counts of one gateway. All numbers are atomic; only a first use of an outcome takes a lock.
#[derive(Debug, Default)]
pub(crate) struct GatewayMetrics {
    calls: Family<Outcome, Counter>,
    latency: std::sync::Arc<Latency>,
    upstream_latency: std::sync::Arc<Latency>,
    /// The way to backends; see there.
    pub(crate) upstream: std::sync::Arc<UpstreamCounts>,
    refused_configuration: Family<RefusedBecause, Counter>,
    applied: Counter,
    shipped: Counter,
    ship_failures: Counter,
    generation: Gauge,
    seq: Gauge,
    head_seq: Gauge,
    contact: Gauge<f64, AtomicU64>,
    routes: Gauge,
    credentials: Gauge,
    subscriptions: Gauge,
    live_nodes: Gauge,
    under_way: Gauge,
    spool_bytes: Gauge,
    dropped: Gauge,
    dropped_unattributed: Gauge,
}

/// Numbers that are read when the page is asked for.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) head_seq: u64,
    pub(crate) seconds_since_contact: f64,
    pub(crate) routes: usize,
    pub(crate) credentials: usize,
    pub(crate) subscriptions: usize,
    pub(crate) live_nodes: u32,
    pub(crate) under_way: usize,
    pub(crate) spool_bytes: u64,
    pub(crate) dropped: u64,
    pub(crate) dropped_unattributed: u64,
}

impl GatewayMetrics {
    /// Shows the metrics.
    pub(crate) fn register(&self, metrics: &Metrics) {
        let calls = "Calls answered, by class of status and reason";
        metrics.register("calls", calls, self.calls.clone());
        let latency = "From the arrival of a call to the end of its response";
        metrics.register("call_seconds", latency, Shown(self.latency.clone()));
        let upstream = "Spent waiting for the backend's response head";
        metrics.register(
            "upstream_seconds",
            upstream,
            Shown(self.upstream_latency.clone()),
        );
        let refused = "Pieces of configuration that were not taken, by reason";
        metrics.register(
            "config_refused",
            refused,
            self.refused_configuration.clone(),
        );
        metrics.register(
            "config_applied",
            "Changes and snapshots put in force",
            self.applied.clone(),
        );
        self.upstream.register(metrics);
        metrics.register(
            "usage_batches_shipped",
            "Batches the ledger has taken",
            self.shipped.clone(),
        );
        metrics.register(
            "usage_ship_failures",
            "Attempts to hand over a batch that failed",
            self.ship_failures.clone(),
        );
        for (name, help, gauge) in [
            (
                "config_generation",
                "Generation of the configuration in force",
                &self.generation,
            ),
            (
                "config_seq",
                "Sequence number of the configuration in force",
                &self.seq,
            ),
            (
                "config_head_seq",
                "Newest sequence number the control plane told",
                &self.head_seq,
            ),
            ("config_routes", "Routes in force", &self.routes),
            (
                "config_credentials",
                "Credentials in force",
                &self.credentials,
            ),
            (
                "config_subscriptions",
                "Places with a subscription",
                &self.subscriptions,
            ),
            (
                "group_live_nodes",
                "Live gateways that share limits",
                &self.live_nodes,
            ),
            ("calls_under_way", "Calls being answered", &self.under_way),
            (
                "usage_spool_bytes",
                "Bytes of calls not yet handed over",
                &self.spool_bytes,
            ),
            (
                "usage_dropped_calls",
                "Calls that could not be kept since the start",
                &self.dropped,
            ),
            (
                "usage_dropped_unattributed_calls",
                "Calls of no application that could not be kept since the start; part of all that could not",
                &self.dropped_unattributed,
            ),
        ] {
            metrics.register(name, help, gauge.clone());
        }
        let contact = "Seconds since the control plane last answered; -1 when it never did";
        metrics.register("config_contact_age_seconds", contact, self.contact.clone());
    }

    pub(crate) fn observe(&self, record: &CallRecord, reason: &'static str) {
        let status_class = match record.status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        let outcome = Outcome {
            status_class,
            reason,
        };
        self.calls.get_or_create(&outcome).inc();
        self.latency.observe(record.latency_us);
        if record.counted {
            self.upstream_latency.observe(record.upstream_us);
        }
    }

    pub(crate) fn configuration_refused(&self, reason: &'static str) {
        self.refused_configuration
            .get_or_create(&RefusedBecause { reason })
            .inc();
    }

    pub(crate) fn configuration_applied(&self) {
        self.applied.inc();
    }

    pub(crate) fn batch_shipped(&self, taken: bool) {
        if taken {
            self.shipped.inc();
        } else {
            self.ship_failures.inc();
        }
    }

    /// Takes over current numbers, just before the page is made.
    pub(crate) fn read(&self, readings: &Readings) {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.generation.set(readings.generation.into());
        self.seq.set(whole(readings.seq));
        self.head_seq.set(whole(readings.head_seq));
        self.contact.set(readings.seconds_since_contact);
        self.routes.set(whole(readings.routes as u64));
        self.credentials.set(whole(readings.credentials as u64));
        self.subscriptions.set(whole(readings.subscriptions as u64));
        self.live_nodes.set(readings.live_nodes.into());
        self.under_way.set(whole(readings.under_way as u64));
        self.spool_bytes.set(whole(readings.spool_bytes));
        self.dropped.set(whole(readings.dropped));
        self.dropped_unattributed
            .set(whole(readings.dropped_unattributed));
    }
}

/// A histogram without a lock (the library's has one), over the bounds the ledger uses too.
#[derive(Debug, Default)]
struct Latency {
    buckets: [AtomicU64; LATENCY_BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

impl Latency {
    fn observe(&self, microseconds: u64) {
        self.buckets[latency_bucket(microseconds)].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(microseconds, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Shown(std::sync::Arc<Latency>);

impl EncodeMetric for Shown {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bounds = LATENCY_BOUNDS_US.iter().map(|bound| *bound as f64 / 1e6);
        let counts = self
            .0
            .buckets
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.chain([f64::MAX]).zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = self.0.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::spool::tests::record;

    #[test]
    fn the_page_shows_calls_by_reason_and_latency() {
        let metrics = Metrics::new("gateway");
        let own = GatewayMetrics::default();
        own.register(&metrics);
        own.observe(&record(1), "ok");
        own.observe(&record(2), "ok");
        own.configuration_refused("older");
        let page = String::from_utf8(metrics.page().body().to_vec()).unwrap();
        for line in [
            "gatehouse_calls_total{status_class=\"2xx\",reason=\"ok\"} 2",
            "gatehouse_call_seconds_bucket{le=\"0.0005\"} 2",
            "gatehouse_call_seconds_count 2",
            "gatehouse_config_refused_total{reason=\"older\"} 1",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }
}
