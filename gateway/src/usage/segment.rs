//! A segment file of the spool: the calls of one batch, named by boot and sequence.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gatehouse_snapshot::usage::{Batch, CallRecord};
use uuid::Uuid;

use crate::frames::{self, Frames};

const EXTENSION: &str = "calls";
const CALL: u8 = 1;
const DROPPED: u8 = 2;

/// Names a segment; sorts by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SegmentName {
    pub(crate) boot: Uuid,
    pub(crate) sequence: u64,
}

impl SegmentName {
    pub(crate) fn path(self, folder: &Path) -> PathBuf {
        folder.join(format!(
            "{}-{:020}.{EXTENSION}",
            self.boot.simple(),
            self.sequence
        ))
    }

    fn of(path: &Path) -> Option<Self> {
        if path.extension()? != EXTENSION {
            return None;
        }
        let (boot, sequence) = path.file_stem()?.to_str()?.split_once('-')?;
        Some(Self {
            boot: Uuid::parse_str(boot).ok()?,
            sequence: sequence.parse().ok()?,
        })
    }

    /// Every segment of a folder with its size, oldest first.
    pub(crate) fn list(folder: &Path) -> io::Result<Vec<(Self, u64)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let Some(name) = Self::of(&entry.path()) {
                found.push((name, entry.metadata()?.len()));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Reads the segment as the batch it is. The same file gives the same bytes, however often it is sent.
    pub(crate) fn read(self, folder: &Path) -> io::Result<Batch> {
        let bytes = fs::read(self.path(folder))?;
        let mut dropped = 0;
        let mut records = Vec::new();
        for payload in Frames::of(&bytes) {
            match payload.split_first() {
                Some((&CALL, record)) => {
                    if let Ok(record) = postcard::from_bytes::<CallRecord>(record) {
                        records.push(record);
                    }
                }
                Some((&DROPPED, count)) => {
                    if let Ok(count) = postcard::from_bytes::<u64>(count) {
                        dropped += count;
                    }
                }
                _ => {}
            }
        }
        Ok(Batch::new(self.boot, self.sequence, dropped, records))
    }
}

/// Appends the frame of a call.
pub(crate) fn push_call(out: &mut Vec<u8>, record: &CallRecord) {
    // Postcard into a growing vector cannot fail for a struct of numbers and strings.
    let payload = postcard::to_extend(record, vec![CALL]).unwrap_or_default();
    frames::push(out, &payload);
}

/// Appends the frame that says how many calls could not be kept before this point.
pub(crate) fn push_dropped(out: &mut Vec<u8>, count: u64) {
    let payload = postcard::to_extend(&count, vec![DROPPED]).unwrap_or_default();
    frames::push(out, &payload);
}
