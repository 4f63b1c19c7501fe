//! Looking at the subscriptions that called near a limit, again and again until they are idle.

use std::time::Duration;

use gatehouse_domain::id::SubscriptionId;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::{LimitsAsk, QuotaAsk, RateAsk, RateShare};

use super::{Desk, cells_of};
use crate::policies::counters::{ALONE, Cells};
use crate::policies::looks::Look;
use crate::tables::{CompiledPlan, TableSet};

/// Subscriptions looked at again and again, until they are idle.
const ACTIVE_MAX: usize = 20_000;
/// After so long without a call a subscription gives back what it holds of quotas, but for a few calls.
const IDLE: Duration = Duration::from_secs(10);
const KEPT_WHEN_IDLE: u64 = 10;
/// How far a quota is, is said this often while it is called.
const SAID_AGAIN: Duration = Duration::from_secs(2);
/// More is asked for when what is held lasts for less than this, seconds.
const AHEAD_S: u64 = 5;

/// A subscription that is looked at.
pub(super) struct Active {
    pub(super) looked: Duration,
    pub(super) called: Duration,
    /// When it was last said how far its quotas are.
    pub(super) said: Duration,
    /// When each rate's share was last told.
    pub(super) told: Vec<Option<Duration>>,
    /// Calls of each quota's period at the last look, and how many a second there were.
    pub(super) quotas: Vec<(u32, u64, u64)>,
}

impl Active {
    pub(super) fn new(plan: &CompiledPlan, now: Duration) -> Self {
        Self {
            looked: now.saturating_sub(Duration::from_secs(1)),
            called: now,
            said: Duration::ZERO,
            told: vec![None; plan.limits.rates.len()],
            quotas: vec![(0, 0, 0); plan.limits.quotas.len()],
        }
    }

    /// Begins anew when the plan has other limits by now.
    pub(super) fn fit(&mut self, plan: &CompiledPlan, now: Duration) {
        let limits = &plan.limits;
        if self.told.len() != limits.rates.len() || self.quotas.len() != limits.quotas.len() {
            *self = Self::new(plan, now);
        }
    }
}

impl Desk {
    pub(super) fn take_in(&mut self, set: &TableSet, now: Duration, nodes: u32) {
        for Look {
            subscription,
            id,
            plan,
        } in self.sharing.looks().take()
        {
            let room = self.active.len() < ACTIVE_MAX;
            let active = match self.active.get_mut(&subscription) {
                Some(active) => active,
                None if room => self
                    .active
                    .entry(subscription)
                    .or_insert_with(|| Active::new(&plan, now)),
                None => {
                    // Not now: the next call near the limit calls again.
                    if let Some(cells) = set.counters.present(id) {
                        forget_look(cells, &plan);
                    }
                    continue;
                }
            };
            active.fit(&plan, now);
            active.called = now;
            for rate in &plan.limits.rates {
                let limit = plan.limits.limits[rate.place].id;
                if let Some((share, _)) = self.told.remove(&(subscription, limit)) {
                    let told = RateShare {
                        subscription,
                        limit,
                        share,
                    };
                    self.put_share(set, &told, now, nodes);
                }
            }
        }
    }

    /// Looks at one subscription. False when it need not be looked at again.
    pub(super) fn look(
        &mut self,
        subscription: SubscriptionId,
        set: &TableSet,
        now: Duration,
        nodes: u32,
        ask: &mut LimitsAsk,
    ) -> bool {
        let Some((id, plan)) = set.counted(subscription) else {
            return false;
        };
        let Some(active) = self.active.get_mut(&subscription) else {
            return false;
        };
        active.fit(plan, now);
        let Some((cells, _)) = cells_of(set, subscription) else {
            // Its plan took another shape: the next call makes the cells.
            return now.saturating_sub(active.called) <= 2 * IDLE;
        };
        let elapsed_ms = now.saturating_sub(active.looked).as_millis().max(50);
        let a_second = |calls: u64| {
            u64::try_from((u128::from(calls) * 1_000).div_ceil(elapsed_ms)).unwrap_or(u64::MAX)
        };
        active.looked = now;
        let limits = &plan.limits;
        for (number, rate) in limits.rates.iter().enumerate().filter(|_| nodes > 1) {
            let Some(cell) = cells.rate(number) else {
                continue;
            };
            let demand = a_second(cell.look(false));
            if demand > 0 {
                active.called = now;
            }
            ask.rates.push(RateAsk {
                subscription,
                limit: limits.limits[rate.place].id,
                demand,
                share: cell.share(),
            });
        }
        for (number, quota) in limits.quotas.iter().enumerate() {
            let Some(cell) = cells.quota(quota.period) else {
                continue;
            };
            let counted = self.ledger.counted(&set.counters, id, quota.period);
            let Some((period, state, start_ms)) = counted else {
                continue;
            };
            let (period_before, own_before, demand_before) = active.quotas[number];
            let calls = match period_before == period {
                true => state.own.saturating_sub(own_before),
                false => state.own,
            };
            // A burst is not forgotten at once: what comes next is likelier to be as much than nothing.
            let demand = a_second(calls).max(demand_before / 2);
            active.quotas[number] = (period, state.own, demand);
            if calls > 0 {
                active.called = now;
            }
            let idle = now.saturating_sub(active.called) > IDLE;
            let part = state.part(quota.amount);
            let waits = cell.is_waiting();
            let mut ceiling = state.ceiling;
            if nodes > 1 && state.ceiling == ALONE {
                ceiling = self.ledger.part_of(&set.counters, id, quota, period, nodes);
            }
            let gives_back = nodes > 1 && idle && part > KEPT_WHEN_IDLE;
            if gives_back {
                ceiling = state.own + KEPT_WHEN_IDLE;
                // First here, then told: a call meanwhile finds the smaller part.
                set.counters.bound(id, quota.period, period, |cell, _| {
                    cell.set_ceiling(ceiling, false);
                });
            }
            let runs_low = nodes > 1 && calls > 0 && part < AHEAD_S * demand;
            // Whoever hands out parts forgets the silent, and may have lost all it knew.
            let due = nodes > 1 && now.saturating_sub(active.said) >= SAID_AGAIN;
            if waits || runs_low || gives_back || due {
                active.said = now;
                cell.looked();
                ask.quotas.push(QuotaAsk {
                    subscription,
                    period: quota.period,
                    window_start: Moment(start_ms),
                    own: state.own,
                    ceiling,
                    demand,
                });
            }
        }
        let told = active.told.iter().any(Option::is_some);
        let again = told || now.saturating_sub(active.called) <= 2 * IDLE;
        if !again {
            forget_look(cells, plan);
        }
        again
    }
}

/// Lets the next call near a limit call again.
fn forget_look(cells: Cells<'_>, plan: &CompiledPlan) {
    for number in 0..plan.limits.rates.len() {
        if let Some(cell) = cells.rate(number) {
            cell.look(true);
        }
    }
    for quota in &plan.limits.quotas {
        if let Some(cell) = cells.quota(quota.period) {
            cell.looked();
        }
    }
}
