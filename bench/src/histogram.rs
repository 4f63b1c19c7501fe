//! Latencies in buckets of at most 1.6 % width.

use std::time::Duration;

/// Buckets per doubling, as a power of two.
const FINE: u32 = 6;
const BUCKETS: usize = 40 << FINE;

/// Counts of durations from 1 ns to some minutes.
#[derive(Clone)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    count: u64,
    max_ns: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            count: 0,
            max_ns: 0,
        }
    }
}

impl Histogram {
    pub(crate) fn add(&mut self, latency: Duration) {
        let ns = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(ns)] += 1;
        self.count += 1;
        self.max_ns = self.max_ns.max(ns);
    }

    pub(crate) fn max_us(&self) -> f64 {
        self.max_ns as f64 / 1e3
    }

    /// The latency that `share` (0 to 1) of all stay at or below, microseconds; the upper edge of its bucket.
    pub(crate) fn quantile_us(&self, share: f64) -> f64 {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return upper_edge_ns(place).min(self.max_ns) as f64 / 1e3;
            }
        }
        0.0
    }
}

fn bucket(ns: u64) -> usize {
    let ns = ns.max(1);
    let doubling = ns.ilog2();
    let place = match doubling.checked_sub(FINE) {
        None => ns,
        Some(shift) => (u64::from(shift + 1) << FINE) + ((ns >> shift) - (1 << FINE)),
    };
    (place as usize).min(BUCKETS - 1)
}

fn upper_edge_ns(place: usize) -> u64 {
    let place = place as u64;
    match (place >> FINE).checked_sub(1) {
        None => place,
        Some(shift) => (((place & ((1 << FINE) - 1)) + (1 << FINE) + 1) << shift) - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_lies_in_its_bucket_and_buckets_are_narrow() {
        let mut last = 0;
        for ns in (1..4_000u64).chain((12..36).map(|power| (1 << power) + 12_345)) {
            let edge = upper_edge_ns(bucket(ns));
            assert!(
                edge >= ns && edge as f64 <= ns as f64 * 1.017 + 1.0,
                "{ns}: {edge}"
            );
            assert!(bucket(ns) >= last);
            last = bucket(ns);
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sample() {
        let mut histogram = Histogram::default();
        for us in 1..=1_000 {
            histogram.add(Duration::from_micros(us));
        }
        assert!((histogram.quantile_us(0.5) - 500.0).abs() < 9.0);
        assert!((histogram.quantile_us(0.99) - 990.0).abs() < 17.0);
        assert!((histogram.max_us() - 1_000.0).abs() < 0.1);
        assert!(Histogram::default().quantile_us(0.99).abs() < f64::EPSILON);
    }
}
