//! The spool: calls on disk until the ledger has them.
//!
//! Workers record calls in slots ([`super::slots`]); [`Spool::drain`] copies what is done into segments, in order of completion and
//! many records per write(2), and frees the slots under the same lock under which a segment may be closed: whatever moment this
//! process ends at, a call is in a slot, in a segment or in both, and the next start compares request ids before it ships
//! anything. So kill -9 loses no call that is done, and doubles none.
//!
//! A power cut loses what the disk did not have yet: [`Spool::sync`] runs every [`SYNC_EVERY`] and before a segment is handed
//! over, so at most that time and [`DRAIN_EVERY`] of calls.

mod writing;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gatehouse_domain::OperationKey;
use uuid::Uuid;

use super::dictionary::Dictionary;
use super::left_over::LeftOver;
use super::segment::SegmentName;
use super::slots::Slots;
use crate::reason::Reason;
use writing::{Gathered, Segment, Tally};

/// How often slots are emptied. At 100,000 calls a second and worker 2,000 slots fill up in between, a quarter of them.
pub(crate) const DRAIN_EVERY: Duration = Duration::from_millis(20);
/// How often what was written is flushed to the disk.
pub(crate) const SYNC_EVERY: Duration = Duration::from_millis(250);
/// Calls on their way from the workers' slots to the ledger.
pub(crate) struct Spool {
    folder: PathBuf,
    boot: Uuid,
    bytes_max: u64,
    bytes: AtomicU64,
    dropped: AtomicU64,
    dropped_unattributed: AtomicU64,
    /// Dropped since the last record that could be written; told by the next.
    untold: AtomicU64,
    written: AtomicU64,
    syncs: AtomicU64,
    sync_fails: AtomicBool,
    dictionary: Dictionary,
    workers: Mutex<Vec<Arc<Slots>>>,
    open: Mutex<Open>,
}

struct Open {
    segment: Option<Segment>,
    next_sequence: u64,
    sealed: Vec<SegmentName>,
    /// Written to since they were last flushed.
    unsynced: Vec<Arc<File>>,
    /// A file was made since the folder was last flushed.
    folder_changed: bool,
    /// Boots whose left-overs have been taken in.
    adopted: HashSet<Uuid>,
    operations: Vec<OperationKey>,
    gathered: Gathered,
    tally: Tally,
}

impl Spool {
    /// Opens the folder for a new boot. Segments of earlier boots stay as they are and are shipped first; calls that a sudden end
    /// left in slots come into the first segment of this one.
    #[cfg(test)]
    pub(crate) fn open(folder: PathBuf, boot: Uuid, bytes_max: u64) -> io::Result<Self> {
        let spool = Self::begin(folder, boot, bytes_max)?;
        spool.adopt()?;
        Ok(spool)
    }

