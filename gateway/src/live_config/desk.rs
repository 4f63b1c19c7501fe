//! The desk where shared limits are settled: it looks at those that are near their end, asks for a larger part, and puts the
//! answer in force. Beside the request path, which reads and moves only the words of the counters.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::id::{LimitId, SubscriptionId};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::{
    LIMITS_ASKED_MAX, LimitsAnswer, LimitsAsk, QuotaAsk, RateAsk, RateShare,
};
use gatehouse_snapshot::sharing::equal_share;

use super::Sharing;
use crate::policies::LIMITS_MAX;
use crate::policies::counters::{ALONE, Cells};
use crate::policies::looks::Look;
use crate::tables::{CompiledPlan, TableSet, Tables};
use crate::usage::ledger::QuotaLedger;

/// Subscriptions looked at again and again, until they are idle.
const ACTIVE_MAX: usize = 20_000;
/// Shares kept for subscriptions that have not called here yet.
const TOLD_MAX: usize = 20_000;
/// A share above the equal one ends this long after it was last told: whoever told it may be gone, and others may grow.
const MORE_ENDS: Duration = Duration::from_secs(10);
/// A share below the equal one ends later than every larger one of others can.
const LESS_ENDS: Duration = Duration::from_secs(30);
/// After so long without a call a subscription gives back what it holds of quotas, but for a few calls.
const IDLE: Duration = Duration::from_secs(10);
const KEPT_WHEN_IDLE: u64 = 10;
/// How far a quota is, is said this often while it is called.
const SAID_AGAIN: Duration = Duration::from_secs(2);
/// Counters that were given up are used again after two of these.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// More is asked for when what is held lasts for less than this, seconds.
const AHEAD_S: u64 = 5;

/// The desk.
pub(crate) struct Desk {
    sharing: Arc<Sharing>,
    ledger: Arc<QuotaLedger>,
    /// What is in force says where a subscription is counted: nothing is remembered of one that is idle.
    tables: Arc<Tables>,
    clock: Clock,
    active: BTreeMap<SubscriptionId, Active>,
    /// Where the last look ended; the next goes on from there when not all fit.
    after: Option<SubscriptionId>,
    told: HashMap<(SubscriptionId, LimitId), (u32, Duration)>,
    swept: Duration,
}

/// A subscription that is looked at.
struct Active {
    looked: Duration,
    called: Duration,
    /// When it was last said how far its quotas are.
    said: Duration,
    /// When each rate's share was last told.
    told: Vec<Option<Duration>>,
    /// Calls of each quota's period at the last look, and how many a second there were.
    quotas: Vec<(u32, u64, u64)>,
}

impl Active {
    fn new(plan: &CompiledPlan, now: Duration) -> Self {
        Self {
            looked: now.saturating_sub(Duration::from_secs(1)),
            called: now,
            said: Duration::ZERO,
            told: vec![None; plan.limits.rates.len()],
            quotas: vec![(0, 0, 0); plan.limits.quotas.len()],
        }
    }

    /// Begins anew when the plan has other limits by now.
    fn fit(&mut self, plan: &CompiledPlan, now: Duration) {
        let limits = &plan.limits;
        if self.told.len() != limits.rates.len() || self.quotas.len() != limits.quotas.len() {
            *self = Self::new(plan, now);
        }
    }
}

impl Desk {
    pub(crate) fn new(
        sharing: Arc<Sharing>,
        ledger: Arc<QuotaLedger>,
        tables: Arc<Tables>,
        clock: Clock,
    ) -> Self {
        Self {
            sharing,
            ledger,
            tables,
            clock,
            active: BTreeMap::new(),
            after: None,
            told: HashMap::new(),
            swept: Duration::ZERO,
        }
    }

    /// Looks at what called for it, and says what to ask.
    pub(crate) fn ask(&mut self) -> LimitsAsk {
        let now = self.clock.monotonic();
        let Some(set) = self.tables.current() else {
            return LimitsAsk::default();
        };
        if now.saturating_sub(self.swept) > SWEEP_EVERY {
            self.swept = now;
            set.counters.sweep();
        }
        let nodes = self.sharing.live_nodes();
        self.take_in(&set, now, nodes);
        self.end_shares(&set, now, nodes);
        let mut ask = LimitsAsk::default();
        let from = self.after.take().map_or(Bound::Unbounded, Bound::Excluded);
        let order: Vec<SubscriptionId> = self
            .active
            .range((from, Bound::Unbounded))
            .map(|(subscription, _)| *subscription)
            .collect();
        for subscription in order {
            if ask.rates.len().max(ask.quotas.len()) + LIMITS_MAX > LIMITS_ASKED_MAX {
                break;
            }
            self.after = Some(subscription);
            if !self.look(subscription, &set, now, nodes, &mut ask) {
                self.active.remove(&subscription);
            }
        }
        // Shares told for subscriptions that have not called here are in force all the same; others wait to hear it.
        let room = LIMITS_ASKED_MAX.saturating_sub(ask.rates.len());
        let told = self.told.iter().take(room);
        ask.rates
            .extend(told.map(|((subscription, limit), (share, _))| RateAsk {
                subscription: *subscription,
                limit: *limit,
                demand: 0,
                share: *share,
            }));
        let last = self.active.last_key_value().map(|(last, _)| *last);
        self.after = self
            .after
            .filter(|after| last.is_some_and(|last| *after < last));
        ask
    }

