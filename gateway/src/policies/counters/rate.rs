//! A rate: one atomic number that every call moves, and one that says how much of the limit is this node's.

use std::sync::atomic::{AtomicU64, Ordering};

use gatehouse_snapshot::sharing::WHOLE;

const NANOS: u64 = 1_000_000_000;
/// The highest number of nodes that is reckoned with; far more than share one limit.
const NODES_MAX: u32 = 1_000_000;

/// A token bucket as GCRA sees it: one call refills in `interval_ns`, `burst` of them are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    interval_ns: u64,
    burst: u64,
}

/// A rate limit in the form the request path needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    amount: u64,
    window_ns: u64,
    burst: u64,
    /// That of a node that is alone.
    alone: Pace,
}

impl Rate {
    pub(crate) fn new(amount: u32, window_s: u32, burst: u32) -> Self {
        let amount = u64::from(amount.max(1));
        let window_ns = u64::from(window_s) * NANOS;
        Self {
            amount,
            window_ns,
            burst: u64::from(burst),
            alone: Pace {
                interval_ns: window_ns.div_ceil(amount),
                burst: burst.max(1).into(),
            },
        }
    }

    /// What this node may let through: the whole when it is alone, else the `share` it was told (parts of [`WHOLE`]; 0 is an
    /// equal part). Intervals are rounded up: rounding may cost a call in a billion, never allow one. Of the burst every
    /// node holds one call at least, or it could let none through.
    fn pace(&self, nodes: u32, share: u32) -> Pace {
        let (numerator, denominator) = match (nodes, share) {
            (0 | 1, _) => return self.alone,
            (nodes, 0) => (1, u64::from(nodes.min(NODES_MAX))),
            (_, share) => (u64::from(share), u64::from(WHOLE)),
        };
        Pace {
            interval_ns: (self.window_ns * denominator).div_ceil(self.amount * numerator),
            burst: (self.burst * numerator / denominator).max(1),
        }
    }
}

impl Pace {
    fn capacity_ns(self) -> u64 {
        self.interval_ns.saturating_mul(self.burst)
    }
}

/// What a rate check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateState {
    /// Calls that may follow at once.
    pub(crate) remaining: u64,
    /// Until one more call may be made, nanoseconds; 0 when one may be made now.
    pub(crate) next_ns: u64,
    /// Until the whole burst is back, nanoseconds.
    pub(crate) full_ns: u64,
    /// Whether this limit is to be looked at: it is shared and half used up, or was never looked at.
    pub(crate) look: bool,
}

/// The two words of a rate.
///
/// The first is the theoretical arrival time of the next call (the virtual scheduling form of ITU-T I.371), nanoseconds of
/// the steady clock. The second is, from its top: calls asked for since the last look (32 bits), a bit that says that the
/// limit has been looked at once, one that says that it waits for a look, and the share (20 bits).
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateCell<'a> {
    arrival_ns: &'a AtomicU64,
    share: &'a AtomicU64,
}

const SHARE_MASK: u64 = (1 << 20) - 1;
const LOOK: u64 = 1 << 20;
const SEEN: u64 = 1 << 21;
const ASKED_ONE: u64 = 1 << 32;

impl<'a> RateCell<'a> {
    pub(crate) const WORDS: usize = 2;

    pub(in crate::policies) fn of(words: &'a [AtomicU64]) -> Option<Self> {
        let [arrival_ns, share] = words else {
            return None;
        };
        Some(Self { arrival_ns, share })
    }

