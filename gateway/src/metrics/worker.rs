//! What one worker counts: numbers nobody else writes, in places that are known before the call is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gatehouse_domain::policy::PolicyKind;
use gatehouse_problem::ProblemKind;
use prometheus_client::encoding::{EncodeLabelSet, MetricEncoder, NoLabelSet};

use super::add;
use super::latency::Latency;
use crate::reason::Reason;
use crate::usage::record::Tail;

/// APIs with a label of their own.
pub(crate) const API_LABELS_MAX: usize = 100;
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const NONE: u32 = 0;
const OTHER: u32 = API_LABELS_MAX as u32 + 1;
const SERIES_OF_API: usize = CLASSES.len() * Reason::COUNT;
/// Kinds of policies that can be tried without refusing.
const SHADOW_KINDS: [PolicyKind; 2] = [PolicyKind::Jwt, PolicyKind::RateLimit];

/// The place of an API's counts; that of no API by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ApiNumber(u32);

/// The place of a route's API, once it has been called; kept with the route, so that nothing has to be looked up.
#[derive(Debug, Default)]
pub(crate) struct ApiLabel(AtomicU32);

/// Which API has which place. The same in all workers.
#[derive(Debug, Default)]
pub(crate) struct Labels(Mutex<Named>);

#[derive(Debug, Default)]
struct Named {
    by_name: HashMap<String, u32>,
    names: Vec<String>,
}

impl Labels {
    /// Locked once per route of a configuration, at its first call.
    fn place(&self, name: String) -> u32 {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = named.by_name.get(&name) {
            return *place;
        }
        if named.names.len() >= API_LABELS_MAX {
            return OTHER;
        }
        named.names.push(name.clone());
        let place = named.names.len() as u32;
        named.by_name.insert(name, place);
        place
    }

    /// The labels in the order of their places.
    fn all(&self) -> Vec<String> {
        let named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = vec!["none".to_owned()];
        all.extend_from_slice(&named.names);
        all.resize(OTHER as usize, String::new());
        all.push("other".to_owned());
        all
    }
}

/// Counts of one worker.
#[derive(Debug)]
pub(crate) struct WorkerMetrics {
    labels: Arc<Labels>,
    /// By API, class of status and reason, in that order.
    calls: Box<[AtomicU64]>,
    /// What policies that are only tried would have refused, by API and kind.
    shadow: Box<[AtomicU64]>,
    pub(super) whole: Latency,
    pub(super) upstream: Latency,
    pub(super) gateway: Latency,
    connections: AtomicI64,
    lag_us: AtomicU64,
}

impl WorkerMetrics {
    pub(super) fn new(labels: Arc<Labels>) -> Self {
        let series = (OTHER as usize + 1) * SERIES_OF_API;
        Self {
            labels,
            calls: (0..series).map(|_| AtomicU64::new(0)).collect(),
            shadow: (0..(OTHER as usize + 1) * SHADOW_KINDS.len())
                .map(|_| AtomicU64::new(0))
                .collect(),
            whole: Latency::of_calls(),
            upstream: Latency::of_calls(),
            gateway: Latency::of_gateway(),
            connections: AtomicI64::new(0),
            lag_us: AtomicU64::new(0),
        }
    }

    /// Where calls of a route's API are counted. `name` is asked for at the first call.
    pub(crate) fn api(&self, label: &ApiLabel, name: impl FnOnce() -> String) -> ApiNumber {
        let mut place = label.0.load(Ordering::Relaxed);
        if place == NONE {
            place = self.labels.place(name());
            label.0.store(place, Ordering::Relaxed);
        }
        ApiNumber(place)
    }

    /// Counts a call that has ended. `forwarded` says whether a backend was waited for.
    pub(crate) fn observe(&self, api: ApiNumber, tail: &Tail, forwarded: bool) {
        let class = usize::from(tail.status / 100).clamp(1, CLASSES.len()) - 1;
        let series =
            api.0 as usize * SERIES_OF_API + class * Reason::COUNT + usize::from(tail.reason);
        if let Some(count) = self.calls.get(series) {
            add(count, 1);
        }
        self.whole.observe(tail.latency_us);
        let own_us = tail.latency_us.saturating_sub(tail.upstream_us);
        self.gateway.observe(own_us);
        if forwarded {
            self.upstream.observe(tail.upstream_us);
        }
    }

