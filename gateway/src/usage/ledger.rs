//! What the whole group has used of each quota, as the ledger last told, kept over restarts.
//!
//! Use = the ledger's total + our calls it does not know yet. The first is kept here in an append-only file, written before
//! the calls it includes are deleted from the spool; the second is, after a restart, exactly what the spool still holds. So
//! no restart forgets a call.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::protocol::{QuotaUsed, UsageReply};
use gatehouse_snapshot::usage::Batch;

use super::segment::SegmentName;
use crate::frames::{self, Frames};
use crate::policies::counters::Counters;

/// The file is written anew when it is larger than this and than twice what it says.
const LOG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A total of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) period: QuotaPeriod,
    pub(crate) period_start_ms: i64,
    pub(crate) total: u64,
}

/// What is known of a subscription before its first call since the start.
#[derive(Debug, Default)]
pub(crate) struct Seed {
    pub(crate) totals: Vec<Known>,
    /// When its calls arrived that still wait in the spool from before the start.
    pub(crate) spooled_ms: Vec<i64>,
}

/// Totals, and the counters that follow them.
pub(crate) struct QuotaLedger(Mutex<State>);

#[derive(Default)]
struct State {
    path: PathBuf,
    log: Option<File>,
    log_bytes: u64,
    totals: HashMap<SubscriptionId, Vec<Known>>,
    spooled: BTreeMap<SegmentName, HashMap<SubscriptionId, Vec<i64>>>,
    live: HashMap<SubscriptionId, Weak<Counters>>,
}

