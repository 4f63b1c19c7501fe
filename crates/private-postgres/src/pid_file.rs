//! Reading postmaster.pid without believing it: the file outlives its server after a crash.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use gatehouse_os::pid_alive;

/// The lines of postmaster.pid we use (`miscadmin.h`, `LOCK_FILE_LINE_*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    /// Line 5; absent while the server is still opening its socket.
    pub(crate) socket_dir: Option<PathBuf>,
    /// Line 8 says `ready`.
    pub(crate) ready: bool,
}

/// Whether the process a pid file names is the server of that directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Postmaster {
    Ours,
    /// Dead, a zombie, or a process that merely got the same number.
    Gone,
    /// Alive, and the operating system does not tell what it is.
    Unclear,
}

impl PidFile {
    /// The file of this data directory; `None` when absent or too broken to name a process.
    pub(crate) fn read(cluster: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        // A single-user backend writes its pid negated; it serves nobody.
        let pid = lines.first()?.parse().ok().filter(|pid| *pid > 0)?;
        let socket_dir = lines.get(4).filter(|dir| dir.starts_with('/'));
        Some(Self {
            pid,
            socket_dir: socket_dir.map(PathBuf::from),
            ready: lines.get(7) == Some(&"ready"),
        })
    }

    /// Judges the named process by its working directory, which for a postmaster is its data directory
    /// before it writes the file, so that a foreign process with a recycled id is told apart.
    pub(crate) fn postmaster(&self, cluster: &Path) -> Postmaster {
        if !pid_alive(self.pid) {
            return Postmaster::Gone;
        }
        match std::fs::read_link(format!("/proc/{}/cwd", self.pid)) {
            Ok(cwd) if cwd == cluster => Postmaster::Ours,
            Ok(_) => Postmaster::Gone,
            // It ended between the two looks, unless there is no /proc to look into at all.
            Err(error)
                if error.kind() == ErrorKind::NotFound && Path::new("/proc/self").exists() =>
            {
                Postmaster::Gone
            }
            Err(_) => Postmaster::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str =
        "71\n/data/cluster\n1700000000\n5432\n/data/socket\n\n  5432001  3\nready   \n";

    #[test]
    fn a_whole_file_names_process_socket_and_readiness() {
        let file = PidFile::parse(READY).expect("whole file");
        assert_eq!(file.pid, 71);
        assert_eq!(file.socket_dir, Some(PathBuf::from("/data/socket")));
        assert!(file.ready);
    }

    #[test]
    fn a_server_that_is_starting_or_stopping_is_not_ready() {
        for status in ["starting", "stopping", "standby", ""] {
            let file = PidFile::parse(&READY.replace("ready", status)).expect("file");
            assert!(!file.ready, "{status}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_never_ready_and_never_panics() {
        for end in 0..READY.len() - "y   \n".len() {
            let ready = PidFile::parse(&READY[..end]).is_some_and(|file| file.ready);
            assert!(!ready, "cut at {end}");
        }
        assert_eq!(PidFile::parse("-71\n"), None);
        assert_eq!(PidFile::parse("0\n"), None);
        assert_eq!(PidFile::parse("99999999999999\n"), None);
    }

    #[test]
    fn a_live_process_elsewhere_is_not_the_postmaster() {
        let file = PidFile {
            pid: std::process::id(),
            socket_dir: None,
            ready: true,
        };
        let cwd = std::env::current_dir().expect("cwd");
        assert_eq!(file.postmaster(Path::new("/nowhere")), Postmaster::Gone);
        assert_eq!(file.postmaster(&cwd), Postmaster::Ours);
    }
}
