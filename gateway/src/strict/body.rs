//! The body of a request, lent from where it was read.

use std::cell::Cell;
use std::future::poll_fn;
use std::ops::Range;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::BufMut;
use gatehouse_runtime::listener::{ListenerSettings, ListenerStats};

use super::intake::{Intake, Pace};
use crate::chunked::Chunked;
use crate::request::BodyLength;
use crate::upstream::{BodyFault, BodySource};

/// Read at once of a body.
const PIECE_BYTES: usize = 16 * 1024;
/// Read at once of a body that fills what is read each time.
const PIECE_BYTES_STREAMING: usize = 64 * 1024;
/// A buffer larger than this is not kept for the next body.
const KEPT_BYTES: usize = PIECE_BYTES;

/// What limits a body.
pub(super) struct BodyLimits<'c> {
    pub(super) settings: &'c ListenerSettings,
    pub(super) stats: &'c ListenerStats,
    pub(super) bytes_max: u64,
    /// What the connection holds in its other buffers.
    pub(super) besides: usize,
}

/// A body on its way: first what came with its head, then what is read for it.
pub(super) struct StrictBody<'c, 's> {
    intake: &'c Intake<'s>,
    limits: BodyLimits<'c>,
    /// What came with the head, and how much of it was used.
    early: &'c mut [u8],
    early_used: usize,
    /// What was read since, and how much of that was used.
    later: &'c mut Vec<u8>,
    later_used: usize,
    length: BodyLength,
    coding: Coding,
    passed: Rc<Cell<u64>>,
    pace: Pace,
    fault: Option<BodyFault>,
}

enum Coding {
    /// Not judged, or refused when it was: where it ends, and the next request begins, is not known.
    Unknown,
    Exact(u64),
    Chunked(Chunked),
    Ended,
}

/// Where a piece lies.
enum Piece {
    Early(Range<usize>),
    Later(Range<usize>),
}

impl<'c, 's> StrictBody<'c, 's> {
    /// `passed` is set to nought, and counts what is lent.
    pub(super) fn new(
        intake: &'c Intake<'s>,
        early: &'c mut [u8],
        later: &'c mut Vec<u8>,
        limits: BodyLimits<'c>,
        passed: &Rc<Cell<u64>>,
    ) -> Self {
        later.clear();
        passed.set(0);
        intake.body_ended.set(false);
        Self {
            pace: Pace::new(
                limits.settings.body_progress,
                limits.settings.body_progress_bytes,
            ),
            intake,
            limits,
            early,
            early_used: 0,
            later,
            later_used: 0,
            length: BodyLength::None,
            coding: Coding::Unknown,
            passed: Rc::clone(passed),
            fault: None,
        }
    }

