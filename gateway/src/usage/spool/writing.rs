//! How calls come into segments: gathered, and written many at a time.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gatehouse_snapshot::usage::{BATCH_RECORDS_MAX, CallRecordRef, SOURCE_BYTES, source_bytes};

use super::{Open, Spool};
use crate::frames;
use crate::usage::segment::{self, SegmentName};

/// A segment is closed before it could exceed what a batch may be.
const SEGMENT_BYTES_MAX: u64 = 3 * 1024 * 1024;
/// Records are gathered up to this for one write.
const WRITE_BYTES_MAX: usize = 256 * 1024;

pub(super) struct Segment {
    pub(super) name: SegmentName,
    pub(super) file: Arc<File>,
    bytes: u64,
    records: usize,
    pub(super) unsynced: bool,
}

/// Records of one write to come.
#[derive(Default)]
pub(super) struct Gathered {
    bytes: Vec<u8>,
    /// Where the frame of calls begins.
    frame: usize,
    /// Calls of the segment before them.
    before: usize,
    /// Of each record.
    sources: Vec<u8>,
    records: usize,
    unattributed: u64,
    /// The drops that its first frame tells.
    tells: u64,
}

/// Calls that were not kept.
pub(super) struct Lost {
    calls: u64,
    /// Those of them that belong to no application.
    unattributed: u64,
    /// Of the disk; none where the spool's own bound was reached.
    error: Option<io::Error>,
}

/// What was written since somebody set it to nothing, for who may have to take it back.
#[derive(Default)]
pub(super) struct Tally {
    records: u64,
    /// Drops that were told.
    told: u64,
}

impl Spool {
    /// Writes one call, or counts it as dropped.
    #[cfg(test)]
    pub(super) fn write(&self, open: &mut Open, call: &CallRecordRef<'_>) {
        self.gather_or_drop(open, call);
        self.flush_or_drop(open);
    }