impl QuotaLedger {
    /// Reads the totals, and the calls that wait in the spool's segments.
    pub(crate) fn open(path: PathBuf, spool: &Path) -> io::Result<Self> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut state = State {
            path,
            ..State::default()
        };
        let mut frames = Frames::of(&bytes);
        for payload in frames.by_ref() {
            for used in postcard::from_bytes::<Vec<QuotaUsed>>(payload).unwrap_or_default() {
                state.learn(&used);
            }
        }
        let good = frames.good_bytes() as u64;
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&state.path)?;
        // A torn last frame would hide what is appended after it.
        log.set_len(good)?;
        state.log = Some(log);
        state.log_bytes = good;
        for (name, _) in SegmentName::list(spool)? {
            state.spooled.insert(name, calls_of(&name.read(spool)?));
        }
        Ok(Self(Mutex::new(state)))
    }

    /// Makes a subscription's counters with what is known of it, and has them follow the ledger from now on. Both happen
    /// under one lock, so that no total is learned in between.
    pub(crate) fn introduce<R>(
        &self,
        subscription: SubscriptionId,
        counters: &Arc<Counters>,
        make: impl FnOnce(&Seed) -> R,
    ) -> R {
        let mut state = self.lock();
        let spooled = state
            .spooled
            .values()
            .filter_map(|calls| calls.get(&subscription))
            .flatten()
            .copied();
        let seed = Seed {
            spooled_ms: spooled.collect(),
            totals: state.totals.get(&subscription).cloned().unwrap_or_default(),
        };
        let made = make(&seed);
        state.live.insert(subscription, Arc::downgrade(counters));
        made
    }

    /// Takes in the reply to a batch: totals are kept on disk first, then counted with.
    pub(crate) fn settle(&self, batch: &Batch, reply: &UsageReply) -> io::Result<()> {
        let shipped = calls_of(batch);
        let mut state = self.lock();
        state.keep(&reply.quotas)?;
        state
            .spooled
            .retain(|name, _| name.boot != reply.boot || name.sequence > reply.sequence);
        for used in &reply.quotas {
            state.learn(used);
            let Some(counters) = state.live.get(&used.subscription).and_then(Weak::upgrade) else {
                state.live.remove(&used.subscription);
                continue;
            };
            // A batch over the turn of a period is answered with both periods: a call belongs to the one it falls in.
            let next = reply
                .quotas
                .iter()
                .filter(|other| {
                    other.subscription == used.subscription
                        && other.period == used.period
                        && other.window_start > used.window_start
                })
                .map(|other| other.window_start.0)
                .min()
                .unwrap_or(i64::MAX);
            let calls = shipped.get(&used.subscription).map_or(0, |calls| {
                calls
                    .iter()
                    .filter(|at_ms| (used.window_start.0..next).contains(*at_ms))
                    .count()
            });
            counters.settle(used.period, used.window_start.0, used.used, calls as u64);
        }
        // Only now, so that what was just told stands in the new file, too. What fails here loses nothing.
        if let Err(error) = state.shorten() {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the log of quotas could not be written anew"
            );
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn learn(&mut self, used: &QuotaUsed) {
        let known = Known {
            period: used.period,
            period_start_ms: used.window_start.0,
            total: used.used,
        };
        let totals = self.totals.entry(used.subscription).or_default();
        match totals.iter_mut().find(|old| old.period == known.period) {
            Some(old) if old.period_start_ms > known.period_start_ms => {}
            Some(old) => *old = known,
            None => totals.push(known),
        }
    }

    fn keep(&mut self, quotas: &[QuotaUsed]) -> io::Result<()> {
        if quotas.is_empty() {
            return Ok(());
        }
        let mut frame = Vec::new();
        frames::push(&mut frame, &postcard::to_stdvec(quotas).unwrap_or_default());
        let log = match &mut self.log {
            Some(log) => log,
            None => self
                .log
                .insert(OpenOptions::new().append(true).open(&self.path)?),
        };
        // A torn frame of a write that failed would hide what is appended after it, so it is cut off before anything else.
        if log.metadata()?.len() != self.log_bytes {
            log.set_len(self.log_bytes)?;
        }
        if let Err(error) = log.write_all(&frame) {
            // Where this fails, the next write tries it again.
            let _ = log.set_len(self.log_bytes);
            return Err(error);
        }
        self.log_bytes += frame.len() as u64;
        Ok(())
    }

    /// Writes the file anew when it is much longer than what it says.
    fn shorten(&mut self) -> io::Result<()> {
        if self.log_bytes <= LOG_BYTES_MAX.max(2 * self.totals.len() as u64 * 64) {
            return Ok(());
        }
        let all: Vec<QuotaUsed> = self
            .totals
            .iter()
            .flat_map(|(subscription, totals)| {
                totals.iter().map(|known| QuotaUsed {
                    subscription: *subscription,
                    period: known.period,
                    window_start: gatehouse_snapshot::object::Moment(known.period_start_ms),
                    used: known.total,
                })
            })
            .collect();
        let mut bytes = Vec::new();
        for part in all.chunks(10_000) {
            frames::push(&mut bytes, &postcard::to_stdvec(part).unwrap_or_default());
        }
        crate::files::replace(&self.path, &bytes)?;
        // The old file is gone: nothing may be appended to it, whether or not the new one opens.
        self.log = None;
        self.log_bytes = bytes.len() as u64;
        self.log = Some(OpenOptions::new().append(true).open(&self.path)?);
        Ok(())
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
mod tests {
    use super::*;
    use gatehouse_snapshot::object::Moment;
    use uuid::Uuid;

    fn reply(subscriptions: std::ops::Range<u128>, used: u64) -> UsageReply {
        let quotas = subscriptions.map(|number| QuotaUsed {
            subscription: SubscriptionId::from_uuid(Uuid::from_u128(number)),
            period: QuotaPeriod::Month,
            window_start: Moment(1_795_176_000_000),
            used,
        });
        UsageReply {
            boot: Uuid::nil(),
            sequence: 1,
            quotas: quotas.collect(),
        }
    }

    fn total(ledger: &QuotaLedger, number: u128) -> Option<u64> {
        let subscription = SubscriptionId::from_uuid(Uuid::from_u128(number));
        let counters = Arc::new(Counters::new(subscription));
        ledger.introduce(subscription, &counters, |seed| {
            seed.totals.first().map(|known| known.total)
        })
    }

    #[test]
    fn what_is_told_as_the_log_is_written_anew_is_known_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let open = || QuotaLedger::open(folder.path().join("quotas.log"), folder.path()).unwrap();
        let ledger = open();
        let batch = Batch::new(Uuid::nil(), 1, 0, Vec::new());
        let mut before = 0;
        for used in 1.. {
            ledger.settle(&batch, &reply(0..20_000, used)).unwrap();
            let bytes = fs::metadata(folder.path().join("quotas.log"))
                .unwrap()
                .len();
            if bytes < before {
                assert_eq!(total(&open(), 7), Some(used));
                break;
            }
            before = bytes;
        }
        ledger.settle(&batch, &reply(7..8, 4_000)).unwrap();
        assert_eq!(total(&open(), 7), Some(4_000), "appended to the new file");
    }

    #[test]
    fn a_torn_write_does_not_hide_what_is_told_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quotas.log");
        let ledger = QuotaLedger::open(path.clone(), folder.path()).unwrap();
        let batch = Batch::new(Uuid::nil(), 1, 0, Vec::new());
        ledger.settle(&batch, &reply(7..8, 1)).unwrap();
        let mut torn = OpenOptions::new().append(true).open(&path).unwrap();
        torn.write_all(&[40, 0, 0, 0, 1, 2]).unwrap();
        ledger.settle(&batch, &reply(7..8, 2)).unwrap();
        let again = QuotaLedger::open(path, folder.path()).unwrap();
        assert_eq!(total(&again, 7), Some(2));
    }
}
