//! What can go wrong, in words that tell the operator what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no private Postgres to use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain of places and sources ended without a Postgres.
    #[error(
        "no Postgres {least} or newer was found and none could be fetched: install one \
         (apt-get install postgresql) or set DATABASE_URL; tried: {tried}"
    )]
    NoneFound { least: u32, tried: String },
    /// The directory named by the operator holds no usable Postgres.
    #[error("the Postgres directory {} cannot be used: {reason}", dir.display())]
    BadBinDir { dir: PathBuf, reason: String },
    /// The data was written by another major version.
    #[error(
        "{} holds the data of Postgres {data}, but the one found is {found} ({}): install \
         Postgres {data}, name its bin directory, or move the data away", dir.display(), bin.display()
    )]
    VersionMismatch {
        dir: PathBuf,
        data: String,
        found: u32,
        bin: PathBuf,
    },
    /// The data belongs to another user and we are not root.
    #[error("{} belongs to user {owner}, this program runs as user {me}", dir.display())]
    OwnedByAnother { dir: PathBuf, owner: u32, me: u32 },
    /// The data belongs to root, and Postgres may not run as root.
    #[error(
        "{} belongs to root, Postgres refuses to run as root and this machine forbids user \
         namespaces: give the directory to an ordinary user", dir.display()
    )]
    RootOwned { dir: PathBuf },
    /// Something holds the data directory and did not become ready or let go in time.
    #[error("the Postgres of {} neither became ready nor ended in time: {detail}", dir.display())]
    Busy { dir: PathBuf, detail: String },
    /// No place for the socket has a path short enough for the operating system.
    #[error("no directory for the Postgres socket: {reason}")]
    NoSocketDir { reason: String },
    /// Making the data directory failed.
    #[error("initdb failed: {output}")]
    InitFailed { output: String },
    /// The server ended while starting.
    #[error("Postgres did not start ({status}); the end of {} says: {tail}", log.display())]
    StartFailed {
        status: String,
        log: PathBuf,
        tail: String,
    },
    /// The server did not end when told to.
    #[error("Postgres (pid {pid}) did not stop in time")]
    NotStopped { pid: u32 },
    /// A file or process operation failed.
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    /// The server refused a statement of the role set-up.
    #[error("preparing the database roles: {0}")]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// Names the path an operation failed on.
    pub(crate) fn at(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let what = format!("cannot {verb} {}", path.display());
        move |source| Self::Io { what, source }
    }
}