    /// Writes calls that stay elsewhere when this fails: all of them or none, in segments of their own. What the bound has no room
    /// for is dropped.
    pub(super) fn take_in<'a>(
        &self,
        open: &mut Open,
        mut calls: impl Iterator<Item = CallRecordRef<'a>>,
    ) -> io::Result<()> {
        self.seal(open);
        open.tally = Tally::default();
        let (before, next_sequence) = (open.sealed.len(), open.next_sequence);
        let mut dropped = (0, 0);
        let gathered = calls.try_for_each(|call| match self.gather(open, &call) {
            Err(Lost {
                error: None,
                calls,
                unattributed,
            }) => {
                dropped = (dropped.0 + calls, dropped.1 + unattributed);
                Ok(())
            }
            outcome => outcome,
        });
        let written = gathered.and(self.flush(open));
        self.seal(open);
        let Err(Lost {
            error: Some(error), ..
        }) = written
        else {
            self.drop_calls(dropped.0, dropped.1);
            return Ok(());
        };
        for name in open.sealed.split_off(before) {
            self.delete(name);
        }
        open.next_sequence = next_sequence;
        let tally = std::mem::take(&mut open.tally);
        self.written.fetch_sub(tally.records, Ordering::Relaxed);
        self.untold.fetch_add(tally.told, Ordering::Relaxed);
        Err(error)
    }

    /// [`Self::gather`], where calls have no other place.
    pub(super) fn gather_or_drop(&self, open: &mut Open, call: &CallRecordRef<'_>) {
        self.gather(open, call)
            .unwrap_or_else(|lost| self.drop_calls(lost.calls, lost.unattributed));
    }

    /// [`Self::flush`], where calls have no other place.
    pub(super) fn flush_or_drop(&self, open: &mut Open) {
        self.flush(open)
            .unwrap_or_else(|lost| self.drop_calls(lost.calls, lost.unattributed));
    }

    /// Adds a call to the next write, which happens here when it is large enough. Calls without an application may take only half
    /// of the bound: whoever calls without a key must not push out what is paid for.
    fn gather(&self, open: &mut Open, call: &CallRecordRef<'_>) -> Result<(), Lost> {
        if open.gathered.records == 0 {
            let before = open.segment.as_ref().map_or(0, |segment| segment.records);
            self.begin_write(&mut open.gathered, before);
        }
        let gathered = &mut open.gathered;
        let before = gathered.bytes.len();
        gathered.bytes = call.encode_onto(std::mem::take(&mut gathered.bytes));
        let unattributed = call.attribution.application.is_none();
        let bytes_max = if unattributed {
            self.bytes_max / 2
        } else {
            self.bytes_max
        };
        let of_sources = segment::SOURCES_HEAD_BYTES + gathered.sources.len() + SOURCE_BYTES;
        let length = gathered.bytes.len() + of_sources;
        if self.bytes() + length as u64 > bytes_max {
            gathered.bytes.truncate(before);
            return Err(Lost {
                calls: 1,
                unattributed: u64::from(unattributed),
                error: None,
            });
        }
        gathered
            .sources
            .extend_from_slice(&source_bytes(call.source));
        gathered.records += 1;
        gathered.unattributed += u64::from(unattributed);
        let (bytes, records) = open
            .segment
            .as_ref()
            .map_or((0, 0), |segment| (segment.bytes, segment.records));
        let whole = length >= WRITE_BYTES_MAX
            || records + open.gathered.records >= BATCH_RECORDS_MAX
            || bytes + length as u64 >= SEGMENT_BYTES_MAX;
        if whole { self.flush(open) } else { Ok(()) }
    }

    fn begin_write(&self, gathered: &mut Gathered, before: usize) {
        gathered.bytes.clear();
        gathered.tells = self.untold.load(Ordering::Relaxed);
        if gathered.tells > 0 {
            segment::push_dropped(&mut gathered.bytes, gathered.tells);
        }
        gathered.frame = segment::begin_calls(&mut gathered.bytes, before);
        gathered.before = before;
        gathered.sources.clear();
    }

    fn flush(&self, open: &mut Open) -> Result<(), Lost> {
        let mut flushed = Ok(());
        let mut gathered = std::mem::take(&mut open.gathered);
        if gathered.records > 0 {
            frames::close(&mut gathered.bytes, gathered.frame);
            if gathered.sources.iter().any(|byte| *byte != 0) {
                segment::push_sources(&mut gathered.bytes, gathered.before, &gathered.sources);
            }
            match self.write_frames(open, &gathered) {
                Ok(()) => {
                    self.untold.fetch_sub(gathered.tells, Ordering::Relaxed);
                    self.written
                        .fetch_add(gathered.records as u64, Ordering::Relaxed);
                    open.tally.records += gathered.records as u64;
                    open.tally.told += gathered.tells;
                }
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        calls = gathered.records,
                        "calls could not be kept"
                    );
                    flushed = Err(Lost {
                        calls: gathered.records as u64,
                        unattributed: gathered.unattributed,
                        error: Some(error),
                    });
                }
            }
        }
        gathered.records = 0;
        gathered.unattributed = 0;
        open.gathered = gathered;
        flushed
    }

    fn write_frames(&self, open: &mut Open, gathered: &Gathered) -> io::Result<()> {
        let mut segment = match open.segment.take() {
            Some(segment) => segment,
            None => self.new_segment(open)?,
        };
        if !std::mem::replace(&mut segment.unsynced, true) {
            open.unsynced.push(Arc::clone(&segment.file));
        }
        let frames = &gathered.bytes;
        match segment.file.as_ref().write(frames) {
            Ok(written) if written == frames.len() => {
                let length = frames.len() as u64;
                segment.bytes += length;
                segment.records += gathered.records;
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
                    let torn = *outcome.as_ref().unwrap_or(&0) as u64;
                    self.bytes.fetch_add(torn, Ordering::Relaxed);
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
        open.folder_changed = true;
        Ok(Segment {
            name,
            file: Arc::new(file),
            bytes: 0,
            records: 0,
            unsynced: false,
        })
    }
}
