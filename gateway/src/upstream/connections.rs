//! A worker's connections to one target: those that wait for a call, and how many calls there may be.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::balance::InFlight;
use super::counts::UpstreamCounts;
use super::http1::Connection;
use super::target::Target;

/// What a worker may hold of one target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Calls, and with them connections, at once.
    pub(super) calls: usize,
    /// Calls that wait for a place.
    pub(super) waiting: usize,
    /// For how long they wait.
    pub(super) wait: Duration,
    /// Connections without a call.
    pub(super) idle: usize,
    /// For how long they are kept.
    pub(super) idle_for: Duration,
}

/// Connections of one worker to one target.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) target: Arc<Target>,
    bounds: Bounds,
    counts: Arc<UpstreamCounts>,
    /// The one used last at the end: it is the one most likely to be open still.
    idle: RefCell<Vec<Idle>>,
    calls: Cell<usize>,
    waiting: Cell<usize>,
    freed: Notify,
    /// What the name resolved to, for a moment, so that a burst of connections asks once.
    pub(super) addresses: RefCell<Option<(Instant, Rc<[SocketAddr]>)>>,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

/// Leave to have a connection to a target; given back when dropped.
#[derive(Debug)]
pub(super) struct Place(Rc<Connections>);

impl Place {
    pub(super) fn connections(&self) -> &Rc<Connections> {
        &self.0
    }
}

/// No place came free in time, or too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// A call under way: its place, and its target's count of it. Held until the response has ended.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(super) place: Place,
    pub(super) in_flight: InFlight,
}

impl Lease {
    /// Keeps the connection for another call. Only after a response that ended well: dropped instead, it is closed.
    pub(super) fn keep(self, connection: Connection) {
        self.place.0.put(connection);
    }
}

impl Connections {
    pub(super) fn new(target: Arc<Target>, bounds: Bounds, counts: Arc<UpstreamCounts>) -> Self {
        Self {
            target,
            bounds,
            counts,
            idle: RefCell::default(),
            calls: Cell::new(0),
            waiting: Cell::new(0),
            freed: Notify::new(),
            addresses: RefCell::default(),
        }
    }

    /// A place at once, if there is one and nobody waits for it.
    pub(super) fn try_enter(self: &Rc<Self>) -> Option<Place> {
        (self.waiting.get() == 0).then(|| self.occupy()).flatten()
    }

    /// A place, waited for in turn.
    pub(super) async fn enter(self: &Rc<Self>, now: Instant) -> Result<Place, Full> {
        if self.waiting.get() >= self.bounds.waiting {
            return Err(Full);
        }
        UpstreamCounts::add(&self.counts.waits);
        let _turn = Turn::take(&self.waiting);
        let deadline = now + self.bounds.wait;
        loop {
            timeout_at(deadline, self.freed.notified())
                .await
                .map_err(|_| Full)?;
            if let Some(place) = self.occupy() {
                return Ok(place);
            }
        }
    }

    fn occupy(self: &Rc<Self>) -> Option<Place> {
        let calls = self.calls.get();
        (calls < self.bounds.calls).then(|| {
            self.calls.set(calls + 1);
            Place(Rc::clone(self))
        })
    }

    /// The connection used last that is still open and silent.
    pub(super) fn take(&self, now: Instant) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        while let Some(mut last) = idle.pop() {
            if now.saturating_duration_since(last.since) >= self.bounds.idle_for {
                // All others have waited longer.
                idle.clear();
                return None;
            }
            if last.connection.is_usable() {
                return Some(last.connection);
            }
        }
        None
    }

    /// Makes room for a connection that is opened although others are idle.
    pub(super) fn make_room(&self) {
        let mut idle = self.idle.borrow_mut();
        if !idle.is_empty() && idle.len() + self.calls.get() > self.bounds.calls {
            idle.remove(0);
        }
    }

    /// Whether the connection used last would be used again.
    #[cfg(test)]
    pub(super) fn has_usable(&self) -> bool {
        let mut idle = self.idle.borrow_mut();
        idle.last_mut()
            .is_some_and(|last| last.connection.is_usable())
    }

    fn put(&self, connection: Connection) {
        if self.target.is_gone() || self.bounds.idle == 0 {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        if idle.len() >= self.bounds.idle {
            idle.remove(0);
        }
        let since = Instant::now();
        idle.push(Idle { connection, since });
    }

    /// Connections without a call.
    pub(super) fn idle(&self) -> usize {
        self.idle.borrow().len()
    }

    /// Calls under way.
    pub(super) fn in_flight(&self) -> usize {
        self.calls.get()
    }

    /// Closes what is too old, has ended, or leads to a target that is gone. Whether anything is left to look after.
    pub(super) fn keep_house(&self, now: Instant) -> bool {
        let mut idle = self.idle.borrow_mut();
        if self.target.is_gone() {
            idle.clear();
            return self.calls.get() > 0 || self.waiting.get() > 0;
        }
        idle.retain_mut(|idle| {
            now.saturating_duration_since(idle.since) < self.bounds.idle_for
                && idle.connection.is_usable()
        });
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.calls.set(self.0.calls.get().saturating_sub(1));
        if self.0.waiting.get() > 0 {
            self.0.freed.notify_one();
        }
    }
}

/// One of those that wait, counted until it is dropped.
struct Turn<'a>(&'a Cell<usize>);

impl<'a> Turn<'a> {
    fn take(waiting: &'a Cell<usize>) -> Self {
        waiting.set(waiting.get() + 1);
        Self(waiting)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