    /// Takes one call that was read at `read_ns`, or says when one will be possible. Relaxed, as each number is all that is
    /// shared.
    ///
    /// Workers read all that has arrived before they judge it, so that another worker may have counted calls by now that were
    /// read later. By the moment it was read this one would then be refused although there is room: `now_ns` is asked what time
    /// it is before a call is refused, and only then.
    pub(crate) fn take(
        self,
        read_ns: u64,
        now_ns: impl FnOnce() -> u64,
        rate: &Rate,
        nodes: u32,
    ) -> Result<RateState, RateState> {
        let take = |pace: Pace| {
            self.take_at(read_ns, pace).or_else(|_| {
                let left_ns = self.arrival_ns.load(Ordering::Relaxed);
                let now_ns = now_ns();
                self.empty_at_most(left_ns, now_ns, pace);
                self.take_at(now_ns, pace)
            })
        };
        if nodes <= 1 {
            return take(rate.alone);
        }
        // How much is asked for is of interest only where a limit is shared.
        let word = self.share.fetch_add(ASKED_ONE, Ordering::Relaxed);
        let share = u32::try_from(word & SHARE_MASK).unwrap_or(0);
        let pace = rate.pace(nodes, share);
        let look = |mut state: RateState| {
            let near = state.full_ns * 2 > pace.capacity_ns();
            state.look = word & LOOK == 0 && (near || word & SEEN == 0);
            state
        };
        take(pace).map(look).map_err(look)
    }

