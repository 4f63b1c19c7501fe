//! A quota: one atomic number that every call moves, and two that say how far it may go.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a number of calls; [`gatehouse_domain::plan::LimitRule::QUOTA_MAX`] fits.
const CALLS_BITS: u32 = 40;
const CALLS_MAX: u64 = (1 << CALLS_BITS) - 1;
/// The period of a cell that is just being turned or moved: its number belongs to nobody.
const HELD: u64 = u64::MAX << CALLS_BITS;
/// The number such a cell shows.
pub(crate) const HELD_PERIOD: u32 = (1 << (64 - CALLS_BITS)) - 1;
/// In the second word: what is left was shared out without the control plane. In the third: the quota waits to be looked at.
const FLAG: u64 = 1 << CALLS_BITS;

/// No other ceiling than the quota itself: this node is alone.
pub(crate) const ALONE: u64 = CALLS_MAX;

/// The three words of a quota.
///
/// The first is the period (its number, 24 bits) and the calls that this node let through in it. The second is the number
/// they may reach here: what this node holds leases for, or [`ALONE`]. The third is what of the quota is others': what they
/// have used, and what they hold leases for. The second and third are changed under the lock of the counters only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotaCell<'a> {
    own: &'a AtomicU64,
    ceiling: &'a AtomicU64,
    others: &'a AtomicU64,
}

/// What the words of a quota say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct QuotaState {
    /// Calls this node let through.
    pub(crate) own: u64,
    /// The number they may reach.
    pub(crate) ceiling: u64,
    /// Calls that others let through or may.
    pub(crate) others: u64,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It counts; the state is that after it.
    Passed(QuotaState),
    /// The quota is used up.
    UsedUp(QuotaState),
    /// Not the quota, but this node's part of it is used up.
    PartUsedUp(QuotaState),
    /// The cell belongs to another period, or is just being turned or moved.
    OtherPeriod,
    /// The cell is still that of a node that is alone, and this one is not any more.
    NotAlone,
}

impl<'a> QuotaCell<'a> {
    pub(crate) const WORDS: usize = 3;

    pub(super) fn of(words: &'a [AtomicU64]) -> Option<Self> {
        let [own, ceiling, others] = words else {
            return None;
        };
        Some(Self {
            own,
            ceiling,
            others,
        })
    }

    /// Takes one call of the period with this number, if it stays below both the quota and this node's part.
    pub(crate) fn take(self, period: u32, amount: u64, nodes: u32) -> Taken {
        let mut word = self.own.load(Ordering::Acquire);
        loop {
            if word >> CALLS_BITS != u64::from(period) {
                return Taken::OtherPeriod;
            }
            let mut state = self.state_with(word);
            if nodes > 1 && state.ceiling == ALONE {
                return Taken::NotAlone;
            }
            if state.own + state.others >= amount {
                return Taken::UsedUp(state);
            }
            if state.own >= state.ceiling {
                return Taken::PartUsedUp(state);
            }
            match self.own.compare_exchange_weak(
                word,
                word + 1,
                Ordering::Relaxed,
                Ordering::Acquire,
            ) {
                Ok(_) => {
                    state.own += 1;
                    return Taken::Passed(state);
                }
                Err(current) => word = current,
            }
        }
    }

    /// Gives a taken call back.
    pub(crate) fn give_back(self, period: u32) {
        let _ = self
            .own
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                let ours = word >> CALLS_BITS == u64::from(period) && word & CALLS_MAX > 0;
                ours.then(|| word - 1)
            });
    }

    /// The period the cell counts, and what its words say.
    pub(crate) fn read(self) -> (u32, QuotaState) {
        let word = self.own.load(Ordering::Acquire);
        let period = u32::try_from(word >> CALLS_BITS).unwrap_or(0);
        (period, self.state_with(word))
    }

    fn state_with(self, word: u64) -> QuotaState {
        QuotaState {
            own: word & CALLS_MAX,
            ceiling: self.ceiling.load(Ordering::Relaxed) & CALLS_MAX,
            others: self.others.load(Ordering::Relaxed) & CALLS_MAX,
        }
    }

    /// Takes the cell out of use and returns its period and calls. From now on every caller goes the slow way and waits there
    /// for the lock that the one who calls this holds.
    pub(super) fn hold(self) -> (u32, u64) {
        let word = self.own.swap(HELD, Ordering::AcqRel);
        let period = u32::try_from(word >> CALLS_BITS).unwrap_or(0);
        (period, word & CALLS_MAX)
    }

    /// Puts a cell that was held, or is new, to use.
    pub(super) fn begin(self, period: u32, state: QuotaState) {
        self.set_ceiling(state.ceiling, false);
        self.others
            .store(state.others.min(CALLS_MAX), Ordering::Relaxed);
        let word = u64::from(period) << CALLS_BITS | state.own.min(CALLS_MAX);
        // Last, and seen only with the two before it.
        self.own.store(word, Ordering::Release);
    }

    /// `shared_out`: without the control plane, once an outage.
    pub(crate) fn set_ceiling(self, ceiling: u64, shared_out: bool) {
        let flag = if shared_out { FLAG } else { 0 };
        self.ceiling
            .store(ceiling.min(CALLS_MAX) | flag, Ordering::Relaxed);
    }

    pub(crate) fn is_shared_out(self) -> bool {
        self.ceiling.load(Ordering::Relaxed) & FLAG != 0
    }

    pub(crate) fn set_others(self, others: u64) {
        let _ = self
            .others
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                Some(word & FLAG | others.min(CALLS_MAX))
            });
    }

    /// Marks the quota as one to be looked at. True for the first that does.
    pub(crate) fn call_for_a_look(self) -> bool {
        if self.others.load(Ordering::Relaxed) & FLAG != 0 {
            return false;
        }
        self.others.fetch_or(FLAG, Ordering::Relaxed) & FLAG == 0
    }

    /// Whether it waits.
    pub(crate) fn is_waiting(self) -> bool {
        self.others.load(Ordering::Relaxed) & FLAG != 0
    }

    /// It was looked at.
    pub(crate) fn looked(self) {
        self.others.fetch_and(!FLAG, Ordering::Relaxed);
    }
}

