//! How a connection is brought to its end.

use std::time::Duration;

use tokio::time::Instant;

use super::stats::CloseReason;
use super::watch::Watch;

/// How long a connection that was asked to close may still say goodbye.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);

/// What to do when a deadline has passed.
pub(super) enum Verdict {
    Wait,
    Finish,
    Close(CloseReason),
}

/// How a connection is to end: by age or idleness it is first asked to finish, then closed. What is under way on an old one
/// is never cut: a long-lived stream ends by itself, or by the drain.
pub(super) struct End {
    too_old: Instant,
    pub(super) draining: bool,
    /// Since when by age or because it is to go elsewhere, until when by idleness.
    finishing: Option<(Instant, CloseReason)>,
}

impl End {
    pub(super) fn new(too_old: Instant) -> Self {
        Self {
            too_old,
            draining: false,
            finishing: None,
        }
    }

    /// The next moment at which something may be due, and what.
    pub(super) fn next(&self, watch: &Watch) -> (Instant, Option<CloseReason>) {
        let (waiting, reason) = watch.deadline();
        match self.finishing {
            Some((asked, why @ (CloseReason::Age | CloseReason::Drained))) => {
                match watch.at_rest_since() {
                    None => (waiting, reason),
                    Some(since) => {
                        let until = since.max(asked) + GOODBYE;
                        if reason == Some(CloseReason::Idle) || until < waiting {
                            (until, Some(why))
                        } else {
                            (waiting, reason)
                        }
                    }
                }
            }
            // Idleness has been acted on; what counts now is the goodbye.
            Some((until, why)) if reason == Some(CloseReason::Idle) || until < waiting => {
                (until, Some(why))
            }
            None if self.too_old < waiting => (self.too_old, Some(CloseReason::Age)),
            _ => (waiting, reason),
        }
    }

    pub(super) fn alarm(&mut self, watch: &Watch) -> Verdict {
        let now = Instant::now();
        let (deadline, reason) = self.next(watch);
        let Some(reason) = reason.filter(|_| deadline <= now) else {
            return Verdict::Wait;
        };
        match (self.finishing, reason) {
            (None, CloseReason::Idle) => self.finishing = Some((now + GOODBYE, reason)),
            (None, CloseReason::Age) => self.finishing = Some((now, reason)),
            _ => return Verdict::Close(reason),
        }
        Verdict::Finish
    }

    /// Notes that the connection was asked to finish because calls are to go elsewhere; `false` when it was asked before.
    pub(super) fn send_away(&mut self) -> bool {
        let first = self.finishing.is_none();
        if first {
            self.finishing = Some((Instant::now(), CloseReason::Drained));
        }
        first
    }

    pub(super) fn reason(&self, ended_well: bool) -> CloseReason {
        match self.finishing {
            Some((_, reason)) => reason,
            None if self.draining => CloseReason::Drained,
            None if ended_well => CloseReason::Finished,
            None => CloseReason::Protocol,
        }
    }
}
