//! Whether a target takes calls: passive ejection. Nothing is sent to find out; the calls themselves tell.
//!
//! So many failures in a row within a span of time, and the target is left out for a while. Then one call tries it; if that
//! fails the next while is twice as long, up to a cap. Connecting, resets before a head and timeouts are failures; a status
//! of the backend's own is not, whatever it is.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When a target is left out, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct EjectionRules {
    /// Failures in a row.
    pub(super) after: u32,
    /// All of them within this.
    pub(super) window: Duration,
    /// The first time.
    pub(super) first: Duration,
    /// However often.
    pub(super) max: Duration,
}

/// The evidence for the last target in use must be so many times stronger: without it nothing is answered at all.
const LAST_TARGET: u32 = 2;

/// What is known of a target. Workers race on it; a lost update delays an ejection by a call and does nothing worse.
#[derive(Debug)]
pub(super) struct Health {
    began: Instant,
    failures: AtomicU32,
    first_failure_ms: AtomicU64,
    /// Nought while it is in use.
    ejected_until_ms: AtomicU64,
    /// Ejections without a long good time between them.
    ejections: AtomicU32,
    returned_ms: AtomicU64,
    probing: AtomicBool,
}

/// Leave to make one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// The target is in use.
    Ordinary,
    /// The one call that finds out. It must be given back with [`Health::release`].
    Probe,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            failures: AtomicU32::new(0),
            first_failure_ms: AtomicU64::new(0),
            ejected_until_ms: AtomicU64::new(0),
            ejections: AtomicU32::new(0),
            returned_ms: AtomicU64::new(0),
            probing: AtomicBool::new(false),
        }
    }
}

impl Health {
    /// One load for a target in use.
    pub(super) fn claim(&self, now: Instant) -> Option<Claim> {
        let until = self.ejected_until_ms.load(Ordering::Relaxed);
        if until == 0 {
            return Some(Claim::Ordinary);
        }
        let due = self.ms(now) >= until;
        (due && !self.probing.swap(true, Ordering::Relaxed)).then_some(Claim::Probe)
    }

    pub(super) fn is_ejected(&self) -> bool {
        self.ejected_until_ms.load(Ordering::Relaxed) != 0
    }

