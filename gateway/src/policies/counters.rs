//! What a subscription has used of its limits: one atomic number per limit.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use gatehouse_domain::id::{LimitId, SubscriptionId};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};

use crate::call::Now;
use crate::policies::calendar::Calendar;
use crate::tables::{CompiledLimit, CompiledPlan};
use crate::usage::ledger::{QuotaLedger, Seed};

/// The counters of one subscription. They outlive changes of its state and of its plan's limits: a cell belongs to a limit
/// id, a quota that is new takes over what its period has used.
pub(crate) struct Counters {
    subscription: SubscriptionId,
    set: ArcSwapOption<CellSet>,
    /// Held only while the cells are rebuilt for another plan revision, not once a request.
    rebuild: Mutex<()>,
}

/// Cells in the order of the plan's limits.
pub(crate) struct CellSet {
    plan: Arc<CompiledPlan>,
    pub(crate) cells: Vec<Arc<Cell>>,
}

/// One limit's state.
pub(crate) struct Cell {
    limit: LimitId,
    kind: CellKind,
}

enum CellKind {
    Rate(RateCell),
    Quota(QuotaPeriod, QuotaCell),
}

/// GCRA (the virtual scheduling form of ITU-T I.371): the theoretical arrival time of the next call, nanoseconds of the
/// steady clock.
#[derive(Default)]
pub(crate) struct RateCell {
    arrival_ns: AtomicU64,
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
}

impl RateCell {
    /// Takes one call at `now_ns`, or says when one will be possible. `interval_ns` is the time one call refills in.
    pub(crate) fn take(
        &self,
        now_ns: u64,
        interval_ns: u64,
        burst: u64,
    ) -> Result<RateState, RateState> {
        let capacity_ns = interval_ns.saturating_mul(burst);
        // Relaxed: the number itself is all that is shared.
        let taken =
            self.arrival_ns
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival_ns| {
                    let next = arrival_ns.max(now_ns).saturating_add(interval_ns);
                    (next - now_ns <= capacity_ns).then_some(next)
                });
        let state = |arrival_ns: u64| {
            let owed_ns = arrival_ns.saturating_sub(now_ns);
            let free_ns = capacity_ns.saturating_sub(owed_ns);
            RateState {
                remaining: free_ns / interval_ns.max(1),
                next_ns: interval_ns.saturating_sub(free_ns),
                full_ns: owed_ns,
            }
        };
        match taken {
            Ok(before) => Ok(state(before.max(now_ns).saturating_add(interval_ns))),
            Err(current) => Err(state(current)),
        }
    }

    /// Gives a taken call back, because another limit refused it.
    pub(crate) fn give_back(&self, interval_ns: u64) {
        let _ = self
            .arrival_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival_ns| {
                Some(arrival_ns.saturating_sub(interval_ns))
            });
    }
}

/// Calls of one calendar period: those the ledger knows of the whole group and our own it does not know yet, in one number.
#[derive(Default)]
pub(crate) struct QuotaCell {
    /// Start of the period the numbers belong to.
    period_start_ms: AtomicI64,
    used: AtomicU64,
    /// The total the ledger last told; only the shipper changes it.
    ledger: AtomicU64,
    /// Held only at the turn of a period, not once a request.
    turn: Mutex<()>,
}

impl QuotaCell {
    /// Takes one call of the period, or leaves the number as it is. Returns the use after it.
    pub(crate) fn take(&self, period_start_ms: i64, amount: u64) -> Result<u64, u64> {
        self.turn_to(period_start_ms);
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                (used < amount).then_some(used + 1)
            })
            .map(|before| before + 1)
    }

    /// Gives a taken call back.
    pub(crate) fn give_back(&self) {
        let _ = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                Some(used.saturating_sub(1))
            });
    }

    /// Goes on from what is known: the ledger's total, and what waits in the spool from before the start.
    fn of(seed: &Seed, period: QuotaPeriod, calendar: &Calendar, now: Now) -> Self {
        let start_ms = calendar.period(period, now.wall_ms).start_ms;
        let total = seed
            .totals
            .iter()
            .find(|known| known.period == period && known.period_start_ms == start_ms)
            .map_or(0, |known| known.total);
        let spooled = seed.spooled_ms.iter().filter(|at_ms| **at_ms >= start_ms);
        Self {
            period_start_ms: AtomicI64::new(start_ms),
            used: AtomicU64::new(total.saturating_add(spooled.count() as u64)),
            ledger: AtomicU64::new(total),
            turn: Mutex::default(),
        }
    }

    /// Takes over the ledger's total, which now holds `shipped` calls of ours that were counted here before. One addition, so
    /// that no moment counts them twice or not at all.
    pub(crate) fn settle(&self, period_start_ms: i64, total: u64, shipped: u64) {
        self.turn_to(period_start_ms);
        if self.period_start_ms.load(Ordering::Acquire) != period_start_ms {
            return;
        }
        let before = self.ledger.swap(total, Ordering::Relaxed);
        let change = total as i128 - before as i128 - shipped as i128;
        let _ = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                let used = (i128::from(used) + change).max(0);
                Some(u64::try_from(used).unwrap_or(u64::MAX))
            });
    }

    fn turn_to(&self, period_start_ms: i64) {
        if self.period_start_ms.load(Ordering::Acquire) >= period_start_ms {
            return;
        }
        let _turning = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.period_start_ms.load(Ordering::Acquire) < period_start_ms {
            self.used.store(0, Ordering::Relaxed);
            self.ledger.store(0, Ordering::Relaxed);
            // Last, and seen only with the zeroes before it.
            self.period_start_ms
                .store(period_start_ms, Ordering::Release);
        }
    }
}

