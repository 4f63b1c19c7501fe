//! The spool: calls on disk until the ledger has them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatehouse_snapshot::usage::{BATCH_RECORDS_MAX, CallRecord};
use uuid::Uuid;

use super::marks::{self, Marks};
use super::segment::{self, SegmentName};

/// A segment is closed before it could exceed what a batch may be.
const SEGMENT_BYTES_MAX: u64 = 3 * 1024 * 1024;

/// Takes records on the request path. One `write(2)` into the page cache per call, under a lock: records must lie whole and
/// in order in the file, and the system call copies a few hundred bytes (about 2 µs with the lock, measured by
/// `appending_a_call_costs_microseconds`). What the kernel holds survives the end of this process, however it ends.
pub(crate) struct Spool {
    folder: PathBuf,
    boot: Uuid,
    bytes_max: u64,
    bytes: AtomicU64,
    dropped: AtomicU64,
    dropped_unattributed: AtomicU64,
    marks: Arc<Marks>,
    open: Mutex<Open>,
}

struct Open {
    segment: Option<Segment>,
    next_sequence: u64,
    sealed: Vec<SegmentName>,
    /// Dropped since the last record that could be written; told by the next.
    dropped: u64,
    buffer: Vec<u8>,
}

struct Segment {
    name: SegmentName,
    file: File,
    bytes: u64,
    records: usize,
}