    /// Begins a boot in the folder. What others left is taken in by [`Self::adopt`], once nobody else ships it.
    pub(crate) fn begin(folder: PathBuf, boot: Uuid, bytes_max: u64) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self {
            dictionary: Dictionary::create(&folder, boot)?,
            folder,
            boot,
            bytes_max,
            bytes: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            dropped_unattributed: AtomicU64::new(0),
            untold: AtomicU64::new(0),
            written: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            sync_fails: AtomicBool::new(false),
            workers: Mutex::default(),
            open: Mutex::new(Open {
                segment: None,
                next_sequence: 1,
                sealed: Vec::new(),
                unsynced: Vec::new(),
                folder_changed: false,
                adopted: HashSet::new(),
                tally: Tally::default(),
                operations: Vec::new(),
                gathered: Gathered::default(),
            }),
        })
    }

    /// Takes in what boots left that have ended since this was last asked. Under the lock from the first record to the removal of
    /// the last file, so that nothing of it is shipped in between. What has no room stays where it is until this is asked again.
    pub(crate) fn adopt(&self) -> io::Result<()> {
        let mut open = self.lock();
        let found = LeftOver::find(&self.folder, self.boot)?;
        let fresh: Vec<_> = found
            .segments
            .iter()
            .filter(|(name, _)| !open.adopted.contains(&name.boot))
            .collect();
        if fresh.is_empty() && found.files.is_empty() {
            return Ok(());
        }
        for (name, bytes) in fresh {
            open.sealed.push(*name);
            self.bytes.fetch_add(*bytes, Ordering::Relaxed);
        }
        open.sealed.sort();
        open.adopted
            .extend(found.segments.iter().map(|(name, _)| name.boot));
        if let Err(error) = self.take_in(&mut open, found.calls()) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the disk does not take calls that an earlier run left: they wait in its files"
            );
            return Ok(());
        }
        // Removed only now. Cut here, the next start finds the calls in the spool.
        for path in found.files {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// Makes the slots of a worker.
    pub(crate) fn worker(&self, number: usize) -> io::Result<Arc<Slots>> {
        let slots = Arc::new(Slots::create(&self.folder, self.boot, number)?);
        self.workers().push(Arc::clone(&slots));
        Ok(slots)
    }

    /// The numbers of operations.
    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Calls written into segments since this process began.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Calls that could not be kept since this process began.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Those of them that belong to no application: nobody pays for these.
    pub(crate) fn dropped_unattributed(&self) -> u64 {
        self.dropped_unattributed.load(Ordering::Relaxed)
    }

    /// Flushes to the disk so far.
    pub(crate) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// Whether the disk refused the last flush: what was written since may not survive a power cut.
    pub(crate) fn sync_fails(&self) -> bool {
        self.sync_fails.load(Ordering::Relaxed)
    }

    /// Slots of all workers, those that are taken, and whether all survive a sudden end of this process.
    pub(crate) fn slots(&self) -> (usize, usize, bool) {
        let workers = self.workers();
        (
            workers.iter().map(|slots| slots.count()).sum(),
            workers.iter().map(|slots| slots.taken()).sum(),
            workers.iter().all(|slots| slots.on_disk()),
        )
    }

    /// Counts calls that could not be kept.
    pub(crate) fn drop_calls(&self, calls: u64, unattributed: u64) {
        self.dropped.fetch_add(calls, Ordering::Relaxed);
        self.untold.fetch_add(calls, Ordering::Relaxed);
        self.dropped_unattributed
            .fetch_add(unattributed, Ordering::Relaxed);
    }

    /// Writes one call.
    #[cfg(test)]
    pub(crate) fn append(&self, call: &gatehouse_snapshot::usage::CallRecord) {
        self.write(&mut self.lock(), &call.borrowed());
    }

    /// Copies the calls that have ended from the slots into the open segment.
    pub(crate) fn drain(&self) {
        self.drain_under(&mut self.lock());
    }

    fn drain_under(&self, open: &mut Open) {
        let workers = self.workers().clone();
        let mut done = Vec::new();
        let mut numbers: Vec<Vec<u32>> = Vec::with_capacity(workers.len());
        for (worker, slots) in workers.iter().enumerate() {
            let mut of_worker = Vec::new();
            slots.collect(&mut of_worker);
            let order = of_worker
                .iter()
                .map(|number| (slots.ended_ns(*number), worker, *number));
            done.extend(order);
            numbers.push(of_worker);
        }
        if done.is_empty() {
            return;
        }
        done.sort_unstable();
        let mut operations = std::mem::take(&mut open.operations);
        self.dictionary.learn(&mut operations);
        for (_, worker, number) in done {
            // A slot that does not fit its own seal was changed by somebody else; its call is lost, and said to be.
            let Some(recorded) = workers[worker].read(number) else {
                self.drop_calls(1, 0);
                continue;
            };
            let operation = (recorded.operation() as usize)
                .checked_sub(1)
                .and_then(|at| operations.get(at))
                .map(OperationKey::as_str);
            let reason = Reason::text_at(recorded.reason());
            self.gather_or_drop(open, &recorded.call(operation, reason));
        }
        self.flush_or_drop(open);
        open.operations = operations;
        for (slots, numbers) in workers.iter().zip(numbers) {
            slots.clear(&numbers);
        }
    }

    /// Has the disk keep what was written: one fdatasync(2) per segment written to since the last time, and one of the folder where
    /// a segment is new. Not on the request path, and not under the lock that the drain takes.
    ///
    /// A disk that fails is said aloud, and the open segment is closed, because a page that failed is not tried again by the kernel;
    /// calls go on into a new one, and what was written is shipped: the ledger is the safest place for it.
    pub(crate) fn sync(&self) {
        let (files, folder_changed) = {
            let mut open = self.lock();
            if let Some(segment) = &mut open.segment {
                segment.unsynced = false;
            }
            let folder_changed = std::mem::take(&mut open.folder_changed);
            (std::mem::take(&mut open.unsynced), folder_changed)
        };
        if files.is_empty() && !folder_changed {
            return;
        }
        let folder = folder_changed.then(|| File::open(&self.folder).and_then(|it| it.sync_all()));
        let files = files.iter().map(|file| file.sync_data());
        let synced = first_failure(files.chain(folder));
        self.syncs.fetch_add(1, Ordering::Relaxed);
        let failed_before = self.sync_fails.swap(synced.is_err(), Ordering::Relaxed);
        match synced {
            Ok(()) if failed_before => tracing::info!("the disk keeps calls again"),
            Ok(()) => {}
            Err(error) => {
                self.seal(&mut self.lock());
                if !failed_before {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the disk does not keep calls: a power cut would lose what is not handed over yet"
                    );
                }
            }
        }
    }

    fn seal(&self, open: &mut Open) {
        if let Some(segment) = open.segment.take() {
            open.sealed.push(segment.name);
        }
    }

    /// Brings everything that has ended to the disk and lets go of the folder: from now on it is another boot's to ship.
    pub(crate) fn close(&self) {
        self.closed(true);
        self.sync();
        self.dictionary.unlock();
    }

    /// The closed segments, oldest first. With `close` everything that has ended is drained and the open segment is closed too,
    /// if it holds anything.
    pub(crate) fn closed(&self, close: bool) -> Vec<SegmentName> {
        let mut open = self.lock();
        if close {
            self.drain_under(&mut open);
            self.seal(&mut open);
        }
        open.sealed.clone()
    }

    /// Deletes the segments of a boot up to a sequence number: the ledger has them.
    pub(crate) fn delete_through(&self, boot: Uuid, sequence: u64) {
        let mut open = self.lock();
        let (gone, kept): (Vec<_>, Vec<_>) = open
            .sealed
            .iter()
            .copied()
            .partition(|name| name.boot == boot && name.sequence <= sequence);
        open.sealed = kept;
        drop(open);
        for name in gone {
            self.delete(name);
        }
    }

    fn delete(&self, name: SegmentName) {
        let path = name.path(&self.folder);
        let bytes = fs::metadata(&path).map_or(0, |found| found.len());
        match fs::remove_file(&path) {
            Ok(()) => {
                self.bytes
                    .fetch_sub(bytes.min(self.bytes()), Ordering::Relaxed);
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot delete a segment"
                );
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn workers(&self) -> MutexGuard<'_, Vec<Arc<Slots>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out all of them, so that one that fails keeps none from the disk, and says the first failure.
fn first_failure(all: impl Iterator<Item = io::Result<()>>) -> io::Result<()> {
    all.fold(Ok(()), Result::and)
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Spool")
    }
}

#[cfg(test)]
mod faults;
#[cfg(test)]
pub(crate) mod tests;
