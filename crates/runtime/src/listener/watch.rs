//! What a connection is waiting for, and until when.
//!
//! The socket, the bodies and the service mark what happens; the task that drives the connection asks
//! for the next deadline. Marks are atomics because streams of HTTP/2 run as tasks of their own.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::settings::ListenerSettings;
use super::stats::CloseReason;

/// The spans of the settings that a connection under way needs.
#[derive(Debug, Clone, Copy)]
pub struct Spans {
    header: Duration,
    keep_alive: Duration,
    write: Duration,
    write_bytes: u64,
}

impl Spans {
    /// Of these settings.
    #[must_use]
    pub fn of(settings: &ListenerSettings) -> Self {
        Self {
            header: settings.header,
            keep_alive: settings.keep_alive,
            write: settings.write_progress,
            write_bytes: settings.write_progress_bytes,
        }
    }
}

/// A moment, or none, in microseconds since the connection began.
#[derive(Debug, Default)]
struct Moment(AtomicU64);

impl Moment {
    const NONE: u64 = 0;

    fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|micros| *micros != Self::NONE)
    }

    fn set(&self, micros: u64) {
        self.0.store(micros.max(1), Ordering::Relaxed);
    }

    fn set_if_none(&self, micros: u64) {
        let wanted = micros.max(1);
        // Losing the race means that somebody else has just marked it.
        let _ = self
            .0
            .compare_exchange(Self::NONE, wanted, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn clear(&self) {
        self.0.store(Self::NONE, Ordering::Relaxed);
    }
}

/// The state of one connection.
#[derive(Debug)]
pub struct Watch {
    spans: Spans,
    began: Instant,
    /// HTTP/2 sends frames between requests, so bytes do not mean that a request has begun.
    many_streams: bool,
    requests: AtomicUsize,
    has_answered: AtomicBool,
    idle_since: Moment,
    head_since: Moment,
    write_blocked_since: Moment,
    written_while_blocked: AtomicU64,
    /// Response bodies that have handed out a frame and were not asked for the next.
    waiting_for_reader: AtomicUsize,
    response_moved: Moment,
}

impl Watch {
    /// Of a connection whose first byte came at `began`.
    #[must_use]
    pub fn new(spans: Spans, began: Instant, many_streams: bool) -> Self {
        let watch = Self {
            spans,
            began,
            many_streams,
            requests: AtomicUsize::new(0),
            has_answered: AtomicBool::new(false),
            idle_since: Moment::default(),
            head_since: Moment::default(),
            write_blocked_since: Moment::default(),
            written_while_blocked: AtomicU64::new(0),
            waiting_for_reader: AtomicUsize::new(0),
            response_moved: Moment::default(),
        };
        watch.idle_since.set(watch.now());
        watch.head_since.set(watch.now());
        watch
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn request_began(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.head_since.clear();
    }

    pub(super) fn request_ended(&self) {
        self.has_answered.store(true, Ordering::Relaxed);
        if self.requests.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.idle_since.set(self.now());
        }
    }

    /// Whether a client that is asked to go has had an answer here, and can be asked without losing what it sends meanwhile.
    pub(super) fn may_go_elsewhere(&self) -> bool {
        self.many_streams && self.has_answered.load(Ordering::Relaxed)
    }

    pub(super) fn bytes_read(&self) {
        if !self.many_streams && self.requests.load(Ordering::Relaxed) == 0 {
            self.head_since.set_if_none(self.now());
        }
    }

    pub(super) fn write_blocked(&self) {
        if self.write_blocked_since.get().is_none() {
            self.written_while_blocked.store(0, Ordering::Relaxed);
            self.write_blocked_since.set(self.now());
        }
    }

    /// A drip does not count: only enough bytes give the client a new span.
    pub(super) fn bytes_written(&self, count: usize) {
        if self.write_blocked_since.get().is_none() {
            return;
        }
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let before = self
            .written_while_blocked
            .fetch_add(count, Ordering::Relaxed);
        if before.saturating_add(count) >= self.spans.write_bytes {
            self.write_blocked_since.clear();
        }
    }

    /// All that was to be written has left.
    pub(super) fn flushed(&self) {
        self.write_blocked_since.clear();
    }

    pub(super) fn frame_handed_out(&self) {
        self.waiting_for_reader.fetch_add(1, Ordering::Relaxed);
        self.response_moved.set(self.now());
    }

    pub(super) fn next_frame_asked(&self) {
        self.waiting_for_reader.fetch_sub(1, Ordering::Relaxed);
        self.response_moved.set(self.now());
    }

    /// Since when nothing is under way in either direction; `None` while something is.
    pub(super) fn at_rest_since(&self) -> Option<Instant> {
        let busy =
            self.requests.load(Ordering::Relaxed) > 0 || self.write_blocked_since.get().is_some();
        let since = self.idle_since.get().unwrap_or_default();
        (!busy).then(|| self.began + Duration::from_micros(since))
    }

    /// When the connection must be looked at again, and why it is closed if nothing has changed then.
    /// While a request is being answered nothing may end it, but streams can block at any moment.
    pub(super) fn deadline(&self) -> (Instant, Option<CloseReason>) {
        let at = |since: u64, span: Duration| self.began + Duration::from_micros(since) + span;
        if let Some(since) = self.write_blocked_since.get() {
            return (at(since, self.spans.write), Some(CloseReason::Write));
        }
        if self.requests.load(Ordering::Relaxed) > 0 {
            let moved = self.response_moved.get();
            return match moved.filter(|_| self.waiting_for_reader.load(Ordering::Relaxed) > 0) {
                Some(since) => (at(since, self.spans.write), Some(CloseReason::Write)),
                None => (Instant::now() + self.spans.write, None),
            };
        }
        if let Some(since) = self.head_since.get() {
            return (at(since, self.spans.header), Some(CloseReason::Header));
        }
        let since = self.idle_since.get().unwrap_or_default();
        (at(since, self.spans.keep_alive), Some(CloseReason::Idle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(many_streams: bool) -> Watch {
        let settings = ListenerSettings {
            write_progress_bytes: 100,
            ..ListenerSettings::default()
        };
        Watch::new(Spans::of(&settings), Instant::now(), many_streams)
    }

    #[test]
    fn a_reader_that_drips_stays_blocked_and_one_that_reads_enough_does_not() {
        let watch = watch(false);
        watch.request_began();
        assert_eq!(watch.deadline().1, None);
        watch.write_blocked();
        watch.bytes_written(99);
        watch.write_blocked();
        assert_eq!(watch.deadline().1, Some(CloseReason::Write));
        watch.bytes_written(1);
        assert_eq!(watch.deadline().1, None);
    }

    #[test]
    fn a_reader_that_has_read_everything_is_not_waited_for() {
        let watch = watch(false);
        watch.request_began();
        watch.write_blocked();
        watch.bytes_written(1);
        watch.flushed();
        assert_eq!(watch.deadline().1, None);
        watch.frame_handed_out();
        assert_eq!(watch.deadline().1, Some(CloseReason::Write));
        watch.next_frame_asked();
        assert_eq!(watch.deadline().1, None);
    }

    #[test]
    fn bytes_between_requests_begin_a_header_in_http_1_only() {
        for (many_streams, reason) in [(false, CloseReason::Header), (true, CloseReason::Idle)] {
            let watch = watch(many_streams);
            assert_eq!(
                watch.deadline().1,
                Some(CloseReason::Header),
                "the first request"
            );
            watch.request_began();
            watch.request_ended();
            assert_eq!(watch.deadline().1, Some(CloseReason::Idle));
            watch.bytes_read();
            assert_eq!(watch.deadline().1, Some(reason));
        }
    }

    #[test]
    fn the_last_of_several_streams_makes_the_connection_idle() {
        let watch = watch(true);
        watch.request_began();
        watch.request_began();
        watch.request_ended();
        assert_eq!(watch.deadline().1, None);
        watch.request_ended();
        assert_eq!(watch.deadline().1, Some(CloseReason::Idle));
    }
}
