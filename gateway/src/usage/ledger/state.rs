//! The numbers in memory: what the file and the spool said at the start, and what was told since.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::calendar::Window;
use gatehouse_snapshot::protocol::UsageReply;
use gatehouse_snapshot::usage::Batch;
use uuid::Uuid;

use super::accounts::Accounts;
use super::turned::Turned;
use crate::policies::counters::{CounterId, Counters, QuotaCell, QuotaState};
use crate::tables::TableSet;
use crate::usage::quota_log::{Entry, Granted, Settled};
use crate::usage::segment::SegmentName;

/// Windows of one entry when the file is written anew.
pub(super) const ENTRY_ROWS: usize = 10_000;

#[derive(Default)]
pub(super) struct State {
    pub(super) accounts: Accounts,
    pub(super) turned: Turned,
    /// Our calls from before the start that wait in the spool: when they arrived.
    spooled: BTreeMap<SegmentName, HashMap<SubscriptionId, Vec<i64>>>,
    /// The last batch of each boot that is part of the numbers.
    settled: HashMap<Uuid, u64>,
    counters: Option<Arc<Counters>>,
}

impl State {
    /// Takes in a batch that waits in the spool.
    pub(super) fn wait_for(&mut self, name: SegmentName, batch: &Batch) {
        self.spooled.insert(name, calls_of(batch));
    }

    /// Counters of another configuration have other places.
    pub(super) fn follow(&mut self, counters: &Arc<Counters>) {
        let known = self.counters.as_ref();
        if !known.is_some_and(|known| Arc::ptr_eq(known, counters)) {
            self.counters = Some(Arc::clone(counters));
            self.turned = Turned::default();
        }
    }

    pub(super) fn has_settled(&self, name: SegmentName) -> bool {
        self.settled
            .get(&name.boot)
            .is_some_and(|sequence| name.sequence <= *sequence)
    }

    pub(super) fn spooled_in(&self, subscription: SubscriptionId, window: Window) -> u64 {
        let calls = self
            .spooled
            .values()
            .filter_map(|calls| calls.get(&subscription));
        calls
            .flatten()
            .filter(|at_ms| window.holds(**at_ms))
            .count() as u64
    }

    /// What a batch and its reply make of the numbers. A batch that comes a second time adds nothing of ours.
    pub(super) fn settled_by(
        &self,
        batch: SegmentName,
        shipped: &HashMap<SubscriptionId, Vec<i64>>,
        reply: &UsageReply,
    ) -> Vec<Settled> {
        let again = self.has_settled(batch);
        let mut starts: HashMap<(SubscriptionId, QuotaPeriod), Vec<i64>> = HashMap::new();
        for used in &reply.quotas {
            let starts = starts.entry((used.subscription, used.period)).or_default();
            starts.push(used.window_start.0);
        }
        let settled = reply.quotas.iter().map(|used| {
            // A batch over the turn of a period is answered with both periods: a call belongs to the one it falls in.
            let starts = starts.get(&(used.subscription, used.period));
            let starts = starts.into_iter().flatten().copied();
            let next = starts
                .filter(|start_ms| *start_ms > used.window_start.0)
                .min()
                .unwrap_or(i64::MAX);
            let calls = shipped.get(&used.subscription).map_or(0, |calls| {
                let window = used.window_start.0..next;
                calls.iter().filter(|at_ms| window.contains(at_ms)).count()
            });
            let start_ms = used.window_start.0;
            let known = self.accounts.get(used.subscription, used.period, start_ms);
            let before = known.map_or(0, |known| known.own);
            Settled {
                subscription: used.subscription,
                period: used.period,
                start_ms,
                total: used.used,
                own: before + if again { 0 } else { calls as u64 },
                leased: used.leased,
            }
        });
        settled.collect()
    }

    pub(super) fn learn(&mut self, entry: &Entry) {
        match entry {
            Entry::Settled {
                boot,
                sequence,
                quotas,
            } => {
                for settled in quotas {
                    let window = (settled.period, settled.start_ms);
                    self.accounts.change(settled.subscription, window, |known| {
                        known.total = settled.total;
                        known.own = settled.own;
                        known.leased = settled.leased;
                    });
                }
                if *sequence > 0 {
                    self.settled.insert(*boot, *sequence);
                }
                self.spooled
                    .retain(|name, _| name.boot != *boot || name.sequence > *sequence);
            }
            Entry::Granted(granted) => {
                for granted in granted {
                    let window = (granted.period, granted.start_ms);
                    self.accounts.change(granted.subscription, window, |known| {
                        known.granted = granted.granted;
                    });
                }
            }
        }
    }

    /// Tells the cells what is others'.
    pub(super) fn spread(&mut self, settled: &[Settled], set: &TableSet) {
        self.follow(&set.counters);
        for settled in settled {
            let (subscription, period) = (settled.subscription, settled.period);
            let known = self.accounts.get(subscription, period, settled.start_ms);
            if let Some((id, _)) = set.counted(subscription)
                && let Some(known) = known
            {
                let window = (period, settled.start_ms);
                self.bound(&set.counters, id, window, |cell, _| {
                    cell.set_others(known.others());
                });
            }
        }
    }

    /// Changes what bounds a quota, as long as its cell counts this window.
    pub(super) fn bound(
        &self,
        counters: &Counters,
        id: CounterId,
        (period, start_ms): (QuotaPeriod, i64),
        change: impl FnOnce(QuotaCell<'_>, QuotaState),
    ) {
        if self.turned.start_ms(id, period) != Some(start_ms) {
            return;
        }
        let cell = counters.present(id).and_then(|cells| cells.quota(period));
        // It is turned under the same lock as this is called, so that it counts what was read.
        if let Some((counted, _)) = cell.map(QuotaCell::read) {
            counters.bound(id, period, counted, change);
        }
    }

    /// Some of the windows as a file says them, from a row on; none beyond the last.
    pub(super) fn entries(&self, from: usize) -> Vec<Entry> {
        let (mut settled, mut granted) = (Vec::new(), Vec::new());
        for (subscription, period, start_ms, known) in self.accounts.part(from, ENTRY_ROWS) {
            settled.push(Settled {
                subscription,
                period,
                start_ms,
                total: known.total,
                own: known.own,
                leased: known.leased,
            });
            if known.granted > 0 {
                granted.push(Granted {
                    subscription,
                    period,
                    start_ms,
                    granted: known.granted,
                });
            }
        }
        let settled = (!settled.is_empty()).then(|| Entry::Settled {
            boot: Uuid::nil(),
            sequence: 0,
            quotas: settled,
        });
        let granted = (!granted.is_empty()).then_some(Entry::Granted(granted));
        settled.into_iter().chain(granted).collect()
    }

    /// The last batches that are part of the numbers, as a file says them.
    pub(super) fn marks(&self) -> Vec<Entry> {
        let marks = self.settled.iter().map(|(boot, sequence)| Entry::Settled {
            boot: *boot,
            sequence: *sequence,
            quotas: Vec::new(),
        });
        marks.collect()
    }
}

/// When the counted calls of each subscription arrived.
pub(super) fn calls_of(batch: &Batch) -> HashMap<SubscriptionId, Vec<i64>> {
    let mut calls: HashMap<SubscriptionId, Vec<i64>> = HashMap::new();
    for record in batch.records.iter().filter(|record| record.counted) {
        if let Some(subscription) = record.attribution.subscription {
            calls.entry(subscription).or_default().push(record.at.0);
        }
    }
    calls
}
