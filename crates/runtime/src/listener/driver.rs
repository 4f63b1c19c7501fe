//! Drives a connection of hyper's to its end: deadlines, age, drain and cut.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::ending::{End, Verdict};
use super::protocols::GracefulConnection;
use super::settings::ListenerSettings;
use super::stats::CloseReason;
use super::watch::Watch;
use crate::random;

/// What ends connections beside themselves.
#[derive(Debug, Clone)]
pub struct Driver {
    age_max: Duration,
    drain: CancellationToken,
    cut: CancellationToken,
    /// While it is set, calls are to go elsewhere.
    elsewhere: Option<Arc<AtomicBool>>,
}

impl Driver {
    /// `drain` asks connections to finish, `cut` ends them.
    #[must_use]
    pub fn new(
        settings: &ListenerSettings,
        drain: &CancellationToken,
        cut: &CancellationToken,
    ) -> Self {
        Self {
            age_max: settings.max_connection_age,
            drain: drain.clone(),
            cut: cut.clone(),
            elsewhere: None,
        }
    }

    /// While `elsewhere` is set, connections over HTTP/2 are asked to finish (GOAWAY, RFC 9113 6.8) once they have had an answer:
    /// whoever comes is answered, and goes elsewhere with the next call. Below HTTP/2 answers say so themselves.
    #[must_use]
    pub fn sending_away(self, elsewhere: Arc<AtomicBool>) -> Self {
        Self {
            elsewhere: Some(elsewhere),
            ..self
        }
    }

    /// Cancelled when connections are ended.
    #[must_use]
    pub fn cut(&self) -> CancellationToken {
        self.cut.clone()
    }

    /// Waits until connections are asked to finish.
    pub async fn draining(&self) {
        self.drain.cancelled().await;
    }

    /// Polls a connection until it ends, a deadline passes or the listener shuts down.
    pub async fn drive<C: GracefulConnection>(
        &self,
        mut connection: Pin<Box<C>>,
        watch: &Watch,
    ) -> CloseReason {
        let mut end = End::new(self.age_deadline());
        let mut alarm = pin!(sleep_until(Instant::now()));
        let mut drained = pin!(self.drain.cancelled());
        let mut cut = pin!(self.cut.cancelled());
        loop {
            let event = poll_fn(|cx| {
                if let Poll::Ready(outcome) = connection.as_mut().poll(cx) {
                    return Poll::Ready(Event::Ended(outcome.is_ok()));
                }
                // One relaxed read of what is shared by all: nothing else is paid for while the gateway is in rotation.
                let elsewhere = self.elsewhere.as_ref();
                if elsewhere.is_some_and(|set| set.load(Ordering::Relaxed))
                    && watch.may_go_elsewhere()
                    && end.send_away()
                {
                    return Poll::Ready(Event::Elsewhere);
                }
                // What was just read or written may have brought the deadline nearer.
                let (deadline, _) = end.next(watch);
                if deadline < alarm.deadline() || alarm.is_elapsed() {
                    alarm.as_mut().reset(deadline);
                }
                if alarm.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Alarm);
                }
                if cut.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Cut);
                }
                if !end.draining && drained.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Drain);
                }
                Poll::Pending
            });
            match event.await {
                Event::Ended(well) => return end.reason(well),
                Event::Cut => return CloseReason::Cut,
                Event::Drain => {
                    end.draining = true;
                    connection.as_mut().finish();
                }
                Event::Elsewhere => connection.as_mut().finish(),
                Event::Alarm => match end.alarm(watch) {
                    Verdict::Wait => {}
                    Verdict::Finish => connection.as_mut().finish(),
                    Verdict::Close(reason) => return reason,
                },
            }
        }
    }

    /// A tenth of spread, so that connections opened together do not all come back together.
    fn age_deadline(&self) -> Instant {
        let age = self.age_max;
        let spread_ms = u64::try_from(age.as_millis() / 10).unwrap_or(u64::MAX);
        Instant::now() + age + Duration::from_millis(random::below(spread_ms.saturating_add(1)))
    }
}

enum Event {
    Ended(bool),
    Alarm,
    Drain,
    Elsewhere,
    Cut,
}
