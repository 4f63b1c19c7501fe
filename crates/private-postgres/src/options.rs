//! How a server is to be started.

use std::path::PathBuf;
use std::time::Duration;

/// Whether committed data must survive a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Full,
    /// Nothing is flushed: for test servers, whose data may be thrown away.
    Tests,
}

/// When a server we start ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// With [`Running`], and with this program, also by kill -9.
    WithProgram,
    /// When somebody signals it. For a server that several programs share.
    Detached,
}

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    pub durability: Durability,
    pub lifetime: Lifetime,
    pub connections_max: u16,
    /// For the socket, when the path of the data directory is too long for one; /tmp and /var/tmp come after it.
    pub temp_dir: PathBuf,
    /// As root only: where data goes that no ordinary user can reach, when namespaces are forbidden.
    pub fallback_root: PathBuf,
    /// As root only: whether to use user namespaces where they work.
    pub user_namespaces: bool,
    /// How long to wait for a server to become ready, crash recovery included.
    pub start_max: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            lifetime: Lifetime::WithProgram,
            // Three roles with pools of 20 or fewer, command-line verbs and a person with psql.
            connections_max: 100,
            temp_dir: PathBuf::from("/tmp"),
            fallback_root: PathBuf::from("/var/lib/gatehouse/postgres"),
            user_namespaces: true,
            start_max: Duration::from_secs(120),
        }
    }
}
