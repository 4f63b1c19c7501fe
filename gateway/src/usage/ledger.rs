//! What of each quota is used, by this gateway and by others, as the ledger last told; kept over restarts.
//!
//! Own use = what the ledger has of us + our calls it does not know yet. The first is kept here in an append-only file,
//! written before the calls it includes are deleted from the spool; the second is, after a restart, exactly what the spool
//! still holds. So no restart forgets a call. What others use is the ledger's total without ours, and the leases they hold.

mod accounts;
mod state;
mod turned;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::calendar::Window;
use gatehouse_snapshot::protocol::{QuotaGrant, UsageReply};
use gatehouse_snapshot::usage::Batch;

use super::quota_log::{Entry, Granted, QuotaLog};
use super::segment::SegmentName;
use crate::live_config::Basis;
use crate::policies::counters::{ALONE, CounterId, Counters, HELD_PERIOD, QuotaState};
use crate::policies::plan_limits::PlanQuota;
use crate::tables::TableSet;
use accounts::Known;
use state::{ENTRY_ROWS, State, calls_of};

/// A call is judged this soon after it arrived, milliseconds. A clock that is further back was set.
const ON_ITS_WAY_MS: i64 = 5_000;

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

fn read(path: PathBuf, spool: &Path) -> io::Result<(State, QuotaLog)> {
    let mut state = State::default();
    let log = QuotaLog::open(path, |entry| state.learn(&entry))?;
    for (name, _) in SegmentName::list(spool)? {
        // A batch that is part of the numbers, but was not deleted before the end, counts once.
        if state.has_settled(name) {
            continue;
        }
        match name.read(spool) {
            Ok(batch) => state.wait_for(name, &batch),
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
        *self.log() = log;
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
        let (subscription, quota) = (call.subscription, call.quota);
        let known = state
            .accounts
            .get(subscription, quota, call.window.start_ms);
        let known = known.unwrap_or_default();
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
        let mut left = None;
        counters.turn(call.id, quota, call.window.number, |_, calls| {
            left = Some(calls);
            seed
        });
        if let Some(calls) = left {
            let before_ms = state.turned.start_ms(call.id, quota);
            if let Some(before_ms) = before_ms.filter(|_| calls > 0) {
                let change = |known: &mut Known| known.left = Some(calls);
                state
                    .accounts
                    .change(subscription, (quota, before_ms), change);
            }
            state.turned.put(call.id, quota, call.window.start_ms);
        }
        (call.window.number, is_news)
    }

    /// What the ledger has of a window: this node's calls, and all.
    pub(crate) fn settled_of(
        &self,
        subscription: SubscriptionId,
        quota: QuotaPeriod,
        start_ms: i64,
    ) -> (u64, u64) {
        let known = self.lock().accounts.get(subscription, quota, start_ms);
        known.map_or((0, 0), |known| (known.own, known.total))
    }

    /// What the cell of a quota counts: the number of the period, its words, and when the period began.
    pub(crate) fn counted(
        &self,
        counters: &Counters,
        id: CounterId,
        quota: QuotaPeriod,
    ) -> Option<(u32, QuotaState, i64)> {
        // Cells are turned under this lock: the words belong to the period.
        let state = self.lock();
        let (period, words) = counters.present(id)?.quota(quota)?.read();
        let begun = period != 0 && period != HELD_PERIOD;
        let start_ms = state.turned.start_ms(id, quota).filter(|_| begun)?;
        Some((period, words, start_ms))
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
    pub(crate) fn grant(&self, set: &TableSet, grants: &[QuotaGrant]) -> io::Result<()> {
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
        // Held until it is learnt: who writes the file anew must not miss it.
        let mut log = self.log();
        log.keep(&entry)?;
        let mut state = self.lock();
        state.follow(&set.counters);
        state.learn(&entry);
        for grant in grants {
            let window = (grant.period, grant.window_start.0);
            state.accounts.change(grant.subscription, window, |known| {
                let used = known.total.saturating_sub(known.own);
                known.leased = grant.others.saturating_sub(used);
            });
            let Some((id, _)) = set.counted(grant.subscription) else {
                continue;
            };
            state.bound(&set.counters, id, window, |cell, _| {
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
    pub(crate) fn settle(
        &self,
        batch: &Batch,
        reply: &UsageReply,
        set: Option<&TableSet>,
    ) -> io::Result<()> {
        let shipped = calls_of(batch);
        let name = SegmentName {
            boot: batch.boot,
            sequence: batch.sequence,
        };
        let quotas = self.lock().settled_by(name, &shipped, reply);
        let entry = Entry::Settled {
            boot: reply.boot,
            sequence: reply.sequence,
            quotas,
        };
        // Held until it is learnt: who writes the file anew must not miss it.
        let mut log = self.log();
        log.keep(&entry)?;
        let mut state = self.lock();
        state.learn(&entry);
        if let (Entry::Settled { quotas, .. }, Some(set)) = (&entry, set) {
            state.spread(quotas, set);
        }
        drop(state);
        self.shorten(&mut log);
        Ok(())
    }

    /// Writes the file anew when it is much longer than what it says. What fails here loses nothing.
    fn shorten(&self, log: &mut QuotaLog) {
        if !log.is_long() {
            return;
        }
        // Callers get the state in between: what they change is not in the file.
        let parts = (0..)
            .step_by(ENTRY_ROWS)
            .map(|from| self.lock().entries(from));
        let parts = parts.take_while(|entries| !entries.is_empty()).flatten();
        let marks = self.lock().marks();
        if let Err(error) = log.replace(parts.chain(marks)) {
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

impl std::fmt::Debug for QuotaLedger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("QuotaLedger")
    }
}

#[cfg(test)]
mod tests;