    fn take_at(self, now_ns: u64, pace: Pace) -> Result<RateState, RateState> {
        let capacity_ns = pace.capacity_ns();
        let latest_ns = now_ns.saturating_add(capacity_ns);
        let owed_until = |arrival_ns: u64| arrival_ns.clamp(now_ns, latest_ns);
        let taken =
            self.arrival_ns
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival_ns| {
                    let next = owed_until(arrival_ns).saturating_add(pace.interval_ns);
                    (next <= latest_ns).then_some(next)
                });
        let state = |arrival_ns: u64| {
            let owed_ns = arrival_ns - now_ns;
            let free_ns = capacity_ns.saturating_sub(owed_ns);
            RateState {
                remaining: free_ns / pace.interval_ns.max(1),
                next_ns: pace.interval_ns.saturating_sub(free_ns),
                full_ns: owed_ns,
                look: false,
            }
        };
        match taken {
            Ok(before) => Ok(state(owed_until(before).saturating_add(pace.interval_ns))),
            Err(current) => Err(state(owed_until(current))),
        }
    }

    /// A bucket is never emptier than empty, whatever limit its number was left by. The number is one that was read before the
    /// moment, and is replaced only where nobody has taken anything since: that would be given again.
    fn empty_at_most(self, left_ns: u64, now_ns: u64, pace: Pace) {
        let latest_ns = now_ns.saturating_add(pace.capacity_ns());
        if left_ns > latest_ns {
            let order = Ordering::Relaxed;
            let _ = self
                .arrival_ns
                .compare_exchange(left_ns, latest_ns, order, order);
        }
    }

    /// Gives a taken call back, because another limit refused it.
    pub(crate) fn give_back(self, rate: &Rate, nodes: u32) {
        let interval_ns = rate.pace(nodes, self.share()).interval_ns;
        let _ = self
            .arrival_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival_ns| {
                Some(arrival_ns.saturating_sub(interval_ns))
            });
    }

    /// The share in force, parts of [`WHOLE`]; 0 is an equal part.
    pub(crate) fn share(self) -> u32 {
        u32::try_from(self.share.load(Ordering::Relaxed) & SHARE_MASK).unwrap_or(0)
    }

    /// Marks the limit as one to be looked at. True for the first that does.
    pub(crate) fn call_for_a_look(self) -> bool {
        self.share.fetch_or(LOOK | SEEN, Ordering::Relaxed) & LOOK == 0
    }

    /// Reads how many calls were asked for since the last look, and begins to count anew. With `done` the next call that
    /// comes near the limit calls for a look again.
    pub(crate) fn look(self, done: bool) -> u64 {
        let look = if done { 0 } else { LOOK };
        let keep = SHARE_MASK | SEEN | look;
        let before = self.share.fetch_and(keep, Ordering::Relaxed);
        before / ASKED_ONE
    }

    /// Puts a share in force. The calls that are free just now stay as many as they are, and no more than the new burst: what
    /// was used here is not given again because a share grows.
    pub(crate) fn set_share(self, now_ns: u64, rate: &Rate, nodes: u32, share: u32) {
        let share = share.min(WHOLE);
        let (old, new) = (rate.pace(nodes, self.share()), rate.pace(nodes, share));
        if old == new {
            return self.store_share(share);
        }
        if new.interval_ns > old.interval_ns {
            // Shrinking: the pace first, so that no moment has the old pace and the new room.
            self.store_share(share);
        }
        let _ = self
            .arrival_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival_ns| {
                let owed_ns = arrival_ns.saturating_sub(now_ns);
                let free = u128::from(old.capacity_ns().saturating_sub(owed_ns));
                // Free calls are kept: the same number at another interval.
                let free_ns =
                    free * u128::from(new.interval_ns) / u128::from(old.interval_ns.max(1));
                let free_ns = u64::try_from(free_ns).unwrap_or(u64::MAX);
                Some(now_ns + new.capacity_ns().saturating_sub(free_ns))
            });
        self.store_share(share);
    }

    fn store_share(self, share: u32) {
        let _ = self
            .share
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                Some(word & !SHARE_MASK | u64::from(share))
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = NANOS;

    fn words() -> [AtomicU64; 2] {
        [AtomicU64::new(0), AtomicU64::new(0)]
    }

    /// Takes a call that is judged the moment it is read.
    fn take(cell: RateCell<'_>, now: u64, rate: &Rate, nodes: u32) -> Result<RateState, RateState> {
        cell.take(now, || now, rate, nodes)
    }

    #[test]
    fn a_call_read_before_others_that_were_counted_first_is_judged_by_what_time_it_is() {
        for nodes in [1, 2] {
            let words = words();
            let cell = RateCell::of(&words).unwrap();
            // Alone and as one of two: ten at once, five a second.
            let rate = Rate::new(5 * nodes, 1, 10 * nodes);
            let (read, later) = (SECOND, SECOND + 1_000_000);
            for _ in 0..3 {
                assert!(take(cell, later, &rate, nodes).is_ok());
            }
            let late = || cell.take(read, || later, &rate, nodes);
            for number in 0..7 {
                assert!(late().is_ok(), "{number} among {nodes}");
            }
            let refused = late().unwrap_err();
            assert_eq!((refused.remaining, refused.next_ns), (0, SECOND / 5));
            let refilled = later + SECOND / 5;
            assert!(take(cell, refilled - 1, &rate, nodes).is_err());
            assert!(take(cell, refilled, &rate, nodes).is_ok());
        }
    }

    #[test]
    fn a_call_read_long_ago_gives_nothing_again() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        // One in a tenth of a millisecond: less than what lies between reading and judging.
        let rate = Rate::new(10_000, 1, 1);
        let now = SECOND;
        assert!(take(cell, now, &rate, 1).is_ok());
        for read in [now - 1_000_000, now - 100_000, now - 1, now] {
            assert!(cell.take(read, || now, &rate, 1).is_err(), "{read}");
        }
        assert!(take(cell, now + 100_000, &rate, 1).is_ok());
    }

    #[test]
    fn a_burst_passes_exactly_and_refills_one_by_one() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        let rate = Rate::new(5, 1, 10);
        let take = |now| take(cell, now, &rate, 1);
        for number in 0..10 {
            assert_eq!(take(SECOND).unwrap().remaining, 9 - number);
        }
        let refused = take(SECOND).unwrap_err();
        assert_eq!((refused.remaining, refused.next_ns), (0, SECOND / 5));
        assert!(take(SECOND + SECOND / 5 - 1).is_err());
        assert!(take(SECOND + SECOND / 5).is_ok());
        assert!(take(SECOND + SECOND / 5).is_err());
        let after_a_pause = (0..20).filter(|_| take(100 * SECOND).is_ok()).count();
        assert_eq!(after_a_pause, 10);
    }

    #[test]
    fn a_call_given_back_can_be_taken_again() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        let rate = Rate::new(1, 1, 1);
        assert!(take(cell, 7, &rate, 1).is_ok());
        cell.give_back(&rate, 1);
        assert!(take(cell, 7, &rate, 1).is_ok());
        assert!(take(cell, 7, &rate, 1).is_err());
    }

    #[test]
    fn many_threads_take_exactly_the_burst() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        let rate = Rate::new(1, 1, 700);
        let taken = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        if take(cell, 5, &rate, 1).is_ok() {
                            taken.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(taken.into_inner(), 700);
    }

    #[test]
    fn one_node_has_the_whole_rate_and_many_never_more_together() {
        let rate = Rate::new(5, 1, 10);
        let whole = Pace {
            interval_ns: SECOND / 5,
            burst: 10,
        };
        assert_eq!(rate.pace(1, 0), whole);
        assert_eq!(rate.pace(1, 7), whole, "who is alone has no share");
        assert_eq!(rate.pace(2, WHOLE), whole);
        let rate = Rate::new(100, 60, 20);
        for nodes in 2..20u32 {
            let equal = rate.pace(nodes, 0);
            assert!(equal.burst * u64::from(nodes) <= 20, "{nodes}");
            // No more than 100 in 60 s, all together.
            assert!(
                u128::from(equal.interval_ns) * 100 >= u128::from(60 * SECOND) * u128::from(nodes)
            );
        }
        let unequal = [600_000, 300_000, 100_000].map(|share| rate.pace(3, share));
        assert_eq!(unequal.map(|pace| pace.burst), [12, 6, 2]);
        let calls_an_hour: u64 = unequal
            .iter()
            .map(|pace| 3_600 * SECOND / pace.interval_ns)
            .sum();
        assert_eq!(calls_an_hour, 6_000);
        assert_eq!(
            Rate::new(1_000_000, 3_600, 1_000_000)
                .pace(u32::MAX, 0)
                .interval_ns,
            3_600 * SECOND,
            "the largest numbers do not overflow"
        );
    }

    #[test]
    fn a_share_that_grows_gives_nothing_again_and_one_that_shrinks_holds_at_once() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        let rate = Rate::new(100, 1, 100);
        let now = 10 * SECOND;
        let take = |now| take(cell, now, &rate, 2);
        assert_eq!((0..200).filter(|_| take(now).is_ok()).count(), 50);
        cell.set_share(now, &rate, 2, 900_000);
        assert_eq!(cell.share(), 900_000);
        assert!(take(now).is_err(), "used up stays used up");
        let tenth = (0..200).filter(|_| take(now + SECOND / 10 + 1_000).is_ok());
        assert_eq!(tenth.count(), 9);
        let later = now + 100 * SECOND;
        assert!(take(later).is_ok());
        cell.set_share(later, &rate, 2, 100_000);
        assert_eq!((0..200).filter(|_| take(later).is_ok()).count(), 10);
    }

    #[test]
    fn the_first_call_near_a_limit_calls_for_a_look_and_all_are_counted() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        let rate = Rate::new(100, 1, 100);
        for _ in 0..7 {
            let _ = take(cell, SECOND, &rate, 2);
        }
        assert!(take(cell, SECOND, &rate, 2).unwrap().look, "never seen");
        assert!(cell.call_for_a_look() && !cell.call_for_a_look());
        cell.set_share(SECOND, &rate, 2, 5);
        assert_eq!(cell.look(false), 8);
        assert!(!cell.call_for_a_look());
        assert_eq!((cell.look(true), cell.share()), (0, 5));
        let later = 100 * SECOND;
        cell.set_share(later, &rate, 2, 0);
        let later = 2 * later;
        let looks: Vec<bool> = (0..30)
            .map(|_| take(cell, later, &rate, 2).unwrap().look)
            .collect();
        assert_eq!(
            looks.iter().position(|look| *look),
            Some(25),
            "half of the share of 50 is used"
        );
        assert!(cell.call_for_a_look());
    }

    #[test]
    fn a_bucket_left_by_a_longer_limit_is_empty_and_not_more() {
        let words = words();
        let cell = RateCell::of(&words).unwrap();
        let slow = Rate::new(10, 3_600, 10);
        for _ in 0..10 {
            assert!(take(cell, SECOND, &slow, 1).is_ok());
        }
        let fast = Rate::new(10, 1, 10);
        assert_eq!(
            take(cell, SECOND, &fast, 1).unwrap_err().next_ns,
            SECOND / 10
        );
        assert!(take(cell, SECOND + SECOND / 10, &fast, 1).is_ok());
        assert!(take(cell, SECOND + SECOND / 10, &fast, 1).is_err());
    }
}
