//! What a gateway starts from when everything else is dead: snapshots as they were downloaded, and a journal of the signed
//! deltas after them.
//!
//! A snapshot is `snapshot-<generation>-<seq>-<sha256>.bin`, written aside, flushed, renamed, never changed. Two older ones are
//! kept. Journals are `journal-<generation>-<seq>.log`, frames of signed deltas that follow that position; after an older
//! snapshot, all later journals are replayed in order, so a damaged newest snapshot loses nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gatehouse_snapshot::Refused;
use gatehouse_snapshot::delta::SignedDelta;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::snapshot::{self, RecordRef, Verified};

use super::apply::{ConfigError, Running, Trust};
use super::control_plane::aside;
use crate::files;
use crate::frames::{self, Frames};
use crate::tables::NotLoaded;

/// Snapshots kept: the newest and two older ones.
const SNAPSHOTS_KEPT: usize = 3;
/// A journal longer than this is replaced by a new snapshot.
const JOURNAL_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Generation and sequence number.
pub(crate) type Position = (u32, u64);

/// The folder of configuration.
pub(crate) struct Disk {
    folder: PathBuf,
    journal: Option<File>,
    /// Bytes of deltas since the newest snapshot.
    journal_bytes: u64,
}

/// What was found at start.
pub(crate) struct Found {
    /// The newest configuration that could be used.
    pub(crate) running: Option<Running>,
    /// What was wrong with newer ones.
    pub(crate) alarm: Option<String>,
    /// The newest position that was verified: nothing older is taken from the control plane. What a damaged file's name
    /// claims does not count: a name is not signed.
    pub(crate) floor: Position,
}

struct SnapshotFile {
    position: Position,
    sha256: String,
    path: PathBuf,
}

