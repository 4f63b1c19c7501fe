//! The reading side of a connection: what everybody who waits for the client shares.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BufMut;
use tokio::net::tcp::ReadHalf;
use tokio::time::Instant;
use tokio_util::io::poll_read_buf;

use crate::alarm::Alarm;
use crate::worker::memory::Holding;

/// Bytes of a next request that are taken early, to see whether the client is still there.
const AHEAD_BYTES: usize = 512;

/// One connection's reading half and its timer. Nothing of it is borrowed across an await.
pub(super) struct Intake<'s> {
    pub(super) holding: &'s Holding,
    reader: RefCell<ReadHalf<'s>>,
    alarm: RefCell<Alarm>,
    /// The body of the request at hand has been read to its end, so that what comes next is not of it.
    pub(super) body_ended: Cell<bool>,
    ahead: RefCell<Vec<u8>>,
}

impl<'s> Intake<'s> {
    pub(super) fn new(reader: ReadHalf<'s>, holding: &'s Holding) -> Self {
        Self {
            holding,
            reader: RefCell::new(reader),
            alarm: RefCell::default(),
            body_ended: Cell::new(true),
            ahead: RefCell::default(),
        }
    }

    /// Reads into what room `buffer` has. 0 is the end.
    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut impl BufMut,
    ) -> Poll<io::Result<usize>> {
        poll_read_buf(Pin::new(&mut *self.reader.borrow_mut()), cx, buffer)
    }

    /// Ready when `due` has passed. Wakes the task when it will.
    pub(super) fn poll_due(&self, cx: &mut Context<'_>, due: Instant) -> Poll<()> {
        self.alarm.borrow_mut().poll(cx, due)
    }

    /// Ready when the client has left while its request is being answered. What a client that is there sends early is kept,
    /// and then nothing more is looked at.
    pub(super) fn poll_left(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ahead = self.ahead.borrow_mut();
        if !self.body_ended.get() || !ahead.is_empty() {
            return Poll::Pending;
        }
        if ahead.capacity() == 0 {
            // Once in the life of a connection that waits for a backend.
            ahead.reserve(AHEAD_BYTES);
        }
        match self.poll_read(cx, &mut (&mut *ahead).limit(AHEAD_BYTES)) {
            Poll::Ready(Ok(1..)) | Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(0) | Err(_)) => Poll::Ready(()),
        }
    }

    /// Whether something was read early.
    pub(super) fn has_ahead(&self) -> bool {
        !self.ahead.borrow().is_empty()
    }

    /// Moves what was read early to where requests are read.
    pub(super) fn take_ahead(&self, inbox: &mut Vec<u8>) {
        inbox.append(&mut self.ahead.borrow_mut());
    }
}

/// How much waiting a client has used of the span in which enough bytes must move. Time in which nobody waits for it is not
/// held against it, and a drip does not give it a new span.
#[derive(Debug)]
pub(super) struct Pace {
    span: Duration,
    bytes_wanted: u64,
    bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
}

impl Pace {
    pub(super) const fn new(span: Duration, bytes_wanted: u64) -> Self {
        Self {
            span,
            bytes_wanted,
            bytes: 0,
            waited: Duration::ZERO,
            waiting_since: None,
        }
    }

    /// So many bytes moved.
    pub(super) fn moved(&mut self, bytes: usize) {
        let Some(since) = self.waiting_since.take() else {
            return;
        };
        self.waited += since.elapsed();
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes >= self.bytes_wanted {
            self.bytes = 0;
            self.waited = Duration::ZERO;
        }
    }

    /// Nothing moves now. Ready when the span is used up.
    pub(super) fn poll_used_up(&mut self, cx: &mut Context<'_>, intake: &Intake<'_>) -> Poll<()> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        intake.poll_due(cx, since + self.span.saturating_sub(self.waited))
    }
}