impl QuotaState {
    /// Calls that are left of an amount, as far as is known here.
    pub(crate) fn remaining(self, amount: u64) -> u64 {
        amount.saturating_sub(self.own.saturating_add(self.others))
    }

    /// Calls that this node may still let through without asking.
    pub(crate) fn part(self, amount: u64) -> u64 {
        self.ceiling
            .saturating_sub(self.own)
            .min(self.remaining(amount))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> [AtomicU64; 3] {
        [const { AtomicU64::new(0) }; 3]
    }

    const ALL: QuotaState = QuotaState {
        own: 0,
        ceiling: ALONE,
        others: 0,
    };

    #[test]
    fn a_quota_holds_its_amount_and_what_others_used_counts() {
        let words = words();
        let cell = QuotaCell::of(&words).unwrap();
        assert_eq!(cell.take(7, 3, 1), Taken::OtherPeriod);
        cell.begin(7, ALL);
        let own = |taken| match taken {
            Taken::Passed(state) => state.own,
            _ => 0,
        };
        assert_eq!(own(cell.take(7, 3, 1)), 1);
        cell.set_others(1);
        assert_eq!(own(cell.take(7, 3, 1)), 2);
        assert!(matches!(cell.take(7, 3, 1), Taken::UsedUp(_)));
        cell.give_back(8);
        cell.give_back(7);
        assert_eq!(own(cell.take(7, 3, 1)), 2);
        cell.set_others(2);
        assert!(matches!(cell.take(7, 3, 1), Taken::UsedUp(state) if state.remaining(3) == 0));
        assert_eq!(cell.take(8, 3, 1), Taken::OtherPeriod);
    }

    #[test]
    fn a_part_ends_before_the_quota_does() {
        let words = words();
        let cell = QuotaCell::of(&words).unwrap();
        cell.begin(7, QuotaState { ceiling: 2, ..ALL });
        assert!(matches!(cell.take(7, 10, 1), Taken::Passed(state) if state.part(10) == 1));
        assert!(matches!(cell.take(7, 10, 1), Taken::Passed(state) if state.remaining(10) == 8));
        assert!(matches!(cell.take(7, 10, 1), Taken::PartUsedUp(_)));
        cell.set_ceiling(3, true);
        assert!(cell.is_shared_out());
        assert!(matches!(cell.take(7, 10, 1), Taken::Passed(_)));
        assert!(cell.call_for_a_look() && !cell.call_for_a_look());
        cell.set_others(1);
        assert!(!cell.call_for_a_look(), "still waits");
        cell.looked();
        assert!(cell.call_for_a_look());
        cell.set_ceiling(ALONE, false);
        assert_eq!(cell.take(7, 10, 2), Taken::NotAlone);
    }

    #[test]
    fn a_cell_that_is_held_loses_no_call_and_takes_none() {
        let words = words();
        let cell = QuotaCell::of(&words).unwrap();
        cell.begin(7, ALL);
        let (passed, held) = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let taken = (0..100_000).map(|_| cell.take(7, u64::from(u32::MAX), 1));
                        taken
                            .filter(|taken| matches!(taken, Taken::Passed(_)))
                            .count() as u64
                    })
                })
                .collect();
            while cell.read().1.own < 1_000 {
                std::thread::yield_now();
            }
            let held = cell.hold();
            let passed: u64 = callers
                .into_iter()
                .map(|caller| caller.join().unwrap())
                .sum();
            (passed, held)
        });
        assert_eq!(held, (7, passed));
        assert_eq!(cell.take(7, 10, 1), Taken::OtherPeriod);
    }
}
