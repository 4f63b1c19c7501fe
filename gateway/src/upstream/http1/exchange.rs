//! One request and the head of its response, on one connection: both directions are watched at every moment.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::buffers::{HeadText, Loan, Scratch, Shelf};
use super::receiving::Watch;
use super::response_head::{BadHead, Parsed};
use super::stream::Connection;
use crate::request::BodyLength;
use crate::upstream::body::{BodyFault, BodySource};

/// How long a backend may take.
#[derive(Debug, Clone, Copy)]
pub(in crate::upstream) struct Timeouts {
    /// From the last byte of the request that it took to the head of its response.
    pub(in crate::upstream) response: Duration,
    /// Between two pieces, in either direction.
    pub(in crate::upstream) idle: Duration,
}

/// What the response will be judged by.
#[derive(Debug, Clone, Copy)]
pub(in crate::upstream) struct Asked<'a> {
    pub(in crate::upstream) method: &'a Method,
    pub(in crate::upstream) may_switch: bool,
    pub(in crate::upstream) timeouts: Timeouts,
    pub(in crate::upstream) head_bytes_max: usize,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub(in crate::upstream) enum Fault {
    #[error("the connection ended before a byte of the response: {0}")]
    Silent(io::Error),
    #[error("the connection ended inside the head of the response: {0}")]
    Cut(io::Error),
    #[error("the response is not acceptable: {0}")]
    Malformed(&'static str),
    #[error("no response came in time")]
    NoResponse,
    #[error("the request was not taken in time")]
    NotTaken,
    #[error("{0}")]
    Body(BodyFault),
}

/// What of the request body is still to be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    Nothing,
    Exact(u64),
    Chunks,
}

/// A connection with a request on it.
#[derive(Debug)]
pub(in crate::upstream) struct Exchange {
    /// Until the response has ended.
    pub(super) connection: Option<Connection>,
    pub(super) scratch: Loan<Scratch>,
    /// What has arrived and was not used lies between these.
    pub(super) start: usize,
    pub(super) end: usize,
    /// How far the output was written.
    pub(super) written: usize,
    pub(super) unsent: Unsent,
    /// Whether the output still holds all that was ever written: it can be sent again.
    pub(super) whole: bool,
    /// Written, and not known to have left the TLS session.
    pub(super) unflushed: bool,
    /// The backend takes nothing more. Its answer may be here all the same.
    pub(super) refused: Option<io::Error>,
    /// Last time the backend took something.
    pub(super) moved: Instant,
}

impl Exchange {
    /// Takes a head that was written into `scratch`, and the length of the body that belongs to it.
    pub(in crate::upstream) fn new(
        connection: Connection,
        scratch: Loan<Scratch>,
        body: BodyLength,
        now: Instant,
    ) -> Self {
        Self {
            connection: Some(connection),
            scratch,
            start: 0,
            end: 0,
            written: 0,
            unsent: match body {
                BodyLength::None | BodyLength::Exact(0) => Unsent::Nothing,
                BodyLength::Exact(length) => Unsent::Exact(length),
                BodyLength::Chunked => Unsent::Chunks,
            },
            whole: true,
            unflushed: false,
            refused: None,
            moved: now,
        }
    }

    /// The same request on another connection, if all of it that was ever sent is still here.
    pub(in crate::upstream) fn again(self, connection: Connection, now: Instant) -> Self {
        Self {
            connection: Some(connection),
            start: 0,
            end: 0,
            written: 0,
            unflushed: false,
            refused: None,
            moved: now,
            ..self
        }
    }

    /// Ends the connection so that what was sent is not taken for the whole.
    pub(in crate::upstream) fn abort(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.abort();
        }
    }

    /// Whether the request can be sent again from what is here.
    pub(in crate::upstream) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether no byte of the request has left.
    pub(in crate::upstream) fn is_unsent(&self) -> bool {
        self.whole && self.written == 0
    }

    /// Sends the request and waits for the head of the response. An answer that comes before the request has ended ends the
    /// sending; what was not sent stays with the source.
    pub(in crate::upstream) async fn run<B: BodySource>(
        &mut self,
        body: &mut B,
        asked: &Asked<'_>,
        heads: &Rc<Shelf<HeadText>>,
    ) -> Result<Parsed, Fault> {
        let mut watch = Watch::new(asked, heads);
        while self.unsent != Unsent::Nothing && self.refused.is_none() {
            let event = {
                let mut next = pin!(body.next());
                poll_fn(|cx| {
                    if let Poll::Ready(piece) = next.as_mut().poll(cx) {
                        return Poll::Ready(piece.map(Event::Piece).map_err(Fault::Body));
                    }
                    // Nothing more for now: what there is goes out, in one write with the head.
                    let flushed = self.poll_flush(cx);
                    if let Poll::Ready(head) = self.poll_head(cx, &mut watch) {
                        return Poll::Ready(head.map(Event::Answered));
                    }
                    match flushed {
                        Poll::Pending => self.poll_not_taken(cx, asked.timeouts.idle),
                        Poll::Ready(()) if self.refused.is_some() => {
                            Poll::Ready(Ok(Event::Refused))
                        }
                        Poll::Ready(()) => Poll::Pending,
                    }
                })
                .await?
            };
            match event {
                Event::Piece(Some(piece)) => {
                    if let Some(head) = self.send_piece(piece, &mut watch).await? {
                        return Ok(head);
                    }
                }
                Event::Piece(None) => self.end_body()?,
                Event::Answered(head) => return Ok(head),
                Event::Refused => break,
            }
        }
        poll_fn(|cx| {
            let flushed = self.poll_flush(cx);
            if let Poll::Ready(head) = self.poll_head(cx, &mut watch) {
                return Poll::Ready(head);
            }
            if flushed.is_pending() {
                return self.poll_not_taken(cx, asked.timeouts.idle);
            }
            self.poll_deadline(cx, self.moved + asked.timeouts.response)
                .map(|()| Err(Fault::NoResponse))
        })
        .await
    }

    pub(super) fn poll_not_taken<T>(
        &mut self,
        cx: &mut Context<'_>,
        idle: Duration,
    ) -> Poll<Result<T, Fault>> {
        self.poll_deadline(cx, self.moved + idle)
            .map(|()| Err(Fault::NotTaken))
    }

    /// Waits for the deadline that was set last.
    pub(super) fn poll_ring(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let connection = self.connection.as_mut();
        connection.map_or(Poll::Pending, |connection| connection.deadline.poll(cx))
    }

    pub(super) fn poll_deadline(&mut self, cx: &mut Context<'_>, due: Instant) -> Poll<()> {
        let Some(connection) = &mut self.connection else {
            return Poll::Pending;
        };
        connection.deadline.set(due);
        connection.deadline.poll(cx)
    }
}

enum Event<'b> {
    Piece(Option<&'b [u8]>),
    Answered(Parsed),
    Refused,
}

impl From<BadHead> for Fault {
    fn from(BadHead(why): BadHead) -> Self {
        Self::Malformed(why)
    }
}
