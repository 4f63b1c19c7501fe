//! What of each quota is used, by this gateway and by others, as the ledger last told; kept over restarts.
//!
//! Own use = what the ledger has of us + our calls it does not know yet. The first is kept here in an append-only file,
//! written before the calls it includes are deleted from the spool; the second is, after a restart, exactly what the spool
//! still holds. So no restart forgets a call. What others use is the ledger's total without ours, and the leases they hold.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::calendar::Window;
use gatehouse_snapshot::protocol::{QuotaGrant, UsageReply};
use gatehouse_snapshot::usage::Batch;
use uuid::Uuid;

use super::quota_log::{Entry, Granted, QuotaLog, Settled};
use super::segment::SegmentName;
use crate::live_config::Basis;
use crate::policies::counters::{ALONE, CounterId, Counters, HELD_PERIOD, QuotaState};
use crate::policies::plan_limits::PlanQuota;

/// A call is judged this soon after it arrived, milliseconds. A clock that is further back was set.
const ON_ITS_WAY_MS: i64 = 5_000;
/// Windows kept of one period: the current, and the one before for calls that settle late or a clock that is set back.
const WINDOWS_MAX: usize = 2;

/// What is known of one quota's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Known {
    start_ms: i64,
    /// The number of the period, once a call fell in it.
    number: u32,
    /// The ledger's total of all gateways.
    total: u64,
    /// How many of them are ours.
    own: u64,
    /// What live others hold leases for.
    leased: u64,
    /// The number our own calls may reach by our leases.
    granted: u64,
    /// Our calls when the cell left the period, for when a clock is set back.
    left: Option<u64>,
}

impl Known {
    /// What is others': used or leased.
    fn others(&self) -> u64 {
        let used = self.total.saturating_sub(self.own);
        used.saturating_add(self.leased)
    }
}

/// A call that the request path cannot count without help.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotaCall {
    pub(crate) subscription: SubscriptionId,
    pub(crate) id: CounterId,
    pub(crate) quota: QuotaPeriod,
    pub(crate) window: Window,
    pub(crate) amount: u64,
    pub(crate) now_ms: i64,
}

/// The numbers, and the file that keeps them. Callers wait for the first only when a period begins or a part is used up,
/// and never for the disk.
pub(crate) struct QuotaLedger {
    path: PathBuf,
    state: Mutex<State>,
    log: Mutex<QuotaLog>,
}

#[derive(Default)]
struct State {
    accounts: HashMap<SubscriptionId, Account>,
    /// Our calls from before the start that wait in the spool: when they arrived.
    spooled: BTreeMap<SegmentName, HashMap<SubscriptionId, Vec<i64>>>,
    /// The last batch of each boot that is part of the numbers.
    settled: HashMap<Uuid, u64>,
    counters: Option<Arc<Counters>>,
}

#[derive(Default)]
struct Account {
    id: Option<CounterId>,
    day: Vec<Known>,
    month: Vec<Known>,
}

impl Account {
    fn windows(&mut self, quota: QuotaPeriod) -> &mut Vec<Known> {
        match quota {
            QuotaPeriod::Day => &mut self.day,
            QuotaPeriod::Month => &mut self.month,
        }
    }

    /// The numbers of a window, begun if need be; the oldest of too many is dropped.
    fn window(&mut self, quota: QuotaPeriod, start_ms: i64) -> &mut Known {
        let windows = self.windows(quota);
        let at = match windows.iter().position(|known| known.start_ms == start_ms) {
            Some(at) => at,
            None => {
                if windows.len() >= WINDOWS_MAX {
                    windows.remove(0);
                }
                let at = windows.partition_point(|known| known.start_ms < start_ms);
                let begun = Known {
                    start_ms,
                    ..Known::default()
                };
                // A million subscriptions have one window each: no room is set aside for more.
                windows.reserve_exact(1);
                windows.insert(at, begun);
                at
            }
        };
        &mut windows[at]
    }
}