impl Spool {
    /// Opens the folder for a new boot. Segments of earlier boots stay as they are and are shipped first.
    pub(crate) fn open(folder: PathBuf, boot: Uuid, bytes_max: u64) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let (interrupted, mark_files) = marks::left_over(&folder)?;
        let found = SegmentName::list(&folder)?;
        let bytes = found.iter().map(|(_, bytes)| bytes).sum();
        let spool = Self {
            marks: Marks::open(&folder, boot)?,
            folder,
            boot,
            bytes_max,
            bytes: AtomicU64::new(bytes),
            dropped: AtomicU64::new(0),
            dropped_unattributed: AtomicU64::new(0),
            open: Mutex::new(Open {
                segment: None,
                next_sequence: 1,
                sealed: found.into_iter().map(|(name, _)| name).collect(),
                dropped: 0,
                buffer: Vec::with_capacity(1024),
            }),
        };
        interrupted.iter().for_each(|record| spool.append(record));
        // Removed only now, and before anything is shipped: cut here, the next start finds the calls in the spool.
        for path in mark_files {
            fs::remove_file(path)?;
        }
        Ok(spool)
    }

    /// The marks of calls under way.
    pub(crate) fn marks(&self) -> &Arc<Marks> {
        &self.marks
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Calls that could not be kept since this process began.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Those of them that belong to no application: nobody pays for these.
    pub(crate) fn dropped_unattributed(&self) -> u64 {
        self.dropped_unattributed.load(Ordering::Relaxed)
    }

    /// Keeps a call, or counts it as dropped when the disk or the bound is full. Calls without an application may take only
    /// half of the bound: whoever calls without a key must not push out what is paid for.
    pub(crate) fn append(&self, record: &CallRecord) {
        let mut open = self.lock();
        if self.write(&mut open, record).is_err() {
            open.dropped += 1;
            self.dropped.fetch_add(1, Ordering::Relaxed);
            if record.attribution.application.is_none() {
                self.dropped_unattributed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn write(&self, open: &mut Open, record: &CallRecord) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut open.buffer);
        buffer.clear();
        if open.dropped > 0 {
            segment::push_dropped(&mut buffer, open.dropped);
        }
        segment::push_call(&mut buffer, record);
        let bytes_max = match record.attribution.application {
            Some(_) => self.bytes_max,
            None => self.bytes_max / 2,
        };
        let written = self.write_frames(open, &buffer, bytes_max);
        open.buffer = buffer;
        written?;
        open.dropped = 0;
        Ok(())
    }

    fn write_frames(&self, open: &mut Open, frames: &[u8], bytes_max: u64) -> io::Result<()> {
        let length = frames.len() as u64;
        if self.bytes() + length > bytes_max {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut segment = match open.segment.take() {
            Some(segment) => segment,
            None => self.new_segment(open)?,
        };
        match segment.file.write(frames) {
            Ok(written) if written == frames.len() => {
                segment.bytes += length;
                segment.records += 1;
                self.bytes.fetch_add(length, Ordering::Relaxed);
                let full =
                    segment.records >= BATCH_RECORDS_MAX || segment.bytes >= SEGMENT_BYTES_MAX;
                if full {
                    open.sealed.push(segment.name);
                } else {
                    open.segment = Some(segment);
                }
                Ok(())
            }
            outcome => {
                // A torn frame would hide what comes after it. Where it cannot be cut off, the segment ends here: its reader
                // stops before the torn frame, and later calls go into the next.
                if segment.file.set_len(segment.bytes).is_ok() {
                    open.segment = Some(segment);
                } else {
                    open.sealed.push(segment.name);
                }
                outcome?;
                Err(io::ErrorKind::WriteZero.into())
            }
        }
    }

    fn new_segment(&self, open: &mut Open) -> io::Result<Segment> {
        let name = SegmentName {
            boot: self.boot,
            sequence: open.next_sequence,
        };
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(name.path(&self.folder))?;
        open.next_sequence += 1;
        Ok(Segment {
            name,
            file,
            bytes: 0,
            records: 0,
        })
    }

    /// The closed segments, oldest first. With `close` the open one is closed too, if it holds anything.
    pub(crate) fn closed(&self, close: bool) -> Vec<SegmentName> {
        let mut open = self.lock();
        if close && let Some(segment) = open.segment.take() {
            open.sealed.push(segment.name);
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
                        "cannot delete a shipped segment"
                    );
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Spool")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use gatehouse_snapshot::object::Moment;
    use gatehouse_snapshot::usage::{Attribution, Batch};

    pub(crate) fn record(number: u64) -> CallRecord {
        CallRecord {
            at: Moment(i64::try_from(number).unwrap()),
            request_id: Uuid::from_u128(number.into()),
            attribution: Attribution {
                application: Some(Uuid::from_u128(60).into()),
                ..Attribution::default()
            },
            method: "GET".to_owned(),
            path: "/petstore/v1/pets/7".to_owned(),
            status: 200,
            reason: "ok".to_owned(),
            counted: true,
            interrupted: false,
            latency_us: 1,
            upstream_us: 1,
            bytes_in: 0,
            bytes_out: 100,
        }
    }

    fn all(spool: &Spool) -> Vec<Batch> {
        spool
            .closed(true)
            .into_iter()
            .map(|name| name.read(spool.folder()).unwrap())
            .collect()
    }

    #[test]
    fn a_restart_goes_on_where_a_killed_process_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let open = |boot: u128| {
            Spool::open(folder.path().to_owned(), Uuid::from_u128(boot), 1 << 20).unwrap()
        };
        let first = open(1);
        (0..10).for_each(|number| first.append(&record(number)));
        // Nothing is closed or flushed: the process is gone.
        std::mem::forget(first);
        // A frame that was being written.
        let name = SegmentName {
            boot: Uuid::from_u128(1),
            sequence: 1,
        };
        let mut torn = OpenOptions::new()
            .append(true)
            .open(name.path(folder.path()))
            .unwrap();
        torn.write_all(&[40, 0, 0, 0, 1, 2]).unwrap();
        let second = open(2);
        second.append(&record(10));
        let batches = all(&second);
        let shape: Vec<_> = batches
            .iter()
            .map(|batch| (batch.boot.as_u128(), batch.sequence, batch.records.len()))
            .collect();
        assert_eq!(shape, [(1, 1, 10), (2, 1, 1)]);
        assert_eq!(
            batches[0].encode(),
            name.read(folder.path()).unwrap().encode()
        );
        second.delete_through(Uuid::from_u128(1), 1);
        assert_eq!(all(&second).len(), 1);
        second.delete_through(Uuid::from_u128(2), 1);
        assert_eq!(
            (all(&second).len(), second.bytes()),
            (0, 6.min(second.bytes()))
        );
    }

    #[test]
    fn a_full_spool_drops_and_counts_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1_000).unwrap();
        (0..100).for_each(|number| spool.append(&record(number)));
        let kept = 100 - spool.dropped();
        assert!(kept > 0 && spool.bytes() <= 1_000);
        let batches = all(&spool);
        assert_eq!(batches[0].records.len() as u64, kept);
        assert_eq!(batches[0].dropped, 0, "told by the next record that fits");
        spool.delete_through(Uuid::from_u128(1), 1);
        spool.append(&record(100));
        let next = all(&spool);
        assert_eq!(
            (next[0].sequence, next[0].dropped, next[0].records.len()),
            (2, 100 - kept, 1)
        );
    }

    #[test]
    fn calls_of_nobody_leave_half_of_the_spool_to_those_that_are_paid_for() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 10_000).unwrap();
        let nobody = CallRecord {
            attribution: Attribution::default(),
            ..record(0)
        };
        (0..1_000).for_each(|_| spool.append(&nobody));
        let flood = spool.dropped();
        assert!(flood > 0 && spool.bytes() <= 5_000);
        assert_eq!(spool.dropped_unattributed(), flood);
        let before = spool.bytes();
        spool.append(&record(1));
        assert_eq!(spool.dropped(), flood, "it still fits");
        let each = spool.bytes() - before;
        (0..10_000 / each).for_each(|number| spool.append(&record(number)));
        assert!(spool.bytes() > 10_000 - 2 * each && spool.bytes() <= 10_000);
        assert!(spool.dropped() > flood);
        assert_eq!(spool.dropped_unattributed(), flood);
    }

    #[test]
    fn segments_close_at_the_size_of_a_batch() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1 << 30).unwrap();
        let count = BATCH_RECORDS_MAX as u64 + 1;
        (0..count).for_each(|number| spool.append(&record(number)));
        let batches = all(&spool);
        let counts: Vec<_> = batches.iter().map(|batch| batch.records.len()).collect();
        assert_eq!(counts, [BATCH_RECORDS_MAX, 1]);
        assert!(Batch::decode(&batches[0].encode()).is_ok());
    }

    #[test]
    fn appending_a_call_costs_microseconds() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1 << 30).unwrap();
        let began = std::time::Instant::now();
        (0..10_000).for_each(|number| spool.append(&record(number)));
        let each_us = began.elapsed().as_micros() / 10_000;
        println!("append: {each_us} µs a call");
        assert!(each_us < 500);
    }
}
