//! Restarting without a pause: a new process takes the listening sockets and the data folder over from the one that runs.
//!
//! The sockets are never closed, so no connection is refused and none is reset. Both processes speak over a socket in the
//! data folder, one step at a time; until [`Message::Yours`] the old one can go on as if nothing had been asked:
//!
//! 1. The new process asks. It gets the folder's lock, the listening sockets and the number of the boot that still runs.
//! 2. It reads the configuration from disk and says that it is ready.
//! 3. The old one stops accepting, following the control plane and shipping, and hands the folder over. Connections that arrive
//!    in between wait in the sockets' queues.
//! 4. The new one reads what changed since it looked, accepts and follows. The old one answers what it has begun and the next
//!    request of each connection it has, asks its clients to connect anew, and ends. Its calls are shipped by the new one
//!    once it has let go of its part of the spool.

mod predecessor;
mod retirement;
mod successor;
mod wire;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::worker::sockets::Sockets;

pub(crate) use predecessor::Predecessor;
pub(crate) use retirement::Retirement;
pub(crate) use successor::Door;

/// Of this program, for the other side's log.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The name of the socket in the data folder.
const SOCKET: &str = "hand-over";
/// How long an answer to one step may take. Reading a configuration of a million keys from disk lies within it.
const STEP_MAX: Duration = Duration::from_secs(60);
/// Listening sockets at most; the kernel passes no more than 253 descriptors at once.
pub(crate) const SOCKETS_MAX: usize = 240;

/// What is passed on: descriptors of the very same open files, so that closing one side's closes nothing.
#[derive(Debug)]
pub(crate) struct Passed {
    /// Holds the data folder.
    pub(crate) lock: File,
    pub(crate) sockets: Sockets,
}

impl Passed {
    /// Further descriptors of the same open files.
    pub(crate) fn try_clone(&self) -> std::io::Result<Self> {
        Ok(Self {
            lock: self.lock.try_clone()?,
            sockets: self.sockets.try_clone()?,
        })
    }
}

/// The steps. Each is one frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Message {
    /// New to old.
    Ask { version: String },
    /// Old to new, with the descriptors: the lock, the status socket, the others.
    Sockets { version: String },
    /// New to old.
    Ready,
    /// Old to new: the folder is yours.
    Yours,
}

/// Why a gateway could not take over. The running one goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandOverError {
    #[error(
        "no gateway answers at {0}: if none runs there, start this one without taking over; if one does, its log says why"
    )]
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
            Self::Yours => "\"yours\"",
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
