//! The body of a response, lent piece by piece; its connection is kept only after an end that was plain to see.

use std::future::{Future, poll_fn};
use std::io;
use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use gatehouse_problem::ProblemKind;
use tokio::time::Instant;

use super::buffers::INPUT_BYTES_STREAMING;
use super::exchange::{Exchange, Fault, Unsent};
use super::response_head::{Framing, Parsed, ResponseHead};
use super::tunnel::Tunnel;
use crate::chunked::{BadChunk, Chunked};
use crate::upstream::body::{BodyFault, BodySource};
use crate::upstream::connections::Lease;

/// A body that broke off. Passed on it must break off too: what was cut short must never look complete.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokenOff {
    #[error("the backend's response broke off: {0}")]
    Cut(io::Error),
    #[error("the backend's response cannot be read on: {0}")]
    Malformed(&'static str),
    #[error("the backend's response stalled")]
    Stalled,
    #[error("the request broke off while its response had begun: {0}")]
    Request(BodyFault),
}

impl BrokenOff {
    /// What the call is recorded with.
    pub(crate) const fn kind(&self) -> ProblemKind {
        match self {
            Self::Cut(_) | Self::Malformed(_) => ProblemKind::UpstreamFailed,
            Self::Stalled => ProblemKind::UpstreamTimeout,
            Self::Request(BodyFault::TooLarge(_)) => ProblemKind::BodyTooLarge,
            Self::Request(BodyFault::TooSlow) => ProblemKind::RequestTimeout,
            Self::Request(BodyFault::Broken) => ProblemKind::BadRequest,
        }
    }
}

/// What came of a request.
#[expect(
    clippy::large_enum_variant,
    reason = "every call has an answer, and to box it would cost each an allocation"
)]
pub(crate) enum Received {
    Answer(Answered),
    /// Boxed, being rare.
    Switched(Box<Switched>),
}

/// A backend's answer: its head, and its body still on the way.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) head: ResponseHead,
    pub(crate) body: ResponseBody,
}

/// A backend's agreement to go on with another protocol: its 101, the protocol it names, and its side of the connection.
#[derive(Debug)]
pub(crate) struct Switched {
    pub(crate) head: ResponseHead,
    pub(crate) protocol: Vec<u8>,
    pub(crate) tunnel: Tunnel,
}

/// The body of a response, and the rest of its request where the answer came early.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    exchange: Exchange,
    /// Until the end was reached or broken off.
    lease: Option<Lease>,
    decoder: Decoder,
    idle: Duration,
    keeps_alive: bool,
    /// The wait for more has a deadline already.
    waits: bool,
}

#[derive(Debug)]
enum Decoder {
    Exact(u64),
    Chunked(Chunked),
    UntilClose,
    Ended,
    Broken,
}

impl ResponseBody {
    /// Takes over an exchange whose head was read.
    pub(in crate::upstream) fn take_over(
        exchange: Exchange,
        parsed: Parsed,
        lease: Lease,
        idle: Duration,
    ) -> Received {
        let Parsed {
            head,
            framing,
            keeps_alive,
            protocol,
        } = parsed;
        if let Some(protocol) = protocol {
            let tunnel = Tunnel::new(exchange, lease, idle);
            return Received::Switched(Box::new(Switched {
                head,
                protocol,
                tunnel,
            }));
        }
        let mut body = Self {
            exchange,
            lease: Some(lease),
            decoder: match framing {
                Framing::None | Framing::Exact(0) => Decoder::Ended,
                Framing::Exact(length) => Decoder::Exact(length),
                Framing::Chunked => Decoder::Chunked(Chunked::default()),
                Framing::UntilClose => Decoder::UntilClose,
            },
            idle,
            keeps_alive,
            waits: false,
        };
        if body.is_finished() {
            body.settle();
        }
        Received::Answer(Answered { head, body })
    }

