//! The demo's data folder: how it is recognised, emptied, and what is kept in it between starts.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use gatehouse_runtime::Secret;
use serde_json::{Value, json};

use crate::stack::{prepare_data_dir, remove};

/// Says that a folder is a demo's. Nothing is ever deleted in a folder without it.
const MARKER: &str = "gatehouse-demo.json";
/// Written last of all by the seed: without it what the database holds is half a demo.
const SEEDED: &str = "seeded.json";
/// What a start leaves before the folder is marked.
const BEFORE_THE_MARKER: [&str; 2] = ["lock", "running.json"];

/// A folder that holds a demo, or nothing yet.
pub(super) struct Folder(PathBuf);

/// What a start needs to know of the seed.
pub(super) struct Seeded {
    /// Where the targets of the demo's APIs point.
    pub(super) upstream: SocketAddr,
    /// The key of the printed call.
    pub(super) key: Secret<String>,
    /// The access token for publishing.
    pub(super) ci_token: Secret<String>,
}

impl Folder {
    /// Makes the folder, or recognises it. One that holds something else is refused, and left as it is.
    pub(super) fn open(data_dir: &Path) -> anyhow::Result<Self> {
        if !is_ours_or_empty(data_dir)? {
            bail!(
                "{} holds something that is no demo; name another folder with --data-dir",
                data_dir.display()
            );
        }
        Ok(Self(prepare_data_dir(data_dir)?))
    }

    /// Its absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Marks it as a demo's. Call with the lock held.
    pub(super) fn mark(&self) -> anyhow::Result<()> {
        let note = json!({ "made_by": "gatehouse demo", "delete_with": "gatehouse demo --reset" });
        self.write(MARKER, note.to_string().as_bytes())
    }

    /// Deletes all of the demo but its lock, which the caller holds. The marker goes last: a reset that was cut off
    /// can be done again.
    pub(super) fn reset(&self) -> anyhow::Result<()> {
        // Recognised a second time, now that nobody else can be writing here.
        if !is_ours_or_empty(&self.0)? {
            bail!(
                "{} holds no demo any more; nothing was deleted",
                self.0.display()
            );
        }
        for entry in fs::read_dir(&self.0).with_context(|| self.reading())? {
            let entry = entry.with_context(|| self.reading())?;
            if entry.file_name() != "lock" && entry.file_name() != MARKER {
                remove(&entry.path())?;
            }
        }
        remove(&self.0.join(MARKER))
    }

    /// What the seed left, or `None` when it never came to its end.
    pub(super) fn seeded(&self) -> anyhow::Result<Option<Seeded>> {
        let text = match fs::read(self.0.join(SEEDED)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("reading seeded.json"),
        };
        let value: Value = serde_json::from_slice(&text).unwrap_or_default();
        let word = |name: &str| value[name].as_str().map(str::to_owned);
        Ok((|| {
            Some(Seeded {
                upstream: word("upstream")?.parse().ok()?,
                key: Secret::new(word("key")?),
                ci_token: Secret::new(word("ci_token")?),
            })
        })())
    }

    /// Keeps what the next starts need, in a file that only its owner can read.
    pub(super) fn keep(&self, seeded: &Seeded) -> anyhow::Result<()> {
        let value = json!({
            "upstream": seeded.upstream,
            "key": seeded.key.expose(),
            "ci_token": seeded.ci_token.expose(),
        });
        self.write(SEEDED, value.to_string().as_bytes())
    }

    /// Forgets the seed and everything made by roles that ran on it. The database is not ours to touch here.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        for name in [SEEDED, "gateway", "join-token", "master.key"] {
            remove(&self.0.join(name))?;
        }
        Ok(())
    }

    /// Writes a file whole, or not at all, readable by its owner only.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.0.join(name);
        let aside = self.0.join(format!("{name}.new"));
        let mut options = File::options();
        options.create(true).write(true).truncate(true).mode(0o600);
        let written = options.open(&aside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&aside, &path)
        });
        written.with_context(|| format!("writing {}", path.display()))
    }

    fn reading(&self) -> String {
        format!("reading the folder {}", self.0.display())
    }
}

/// Whether a folder is marked as a demo's, is empty, or does not exist.
fn is_ours_or_empty(data_dir: &Path) -> anyhow::Result<bool> {
    let entries = match fs::read_dir(data_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => {
            return Err(error).with_context(|| format!("reading {}", data_dir.display()));
        }
    };
    let mut empty = true;
    for entry in entries {
        let name = entry
            .with_context(|| format!("reading {}", data_dir.display()))?
            .file_name();
        if name == MARKER {
            return Ok(true);
        }
        empty &= BEFORE_THE_MARKER.iter().any(|before| name == *before);
    }
    Ok(empty)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_with_something_else_in_it_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("master.key"), "precious").unwrap();
        assert!(Folder::open(folder.path()).is_err());
        assert_eq!(
            fs::read_to_string(folder.path().join("master.key")).unwrap(),
            "precious"
        );
        // Unmarked behind our back: a reset deletes nothing either.
        let other = tempfile::tempdir().unwrap();
        let demo = Folder::open(other.path()).unwrap();
        fs::write(other.path().join("thesis.txt"), "precious").unwrap();
        assert!(demo.reset().is_err());
        assert!(other.path().join("thesis.txt").exists());
    }

    #[test]
    fn a_reset_deletes_the_demo_and_follows_no_link_out_of_it() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("precious"), "").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lock"), "").unwrap();
        let demo = Folder::open(folder.path()).unwrap();
        demo.mark().unwrap();
        fs::create_dir_all(folder.path().join("postgres/cluster")).unwrap();
        symlink(outside.path(), folder.path().join("postgres/link")).unwrap();
        symlink(outside.path(), folder.path().join("link")).unwrap();
        demo.reset().unwrap();
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["lock"]);
        assert!(outside.path().join("precious").exists());
        assert!(Folder::open(folder.path()).is_ok(), "it can be used again");
    }

    #[test]
    fn what_the_seed_left_reads_back_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let demo = Folder::open(folder.path()).unwrap();
        assert!(demo.seeded().unwrap().is_none());
        let seeded = Seeded {
            upstream: "127.0.0.1:4000".parse().unwrap(),
            key: Secret::new("gth_live_x".to_owned()),
            ci_token: Secret::new("gta_x".to_owned()),
        };
        demo.keep(&seeded).unwrap();
        let read = demo.seeded().unwrap().unwrap();
        assert_eq!(
            (read.upstream, read.key.expose()),
            (seeded.upstream, seeded.key.expose())
        );
        let mode = fs::metadata(folder.path().join(SEEDED))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(folder.path().join(SEEDED), "{").unwrap();
        assert!(demo.seeded().unwrap().is_none(), "a broken file is no seed");
    }
}
