//! What earlier boots left in the spool's folder: segments to ship, and slots of calls that a sudden end cut or kept from the
//! segments.
//!
//! A boot that still runs (an upgrade by hand-over has two for a while) holds its dictionary locked, and nothing of its is touched.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gatehouse_snapshot::usage::CallRecordRef;
use uuid::Uuid;

use super::dictionary::{self, Words};
use super::record::{Recorded, State};
use super::segment::SegmentName;
use super::slots;
use crate::reason::Reason;

/// The left-overs of boots that have ended.
#[derive(Default)]
pub(super) struct LeftOver {
    /// Oldest first, with their sizes.
    pub(super) segments: Vec<(SegmentName, u64)>,
    calls: Vec<(Uuid, Words, Vec<Recorded>)>,
    /// What says nothing more once the calls are in the spool.
    pub(super) files: Vec<PathBuf>,
}

impl LeftOver {
    /// Finds them. `own` is the boot that asks.
    pub(super) fn find(folder: &Path, own: Uuid) -> io::Result<Self> {
        let mut alive = HashSet::from([own]);
        let mut slot_files = Vec::new();
        let mut found = Self::default();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(boot) = dictionary::owner_of(&path) {
                if boot == own || dictionary::is_alive(&path)? {
                    alive.insert(boot);
                } else {
                    found.files.push(path);
                }
            } else if let Some((boot, worker)) = slots::owner_of(&path) {
                slot_files.push((boot, worker, path));
            }
        }
        slot_files.retain(|(boot, ..)| !alive.contains(boot));
        slot_files.sort();
        for (boot, worker, path) in slot_files {
            let recorded = slots::read_file(boot, worker, &fs::read(&path)?);
            if !recorded.is_empty() {
                let words = folder.join(format!("{}.{}", boot.simple(), dictionary::EXTENSION));
                let words = fs::read(words).unwrap_or_default();
                found.calls.push((boot, Words::read(&words), recorded));
            }
            found.files.push(path);
        }
        found.segments = SegmentName::list(folder)?;
        found
            .segments
            .retain(|(name, _)| !alive.contains(&name.boot));
        found.leave_out_known(folder)?;
        Ok(found)
    }

    /// Leaves out the calls that are in a segment already: finished and copied, or told as interrupted by a start that was itself
    /// cut before it had removed the slots.
    fn leave_out_known(&mut self, folder: &Path) -> io::Result<()> {
        if self.calls.is_empty() {
            return Ok(());
        }
        let mut known = HashSet::new();
        for (name, _) in &self.segments {
            let contents = name.contents(folder)?;
            known.extend(contents.calls().map(|call| call.request_id));
        }
        for (.., recorded) in &mut self.calls {
            recorded.retain(|one| known.insert(one.request_id()));
        }
        Ok(())
    }

    /// The calls, in the order in which they ended; those that were under way last.
    pub(super) fn calls(&self) -> impl Iterator<Item = CallRecordRef<'_>> {
        self.calls.iter().flat_map(|(_, words, recorded)| {
            let order: BTreeSet<_> = recorded
                .iter()
                .enumerate()
                .map(|(at, one)| match one.state {
                    State::Started | State::Free => (u64::MAX, at),
                    State::Done => (one.ended_ns(), at),
                })
                .collect();
            order.into_iter().map(move |(_, at)| {
                let one = &recorded[at];
                let reason = match one.state {
                    State::Started | State::Free => Some(Reason::INTERRUPTED.text()),
                    State::Done => words.reason(one.reason()),
                };
                one.call(
                    words.operation(one.operation()),
                    reason.unwrap_or("unknown"),
                )
            })
        })
    }
}