    /// Whether the last piece was lent, or there was none. The connection is free by then.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.decoder, Decoder::Ended)
    }

    /// Whether the answer came before the request had been sent whole. [`Self::next`] then leaves it at that and
    /// [`Self::next_while_sending`] goes on with it.
    pub(crate) fn is_sending(&self) -> bool {
        self.lease.is_some() && self.exchange.unsent != Unsent::Nothing && self.exchange.is_taken()
    }

    /// The next piece, lent until the next call; `None` after an end as the framing says it must be. A call that was dropped
    /// before it was ready loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Option<&[u8]>, BrokenOff> {
        let data = poll_fn(|cx| self.poll_data(cx)).await?;
        Ok(data.map(|data| &self.exchange.scratch.input[data]))
    }

    /// [`Self::next`], while the rest of the request goes out.
    pub(crate) async fn next_while_sending<B: BodySource>(
        &mut self,
        body: &mut B,
    ) -> Result<Option<&[u8]>, BrokenOff> {
        let data = loop {
            let event = {
                let mut next = pin!(body.next());
                poll_fn(|cx| self.poll_both(cx, next.as_mut())).await?
            };
            match event {
                Event::Data(data) => break data,
                Event::Piece(piece) => {
                    self.waits = false;
                    self.take_piece(piece)?;
                }
            }
        };
        Ok(data.map(|data| &self.exchange.scratch.input[data]))
    }

    fn poll_both<'b, F>(
        &mut self,
        cx: &mut Context<'_>,
        next: std::pin::Pin<&mut F>,
    ) -> Poll<Result<Event<'b>, BrokenOff>>
    where
        F: Future<Output = Result<Option<&'b [u8]>, BodyFault>>,
    {
        if self.is_sending() && self.exchange.poll_flush(cx).is_ready() {
            match next.poll(cx) {
                Poll::Ready(Ok(piece)) => return Poll::Ready(Ok(Event::Piece(piece))),
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(self.abort(fault))),
                Poll::Pending => {}
            }
        }
        self.poll_data(cx).map_ok(Event::Data)
    }

    fn take_piece(&mut self, piece: Option<&[u8]>) -> Result<(), BrokenOff> {
        let taken = match piece {
            None => self.exchange.end_body(),
            Some([]) => Ok(()),
            Some(piece) => self.exchange.begin_piece(piece.len()).map(|()| {
                self.exchange.scratch.output.extend_from_slice(piece);
                self.exchange.end_piece();
            }),
        };
        taken.map_err(|_: Fault| self.abort(BodyFault::Broken))
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Range<usize>>, BrokenOff>> {
        if self.exchange.waiting() > 0 {
            // Whether the backend takes it shows in what it answers.
            let _ = self.exchange.poll_flush(cx);
        }
        loop {
            match self.decode() {
                Ok(Some(data)) => {
                    self.waits = false;
                    return Poll::Ready(Ok(Some(data)));
                }
                Ok(None) if self.is_finished() => return Poll::Ready(Ok(None)),
                Ok(None) => {}
                Err(BadChunk(why)) => {
                    return Poll::Ready(Err(self.break_off(BrokenOff::Malformed(why))));
                }
            }
            let error = match self.poll_fill(cx) {
                Poll::Pending => return self.poll_stalled(cx),
                Poll::Ready(Ok(0)) if matches!(self.decoder, Decoder::UntilClose) => {
                    self.decoder = Decoder::Ended;
                    self.settle();
                    continue;
                }
                Poll::Ready(Ok(0)) => io::ErrorKind::UnexpectedEof.into(),
                Poll::Ready(Ok(_)) => continue,
                Poll::Ready(Err(error)) => error,
            };
            return Poll::Ready(Err(self.break_off(BrokenOff::Cut(error))));
        }
    }

    /// Time in which nobody reads is not held against the backend: the wait begins when there is nothing to read.
    fn poll_stalled<T>(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, BrokenOff>> {
        let stalled = if std::mem::replace(&mut self.waits, true) {
            self.exchange.poll_ring(cx)
        } else {
            self.exchange.poll_deadline(cx, Instant::now() + self.idle)
        };
        stalled.map(|()| Err(self.break_off(BrokenOff::Stalled)))
    }

    /// The data that has arrived, and where the body has ended with it, its end.
    fn decode(&mut self) -> Result<Option<Range<usize>>, BadChunk> {
        let exchange = &mut self.exchange;
        let (start, arrived) = (exchange.start, exchange.end - exchange.start);
        let data = match &mut self.decoder {
            Decoder::Ended => return Ok(None),
            Decoder::Broken => return Err(BadChunk("it broke off before")),
            Decoder::Exact(left) => {
                let length = usize::try_from(*left).map_or(arrived, |left| left.min(arrived));
                *left -= length as u64;
                exchange.start += length;
                start..exchange.start
            }
            Decoder::Chunked(decoder) => {
                let decoded = decoder.decode(&mut exchange.scratch.input[start..exchange.end])?;
                exchange.start += decoded.taken;
                start + decoded.data.start..start + decoded.data.end
            }
            Decoder::UntilClose => {
                exchange.start = exchange.end;
                start..exchange.end
            }
        };
        let ended = match &self.decoder {
            Decoder::Exact(left) => *left == 0,
            Decoder::Chunked(decoder) => decoder.is_at_end(),
            Decoder::UntilClose | Decoder::Ended | Decoder::Broken => false,
        };
        if ended {
            self.decoder = Decoder::Ended;
            self.settle();
        }
        Ok((!data.is_empty()).then_some(data))
    }

    /// Reads more. All that had arrived was used by now.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let exchange = &mut self.exchange;
        let was_full = exchange.end == exchange.scratch.input.len();
        exchange.start = 0;
        exchange.end = 0;
        if was_full && exchange.scratch.input.len() < INPUT_BYTES_STREAMING {
            exchange.scratch.input.resize(INPUT_BYTES_STREAMING, 0);
        }
        exchange.poll_read(cx, INPUT_BYTES_STREAMING)
    }

    /// The response has ended. Its connection carries the next call if the request has left whole and nothing came that was
    /// not asked for.
    fn settle(&mut self) {
        let exchange = &mut self.exchange;
        let is_clean = exchange.start == exchange.end && exchange.is_sent();
        let (connection, lease) = (exchange.connection.take(), self.lease.take());
        if let (true, true, Some(connection), Some(lease)) =
            (self.keeps_alive, is_clean, connection, lease)
        {
            lease.keep(connection);
        }
    }

    fn break_off(&mut self, why: BrokenOff) -> BrokenOff {
        self.decoder = Decoder::Broken;
        self.exchange.connection = None;
        self.lease = None;
        why
    }

    /// A part of a request must not be taken for the whole.
    fn abort(&mut self, fault: BodyFault) -> BrokenOff {
        self.exchange.abort();
        self.break_off(BrokenOff::Request(fault))
    }
}

enum Event<'b> {
    Data(Option<Range<usize>>),
    Piece(Option<&'b [u8]>),
}