impl Cell {
    fn of(limit: LimitId, rule: &LimitRule, quota: impl Fn(QuotaPeriod) -> QuotaCell) -> Self {
        let kind = match rule {
            LimitRule::Rate { .. } => CellKind::Rate(RateCell::default()),
            LimitRule::Quota { period, .. } => CellKind::Quota(*period, quota(*period)),
        };
        Self { limit, kind }
    }

    pub(crate) fn rate(&self) -> Option<&RateCell> {
        match &self.kind {
            CellKind::Rate(cell) => Some(cell),
            CellKind::Quota(..) => None,
        }
    }

    pub(crate) fn quota(&self) -> Option<&QuotaCell> {
        match &self.kind {
            CellKind::Quota(_, cell) => Some(cell),
            CellKind::Rate(_) => None,
        }
    }

    fn same_kind(&self, rule: &LimitRule) -> bool {
        match (&self.kind, rule) {
            (CellKind::Rate(_), LimitRule::Rate { .. }) => true,
            (CellKind::Quota(mine, _), LimitRule::Quota { period, .. }) => mine == period,
            _ => false,
        }
    }
}

impl Counters {
    /// Of a subscription that has used nothing here yet.
    pub(crate) fn new(subscription: SubscriptionId) -> Self {
        Self {
            subscription,
            set: ArcSwapOption::empty(),
            rebuild: Mutex::default(),
        }
    }

    /// The cells of a plan's limits, in their order.
    pub(crate) fn cells(
        self: &Arc<Self>,
        plan: &Arc<CompiledPlan>,
        calendar: &Calendar,
        now: Now,
        ledger: &QuotaLedger,
    ) -> Arc<CellSet> {
        let current = || {
            let set = self.set.load_full();
            set.filter(|set| Arc::ptr_eq(&set.plan, plan))
        };
        if let Some(set) = current() {
            return set;
        }
        let _rebuilding = self.rebuild.lock().unwrap_or_else(PoisonError::into_inner);
        current().unwrap_or_else(|| {
            ledger.introduce(self.subscription, self, |seed| {
                let quota = |period| QuotaCell::of(seed, period, calendar, now);
                let set = Arc::new(self.rebuilt(plan, quota));
                self.set.store(Some(Arc::clone(&set)));
                set
            })
        })
    }

    fn rebuilt(
        &self,
        plan: &Arc<CompiledPlan>,
        quota: impl Fn(QuotaPeriod) -> QuotaCell,
    ) -> CellSet {
        let old = self.set.load_full();
        let old = old.as_ref().map_or(&[][..], |set| set.cells.as_slice());
        let kept = |limit: &CompiledLimit| {
            let same = old
                .iter()
                .find(|cell| cell.limit == limit.id && cell.same_kind(&limit.rule));
            // A revision gives its limits new ids; what a period has used is not forgotten by that.
            same.or_else(|| {
                old.iter()
                    .find(|cell| cell.quota().is_some() && cell.same_kind(&limit.rule))
            })
        };
        let cells = plan.limits.iter().map(|limit| {
            kept(limit).map_or_else(
                || Arc::new(Cell::of(limit.id, &limit.rule, &quota)),
                Arc::clone,
            )
        });
        CellSet {
            plan: Arc::clone(plan),
            cells: cells.collect(),
        }
    }

    /// Hands a total of the ledger to the cells of its period.
    pub(crate) fn settle(
        &self,
        period: QuotaPeriod,
        period_start_ms: i64,
        total: u64,
        shipped: u64,
    ) {
        let Some(set) = self.set.load_full() else {
            return;
        };
        for cell in &set.cells {
            if let CellKind::Quota(own, quota) = &cell.kind
                && *own == period
            {
                quota.settle(period_start_ms, total, shipped);
            }
        }
    }
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Counters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_passes_exactly_and_refills_one_by_one() {
        let cell = RateCell::default();
        let take = |now| cell.take(now, SECOND / 5, 10);
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
        let cell = RateCell::default();
        assert!(cell.take(7, SECOND, 1).is_ok());
        cell.give_back(SECOND);
        assert!(cell.take(7, SECOND, 1).is_ok());
        assert!(cell.take(7, SECOND, 1).is_err());
    }

    #[test]
    fn many_threads_take_exactly_the_burst() {
        let cell = RateCell::default();
        let taken = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        if cell.take(5, SECOND, 700).is_ok() {
                            taken.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(taken.into_inner(), 700);
    }

    #[test]
    fn a_quota_holds_its_amount_and_begins_again_with_the_next_period() {
        let cell = QuotaCell::default();
        assert_eq!(cell.take(100, 2), Ok(1));
        assert_eq!(cell.take(100, 2), Ok(2));
        assert_eq!(cell.take(100, 2), Err(2));
        assert_eq!(cell.take(200, 2), Ok(1));
        // A call that arrived before the turn counts into the new period, never back into the old.
        assert_eq!(cell.take(100, 2), Ok(2));
    }

    #[test]
    fn settling_with_the_ledger_counts_every_call_once() {
        let cell = QuotaCell::default();
        for _ in 0..10 {
            cell.take(100, 1_000).unwrap();
        }
        // Ten here, of which six were shipped; the ledger knows 50 of the whole group.
        cell.settle(100, 50, 6);
        assert_eq!(cell.take(100, 1_000), Ok(55));
        cell.settle(100, 55, 5);
        assert_eq!(cell.take(100, 1_000), Ok(56));
        cell.settle(50, 9_999, 0);
        assert_eq!(cell.take(100, 1_000), Ok(57));
    }
}