    /// Whether it was read to its end.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.coding, Coding::Ended)
    }

    /// Whether what is still to come of it is short enough to be read over, as far as its head said.
    pub(super) fn may_be_skipped(&self, bytes_max: u64) -> bool {
        match self.coding {
            Coding::Ended | Coding::Chunked(_) => true,
            Coding::Exact(left) => left <= bytes_max,
            Coding::Unknown => false,
        }
    }

    /// How much of what came with the head was its body. What was read beyond its end stays in `later`.
    pub(super) fn finish(self) -> usize {
        self.later.drain(..self.later_used);
        self.early_used
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Piece>, BodyFault>> {
        loop {
            if let Some(fault) = self.fault {
                return Poll::Ready(Err(fault));
            }
            match self.decode() {
                Ok(Some(piece)) => return Poll::Ready(Ok(Some(piece))),
                Ok(None) if self.is_whole() => return Poll::Ready(Ok(None)),
                Ok(None) => {}
                Err(fault) => {
                    self.fault = Some(fault);
                    continue;
                }
            }
            match self.poll_fill(cx) {
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0) | Err(_)) => self.fault = Some(BodyFault::Broken),
                Poll::Pending => match self.pace.poll_used_up(cx, self.intake) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => {
                        self.limits.stats.count_slow_body();
                        self.fault = Some(BodyFault::TooSlow);
                    }
                },
            }
        }
    }

    /// The data that has arrived and was not lent yet.
    fn decode(&mut self) -> Result<Option<Piece>, BodyFault> {
        let is_early = self.early_used < self.early.len();
        let (bytes, used) = if is_early {
            (&mut *self.early, &mut self.early_used)
        } else {
            (self.later.as_mut_slice(), &mut self.later_used)
        };
        let arrived = &mut bytes[*used..];
        let data = match &mut self.coding {
            Coding::Ended => return Ok(None),
            Coding::Unknown => return Err(BodyFault::Broken),
            Coding::Exact(left) => {
                let length =
                    usize::try_from(*left).map_or(arrived.len(), |left| left.min(arrived.len()));
                *left -= length as u64;
                let data = *used..*used + length;
                *used += length;
                data
            }
            Coding::Chunked(decoder) => {
                let decoded = decoder.decode(arrived).map_err(|_| BodyFault::Broken)?;
                let data = *used + decoded.data.start..*used + decoded.data.end;
                *used += decoded.taken;
                data
            }
        };
        let passed = self.passed.get() + data.len() as u64;
        self.passed.set(passed);
        if passed > self.limits.bytes_max {
            return Err(BodyFault::TooLarge(self.limits.bytes_max));
        }
        let ended = match &self.coding {
            Coding::Exact(left) => *left == 0,
            Coding::Chunked(decoder) => decoder.is_at_end(),
            Coding::Ended | Coding::Unknown => false,
        };
        if ended {
            self.coding = Coding::Ended;
            self.intake.body_ended.set(true);
        }
        let piece = if is_early { Piece::Early } else { Piece::Later };
        Ok((!data.is_empty()).then(|| piece(data)))
    }

    /// Reads more; all that had arrived was used by now. Never beyond a length that is known.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<usize>> {
        let was_full = self.later.len() >= PIECE_BYTES;
        self.later.clear();
        self.later_used = 0;
        let wanted = if was_full {
            PIECE_BYTES_STREAMING
        } else {
            PIECE_BYTES
        };
        let wanted = match self.coding {
            Coding::Exact(left) => usize::try_from(left).map_or(wanted, |left| left.min(wanted)),
            _ => wanted,
        };
        // Once for bodies of usual size: the buffer is kept from request to request.
        self.later.reserve(wanted);
        let besides = self.limits.besides;
        self.intake.holding.set(besides + self.later.capacity());
        let polled = self
            .intake
            .poll_read(cx, &mut (&mut *self.later).limit(wanted));
        if let Poll::Ready(Ok(bytes)) = &polled {
            self.pace.moved(*bytes);
        }
        polled
    }
}

impl BodySource for StrictBody<'_, '_> {
    fn length(&self) -> BodyLength {
        self.length
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, BodyFault> {
        Ok(match poll_fn(|cx| self.poll_piece(cx)).await? {
            None => None,
            Some(Piece::Early(range)) => Some(&self.early[range]),
            Some(Piece::Later(range)) => Some(&self.later[range]),
        })
    }
}

impl crate::proxy::ClientBody for StrictBody<'_, '_> {
    fn judged(&mut self, length: BodyLength) {
        self.length = length;
        self.coding = match length {
            BodyLength::None => Coding::Ended,
            BodyLength::Exact(bytes) => Coding::Exact(bytes),
            BodyLength::Chunked => Coding::Chunked(Chunked::default()),
        };
        self.intake.body_ended.set(self.is_whole());
    }

    fn counter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.passed)
    }
}

/// Gives back a buffer that a large body has made large.
pub(super) fn shrink(later: &mut Vec<u8>) {
    if later.is_empty() && later.capacity() > KEPT_BYTES {
        *later = Vec::new();
    }
}
