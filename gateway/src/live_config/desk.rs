//! The desk where shared limits are settled: it looks at those that are near their end, asks for a larger part, and puts the
//! answer in force. Beside the request path, which reads and moves only the words of the counters.

mod look;
mod shares;

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use gatehouse_domain::id::{LimitId, SubscriptionId};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::protocol::{LIMITS_ASKED_MAX, LimitsAnswer, LimitsAsk, QuotaAsk, RateAsk};

use super::Sharing;
use crate::policies::LIMITS_MAX;
use crate::policies::counters::Cells;
use crate::tables::{CompiledPlan, TableSet, Tables};
use crate::usage::ledger::QuotaLedger;
use look::Active;

/// Shares kept for subscriptions that have not called here yet.
const TOLD_MAX: usize = 20_000;
/// Counters that were given up are used again after two of these.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

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

#[cfg(test)]
mod tests;
