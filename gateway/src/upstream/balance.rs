//! Which target of an upstream takes the next call.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gatehouse_snapshot::object::{LoadBalancing, Upstream};
use tokio::time::Instant;

use super::budget::RetryBudget;
use super::health::{Claim, EjectionRules};
use super::target::{Listed, Target};

/// Longest schedule; weights are scaled down to fit.
const SCHEDULE_MAX: u64 = 1_000;

/// An upstream with its targets and their calls in flight. It lives as long as its object is unchanged; its targets go over
/// to the one that follows it.
#[derive(Debug)]
pub(crate) struct CompiledUpstream {
    object: Upstream,
    targets: Vec<Weighted>,
    /// Places of targets, each as often as its weight says, spread evenly.
    schedule: Vec<usize>,
    /// Turns drawn so far, by calls and by those that met an ejected target.
    turns: AtomicUsize,
    drawn_again: AtomicUsize,
    retries: RetryBudget,
}

#[derive(Debug)]
struct Weighted {
    target: Listed,
    weight: u32,
}

/// One call in flight at a target, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight {
    target: Arc<Target>,
    claim: Cell<Claim>,
}

/// Why no target takes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTarget {
    /// None has any weight.
    Unlisted,
    /// All that have are ejected, for so long.
    Ejected(Duration),
}

impl InFlight {
    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// The target answered.
    pub(super) fn succeeded(&self, now: Instant) {
        let claim = self.claim.replace(Claim::Ordinary);
        self.target.health.succeeded(claim, now);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.target.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.target.health.release(self.claim.get());
    }
}

impl CompiledUpstream {
    /// Reads the targets, taking over from `before` those it has too, with their connections and what is known of them.
    /// Says what is wrong with one that cannot be used.
    pub(crate) fn new(upstream: &Upstream, before: Option<&Self>) -> Result<Self, String> {
        let read = |url: &str| {
            let known = before.and_then(|before| before.listed(url));
            known.map_or_else(
                || Target::read(url).map(Arc::new),
                |known| Ok(Arc::clone(known)),
            )
        };
        let mut targets = Vec::new();
        for listed in &upstream.targets {
            targets.push(Weighted {
                target: Listed::new(read(&listed.url)?),
                weight: listed.weight,
            });
        }
        let weights: Vec<u32> = targets.iter().map(|target| target.weight).collect();
        Ok(Self {
            object: upstream.clone(),
            schedule: schedule(&weights),
            targets,
            turns: AtomicUsize::new(0),
            drawn_again: AtomicUsize::new(0),
            retries: RetryBudget::default(),
        })
    }

    fn listed(&self, url: &str) -> Option<&Arc<Target>> {
        let mut targets = self.targets.iter().map(|listed| &*listed.target);
        targets.find(|target| target.url == url)
    }

