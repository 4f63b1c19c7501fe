//! A segment file of the spool: the calls of one batch, named by boot and sequence.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gatehouse_snapshot::usage::{self, Batch, CallRecordRef, SOURCE_BYTES};
use uuid::Uuid;

use crate::frames::{self, Frames};

const EXTENSION: &str = "calls";
/// A frame of encoded records, one behind the other, after the number of those before it in the segment (u32, little-endian): a frame
/// that is there twice counts once.
const CALLS: u8 = 1;
/// A frame that says how many calls could not be kept before this point.
const DROPPED: u8 = 2;
/// A frame of the sources of calls, after the number of those before them in the segment, as in a frame of calls. Earlier releases
/// wrote none, and pass over it.
const SOURCES: u8 = 3;
/// Bytes of such a frame besides the sources.
pub(super) const SOURCES_HEAD_BYTES: usize = frames::HEAD_BYTES + 5;

/// What a segment holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Encoded records, as they stand in a batch.
    records: Vec<u8>,
    count: usize,
    /// Of the first calls, [`SOURCE_BYTES`] each.
    sources: Vec<u8>,
    dropped: u64,
}

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
            let Some(name) = Self::of(&entry.path()) else {
                continue;
            };
            match entry.metadata() {
                Ok(metadata) => found.push((name, metadata.len())),
                // Deleted while the folder was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        found.sort();
        Ok(found)
    }

    /// Reads what the segment holds.
    pub(crate) fn contents(self, folder: &Path) -> io::Result<Contents> {
        Ok(Contents::read(&fs::read(self.path(folder))?))
    }

    /// Reads the segment as the batch it is. The same file gives the same bytes, however often it is sent.
    pub(crate) fn read(self, folder: &Path) -> io::Result<Batch> {
        Ok(self.contents(folder)?.batch(self))
    }
}

impl Contents {
    /// Takes what the frames say, up to the first that is damaged.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut contents = Self::default();
        for payload in Frames::of(bytes) {
            match payload.split_first() {
                Some((&CALLS, rest)) => {
                    let Some((before, records)) = rest.split_first_chunk() else {
                        continue;
                    };
                    // A frame is written whole or not at all: one that says something else was never written here.
                    let (count, length) = measured(records);
                    let follows = u32::from_le_bytes(*before) as usize == contents.count;
                    if follows && length == records.len() {
                        contents.count += count;
                        contents.records.extend_from_slice(records);
                    }
                }
                Some((&SOURCES, rest)) => contents.take_sources(rest),
                Some((&DROPPED, count)) => {
                    if let Ok(count) = postcard::from_bytes::<u64>(count) {
                        contents.dropped = contents.dropped.saturating_add(count);
                    }
                }
                _ => {}
            }
        }
        contents
    }

    fn take_sources(&mut self, payload: &[u8]) {
        let Some((before, sources)) = payload.split_first_chunk() else {
            return;
        };
        let before = (u32::from_le_bytes(*before) as usize).saturating_mul(SOURCE_BYTES);
        let is_whole = sources.len().is_multiple_of(SOURCE_BYTES);
        // They follow their calls; what is between is of calls whose sources nobody kept.
        let fits = before.saturating_add(sources.len()) <= self.count * SOURCE_BYTES;
        if is_whole && fits && before >= self.sources.len() {
            self.sources.resize(before, 0);
            self.sources.extend_from_slice(sources);
        }
    }

    /// The sources of all calls; empty when none is known.
    fn all_sources(&self) -> Vec<u8> {
        let mut sources = self.sources.clone();
        if !sources.is_empty() {
            sources.resize(self.count * SOURCE_BYTES, 0);
        }
        sources
    }

    /// The calls, borrowed.
    pub(crate) fn calls(&self) -> impl Iterator<Item = CallRecordRef<'_>> {
        usage::records_of(&self.records, &self.sources)
    }

    /// The batch that this is, under the name of its segment.
    pub(crate) fn batch(&self, name: SegmentName) -> Batch {
        let records = self.calls().map(CallRecordRef::into_owned).collect();
        Batch::new(name.boot, name.sequence, self.dropped, records)
    }

    /// The bytes of the batch that this is, under the name of its segment.
    pub(crate) fn encode(&self, name: SegmentName) -> Vec<u8> {
        let records = (self.count, self.records.as_slice());
        let sources = self.all_sources();
        Batch::encode_from(name.boot, name.sequence, self.dropped, records, &sources)
    }
}

/// How many records stand at the beginning of these bytes, and how long they are together.
fn measured(bytes: &[u8]) -> (usize, usize) {
    let (mut count, mut rest) = (0, bytes);
    while let Ok((_, behind)) = postcard::take_from_bytes::<CallRecordRef<'_>>(rest) {
        (count, rest) = (count + 1, behind);
    }
    (count, bytes.len() - rest.len())
}

/// Begins a frame of calls in a segment that holds so many; records are appended to `out`, then [`frames::close`] ends it.
pub(super) fn begin_calls(out: &mut Vec<u8>, before: usize) -> usize {
    let at = frames::open(out);
    out.push(CALLS);
    // No more than a batch may hold.
    out.extend_from_slice(&(before as u32).to_le_bytes());
    at
}

/// Appends the frame of the sources of calls in a segment that holds so many before them.
pub(super) fn push_sources(out: &mut Vec<u8>, before: usize, sources: &[u8]) {
    let at = frames::open(out);
    out.push(SOURCES);
    out.extend_from_slice(&(before as u32).to_le_bytes());
    out.extend_from_slice(sources);
    frames::close(out, at);
}

/// Appends a frame of these calls to an empty segment.
#[cfg(test)]
pub(crate) fn push_calls(out: &mut Vec<u8>, records: &[gatehouse_snapshot::usage::CallRecord]) {
    let mut payload = vec![CALLS];
    payload.extend_from_slice(&0u32.to_le_bytes());
    for record in records {
        payload = postcard::to_extend(record, payload).unwrap();
    }
    frames::push(out, &payload);
}

/// Appends the frame that says how many calls could not be kept before this point.
pub(super) fn push_dropped(out: &mut Vec<u8>, count: u64) {
    let payload = postcard::to_extend(&count, vec![DROPPED]).unwrap_or_default();
    frames::push(out, &payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzz_spool_segments_say_what_was_written_before_the_first_damage() {
        let mut good = Vec::new();
        push_dropped(&mut good, 7);
        for count in [1_u64, 300, u64::MAX] {
            push_dropped(&mut good, count);
        }
        frames::push(&mut good, &[CALLS, 0, 0, 0, 0]);
        frames::push(&mut good, &[CALLS, 1, 0]);
        push_sources(&mut good, 0, &[7; 3 * SOURCE_BYTES]);
        let mut dropped = Vec::new();
        push_dropped(&mut dropped, 2);
        let whole = Contents::read(&good);
        assert_eq!((whole.dropped, whole.count), (u64::MAX, 0));
        gatehouse_hostile::fuzz::fuzz("spool", 20_000, |random| {
            let bytes = random.mutate(&[&good, &dropped], &[b"\0\0\0\0", &dropped]);
            let contents = Contents::read(&bytes);
            assert_eq!(contents.calls().count(), contents.count);
            assert!(contents.sources.len() <= contents.count * SOURCE_BYTES);
            // A frame whose checksum fits was written as it is; chance makes none.
            let pieces = Frames::of(&bytes).count();
            assert!(contents.count == 0 && (contents.dropped == 0 || pieces > 0));
        });
    }
}
