//! Which calls are under way at their backend, so that the next start can tell what a sudden end cut.
//!
//! A file of fixed slots: a call writes its record into a free one before it is forwarded and empties it before its final
//! record is written. Killed in between, it leaves its slot filled; the next start turns that into a call with the reason
//! `interrupted`. Two `pwrite(2)` of the page cache per forwarded call, on no one's slot but its own.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gatehouse_snapshot::usage::CallRecord;
use uuid::Uuid;

use super::segment::SegmentName;
use crate::frames::{self, Frames};

const EXTENSION: &str = "marks";
/// Room for the largest record: two cut texts, nine ids, an operation key of ordinary length.
const SLOT_BYTES: usize = 1024;
/// The reason label of a call that was cut by the end of the gateway.
pub(crate) const INTERRUPTED: &str = "interrupted";

/// The slots of this boot.
pub(crate) struct Marks {
    file: File,
    /// Locked for a push or a pop.
    free: Mutex<Free>,
}

#[derive(Default)]
struct Free {
    used_before: Vec<u64>,
    next: u64,
}

/// A filled slot, until it is dropped.
pub(crate) struct Mark {
    marks: Arc<Marks>,
    slot: u64,
}

impl Marks {
    /// Begins the slots of a boot.
    pub(crate) fn open(folder: &Path, boot: Uuid) -> io::Result<Arc<Self>> {
        let path = folder.join(format!("{}.{EXTENSION}", boot.simple()));
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Arc::new(Self {
            file,
            free: Mutex::default(),
        }))
    }

    /// Marks a call as under way. `None` when it cannot be written: the call goes on without a mark.
    pub(crate) fn begin(self: &Arc<Self>, record: &CallRecord) -> Option<Mark> {
        let mut frame = Vec::with_capacity(SLOT_BYTES);
        frames::push(&mut frame, &postcard::to_stdvec(record).ok()?);
        if frame.len() > SLOT_BYTES {
            return None;
        }
        let slot = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.used_before.pop().unwrap_or_else(|| {
                free.next += 1;
                free.next - 1
            })
        };
        let mark = Mark {
            marks: Arc::clone(self),
            slot,
        };
        let written = self.file.write_all_at(&frame, slot * SLOT_BYTES as u64);
        written.is_ok().then_some(mark)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // An empty frame. Should it not be written, the next start finds the call's final record and believes that.
        let _ = self
            .marks
            .file
            .write_all_at(&[0; 8], self.slot * SLOT_BYTES as u64);
        let mut free = self
            .marks
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        free.used_before.push(self.slot);
    }
}

/// The calls that earlier boots left unfinished, and the files that say so: to be removed once the calls are in the spool. A call
/// that is in the spool already, finished or told as interrupted by a start that was itself cut, is left out.
pub(crate) fn left_over(folder: &Path) -> io::Result<(Vec<CallRecord>, Vec<PathBuf>)> {
    let mut calls = Vec::new();
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == EXTENSION)
        {
            calls.extend(fs::read(&path)?.chunks(SLOT_BYTES).filter_map(call_of));
            paths.push(path);
        }
    }
    if calls.is_empty() {
        return Ok((calls, paths));
    }
    let mut known = HashSet::new();
    for (name, _) in SegmentName::list(folder)? {
        let batch = name.read(folder)?;
        known.extend(batch.records.iter().map(|record| record.request_id));
    }
    calls.retain(|call: &CallRecord| known.insert(call.request_id));
    Ok((calls, paths))
}

fn call_of(slot: &[u8]) -> Option<CallRecord> {
    let payload = Frames::of(slot).next()?;
    let record: CallRecord = postcard::from_bytes(payload).ok()?;
    Some(CallRecord {
        status: 500,
        reason: INTERRUPTED.to_owned(),
        interrupted: true,
        ..record
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::spool::tests::record;

    #[test]
    fn filled_slots_are_found_and_emptied_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::open(folder.path(), Uuid::from_u128(1)).unwrap();
        let held: Vec<_> = (0..5)
            .map(|number| marks.begin(&record(number)).unwrap())
            .collect();
        let mut kept = held.into_iter();
        drop(kept.next());
        drop(kept.next());
        let again = marks.begin(&record(9)).unwrap();
        let (calls, paths) = left_over(folder.path()).unwrap();
        let mut numbers: Vec<_> = calls.iter().map(|call| call.request_id.as_u128()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [2, 3, 4, 9]);
        assert!(
            calls
                .iter()
                .all(|call| call.interrupted && call.counted && call.reason == INTERRUPTED)
        );
        assert_eq!(paths.len(), 1);
        drop((kept, again));
        assert!(left_over(folder.path()).unwrap().0.is_empty());
    }
}