    /// What it was made from.
    pub(crate) fn object(&self) -> &Upstream {
        &self.object
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.object.connect_timeout_ms.into())
    }

    pub(crate) fn response_timeout(&self) -> Duration {
        Duration::from_millis(self.object.response_timeout_ms.into())
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_millis(self.object.idle_timeout_ms.into())
    }

    /// Picks a target.
    pub(super) fn choose(&self, now: Instant) -> Result<InFlight, NoTarget> {
        match self.object.load_balancing {
            LoadBalancing::RoundRobin => self.next_in_turn(now, None),
            LoadBalancing::LeastConnections => self.least_loaded(now, None),
        }
    }

    /// Picks a target that is not `tried`.
    pub(super) fn choose_other(&self, tried: &Target, now: Instant) -> Option<InFlight> {
        self.least_loaded(now, Some(tried.number)).ok()
    }

    fn next_in_turn(&self, now: Instant, tried: Option<u64>) -> Result<InFlight, NoTarget> {
        let length = self.schedule.len();
        if length == 0 {
            return Err(NoTarget::Unlisted);
        }
        // A turn that meets an ejected target is drawn again, so that the others share its calls by their weights.
        for draw in 0..length {
            let turn = self.turns.fetch_add(1, Ordering::Relaxed);
            if draw > 0 {
                self.drawn_again.fetch_add(1, Ordering::Relaxed);
            }
            let listed = &self.targets[self.schedule[turn % length]];
            if let Some(taken) = listed.take(now, tried) {
                return Ok(taken);
            }
        }
        // Others may have drawn the turns in between: look at each target once before giving up.
        self.least_loaded(now, tried)
    }

    fn least_loaded(&self, now: Instant, tried: Option<u64>) -> Result<InFlight, NoTarget> {
        // Least load for its weight after taking this call; ties go round by the turn.
        let turn = self.turns.fetch_add(1, Ordering::Relaxed);
        if self.object.load_balancing == LoadBalancing::RoundRobin || tried.is_some() {
            self.drawn_again.fetch_add(1, Ordering::Relaxed);
        }
        let usable = || self.targets.iter().filter(|listed| listed.weight > 0);
        let in_use = || {
            usable().filter(|listed| {
                !listed.target.health.is_ejected() && Some(listed.target.number) != tried
            })
        };
        let load = |listed: &Weighted, other: &Weighted| {
            (listed.target.in_flight.load(Ordering::Relaxed) as u128 + 1) * u128::from(other.weight)
        };
        let count = in_use().count();
        let turned = in_use().cycle().skip(turn % count.max(1)).take(count);
        let best = turned.min_by(|left, right| load(left, right).cmp(&load(right, left)));
        let best = || best.and_then(|listed| listed.take(now, tried));
        let probe = || {
            usable().find_map(|listed| {
                let is_ejected = listed.target.health.is_ejected();
                is_ejected.then(|| listed.take(now, tried)).flatten()
            })
        };
        // An ejected target whose time is over is tried even where others are in use: how else would it come back. But not
        // by a call that has failed once already.
        let taken = match tried {
            None => probe().or_else(best),
            Some(_) => best().or_else(probe),
        };
        taken.ok_or_else(|| self.why_none(now))
    }

    fn why_none(&self, now: Instant) -> NoTarget {
        let usable = self.targets.iter().filter(|listed| listed.weight > 0);
        let waits = usable.map(|listed| listed.target.health.wait(now));
        waits.min().map_or(NoTarget::Unlisted, NoTarget::Ejected)
    }

    /// The call failed in a way that speaks against its target. Says for how long that is left out, if it is from now on.
    pub(super) fn failed(
        &self,
        call: &InFlight,
        rules: &EjectionRules,
        now: Instant,
    ) -> Option<Duration> {
        let is_last = !self.targets.iter().any(|listed| {
            listed.weight > 0
                && listed.target.number != call.target.number
                && !listed.target.health.is_ejected()
        });
        call.target
            .health
            .failed(call.claim.get(), is_last, rules, now)
    }

    /// Whether a call could be sent a second time now.
    pub(super) fn may_retry(&self, now: Instant) -> bool {
        self.retries.has_one(self.calls(), now)
    }

    /// Whether this call is sent a second time.
    pub(super) fn retry(&self, now: Instant) -> bool {
        self.retries.take(self.calls(), now)
    }

    fn calls(&self) -> usize {
        let turns = self.turns.load(Ordering::Relaxed);
        turns.wrapping_sub(self.drawn_again.load(Ordering::Relaxed))
    }
}

impl Weighted {
    /// A place at this target, if it takes calls and is not the one that was tried.
    fn take(&self, now: Instant, tried: Option<u64>) -> Option<InFlight> {
        if Some(self.target.number) == tried {
            return None;
        }
        let claim = self.target.health.claim(now)?;
        self.target.in_flight.fetch_add(1, Ordering::Relaxed);
        Some(InFlight {
            target: Arc::clone(&self.target),
            claim: Cell::new(claim),
        })
    }
}

/// Smooth weighted round robin, written out once.
fn schedule(weights: &[u32]) -> Vec<usize> {
    let total: u64 = weights.iter().copied().map(u64::from).sum();
    let scale = total.div_ceil(SCHEDULE_MAX).max(1);
    let scaled: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(u64::from(*weight).div_ceil(scale)).unwrap_or(1))
        .collect();
    let total: i64 = scaled.iter().sum();
    let mut credit = vec![0i64; scaled.len()];
    let mut places = Vec::new();
    for _ in 0..total {
        for (credit, weight) in credit.iter_mut().zip(&scaled) {
            *credit += weight;
        }
        let best =
            (0..credit.len()).max_by_key(|place| (credit[*place], std::cmp::Reverse(*place)));
        if let Some(best) = best {
            credit[best] -= total;
            places.push(best);
        }
    }
    places
}

#[cfg(test)]
mod tests;