    /// Counts what policies that are only tried would have refused.
    pub(crate) fn shadow_refused(&self, api: ApiNumber, kind: PolicyKind, times: u64) {
        let Some(place) = SHADOW_KINDS.iter().position(|known| *known == kind) else {
            return;
        };
        if let Some(count) = self.shadow.get(api.0 as usize * SHADOW_KINDS.len() + place) {
            add(count, times);
        }
    }

    /// A client's connection began.
    pub(crate) fn connection_began(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A client's connection ended.
    pub(crate) fn connection_ended(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// A timer of this worker's loop ran so much late.
    pub(crate) fn lagged(&self, late: Duration) {
        let late_us = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
        self.lag_us.fetch_max(late_us, Ordering::Relaxed);
    }

    fn all_calls(&self) -> u64 {
        let counts = self.calls.iter().map(|count| count.load(Ordering::Relaxed));
        counts.sum()
    }
}

type Workers<'a> = &'a [Arc<WorkerMetrics>];

fn sum(workers: Workers<'_>, series: usize) -> u64 {
    let counts = workers
        .iter()
        .map(|worker| worker.calls[series].load(Ordering::Relaxed));
    counts.sum()
}

pub(super) fn show_calls(
    labels: &Labels,
    workers: Workers<'_>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    let reasons: Vec<_> = Reason::texts().collect();
    for (api, label) in labels.all().iter().enumerate() {
        for (class, status_class) in CLASSES.iter().enumerate() {
            for (number, reason) in reasons.iter().enumerate() {
                let count = sum(
                    workers,
                    api * SERIES_OF_API + class * Reason::COUNT + number,
                );
                if count > 0 {
                    let labels = [
                        ("api", label.as_str()),
                        ("status_class", status_class),
                        ("reason", reason),
                    ];
                    counter(&mut encoder, &labels, count)?;
                }
            }
        }
    }
    Ok(())
}

pub(super) fn show_shadow_refusals(
    labels: &Labels,
    workers: Workers<'_>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    for (api, label) in labels.all().iter().enumerate() {
        for (place, kind) in SHADOW_KINDS.iter().enumerate() {
            let at = api * SHADOW_KINDS.len() + place;
            let counts = workers
                .iter()
                .map(|worker| worker.shadow[at].load(Ordering::Relaxed));
            let count = counts.sum::<u64>();
            if count > 0 {
                let labels = [("api", label.as_str()), ("kind", kind.as_str())];
                counter(&mut encoder, &labels, count)?;
            }
        }
    }
    Ok(())
}

pub(super) fn show_limit_refusals(
    _labels: &Labels,
    workers: Workers<'_>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    for (limit, kind) in [
        ("rate", ProblemKind::RateLimited),
        ("quota", ProblemKind::QuotaExceeded),
        ("api_rate", ProblemKind::ApiRateLimited),
    ] {
        let reason = usize::from(Reason::from(kind).number());
        let rows = 0..workers.first().map_or(0, |worker| worker.calls.len()) / Reason::COUNT;
        let count = rows
            .map(|row| sum(workers, row * Reason::COUNT + reason))
            .sum();
        counter(&mut encoder, &[("limit", limit)], count)?;
    }
    Ok(())
}

pub(super) fn show_worker_calls(
    _labels: &Labels,
    workers: Workers<'_>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    for (number, worker) in workers.iter().enumerate() {
        counter(&mut encoder, &[("worker", number)], worker.all_calls())?;
    }
    Ok(())
}

pub(super) fn show_worker_connections(
    _labels: &Labels,
    workers: Workers<'_>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    for (number, worker) in workers.iter().enumerate() {
        let connections = worker.connections.load(Ordering::Relaxed);
        let labels = [("worker", number)];
        encoder.encode_family(&labels)?.encode_gauge(&connections)?;
    }
    Ok(())
}

pub(super) fn show_worker_lag(
    _labels: &Labels,
    workers: Workers<'_>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    for (number, worker) in workers.iter().enumerate() {
        let late_s = worker.lag_us.swap(0, Ordering::Relaxed) as f64 / 1e6;
        let labels = [("worker", number)];
        encoder.encode_family(&labels)?.encode_gauge(&late_s)?;
    }
    Ok(())
}

fn counter(
    encoder: &mut MetricEncoder<'_>,
    labels: &impl EncodeLabelSet,
    count: u64,
) -> std::fmt::Result {
    let mut encoder = encoder.encode_family(labels)?;
    encoder.encode_counter::<NoLabelSet, u64, u64>(&count, None)
}
