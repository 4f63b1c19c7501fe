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

impl Spool {
    /// Writes calls, and counts as dropped what the disk or the bound has no room for.
    pub(super) fn write<'a>(
        &self,
        open: &mut Open,
        calls: impl Iterator<Item = CallRecordRef<'a>>,
    ) {
        for call in calls {
            self.gather(open, &call);
        }
        self.flush(open);
    }

    /// Adds a call to the next write, which happens here when it is large enough. Calls without an application may take only half
    /// of the bound: whoever calls without a key must not push out what is paid for.
    pub(super) fn gather(&self, open: &mut Open, call: &CallRecordRef<'_>) {
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
            return self.drop_calls(1, u64::from(unattributed));
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
        if whole {
            self.flush(open);
        }
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

    pub(super) fn flush(&self, open: &mut Open) {
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
                }
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        calls = gathered.records,
                        "calls could not be kept"
                    );
                    self.drop_calls(gathered.records as u64, gathered.unattributed);
                }
            }
        }
        gathered.records = 0;
        gathered.unattributed = 0;
        open.gathered = gathered;
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
