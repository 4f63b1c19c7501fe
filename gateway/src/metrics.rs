//! What the status listener shows under `/metrics`. Every label has a closed list of values; nothing a client sends becomes one.
//!
//! What happens per call is counted by its worker ([`worker`]) in numbers that no other worker writes, and added up when the page
//! is made. At most [`worker::API_LABELS_MAX`] APIs have a label of their own: those that were called first; calls of further ones are
//! counted under `other`, calls of no API under `none`. So the page has at most (102 APIs × 5 classes × reasons) series of calls,
//! however many APIs there are.

mod latency;
mod worker;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatehouse_runtime::telemetry::Metrics;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

pub(crate) use worker::{ApiLabel, ApiNumber, WorkerMetrics};

use crate::upstream::UpstreamMetrics;
use latency::Latency;
use worker::Labels;

/// Adds to a count that only one worker writes: whoever reads it needs no atomic addition, and the worker pays for none.
pub(crate) fn add(count: &AtomicU64, more: u64) {
    let sum = count.load(Ordering::Relaxed).wrapping_add(more);
    count.store(sum, Ordering::Relaxed);
}

/// Why a piece of configuration was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedBecause {
    reason: &'static str,
}

/// Counts of one gateway.
#[derive(Debug, Default)]
pub(crate) struct GatewayMetrics {
    labels: Arc<Labels>,
    workers: Arc<Workers>,
    /// The way to backends; see there.
    pub(crate) upstream: Arc<UpstreamMetrics>,
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
    config_lag: Gauge,
    spool_bytes: Gauge,
    spool_calls: Gauge,
    spool_syncs: Gauge,
    slots: Gauge,
    slots_taken: Gauge,
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
    pub(crate) spool_calls: u64,
    pub(crate) spool_syncs: u64,
    pub(crate) slots: usize,
    pub(crate) slots_taken: usize,
    pub(crate) dropped: u64,
    pub(crate) dropped_unattributed: u64,
}

impl GatewayMetrics {
    /// Shows the metrics.
    pub(crate) fn register(&self, metrics: &Metrics) {
        self.register_calls(metrics);
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
                "config_lag",
                "Changes the control plane told of that are not in force yet",
                &self.config_lag,
            ),
            (
                "usage_spooled_calls",
                "Calls written to the spool since the start",
                &self.spool_calls,
            ),
            (
                "usage_spool_syncs",
                "Flushes of the spool to the disk since the start",
                &self.spool_syncs,
            ),
            (
                "usage_slots",
                "Places for calls under way or waiting for the spool",
                &self.slots,
            ),
            (
                "usage_slots_taken",
                "Those of them that are taken",
                &self.slots_taken,
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

    /// What is counted per call, added up over the workers.
    fn register_calls(&self, metrics: &Metrics) {
        let show = |name, help, metric_type, show: Show| {
            let sum = Sum {
                labels: Arc::clone(&self.labels),
                workers: Arc::clone(&self.workers),
                metric_type,
                show,
            };
            metrics.register(name, help, sum);
        };
        show(
            "calls",
            "Calls answered, by API, class of status and reason",
            MetricType::Counter,
            worker::show_calls,
        );
        show(
            "limit_refusals",
            "Calls refused by a limit, by kind of limit",
            MetricType::Counter,
            worker::show_limit_refusals,
        );
        show(
            "policy_shadow_refusals",
            "Refusals that policies would have made which are only tried, by API and kind of policy",
            MetricType::Counter,
            worker::show_shadow_refusals,
        );
        for (name, help, pick) in [
            (
                "call_seconds",
                "From the arrival of a call to the end of its response",
                (|worker: &WorkerMetrics| &worker.whole) as fn(&WorkerMetrics) -> &Latency,
            ),
            (
                "upstream_seconds",
                "Of that, spent waiting for the backend",
                |worker| &worker.upstream,
            ),
            (
                "gateway_seconds",
                "The rest of it: spent in the gateway, or waiting for the client",
                |worker| &worker.gateway,
            ),
        ] {
            let histogram = Histogram {
                workers: Arc::clone(&self.workers),
                pick,
            };
            metrics.register(name, help, histogram);
        }
        show(
            "worker_calls",
            "Calls answered, by worker",
            MetricType::Counter,
            worker::show_worker_calls,
        );
        show(
            "worker_connections",
            "Connections of clients, by worker",
            MetricType::Gauge,
            worker::show_worker_connections,
        );
        show(
            "worker_lag_seconds",
            "Longest delay of a worker's timer since this page was last asked for",
            MetricType::Gauge,
            worker::show_worker_lag,
        );
    }

    /// The measurements of a worker: the same ones for the same number.
    pub(crate) fn worker(&self, number: usize) -> Arc<WorkerMetrics> {
        let mut workers = self.workers.lock();
        while workers.len() <= number {
            workers.push(Arc::new(WorkerMetrics::new(Arc::clone(&self.labels))));
        }
        Arc::clone(&workers[number])
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
        let lag = readings.head_seq.saturating_sub(readings.seq);
        self.config_lag.set(whole(lag));
        self.spool_bytes.set(whole(readings.spool_bytes));
        self.spool_calls.set(whole(readings.spool_calls));
        self.spool_syncs.set(whole(readings.spool_syncs));
        self.slots.set(whole(readings.slots as u64));
        self.slots_taken.set(whole(readings.slots_taken as u64));
        self.dropped.set(whole(readings.dropped));
        self.dropped_unattributed
            .set(whole(readings.dropped_unattributed));
    }
}

/// Every worker's measurements. Locked when a worker begins and when the page is made.
#[derive(Debug, Default)]
struct Workers(Mutex<Vec<Arc<WorkerMetrics>>>);

impl Workers {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<WorkerMetrics>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Show = fn(&Labels, &[Arc<WorkerMetrics>], MetricEncoder<'_>) -> std::fmt::Result;

/// One metric over all workers.
struct Sum {
    labels: Arc<Labels>,
    workers: Arc<Workers>,
    metric_type: MetricType,
    show: Show,
}

impl std::fmt::Debug for Sum {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sum")
    }
}

impl EncodeMetric for Sum {
    fn encode(&self, encoder: MetricEncoder<'_>) -> std::fmt::Result {
        (self.show)(&self.labels, &self.workers.lock(), encoder)
    }

    fn metric_type(&self) -> MetricType {
        self.metric_type
    }
}

/// One histogram over all workers.
struct Histogram {
    workers: Arc<Workers>,
    pick: fn(&WorkerMetrics) -> &Latency,
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Histogram")
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, encoder: MetricEncoder<'_>) -> std::fmt::Result {
        let workers = self.workers.lock();
        latency::show(workers.iter().map(|worker| (self.pick)(worker)), encoder)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests;