impl Disk {
    pub(crate) fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = data_dir.join("config");
        files::private_folder(&folder)?;
        Ok(Self {
            folder,
            journal: None,
            journal_bytes: 0,
        })
    }

    /// Where a snapshot is downloaded to.
    pub(crate) fn aside(&self) -> PathBuf {
        aside(&self.folder)
    }

    /// Takes a copy of the newest usable snapshot of another folder, if it is newer than `own`. Returns whether it did.
    pub(crate) fn adopt(
        &self,
        folder: &Path,
        trust: &Trust,
        own: Option<Position>,
    ) -> Result<bool, ConfigError> {
        let mut refused = Ok(false);
        for file in snapshots_in(folder)? {
            if own.is_some_and(|own| own >= file.position) {
                break;
            }
            match self.take_copy(&file, trust) {
                Ok(()) => return Ok(true),
                // The one before may do; the newest fault is told if none does.
                Err(error) => refused = refused.and(Err(error)),
            }
        }
        refused
    }

    fn take_copy(&self, file: &SnapshotFile, trust: &Trust) -> Result<(), ConfigError> {
        fs::copy(&file.path, self.aside())?;
        let copy = File::open(self.aside())?;
        // Verified as a whole before anything is kept; its objects are read when it is loaded.
        let nobody = |_: &RecordRef<'_>| Ok::<_, NotLoaded>(());
        let verified = snapshot::read(&copy, trust.group, &trust.keys, nobody)?;
        if position_of(&verified) != file.position {
            return Err(Refused::Damaged("snapshot").into());
        }
        copy.sync_all()?;
        // Journals stay as they are: what they hold beyond it still follows it.
        files::rename(&self.aside(), &self.folder.join(verified.file_name()))?;
        Ok(())
    }

    /// Loads the newest usable configuration. Writes nothing: another process may still keep its changes here.
    pub(crate) fn load(&mut self, trust: &Trust) -> io::Result<Found> {
        let mut alarms = Vec::new();
        let mut running = None;
        let snapshots = self.snapshots()?;
        let mut floor = (0, 0);
        for file in &snapshots {
            match file.read(trust) {
                Ok(found) => {
                    running = Some(found);
                    break;
                }
                Err(error) => alarms.push(format!("{}: {error}", file.shown())),
            }
        }
        if let Some(running) = &mut running {
            self.replay(running, trust, &mut alarms)?;
            floor = (running.generation, running.seq);
            // What reading took besides the tables: nothing as large follows before the next start.
            gatehouse_os::return_free_memory();
        }
        Ok(Found {
            running,
            alarm: (!alarms.is_empty()).then(|| alarms.join("; ")),
            floor,
        })
    }

    /// Brings what was loaded up to what is on disk by now. Whether that was possible: a newer snapshot needs a new load.
    pub(crate) fn catch_up(&mut self, running: &mut Running, trust: &Trust) -> io::Result<bool> {
        let newest = self.snapshots()?.first().map(|newest| newest.position);
        if newest.is_some_and(|newest| newest > (running.generation, running.seq)) {
            return Ok(false);
        }
        let mut alarms = Vec::new();
        self.replay(running, trust, &mut alarms)?;
        Ok(alarms.is_empty())
    }

    /// Opens a journal for what follows. From here on the folder is this process's to write.
    pub(crate) fn begin(&mut self, running: &Running) -> io::Result<()> {
        self.begin_journal((running.generation, running.seq))
    }

    fn replay(
        &mut self,
        running: &mut Running,
        trust: &Trust,
        alarms: &mut Vec<String>,
    ) -> io::Result<()> {
        for (_, path) in self.journals()? {
            let bytes = fs::read(&path)?;
            let mut frames = Frames::of(&bytes);
            for payload in frames.by_ref() {
                let prepared = SignedDelta::decode(payload)
                    .map_err(ConfigError::from)
                    .and_then(|delta| running.prepare(&delta, trust));
                match prepared {
                    Ok(prepared) => {
                        running.apply(prepared);
                        self.journal_bytes += payload.len() as u64;
                    }
                    Err(ConfigError::Refused(Refused::Older { .. })) => {}
                    Err(error) => {
                        alarms.push(format!("{}: {error}", shown(&path)));
                        return Ok(());
                    }
                }
            }
            if frames.good_bytes() < bytes.len() {
                // A torn end is what a power cut leaves; the control plane sends that delta again.
                tracing::warn!(journal = shown(&path), "the journal ends in a torn frame");
            }
        }
        Ok(())
    }

    /// Keeps a delta that is in force. Returns whether a new snapshot should take the journal's place.
    pub(crate) fn append(&mut self, delta: &[u8]) -> io::Result<bool> {
        let mut frame = Vec::with_capacity(delta.len() + 8);
        frames::push(&mut frame, delta);
        let journal = self.journal.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let before = journal.metadata()?.len();
        if let Err(error) = journal.write_all(&frame) {
            // A torn frame would hide what is appended after it.
            journal.set_len(before)?;
            return Err(error);
        }
        journal.sync_data()?;
        self.journal_bytes += frame.len() as u64;
        Ok(self.journal_bytes > JOURNAL_BYTES_MAX)
    }

    /// Keeps the downloaded snapshot under its name, begins a journal after it, and removes what is no longer needed.
    pub(crate) fn keep_snapshot(&mut self, snapshot: &Verified) -> io::Result<()> {
        // Flushed when it was downloaded.
        files::rename(&self.aside(), &self.folder.join(snapshot.file_name()))?;
        self.journal_bytes = 0;
        self.begin_journal(position_of(snapshot))?;
        self.prune()
    }

    fn begin_journal(&mut self, (generation, seq): Position) -> io::Result<()> {
        let path = self.folder.join(format!("journal-{generation}-{seq}.log"));
        // A file of this name holds nothing that follows: what did would have been replayed, and the position be later.
        let journal = OpenOptions::new().create(true).append(true).open(&path)?;
        journal.set_len(0)?;
        File::open(&self.folder)?.sync_all()?;
        self.journal = Some(journal);
        Ok(())
    }

    fn prune(&self) -> io::Result<()> {
        let snapshots = self.snapshots()?;
        for old in snapshots.iter().skip(SNAPSHOTS_KEPT) {
            fs::remove_file(&old.path)?;
        }
        let oldest = snapshots.iter().take(SNAPSHOTS_KEPT).next_back();
        let oldest = oldest.map_or((0, 0), |oldest| oldest.position);
        // A journal reaches up to where the next one begins.
        for pair in self.journals()?.windows(2) {
            if pair[1].0 <= oldest {
                fs::remove_file(&pair[0].1)?;
            }
        }
        Ok(())
    }

    /// Snapshot files, newest first.
    fn snapshots(&self) -> io::Result<Vec<SnapshotFile>> {
        snapshots_in(&self.folder)
    }

    /// Journals by where they begin, oldest first.
    fn journals(&self) -> io::Result<Vec<(Position, PathBuf)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = shown(&path);
            let position = name
                .strip_prefix("journal-")
                .and_then(|name| name.strip_suffix(".log"))
                .and_then(|name| name.split_once('-'));
            if let Some((generation, seq)) = position
                && let (Ok(generation), Ok(seq)) = (generation.parse(), seq.parse())
            {
                found.push(((generation, seq), path));
            }
        }
        found.sort();
        Ok(found)
    }
}

fn position_of(snapshot: &Verified) -> Position {
    (snapshot.manifest.generation, snapshot.manifest.seq)
}

/// Snapshot files of a folder, newest first.
fn snapshots_in(folder: &Path) -> io::Result<Vec<SnapshotFile>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = shown(&path);
        let parts: Option<Vec<&str>> = name
            .strip_prefix("snapshot-")
            .and_then(|name| name.strip_suffix(".bin"))
            .map(|name| name.split('-').collect());
        if let Some([generation, seq, sha256]) = parts.as_deref()
            && let (Ok(generation), Ok(seq)) = (generation.parse(), seq.parse())
        {
            let sha256 = (*sha256).to_owned();
            found.push(SnapshotFile {
                position: (generation, seq),
                sha256,
                path,
            });
        }
    }
    found.sort_by_key(|found| std::cmp::Reverse(found.position));
    Ok(found)
}

impl SnapshotFile {
    fn read(&self, trust: &Trust) -> Result<Running, ConfigError> {
        let (running, verified) = Running::of_snapshot(File::open(&self.path)?, trust, None)?;
        let named = hex(&verified.sha256) == self.sha256;
        if named && self.position == (running.generation, running.seq) {
            Ok(running)
        } else {
            Err(Refused::Damaged("snapshot").into())
        }
    }

    fn shown(&self) -> String {
        format!("snapshot {}-{}", self.position.0, self.position.1)
    }
}

fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
