//! Restarting without a pause: a new process takes the listening sockets and the data folder over from the one that runs.
//!
//! The sockets are never closed, so no connection is refused and none is reset. Both processes speak over a socket in the
//! data folder, one step at a time; until [`Message::Yours`] the old one can go on as if nothing had been asked:
//!
//! 1. The new process asks. It gets the folder's lock, the listening sockets and the number of the boot that still runs.
//! 2. It reads the configuration from disk and says that it is ready.
//! 3. The old one stops accepting, following the control plane and shipping, and hands the folder over with what limits have
//!    used. Connections that arrive in between wait in the sockets' queues.
//! 4. The new one accepts and follows. The old one answers what it has begun, asks its clients to close after it, and ends.
//!    Its end is seen on the socket; only then are the calls of its boot settled and shipped.

mod predecessor;
mod successor;
mod wire;

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use predecessor::{Predecessor, Retiring};
pub(crate) use successor::{Door, Successor};

/// The name of the socket in the data folder.
const SOCKET: &str = "hand-over";
/// How long an answer to one step may take. Reading a configuration of a million keys from disk lies within it.
const STEP_MAX: Duration = Duration::from_secs(60);
/// Listening sockets at most; the kernel passes no more than 253 descriptors at once.
pub(crate) const SOCKETS_MAX: usize = 240;

/// What is passed on: descriptors of the very same open files, so that closing one side's closes nothing.
#[derive(Debug)]
pub(crate) struct Sockets {
    /// Holds the data folder.
    pub(crate) lock: File,
    /// Health and metrics.
    pub(crate) status: TcpListener,
    /// Consumers.
    pub(crate) calls: Vec<TcpListener>,
}

impl Sockets {
    /// Further descriptors of the same open files.
    pub(crate) fn try_clone(&self) -> std::io::Result<Self> {
        Ok(Self {
            lock: self.lock.try_clone()?,
            status: self.status.try_clone()?,
            calls: self
                .calls
                .iter()
                .map(TcpListener::try_clone)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The steps. Each is one frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Message {
    /// New to old.
    Ask { version: String },
    /// Old to new, with the descriptors in the order of [`Sockets`].
    Sockets { boot: Uuid, version: String },
    /// New to old.
    Ready,
    /// Old to new: the folder is yours, and so is what limits have used.
    Yours { limits: Vec<u8> },
}

/// Why a gateway could not take over. The running one goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandOverError {
    #[error("no gateway answers at {0}; start this one without taking over")]
    Nobody(String),
    #[error("the process at the other end belongs to another user")]
    Stranger,
    #[error("the other gateway said {0}, which is not the next step; do both have this version?")]
    OutOfStep(&'static str),
    #[error("the hand-over broke off: {0}")]
    Io(#[from] std::io::Error),
}

impl Message {
    const fn name(&self) -> &'static str {
        match self {
            Self::Ask { .. } => "\"ask\"",
            Self::Sockets { .. } => "\"sockets\"",
            Self::Ready => "\"ready\"",
            Self::Yours { .. } => "\"yours\"",
        }
    }
}

/// A socket's address holds about a hundred bytes and a data folder's path may be longer, so the folder is named by an open
/// descriptor.
fn address(folder: &File) -> std::path::PathBuf {
    use std::os::fd::AsRawFd;
    Path::new("/proc/self/fd")
        .join(folder.as_raw_fd().to_string())
        .join(SOCKET)
}

#[cfg(test)]
mod tests;
