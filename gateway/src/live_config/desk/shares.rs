//! Shares of rates: what is told of them is put in force, and ends when nobody tells it any more.

use std::collections::HashSet;
use std::time::Duration;

use gatehouse_domain::id::{LimitId, SubscriptionId};
use gatehouse_snapshot::protocol::{LimitsAsk, RateAsk, RateShare};
use gatehouse_snapshot::sharing::equal_share;

use super::look::Active;
use super::{Desk, cells_of};
use crate::tables::{CompiledPlan, TableSet};

/// A share above the equal one ends this long after it was last told: whoever told it may be gone, and others may grow.
const MORE_ENDS: Duration = Duration::from_secs(10);
/// A share below the equal one ends later than every larger one of others can.
const LESS_ENDS: Duration = Duration::from_secs(30);

impl Desk {
    /// Asks in addition about rates that others are asked for: what this node has of them may have to shrink.
    pub(crate) fn ask_about(&self, rates: &[(SubscriptionId, LimitId)], ask: &mut LimitsAsk) {
        let asked: HashSet<_> = ask
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

    /// False when the subscription has not called here yet.
    pub(super) fn put_share(
        &mut self,
        set: &TableSet,
        told: &RateShare,
        now: Duration,
        nodes: u32,
    ) -> bool {
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
    pub(super) fn end_shares(&mut self, set: &TableSet, now: Duration, nodes: u32) {
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

/// The place of a limit among the rates of a plan.
fn number_of(plan: &CompiledPlan, limit: LimitId) -> Option<usize> {
    let limits = &plan.limits;
    let mut rates = limits.rates.iter();
    rates.position(|rate| limits.limits[rate.place].id == limit)
}

fn nanos(now: Duration) -> u64 {
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}
