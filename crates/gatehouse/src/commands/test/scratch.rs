//! The folder of a run, which is gone after it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gatehouse_runtime::random;

use crate::output;
use crate::stack::remove;

/// Lines that are shown of each process when something went wrong.
const LINES: usize = 15;

/// A new folder below the system's folder for temporary files, that only its owner can read.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn make() -> anyhow::Result<Self> {
        let name = format!("gatehouse-test-{:016x}", random::below(u64::MAX));
        let path = std::env::temp_dir().join(name);
        // One that is there already is somebody else's.
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("making {}", path.display()))?;
        let path = path.canonicalize();
        Ok(Self(path.context("opening the folder of this run")?))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Shows the end of what each process wrote.
    pub(super) fn tell_logs(&self) {
        for name in ["admin-api", "gateway"] {
            let log = std::fs::read(self.0.join(format!("{name}.log")));
            let log = log.unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            let lines: Vec<&str> = log.lines().collect();
            for line in lines.iter().skip(lines.len().saturating_sub(LINES)) {
                output::talk(format!("{name:<9} | {line}"));
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            output::talk(format!("gatehouse: {error:#}"));
        }
    }
}