    /// Asks in addition about rates that others are asked for: what this node has of them may have to shrink.
    pub(crate) fn ask_about(&self, rates: &[(SubscriptionId, LimitId)], ask: &mut LimitsAsk) {
        let asked: std::collections::HashSet<_> = ask
            .rates
            .iter()
            .map(|ask| (ask.subscription, ask.limit))
            .collect();
        let further = rates.iter().filter(|rate| !asked.contains(rate));
        let further = further.map(|(subscription, limit)| RateAsk {
            subscription: *subscription,
            limit: *limit,
            demand: 0,
            share: self.share_of(*subscription, *limit),
        });
        ask.rates.extend(further);
    }

    fn share_of(&self, subscription: SubscriptionId, limit: LimitId) -> u32 {
        let in_force = || {
            let set = self.tables.current()?;
            let (cells, plan) = cells_of(&set, subscription)?;
            Some(cells.rate(number_of(plan, limit)?)?.share())
        };
        let told = self.told.get(&(subscription, limit));
        told.map_or_else(|| in_force().unwrap_or(0), |(share, _)| *share)
    }

    /// What a lease is reckoned with besides: the quota's amount, and of the ledger's calls this node's and all.
    pub(crate) fn book(&self, ask: &QuotaAsk) -> Option<(u64, u64, u64)> {
        let set = self.tables.current()?;
        let (_, plan) = set.counted(ask.subscription)?;
        let mut quotas = plan.limits.quotas.iter();
        let amount = quotas.find(|quota| quota.period == ask.period)?.amount;
        let (own, total) = self
            .ledger
            .settled_of(ask.subscription, ask.period, ask.window_start.0);
        Some((amount, own, total))
    }

    fn take_in(&mut self, set: &TableSet, now: Duration, nodes: u32) {
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
    fn look(
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

    /// Puts an answer in force.
    pub(crate) fn put(&mut self, answer: &LimitsAnswer) -> std::io::Result<()> {
        let now = self.clock.monotonic();
        let Some(set) = self.tables.current() else {
            return Ok(());
        };
        let nodes = self.sharing.live_nodes();
        for told in &answer.rates {
            if self.put_share(&set, told, now, nodes) {
                continue;
            }
            let key = (told.subscription, told.limit);
            if self.told.len() < TOLD_MAX || self.told.contains_key(&key) {
                self.told.insert(key, (told.share, now));
            }
        }
        self.ledger.grant(&set, &answer.quotas)
    }

    /// False when the subscription has not called here yet.
    fn put_share(&mut self, set: &TableSet, told: &RateShare, now: Duration, nodes: u32) -> bool {
        let Some((cells, plan)) = cells_of(set, told.subscription) else {
            return false;
        };
        // A limit that the plan has no more is nobody's to keep.
        let Some(number) = number_of(plan, told.limit) else {
            return true;
        };
        if let Some(cell) = cells.rate(number) {
            cell.set_share(
                nanos(now),
                &plan.limits.rates[number].rate,
                nodes,
                told.share,
            );
            let active = self
                .active
                .entry(told.subscription)
                .or_insert_with(|| Active::new(plan, now));
            active.fit(plan, now);
            if let Some(slot) = active.told.get_mut(number) {
                *slot = Some(now);
            }
        }
        true
    }

    /// Ends shares that nobody has told for a while: equal shares are what every node falls back to.
    fn end_shares(&mut self, set: &TableSet, now: Duration, nodes: u32) {
        let equal = equal_share(nodes as usize);
        let ends = |share: u32, told: Duration| {
            let after = if share > equal { MORE_ENDS } else { LESS_ENDS };
            now.saturating_sub(told) > after
        };
        self.told.retain(|_, (share, told)| !ends(*share, *told));
        for (subscription, active) in &mut self.active {
            if active.told.iter().all(Option::is_none) {
                continue;
            }
            let Some((cells, plan)) = cells_of(set, *subscription) else {
                continue;
            };
            let rates = plan.limits.rates.iter().enumerate();
            for ((number, rate), told) in rates.zip(&mut active.told) {
                let Some(cell) = cells.rate(number) else {
                    continue;
                };
                if told.is_some_and(|told| ends(cell.share(), told)) {
                    cell.set_share(nanos(now), &rate.rate, nodes, 0);
                    *told = None;
                }
            }
        }
    }
}

/// The cells of a subscription that has called here, and its plan, when they belong together.
fn cells_of(set: &TableSet, id: SubscriptionId) -> Option<(Cells<'_>, &Arc<CompiledPlan>)> {
    let (counters, plan) = set.counted(id)?;
    let cells = set
        .counters
        .present(counters)?
        .of_shape(plan.limits.shape)?;
    Some((cells, plan))
}

/// The place of a limit among the rates of a plan.
fn number_of(plan: &CompiledPlan, limit: LimitId) -> Option<usize> {
    let limits = &plan.limits;
    let mut rates = limits.rates.iter();
    rates.position(|rate| limits.limits[rate.place].id == limit)
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

fn nanos(now: Duration) -> u64 {
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