    /// How long until a call may try it again.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let until = self.ejected_until_ms.load(Ordering::Relaxed);
        Duration::from_millis(until.saturating_sub(self.ms(now)))
    }

    /// A claim is over, however it went.
    pub(super) fn release(&self, claim: Claim) {
        if claim == Claim::Probe {
            self.probing.store(false, Ordering::Relaxed);
        }
    }

    /// The target answered: this claim is over, whatever its response takes.
    pub(super) fn succeeded(&self, claim: Claim, now: Instant) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
        if claim == Claim::Probe {
            self.returned_ms.store(self.ms(now), Ordering::Relaxed);
            self.ejected_until_ms.store(0, Ordering::Relaxed);
            self.release(claim);
        }
    }

    /// The target failed. Says for how long it is left out, if this was the failure that did it.
    pub(super) fn failed(
        &self,
        claim: Claim,
        is_last: bool,
        rules: &EjectionRules,
        now: Instant,
    ) -> Option<Duration> {
        if rules.after == 0 {
            return None;
        }
        if claim == Claim::Probe {
            return Some(self.eject(rules, now));
        }
        if self.is_ejected() {
            // It began before the ejection and tells nothing new.
            return None;
        }
        let now_ms = self.ms(now);
        let first_ms = self.first_failure_ms.load(Ordering::Relaxed);
        let window_ms = u64::try_from(rules.window.as_millis()).unwrap_or(u64::MAX);
        let failures = if self.failures.load(Ordering::Relaxed) == 0
            || now_ms.saturating_sub(first_ms) > window_ms
        {
            self.first_failure_ms.store(now_ms, Ordering::Relaxed);
            self.failures.store(1, Ordering::Relaxed);
            1
        } else {
            self.failures.fetch_add(1, Ordering::Relaxed) + 1
        };
        let needed = rules
            .after
            .saturating_mul(if is_last { LAST_TARGET } else { 1 });
        (failures >= needed).then(|| self.eject(rules, now))
    }

    fn eject(&self, rules: &EjectionRules, now: Instant) -> Duration {
        let now_ms = self.ms(now);
        let good_for = now_ms.saturating_sub(self.returned_ms.load(Ordering::Relaxed));
        let max_ms = u64::try_from(rules.max.as_millis()).unwrap_or(u64::MAX);
        let was_ejected = self.is_ejected();
        if !was_ejected && good_for > max_ms {
            self.ejections.store(0, Ordering::Relaxed);
        }
        let times = self.ejections.fetch_add(1, Ordering::Relaxed).min(16);
        let pause = rules.first.saturating_mul(1 << times).min(rules.max);
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        self.failures.store(0, Ordering::Relaxed);
        // Never nought, which would mean "in use".
        let until = now_ms.saturating_add(pause_ms).max(1);
        self.ejected_until_ms.store(until, Ordering::Relaxed);
        pause
    }

    fn ms(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: EjectionRules = EjectionRules {
        after: 3,
        window: Duration::from_secs(10),
        first: Duration::from_secs(1),
        max: Duration::from_secs(4),
    };

    fn fail(health: &Health, now: Instant) -> Option<Duration> {
        health.failed(Claim::Ordinary, false, &RULES, now)
    }

    #[test]
    fn a_row_of_failures_ejects_and_a_success_between_them_begins_anew() {
        let (health, now) = (Health::default(), Instant::now());
        assert_eq!((fail(&health, now), fail(&health, now)), (None, None));
        health.succeeded(Claim::Ordinary, now);
        assert_eq!((fail(&health, now), fail(&health, now)), (None, None));
        assert_eq!(fail(&health, now), Some(RULES.first));
        assert_eq!(health.claim(now), None);
        assert_eq!(health.wait(now), RULES.first);
    }

    #[test]
    fn failures_further_apart_than_the_window_are_no_row() {
        let (health, now) = (Health::default(), Instant::now());
        for second in 0..20 {
            let at = now + Duration::from_secs(second * 6);
            assert_eq!(fail(&health, at), None, "{second}");
        }
    }

    #[test]
    fn one_call_tries_an_ejected_target_and_each_failure_doubles_the_pause_up_to_the_cap() {
        let (health, mut now) = (Health::default(), Instant::now());
        for _ in 0..3 {
            fail(&health, now);
        }
        for pause in [1, 2, 4, 4] {
            assert_eq!(
                health.claim(now + Duration::from_millis(pause * 1_000 - 1)),
                None
            );
            now += Duration::from_secs(pause);
            assert_eq!(health.claim(now), Some(Claim::Probe));
            assert_eq!(health.claim(now), None, "one at a time");
            let next = health.failed(Claim::Probe, true, &RULES, now);
            assert_eq!(next, Some(Duration::from_secs((pause * 2).min(4))));
            health.release(Claim::Probe);
        }
        now += Duration::from_secs(4);
        assert_eq!(health.claim(now), Some(Claim::Probe));
        health.release(Claim::Probe);
        assert_eq!(
            health.claim(now),
            Some(Claim::Probe),
            "a probe whose client left decides nothing"
        );
        health.succeeded(Claim::Probe, now);
        health.release(Claim::Probe);
        assert_eq!(health.claim(now), Some(Claim::Ordinary));
    }

    #[test]
    fn the_pause_is_short_again_after_a_long_good_time() {
        let (health, mut now) = (Health::default(), Instant::now());
        for pause in [1, 2] {
            for _ in 0..3 {
                fail(&health, now);
            }
            assert_eq!(health.wait(now), Duration::from_secs(pause));
            now += Duration::from_secs(pause);
            assert_eq!(health.claim(now), Some(Claim::Probe));
            health.succeeded(Claim::Probe, now);
            health.release(Claim::Probe);
        }
        now += Duration::from_secs(5);
        for _ in 0..3 {
            fail(&health, now);
        }
        assert_eq!(health.wait(now), RULES.first);
    }

    #[test]
    fn the_last_target_in_use_needs_stronger_evidence() {
        let (health, now) = (Health::default(), Instant::now());
        let ejected = (0..6).map(|_| health.failed(Claim::Ordinary, true, &RULES, now).is_some());
        let ejected: Vec<_> = ejected.collect();
        assert_eq!(ejected, [false, false, false, false, false, true]);
    }

    #[test]
    fn nought_failures_means_never() {
        let (health, now) = (Health::default(), Instant::now());
        let never = EjectionRules { after: 0, ..RULES };
        assert!((0..100).all(|_| health.failed(Claim::Ordinary, false, &never, now).is_none()));
    }
}
