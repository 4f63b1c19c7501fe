//! A histogram without a lock: one atomic number per bucket, added up over the workers when it is shown.

use std::sync::atomic::{AtomicU64, Ordering};

use gatehouse_snapshot::usage::LATENCY_BOUNDS_US;
use prometheus_client::encoding::{MetricEncoder, NoLabelSet};

use super::add;

/// Upper bounds of what a gateway takes itself, microseconds: finer than those of whole calls.
pub(super) const GATEWAY_BOUNDS_US: [u64; 15] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000,
    10_000_000,
];

/// Counts by latency.
#[derive(Debug)]
pub(super) struct Latency {
    bounds_us: &'static [u64; 15],
    buckets: [AtomicU64; 16],
    sum_us: AtomicU64,
}

impl Latency {
    /// Over the bounds the ledger uses too.
    pub(super) fn of_calls() -> Self {
        Self::over(&LATENCY_BOUNDS_US)
    }

    pub(super) fn of_gateway() -> Self {
        Self::over(&GATEWAY_BOUNDS_US)
    }

    fn over(bounds_us: &'static [u64; 15]) -> Self {
        Self {
            bounds_us,
            buckets: Default::default(),
            sum_us: AtomicU64::new(0),
        }
    }

    pub(super) fn observe(&self, microseconds: u64) {
        let bucket = self
            .bounds_us
            .partition_point(|bound| *bound < microseconds);
        add(&self.buckets[bucket], 1);
        add(&self.sum_us, microseconds);
    }
}

/// Shows the sum of histograms over the same bounds.
pub(super) fn show<'a>(
    all: impl Iterator<Item = &'a Latency>,
    mut encoder: MetricEncoder<'_>,
) -> std::fmt::Result {
    let mut bounds_us = &LATENCY_BOUNDS_US;
    let (mut counts, mut sum_us) = ([0; 16], 0_u64);
    for one in all {
        bounds_us = one.bounds_us;
        sum_us = sum_us.wrapping_add(one.sum_us.load(Ordering::Relaxed));
        for (count, bucket) in counts.iter_mut().zip(&one.buckets) {
            *count += bucket.load(Ordering::Relaxed);
        }
    }
    let bounds = bounds_us.iter().map(|bound| *bound as f64 / 1e6);
    let buckets: Vec<(f64, u64)> = bounds.chain([f64::MAX]).zip(counts).collect();
    let count = counts.iter().sum();
    encoder.encode_histogram::<NoLabelSet>(sum_us as f64 / 1e6, count, &buckets, None)
}
