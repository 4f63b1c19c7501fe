//! How many calls may be sent a second time: at most one in five, so that a failing backend is never given much more to do.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Calls for every retry.
const CALLS_PER_RETRY: usize = 5;
/// Calls every span begins with, so that a quiet upstream has its retry too.
const ALLOWANCE: usize = 2 * CALLS_PER_RETRY;
/// Old calls pay for nothing.
const SPAN: Duration = Duration::from_secs(10);

/// The retries of one upstream. Good calls cost nothing here: they are counted where their turn is drawn.
#[derive(Debug)]
pub(super) struct RetryBudget {
    began: Instant,
    span_began_ms: AtomicU64,
    calls_before: AtomicUsize,
    retries: AtomicUsize,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            span_began_ms: AtomicU64::new(0),
            calls_before: AtomicUsize::new(0),
            retries: AtomicUsize::new(0),
        }
    }
}

impl RetryBudget {
    /// Whether a retry could be paid for now. `calls` is the number of calls so far.
    pub(super) fn has_one(&self, calls: usize, now: Instant) -> bool {
        let retries = self.retries.load(Ordering::Relaxed);
        retries == 0 || self.is_over(now) || self.covers(retries + 1, calls)
    }

    /// Pays for one retry, if it can.
    pub(super) fn take(&self, calls: usize, now: Instant) -> bool {
        if self.is_over(now) {
            self.span_began_ms.store(self.ms(now), Ordering::Relaxed);
            self.calls_before.store(calls, Ordering::Relaxed);
            self.retries.store(0, Ordering::Relaxed);
        }
        let retries = self.retries.fetch_add(1, Ordering::Relaxed) + 1;
        let covered = self.covers(retries, calls);
        if !covered {
            self.retries.fetch_sub(1, Ordering::Relaxed);
        }
        covered
    }

    fn covers(&self, retries: usize, calls: usize) -> bool {
        let calls = calls.wrapping_sub(self.calls_before.load(Ordering::Relaxed));
        retries.saturating_mul(CALLS_PER_RETRY) <= calls.saturating_add(ALLOWANCE)
    }

    fn is_over(&self, now: Instant) -> bool {
        let age = self
            .ms(now)
            .saturating_sub(self.span_began_ms.load(Ordering::Relaxed));
        u128::from(age) > SPAN.as_millis()
    }

    fn ms(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_in_five_may_be_sent_again() {
        let (budget, now) = (RetryBudget::default(), Instant::now());
        let mut retries = 0;
        for calls in 1..=1_000 {
            assert_eq!(budget.has_one(calls, now), {
                let took = budget.take(calls, now);
                retries += usize::from(took);
                took
            });
        }
        assert_eq!(retries, 202);
    }

    #[test]
    fn good_calls_of_long_ago_pay_for_nothing() {
        let (budget, now) = (RetryBudget::default(), Instant::now());
        let later = now + SPAN + Duration::from_millis(1);
        let taken = (0..100).filter(|_| budget.take(1_000_000, later)).count();
        assert_eq!(taken, 2);
        let much_later = later + SPAN + Duration::from_millis(1);
        assert!(budget.has_one(1_000_000, much_later) && budget.take(1_000_000, much_later));
    }
}