fn read(path: PathBuf, spool: &Path) -> io::Result<(State, QuotaLog)> {
    let mut state = State::default();
    let log = QuotaLog::open(path, |entry| state.learn(&entry))?;
    for (name, _) in SegmentName::list(spool)? {
        // A batch that is part of the numbers, but was not deleted before the end, counts once.
        if state.has_settled(name) {
            continue;
        }
        match name.read(spool) {
            Ok(batch) => {
                state.spooled.insert(name, calls_of(&batch));
            }
            // Shipped and deleted meanwhile, by a process that is about to hand over.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok((state, log))
}

impl QuotaLedger {
    /// Reads the numbers, and the calls that wait in the spool's segments.
    pub(crate) fn open(path: PathBuf, spool: &Path) -> io::Result<Self> {
        let (state, log) = read(path.clone(), spool)?;
        Ok(Self {
            path,
            state: Mutex::new(state),
            log: Mutex::new(log),
        })
    }

    /// Reads both again: another process has written them since, and writes no more. Before any call is counted.
    pub(crate) fn reopen(&self, spool: &Path) -> io::Result<()> {
        let (state, log) = read(self.path.clone(), spool)?;
        *self.lock() = state;
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = log;
        Ok(())
    }

    /// Turns a cell to the period of a call and says in which period the call counts: its own, or the one that began while
    /// it was on its way.
    ///
    /// The second is whether others should be asked about it: it is shared, or nothing was known of it.
    pub(crate) fn turn(
        &self,
        counters: &Arc<Counters>,
        call: &QuotaCall,
        basis: Basis,
    ) -> (u32, bool) {
        let mut state = self.lock();
        state.follow(counters);
        let cell = counters.present(call.id);
        let counted = cell.and_then(|cells| Some(cells.quota(call.quota)?.read().0));
        if let Some(counted) = counted
            && counted > call.window.number
            && counted != HELD_PERIOD
            && call.now_ms + ON_ITS_WAY_MS > call.window.end_ms
        {
            return (counted, false);
        }
        let spooled = state.spooled_in(call.subscription, call.window);
        let account = state.accounts.entry(call.subscription).or_default();
        account.id = (!counters.is_free(call.id)).then_some(call.id);
        let known = account.window(call.quota, call.window.start_ms);
        known.number = call.window.number;
        let own = known.left.unwrap_or(known.own + spooled);
        let is_news = basis.nodes > 1 || known.total == 0 && known.left.is_none();
        let others = known.others();
        let ceiling = if basis.nodes <= 1 {
            ALONE
        } else {
            known
                .granted
                .max(own + first_part(call.amount, own + others, basis))
        };
        let seed = QuotaState {
            own,
            ceiling,
            others,
        };
        counters.turn(call.id, call.quota, call.window.number, |left, calls| {
            let windows = account.windows(call.quota);
            if let Some(known) = windows.iter_mut().find(|known| known.number == left) {
                known.left = Some(calls);
            }
            seed
        });
        (call.window.number, is_news)
    }

    /// Lets go of counters that were given up.
    pub(crate) fn forget(&self, gone: &HashSet<CounterId>) {
        let mut state = self.lock();
        for account in state.accounts.values_mut() {
            account.id = account.id.filter(|id| !gone.contains(id));
        }
    }

    /// What the ledger has of a window: this node's calls, and all.
    pub(crate) fn settled_of(
        &self,
        subscription: SubscriptionId,
        quota: QuotaPeriod,
        start_ms: i64,
    ) -> (u64, u64) {
        let mut state = self.lock();
        let account = state.accounts.get_mut(&subscription);
        let windows = account.map(|account| account.windows(quota));
        let known =
            windows.and_then(|windows| windows.iter().find(|known| known.start_ms == start_ms));
        known.map_or((0, 0), |known| (known.own, known.total))
    }

    /// When the period of a number begins, if a call of the subscription fell in it.
    pub(crate) fn start_of(
        &self,
        subscription: SubscriptionId,
        quota: QuotaPeriod,
        number: u32,
    ) -> Option<i64> {
        let mut state = self.lock();
        let windows = state.accounts.get_mut(&subscription)?.windows(quota);
        let known = windows.iter().find(|known| known.number == number)?;
        Some(known.start_ms)
    }

    /// A node that was alone has learnt that it is not: from now on it keeps to a part of what is left.
    pub(crate) fn take_part(
        &self,
        counters: &Arc<Counters>,
        call: &QuotaCall,
        period: u32,
        nodes: u32,
    ) {
        limit_to_part(counters, (call.id, call.quota, period), call.amount, nodes);
    }

    /// The same beside the request path; says the number that calls may reach.
    pub(crate) fn part_of(
        &self,
        counters: &Counters,
        id: CounterId,
        quota: &PlanQuota,
        period: u32,
        nodes: u32,
    ) -> u64 {
        limit_to_part(counters, (id, quota.period, period), quota.amount, nodes)
    }

    /// Takes in leases: kept on disk first, then counted with.
    pub(crate) fn grant(&self, counters: &Arc<Counters>, grants: &[QuotaGrant]) -> io::Result<()> {
        if grants.is_empty() {
            return Ok(());
        }
        let granted = grants.iter().map(|grant| Granted {
            subscription: grant.subscription,
            period: grant.period,
            start_ms: grant.window_start.0,
            // Who is alone holds no lease: what it may reach is not told by a number.
            granted: if grant.ceiling == u64::MAX {
                0
            } else {
                grant.ceiling
            },
        });
        let entry = Entry::Granted(granted.collect());
        self.log().keep(&entry)?;
        let mut state = self.lock();
        state.follow(counters);
        state.learn(&entry);
        for grant in grants {
            let Some(account) = state.accounts.get_mut(&grant.subscription) else {
                continue;
            };
            let Some(id) = account.id else { continue };
            let known = account.window(grant.period, grant.window_start.0);
            known.leased = grant
                .others
                .saturating_sub(known.total.saturating_sub(known.own));
            counters.bound(id, grant.period, known.number, |cell, _| {
                cell.set_others(grant.others);
                cell.set_ceiling(grant.ceiling, false);
            });
        }
        Ok(())
    }

    /// Lets a node whose part is used up go on where it may: without bounds when it is alone again, and once an outage within
    /// its equal share of what was left when it last heard. Says whether it may.
    pub(crate) fn grow(
        &self,
        counters: &Arc<Counters>,
        call: &QuotaCall,
        period: u32,
        nodes: u32,
    ) -> bool {
        let mut grown = false;
        counters.bound(call.id, call.quota, period, |cell, state| {
            if nodes <= 1 {
                cell.set_ceiling(ALONE, false);
                grown = true;
            } else if !cell.is_shared_out() {
                let unclaimed = call
                    .amount
                    .saturating_sub(state.others.saturating_add(state.ceiling));
                let share = unclaimed / u64::from(nodes);
                cell.set_ceiling(state.ceiling + share, true);
                grown = share > 0;
            }
        });
        grown
    }

    /// Takes in the reply to a batch: the numbers are kept on disk first, then counted with.
    pub(crate) fn settle(&self, batch: &Batch, reply: &UsageReply) -> io::Result<()> {
        let shipped = calls_of(batch);
        let name = SegmentName {
            boot: batch.boot,
            sequence: batch.sequence,
        };
        let settled = Entry::Settled {
            boot: reply.boot,
            sequence: reply.sequence,
            quotas: self.lock().settled_by(name, &shipped, reply),
        };
        self.log().keep(&settled)?;
        let mut state = self.lock();
        state.learn(&settled);
        state.spread(&settled);
        drop(state);
        self.shorten();
        Ok(())
    }

    /// Writes the file anew when it is much longer than what it says. What fails here loses nothing.
    fn shorten(&self) {
        let mut log = self.log();
        if !log.is_long() {
            return;
        }
        let entries = self.lock().entries();
        if let Err(error) = log.replace(&entries) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the log of quotas could not be written anew"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, QuotaLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Limits a cell to a part of what is left, if it was that of a node that is alone; says the number that calls may reach.
fn limit_to_part(
    counters: &Counters,
    (id, quota, period): (CounterId, QuotaPeriod, u32),
    amount: u64,
    nodes: u32,
) -> u64 {
    let mut ceiling = 0;
    counters.bound(id, quota, period, |cell, state| {
        ceiling = state.ceiling;
        if state.ceiling == ALONE {
            let basis = Basis { nodes, away: false };
            ceiling = state.own + first_part(amount, state.own + state.others, basis);
            cell.set_ceiling(ceiling, false);
        }
    });
    ceiling
}

/// What a node that is not alone may let through before it has a lease: as much as the first lease would be at most, and its
/// whole equal share when there is nobody to ask.
fn first_part(amount: u64, used: u64, basis: Basis) -> u64 {
    let left = amount.saturating_sub(used);
    let parts = u64::from(basis.nodes) * if basis.away { 1 } else { 2 };
    (left / parts.max(1)).max(u64::from(left > 0))
}

impl State {
    /// Counters of another configuration have other places.
    fn follow(&mut self, counters: &Arc<Counters>) {
        let same = self
            .counters
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, counters));
        if !same {
            self.counters = Some(Arc::clone(counters));
            self.accounts
                .values_mut()
                .for_each(|account| account.id = None);
        }
    }

    fn has_settled(&self, name: SegmentName) -> bool {
        self.settled
            .get(&name.boot)
            .is_some_and(|sequence| name.sequence <= *sequence)
    }

    fn spooled_in(&self, subscription: SubscriptionId, window: Window) -> u64 {
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
    fn settled_by(
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
            let before = self.accounts.get(&used.subscription).map_or(0, |account| {
                let windows = match used.period {
                    QuotaPeriod::Day => &account.day,
                    QuotaPeriod::Month => &account.month,
                };
                let known = windows
                    .iter()
                    .find(|known| known.start_ms == used.window_start.0);
                known.map_or(0, |known| known.own)
            });
            Settled {
                subscription: used.subscription,
                period: used.period,
                start_ms: used.window_start.0,
                total: used.used,
                own: before + if again { 0 } else { calls as u64 },
                leased: used.leased,
            }
        });
        settled.collect()
    }

    fn learn(&mut self, entry: &Entry) {
        match entry {
            Entry::Settled {
                boot,
                sequence,
                quotas,
            } => {
                for settled in quotas {
                    let account = self.accounts.entry(settled.subscription).or_default();
                    let known = account.window(settled.period, settled.start_ms);
                    known.total = settled.total;
                    known.own = settled.own;
                    known.leased = settled.leased;
                }
                if *sequence > 0 {
                    self.settled.insert(*boot, *sequence);
                }
                self.spooled
                    .retain(|name, _| name.boot != *boot || name.sequence > *sequence);
            }
            Entry::Granted(granted) => {
                for granted in granted {
                    let account = self.accounts.entry(granted.subscription).or_default();
                    let known = account.window(granted.period, granted.start_ms);
                    known.granted = granted.granted;
                }
            }
        }
    }

    /// Tells the cells what is others'.
    fn spread(&mut self, entry: &Entry) {
        let (Some(counters), Entry::Settled { quotas, .. }) = (&self.counters, entry) else {
            return;
        };
        for settled in quotas {
            let Some(account) = self.accounts.get_mut(&settled.subscription) else {
                continue;
            };
            let Some(id) = account.id else { continue };
            let known = *account.window(settled.period, settled.start_ms);
            if counters.is_free(id) {
                account.id = None;
            } else {
                counters.bound(id, settled.period, known.number, |cell, _| {
                    cell.set_others(known.others());
                });
            }
        }
    }

    /// All that is known, as a file says it. Accounts of which nothing is known any more are dropped.
    fn entries(&mut self) -> Vec<Entry> {
        let mut settled = Vec::new();
        let mut granted = Vec::new();
        for (subscription, account) in &self.accounts {
            let both = [
                (QuotaPeriod::Day, &account.day),
                (QuotaPeriod::Month, &account.month),
            ];
            for (period, known) in both
                .into_iter()
                .flat_map(|(period, windows)| windows.iter().map(move |known| (period, known)))
            {
                settled.push(Settled {
                    subscription: *subscription,
                    period,
                    start_ms: known.start_ms,
                    total: known.total,
                    own: known.own,
                    leased: known.leased,
                });
                if known.granted > 0 {
                    granted.push(Granted {
                        subscription: *subscription,
                        period,
                        start_ms: known.start_ms,
                        granted: known.granted,
                    });
                }
            }
        }
        let settled = settled.chunks(10_000).map(|part| Entry::Settled {
            boot: Uuid::nil(),
            sequence: 0,
            quotas: part.to_vec(),
        });
        let granted = granted
            .chunks(10_000)
            .map(|part| Entry::Granted(part.to_vec()));
        let marks = self.settled.iter().map(|(boot, sequence)| Entry::Settled {
            boot: *boot,
            sequence: *sequence,
            quotas: Vec::new(),
        });
        settled.chain(granted).chain(marks).collect()
    }
}

/// When the counted calls of each subscription arrived.
fn calls_of(batch: &Batch) -> HashMap<SubscriptionId, Vec<i64>> {
    let mut calls: HashMap<SubscriptionId, Vec<i64>> = HashMap::new();
    for record in batch.records.iter().filter(|record| record.counted) {
        if let Some(subscription) = record.attribution.subscription {
            calls.entry(subscription).or_default().push(record.at.0);
        }
    }
    calls
}

impl std::fmt::Debug for QuotaLedger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("QuotaLedger")
    }
}

#[cfg(test)]
mod tests;
