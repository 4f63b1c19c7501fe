//! A server that runs: how to reach it, how to end it, how to learn that it ended.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gatehouse_os::{Signal, kill};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, sleep};

use crate::error::Error;
use crate::pid_file::{PidFile, Postmaster};
use crate::place::Place;

/// Everything but the unreserved characters of RFC 3986 §2.3.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How long a fast shutdown, which writes a checkpoint, may take before the server is cut off.
const FAST_STOP_MAX: Duration = Duration::from_secs(60);
const IMMEDIATE_STOP_MAX: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);
const EXIT_POLL: Duration = Duration::from_millis(100);

/// A private Postgres that accepts connections.
///
/// When this value started the server with [`crate::Lifetime::WithProgram`], dropping it tells the server to
/// stop without waiting for it; [`Running::stop`] also waits.
#[derive(Debug)]
pub struct Running {
    pub(crate) data_dir: PathBuf,
    pub(crate) socket_dir: PathBuf,
    pub(crate) pid: u32,
    /// Absent when attached to a server another process started.
    pub(crate) child: Option<Mutex<Child>>,
    /// Whether the server ends when this value does.
    pub(crate) owned: bool,
}

impl Running {
    /// A server another process started, when its file says that it is ready and where it listens.
    pub(crate) fn attached(place: &Place, file: PidFile) -> Option<Self> {
        let socket_dir = file.socket_dir.filter(|_| file.ready)?;
        Some(Self {
            data_dir: place.data_dir.clone(),
            socket_dir,
            pid: file.pid,
            child: None,
            owned: false,
        })
    }

    /// A `postgres:` address over the Unix socket, for sqlx and libpq alike.
    #[must_use]
    pub fn connect_url(&self, database: &str, role: &str) -> String {
        let socket_dir = self.socket_dir.to_string_lossy();
        format!(
            "postgres:///{}?host={}&user={}",
            utf8_percent_encode(database, QUERY_VALUE),
            utf8_percent_encode(&socket_dir, QUERY_VALUE),
            utf8_percent_encode(role, QUERY_VALUE),
        )
    }

    /// Whether another process had started the server before.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        self.child.is_none()
    }

    /// The server's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Where the data really is: the directory asked for, or its stand-in under the fallback root.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The directory of the socket, open to the server's user (and root) alone.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// What the server writes about itself.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        log_path(&self.data_dir)
    }

    /// The server's pid file; it exists only while the server runs or after it crashed.
    #[must_use]
    pub fn pid_file(&self) -> PathBuf {
        cluster_dir(&self.data_dir).join("postmaster.pid")
    }

    /// A file that stays flock-ed as long as any process of the server lives.
    #[must_use]
    pub fn server_lock(&self) -> PathBuf {
        server_lock(&self.data_dir)
    }

    /// Stops the server this value started, and waits for it; a server somebody else started stays.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.owned = false;
        let Some(child) = self.child.take() else {
            return Ok(());
        };
        for (signal, patience) in [
            (Signal::Interrupt, FAST_STOP_MAX),
            (Signal::Quit, IMMEDIATE_STOP_MAX),
        ] {
            signal_child(&child, signal);
            if ended_within(&child, patience).await {
                self.remove_socket_dir();
                return Ok(());
            }
            tracing::warn!(pid = self.pid, "Postgres is slow to stop");
        }
        Err(Error::NotStopped { pid: self.pid })
    }

    fn postmaster(&self) -> Postmaster {
        let file = PidFile {
            pid: self.pid,
            socket_dir: None,
            ready: true,
        };
        file.postmaster(&cluster_dir(&self.data_dir))
    }

    /// Beside the data it stays for the next start; a directory in /tmp would only litter.
    fn remove_socket_dir(&self) {
        if !self.socket_dir.starts_with(&self.data_dir) {
            // Empty now, unless somebody put something there, which is not ours to remove.
            let _ = std::fs::remove_dir(&self.socket_dir);
        }
    }

    /// Returns when the server has ended, for whatever reason.
    pub async fn exited(&self) {
        loop {
            let ended = match &self.child {
                Some(child) => has_ended(child),
                None => self.postmaster() == Postmaster::Gone,
            };
            if ended {
                return;
            }
            sleep(EXIT_POLL).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.owned
            && let Some(child) = &self.child
        {
            signal_child(child, Signal::Interrupt);
        }
    }
}

pub(crate) fn cluster_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("cluster")
}

pub(crate) fn log_path(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres.log")
}

pub(crate) fn server_lock(data_dir: &Path) -> PathBuf {
    data_dir.join("server.lock")
}

/// Signals only while the child is unreaped, so that its id cannot have been given to another process.
pub(crate) fn signal_child(child: &Mutex<Child>, signal: Signal) {
    let mut child = guard(child);
    if matches!(child.try_wait(), Ok(None))
        && let Err(error) = kill(child.id(), signal)
    {
        tracing::warn!(pid = child.id(), %error, "cannot signal Postgres");
    }
}

pub(crate) fn has_ended(child: &Mutex<Child>) -> bool {
    !matches!(guard(child).try_wait(), Ok(None))
}

pub(crate) async fn ended_within(child: &Mutex<Child>, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while !has_ended(child) {
        if Instant::now() >= deadline {
            return false;
        }
        sleep(POLL).await;
    }
    true
}

fn guard(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_escapes_whatever_a_path_can_hold() {
        let running = Running {
            data_dir: PathBuf::from("/d"),
            socket_dir: PathBuf::from("/tmp/a b&c?d=é%"),
            pid: 1,
            child: None,
            owned: false,
        };
        let url = running.connect_url("gate house", "gatehouse_app");
        assert_eq!(
            url,
            "postgres:///gate%20house?host=%2Ftmp%2Fa%20b%26c%3Fd%3D%C3%A9%25&user=gatehouse_app"
        );
        let options: sqlx::postgres::PgConnectOptions = url.parse().expect("sqlx reads it");
        assert_eq!(options.get_socket(), Some(&running.socket_dir));
        assert_eq!(options.get_username(), "gatehouse_app");
    }
}
