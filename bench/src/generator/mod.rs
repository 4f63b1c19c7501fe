//! The client: one thread, its own epoll loop, keep-alive connections, a key drawn anew for every request.
//!
//! Closed loop (each connection sends its next request when it has its answer) measures CPU and throughput; a fixed rate
//! measures latency, from the moment a request was due, so that a stalled proxy cannot hide the requests it delayed.

mod connection;
mod http2;
mod tally;
mod wire;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::dice::Dice;
use crate::keys::{Fate, KeyRing};
use crate::poll::Poll;
use connection::{Connection, Progress};
pub(crate) use connection::{Protocol, Request};
pub(crate) use tally::Tally;

/// An answer that takes longer is a fault of the plane, not a slow answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// How requests follow one another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    Closed,
    /// Requests per second.
    Fixed(u32),
}

/// Of so many requests, how many carry a key that is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    pub(crate) of: u64,
    pub(crate) revoked: u64,
    pub(crate) over_limit: u64,
}

impl Mix {
    /// Only good keys.
    pub(crate) const NONE: Self = Self {
        of: 1,
        revoked: 0,
        over_limit: 0,
    };

    fn draw(self, dice: &mut Dice) -> Fate {
        let drawn = dice.below(self.of);
        if drawn < self.revoked {
            Fate::Revoked
        } else if drawn < self.revoked + self.over_limit {
            Fate::OverLimit
        } else {
            Fate::Good
        }
    }
}

/// What to do.
pub(crate) struct Load<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) keys: &'a KeyRing,
    pub(crate) request: &'a Request,
    pub(crate) mix: Mix,
    pub(crate) pace: Pace,
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    pub(crate) seed: u64,
}

/// Runs a load; `mark` is called when the warm-up ends and again when the measured time does.
pub(crate) fn run(load: &Load<'_>, mark: &mut dyn FnMut()) -> anyhow::Result<Tally> {
    run_until(load, mark, &AtomicBool::new(false))
}

/// As [`run`], ending early once `over` is set.
pub(crate) fn run_until(
    load: &Load<'_>,
    mark: &mut dyn FnMut(),
    over: &AtomicBool,
) -> anyhow::Result<Tally> {
    let mut running = Running::begin(load)?;
    let begun = Instant::now();
    running.until(begun + load.warm_up, over)?;
    mark();
    running.tally.start_measuring();
    let started = Instant::now();
    running.until(started + load.measured, over)?;
    running.tally.stop_measuring(started.elapsed());
    mark();
    running.drain()?;
    Ok(running.tally)
}

struct Running<'a> {
    load: &'a Load<'a>,
    poll: Poll,
    connections: Vec<Connection>,
    /// Places of connections that wait for nothing; used at a fixed rate only.
    free: Vec<usize>,
    dice: Dice,
    tally: Tally,
    ready: Vec<u64>,
    /// When the next request is due, at a fixed rate.
    due: Instant,
}

impl<'a> Running<'a> {
    fn begin(load: &'a Load<'a>) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::new();
        for place in 0..load.connections {
            let connection = Connection::open(load.address, load.request)?;
            poll.add(connection.socket(), place as u64)?;
            connections.push(connection);
        }
        let mut running = Self {
            load,
            poll,
            free: (0..connections.len()).collect(),
            connections,
            dice: Dice::new(load.seed),
            tally: Tally::default(),
            ready: Vec::new(),
            due: Instant::now(),
        };
        if let Pace::Closed = load.pace {
            for place in std::mem::take(&mut running.free) {
                running.send(place, Instant::now())?;
            }
        }
        Ok(running)
    }

    fn send(&mut self, place: usize, due: Instant) -> anyhow::Result<()> {
        let fate = self.load.mix.draw(&mut self.dice);
        let key = self.load.keys.draw(fate, &mut self.dice);
        self.connections[place].send(fate, key, due)
    }

    fn until(&mut self, end: Instant, over: &AtomicBool) -> anyhow::Result<()> {
        let mut stalled_since = Instant::now();
        loop {
            let now = Instant::now();
            if now >= end || over.load(Ordering::Relaxed) {
                return Ok(());
            }
            let mut wait = end - now;
            if let Pace::Fixed(rate) = self.load.pace {
                self.send_due(now, rate)?;
                if !self.free.is_empty() {
                    wait = wait.min(self.due.saturating_duration_since(Instant::now()));
                }
            }
            self.poll
                .wait(&mut self.ready, Some(wait.min(ANSWER_WITHIN)))?;
            if !self.ready.is_empty() {
                stalled_since = now;
            } else if now - stalled_since > ANSWER_WITHIN {
                bail!("no answer within {ANSWER_WITHIN:?}");
            }
            self.receive(true)?;
        }
    }

    fn send_due(&mut self, now: Instant, rate: u32) -> anyhow::Result<()> {
        while self.due <= now {
            let Some(place) = self.free.pop() else { break };
            self.send(place, self.due)?;
            self.due += Duration::from_secs(1) / rate;
        }
        Ok(())
    }

    /// Takes answers; in a closed loop each is followed by the next request.
    fn receive(&mut self, go_on: bool) -> anyhow::Result<()> {
        let ready = std::mem::take(&mut self.ready);
        for place in ready.iter().map(|token| *token as usize) {
            match self.connections[place].advance()? {
                Progress::Waiting => {}
                Progress::Answered(answer) => {
                    let now = Instant::now();
                    self.tally.answered(&answer, now);
                    if answer.closes {
                        self.reopen(place)?;
                    }
                    match self.load.pace {
                        Pace::Closed if go_on => self.send(place, now)?,
                        Pace::Closed => {}
                        Pace::Fixed(_) => self.free.push(place),
                    }
                }
                Progress::Lost(request) => {
                    self.tally.lost += 1;
                    self.reopen(place)?;
                    match self.load.pace {
                        Pace::Closed if go_on => self.send(place, request)?,
                        Pace::Closed => {}
                        Pace::Fixed(_) => self.free.push(place),
                    }
                }
                Progress::Closed => self.reopen(place)?,
            }
        }
        self.ready = ready;
        Ok(())
    }

    fn reopen(&mut self, place: usize) -> anyhow::Result<()> {
        self.tally.reopened += 1;
        let connection = Connection::open(self.load.address, self.load.request)?;
        self.poll.add(connection.socket(), place as u64)?;
        self.connections[place] = connection;
        Ok(())
    }

    /// Waits for the answers that are still out, so that every count is of whole calls.
    fn drain(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + ANSWER_WITHIN;
        while self.connections.iter().any(Connection::is_waiting) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("calls are unanswered after {ANSWER_WITHIN:?}");
            }
            self.poll.wait(&mut self.ready, Some(left))?;
            self.receive(false)?;
        }
        Ok(())
    }
}
