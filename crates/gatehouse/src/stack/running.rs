//! Who runs on a data folder: a lock that ends with its process, and a note with the addresses.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::plan::Addresses;

/// What a running installation says about itself, in `running.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunningStack {
    /// The supervisor.
    pub(crate) pid: u32,
    /// Where its roles answer.
    pub(crate) addresses: Addresses,
    /// The lines it greeted with, printed again by a second start.
    pub(crate) greeting: String,
}

/// Whether this process may run on a data folder.
pub(crate) enum Claim {
    /// It may, for as long as it holds this.
    Mine(Held),
    /// Another process does; its note, once it has written one.
    Theirs(Option<RunningStack>),
}

/// The lock on a data folder. The kernel lets go of it when the process ends, so a stale one cannot exist.
pub(crate) struct Held {
    _lock: File,
    note: PathBuf,
}

/// Claims a data folder.
pub(crate) fn claim(data_dir: &Path) -> anyhow::Result<Claim> {
    let lock = File::options()
        .create(true)
        .append(true)
        .open(data_dir.join("lock"))
        .context("opening the lock")?;
    let note = data_dir.join("running.json");
    match lock.try_lock() {
        Ok(()) => {
            let _ = fs::remove_file(&note);
            Ok(Claim::Mine(Held { _lock: lock, note }))
        }
        Err(fs::TryLockError::WouldBlock) => Ok(Claim::Theirs(read_note(&note))),
        Err(fs::TryLockError::Error(error)) => Err(error).context("locking the data folder"),
    }
}

/// The note of the installation that runs on a data folder. Claims nothing and makes nothing there: whoever only looks may be
/// somebody else than the service.
pub(crate) fn who_runs(data_dir: &Path) -> Option<RunningStack> {
    // Without a note there is nothing to learn, and a lock that is tried even for a moment is one that a start would meet.
    let note = read_note(&data_dir.join("running.json"))?;
    let lock = File::open(data_dir.join("lock")).ok()?;
    match lock.try_lock_shared() {
        Err(fs::TryLockError::WouldBlock) => Some(note),
        // A stale note.
        Ok(()) | Err(fs::TryLockError::Error(_)) => None,
    }
}

fn read_note(path: &Path) -> Option<RunningStack> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

impl Held {
    /// Tells later starts where everything answers.
    pub(crate) fn write_note(&self, running: &RunningStack) -> anyhow::Result<()> {
        let aside = self.note.with_extension("new");
        let mut file = File::create(&aside)?;
        file.write_all(&serde_json::to_vec_pretty(running)?)?;
        fs::rename(&aside, &self.note).context("writing running.json")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_who_runs_makes_nothing_and_takes_no_stale_note_for_somebody() {
        let folder = tempfile::tempdir().unwrap();
        assert!(who_runs(folder.path()).is_none());
        let note = RunningStack {
            pid: 7,
            addresses: Addresses::default_ports("127.0.0.1".parse().unwrap()),
            greeting: "hello".into(),
        };
        let note = serde_json::to_vec(&note).unwrap();
        fs::write(folder.path().join("running.json"), note).unwrap();
        assert!(who_runs(folder.path()).is_none(), "no lock");
        assert!(!folder.path().join("lock").exists());
        fs::write(folder.path().join("lock"), "").unwrap();
        assert!(who_runs(folder.path()).is_none(), "nobody holds it");
    }

    #[test]
    fn a_second_claim_reads_the_firsts_note_and_a_stale_note_is_forgotten() {
        let folder = std::env::temp_dir().join(format!("gatehouse-claim-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("running.json"), "{").unwrap();
        let Claim::Mine(held) = claim(&folder).unwrap() else {
            panic!("the folder is free")
        };
        assert!(
            matches!(claim(&folder).unwrap(), Claim::Theirs(None)),
            "no note yet"
        );
        let note = RunningStack {
            pid: 7,
            addresses: Addresses::default_ports("127.0.0.1".parse().unwrap()),
            greeting: "hello".into(),
        };
        held.write_note(&note).unwrap();
        let Claim::Theirs(Some(theirs)) = claim(&folder).unwrap() else {
            panic!("the folder is taken")
        };
        assert_eq!((theirs.pid, theirs.greeting.as_str()), (7, "hello"));
        assert_eq!(who_runs(&folder).unwrap().pid, 7);
        drop(held);
        assert!(matches!(claim(&folder).unwrap(), Claim::Mine(_)));
        fs::remove_dir_all(&folder).unwrap();
    }
}
