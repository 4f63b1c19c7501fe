//! Connections to one target that wait for their next call.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::client::conn::http1::SendRequest;
use tokio::time::Instant;

use super::body::ForwardBody;

/// Unused connections of a target. The lock is held for a push or a pop, never over an await.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    connections: VecDeque<(Connection, Instant)>,
    closed: bool,
}

/// A connection to a target, used by one call at a time.
pub(crate) struct Connection {
    sender: SendRequest<ForwardBody>,
    bytes_read: Arc<AtomicU64>,
    pooled: bool,
}

impl Connection {
    pub(crate) fn new(sender: SendRequest<ForwardBody>, bytes_read: Arc<AtomicU64>) -> Self {
        Self {
            sender,
            bytes_read,
            pooled: false,
        }
    }

    pub(crate) fn sender(&mut self) -> &mut SendRequest<ForwardBody> {
        &mut self.sender
    }

    /// Whether it has carried a call before.
    pub(crate) fn was_pooled(&self) -> bool {
        self.pooled
    }

    /// Bytes the target has sent on it so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}

impl Pool {
    /// The connection used last, if one is young enough and still open.
    pub(crate) fn take(&self, idle_max: Duration) -> Option<Connection> {
        let mut idle = self.lock();
        while let Some((mut connection, since)) = idle.connections.pop_back() {
            if since.elapsed() >= idle_max {
                // All others have waited longer.
                idle.connections.clear();
                return None;
            }
            if !connection.sender.is_closed() {
                connection.pooled = true;
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for later, instead of the one that has waited longest when there are too many.
    pub(crate) fn put(&self, connection: Connection, idle_max: Duration, count_max: usize) {
        let mut idle = self.lock();
        if idle.closed || count_max == 0 || connection.sender.is_closed() {
            return;
        }
        let stale = |(connection, since): &(Connection, Instant)| {
            connection.sender.is_closed() || since.elapsed() >= idle_max
        };
        while idle.connections.front().is_some_and(stale) || idle.connections.len() >= count_max {
            idle.connections.pop_front();
        }
        idle.connections.push_back((connection, Instant::now()));
    }

    /// Closes what is unused and keeps nothing further.
    pub(crate) fn close(&self) {
        let mut idle = self.lock();
        idle.closed = true;
        idle.connections.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pool")
    }
}
