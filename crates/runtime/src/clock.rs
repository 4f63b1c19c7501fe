//! Time as an argument: the only place that reads the system clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// The time of day and a steady count, shared by cheap clone.
///
/// Dates, expiry and anything stored use [`Clock::now`]; limits and waits use [`Clock::monotonic`],
/// which no change of the wall clock can move.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System { started: Instant },
    Adjustable(Arc<Mutex<Hands>>),
}

#[derive(Debug)]
struct Hands {
    wall: OffsetDateTime,
    elapsed: Duration,
}

/// Moves the clock it was made with; for tests.
#[derive(Debug, Clone)]
pub struct ClockHand(Arc<Mutex<Hands>>);

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System {
            started: Instant::now(),
        })
    }

    /// A clock that stands still at `start` until its hand is moved.
    #[must_use]
    pub fn adjustable(start: OffsetDateTime) -> (Self, ClockHand) {
        let hands = Arc::new(Mutex::new(Hands {
            wall: start,
            elapsed: Duration::ZERO,
        }));
        (
            Self(Source::Adjustable(Arc::clone(&hands))),
            ClockHand(hands),
        )
    }

    /// A clock that always says `instant`.
    #[must_use]
    pub fn fixed(instant: OffsetDateTime) -> Self {
        Self::adjustable(instant).0
    }

    /// The time of day, in UTC.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the wall clock"
    )]
    pub fn now(&self) -> OffsetDateTime {
        match &self.0 {
            Source::System { .. } => OffsetDateTime::now_utc(),
            Source::Adjustable(hands) => lock(hands).wall,
        }
    }

    /// Time since this clock was made; never goes back, whatever happens to the wall clock.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System { started } => started.elapsed(),
            Source::Adjustable(hands) => lock(hands).elapsed,
        }
    }
}

impl ClockHand {
    /// Lets time pass, on the wall and on the steady count.
    pub fn advance(&self, by: Duration) {
        let mut hands = lock(&self.0);
        hands.wall += by;
        hands.elapsed += by;
    }

    /// Sets the wall clock only, as an administrator or a time server does.
    pub fn set_wall(&self, to: OffsetDateTime) {
        lock(&self.0).wall = to;
    }
}

fn lock(hands: &Mutex<Hands>) -> MutexGuard<'_, Hands> {
    hands.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_wall_clock_jump_does_not_move_the_steady_count() {
        let (clock, hand) = Clock::adjustable(datetime!(2026-11-20 12:00 UTC));
        let other = clock.clone();
        hand.advance(Duration::from_secs(5));
        hand.set_wall(datetime!(2026-11-20 11:00 UTC));
        assert_eq!(other.now(), datetime!(2026-11-20 11:00 UTC));
        assert_eq!(other.monotonic(), Duration::from_secs(5));
    }

    #[test]
    fn the_system_clock_moves_forward() {
        let clock = Clock::system();
        let (wall, steady) = (clock.now(), clock.monotonic());
        assert!(wall > datetime!(2026-01-01 00:00 UTC));
        assert!(clock.monotonic() >= steady);
    }
}
