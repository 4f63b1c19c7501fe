//! One request and the head of its response, on one connection: both directions are watched at every moment.

use std::future::{Future, poll_fn};
use std::io::{self, Write};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::buffers::{HeadText, Loan, Scratch, Shelf};
use super::response_head::{self, BadHead, Parsed};
use super::stream::Connection;
use crate::request::BodyLength;
use crate::upstream::body::{BodyFault, BodySource};

/// Gathered for one write: small bodies travel with their head, pieces larger than this are written from where they lie.
const GATHERED_BYTES: usize = 16 * 1024;
/// Interim responses before the one that counts.
const INTERIM_MAX: u32 = 16;

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
    written: usize,
    pub(super) unsent: Unsent,
    /// Whether the output still holds all that was ever written: it can be sent again.
    whole: bool,
    /// Written, and not known to have left the TLS session.
    unflushed: bool,
    /// The backend takes nothing more. Its answer may be here all the same.
    refused: Option<io::Error>,
    /// Last time the backend took something.
    moved: Instant,
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
        heads: &std::rc::Rc<Shelf<HeadText>>,
    ) -> Result<Parsed, Fault> {
        let mut watch = Watch {
            scanned: 0,
            interim: 0,
            asked,
            heads,
        };
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

    fn poll_not_taken<T>(
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

    /// Puts a piece behind what waits to be written, or writes both at once. An answer that comes meanwhile ends that; the
    /// rest of the piece is kept.
    async fn send_piece(
        &mut self,
        piece: &[u8],
        watch: &mut Watch<'_, '_>,
    ) -> Result<Option<Parsed>, Fault> {
        if piece.is_empty() {
            return Ok(None);
        }
        self.begin_piece(piece.len())?;
        if self.waiting() + piece.len() <= GATHERED_BYTES {
            self.scratch.output.extend_from_slice(piece);
            self.end_piece();
            return Ok(None);
        }
        self.whole = false;
        let mut rest = piece;
        let answered = poll_fn(|cx| {
            let written = self.poll_write_with(cx, &mut rest);
            if let Poll::Ready(head) = self.poll_head(cx, watch) {
                return Poll::Ready(head.map(Some));
            }
            match written {
                Poll::Ready(()) => Poll::Ready(Ok(None)),
                Poll::Pending => self.poll_not_taken(cx, watch.asked.timeouts.idle),
            }
        })
        .await?;
        self.scratch.output.extend_from_slice(rest);
        self.end_piece();
        Ok(answered)
    }

    /// Accounts for a piece and writes what comes before it.
    pub(super) fn begin_piece(&mut self, length: usize) -> Result<(), Fault> {
        if self.written > 0 && self.waiting() == 0 {
            self.scratch.output.clear();
            self.written = 0;
            self.whole = false;
        }
        match &mut self.unsent {
            Unsent::Exact(left) => {
                let rest = left.checked_sub(length as u64);
                *left = rest.ok_or(Fault::Body(BodyFault::Broken))?;
            }
            // Writing into memory cannot fail.
            Unsent::Chunks => {
                let _ = write!(self.scratch.output, "{length:x}\r\n");
            }
            Unsent::Nothing => return Err(Fault::Body(BodyFault::Broken)),
        }
        Ok(())
    }

    /// Writes what comes after a piece.
    pub(super) fn end_piece(&mut self) {
        match self.unsent {
            Unsent::Chunks => self.scratch.output.extend_from_slice(b"\r\n"),
            Unsent::Exact(0) => self.unsent = Unsent::Nothing,
            Unsent::Exact(_) | Unsent::Nothing => {}
        }
    }

    /// The source has no more. Whether that was all is what its head said.
    pub(super) fn end_body(&mut self) -> Result<(), Fault> {
        if matches!(self.unsent, Unsent::Exact(1..)) {
            return Err(Fault::Body(BodyFault::Broken));
        }
        if self.unsent == Unsent::Chunks {
            if self.written > 0 && self.waiting() == 0 {
                self.scratch.output.clear();
                self.written = 0;
                self.whole = false;
            }
            self.scratch.output.extend_from_slice(b"0\r\n\r\n");
        }
        self.unsent = Unsent::Nothing;
        Ok(())
    }

    /// Bytes that wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.scratch.output.len() - self.written
    }

    /// Whether the backend still takes what is sent.
    pub(super) fn is_taken(&self) -> bool {
        self.refused.is_none()
    }

    /// Whether the request has left whole: only then can the connection carry another.
    pub(super) fn is_sent(&self) -> bool {
        self.unsent == Unsent::Nothing
            && self.waiting() == 0
            && !self.unflushed
            && self.refused.is_none()
    }

    /// Writes what waits. Ready when all has left, or when nothing more is taken.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_write_with(cx, &mut &[][..])
    }

    /// Writes what waits, and more behind it from where it lies.
    fn poll_write_with(&mut self, cx: &mut Context<'_>, more: &mut &[u8]) -> Poll<()> {
        while self.refused.is_none() && (self.waiting() > 0 || !more.is_empty()) {
            let first = &self.scratch.output[self.written..];
            let first_bytes = first.len();
            let (one, two) = if first.is_empty() {
                (*more, &[][..])
            } else {
                (first, *more)
            };
            let polled = match &mut self.connection {
                Some(connection) => connection.stream.poll_write(cx, one, two),
                None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
            };
            match polled {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => self.refused = Some(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(taken)) => {
                    let of_first = taken.min(first_bytes);
                    // The first write of a call follows upon its beginning; the clock need not be asked.
                    if self.written > 0 || !self.whole {
                        self.moved = Instant::now();
                    }
                    self.written += of_first;
                    *more = &more[taken - of_first..];
                    self.unflushed = true;
                }
                Poll::Ready(Err(error)) => self.refused = Some(error),
            }
        }
        if self.unflushed
            && self.refused.is_none()
            && let Some(connection) = &mut self.connection
        {
            match connection.stream.poll_flush(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => self.refused = Some(error),
            }
            self.unflushed = false;
        }
        Poll::Ready(())
    }

    /// Reads until there is the head of a final response.
    fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        watch: &mut Watch<'_, '_>,
    ) -> Poll<Result<Parsed, Fault>> {
        loop {
            if let Some(parsed) = self.parse_head(watch)? {
                return Poll::Ready(Ok(parsed));
            }
            let Poll::Ready(read) = self.poll_read(cx, watch.asked.head_bytes_max) else {
                return Poll::Pending;
            };
            let error = match read {
                Ok(0) => io::ErrorKind::UnexpectedEof.into(),
                Ok(_) => continue,
                Err(error) => error,
            };
            let silent = self.end == 0 && watch.interim == 0;
            // Of a write and a read that failed, the write says why.
            let error = self.refused.take().unwrap_or(error);
            return Poll::Ready(Err(if silent {
                Fault::Silent(error)
            } else {
                Fault::Cut(error)
            }));
        }
    }

    fn parse_head(&mut self, watch: &mut Watch<'_, '_>) -> Result<Option<Parsed>, Fault> {
        while self.start < self.end {
            let arrived = &self.scratch.input[self.start..self.end];
            let found =
                response_head::find_end(arrived, &mut watch.scanned).map_err(Fault::from)?;
            let length = found.unwrap_or(arrived.len());
            if length > watch.asked.head_bytes_max {
                return Err(Fault::Malformed("its head is too long"));
            }
            let Some(length) = found else {
                return Ok(None);
            };
            let (asked, text) = (watch.asked, watch.heads.lend());
            let parsed =
                response_head::parse(&arrived[..length], asked.method, asked.may_switch, text)
                    .map_err(Fault::from)?;
            self.start += length;
            watch.scanned = 0;
            if parsed.is_some() {
                return Ok(parsed);
            }
            watch.interim += 1;
            if watch.interim > INTERIM_MAX {
                return Err(Fault::Malformed("interim responses without end"));
            }
        }
        Ok(None)
    }

    /// Reads behind what has arrived, into a buffer that grows up to `room_max`.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        room_max: usize,
    ) -> Poll<io::Result<usize>> {
        let input = &mut self.scratch.input;
        if self.end == input.len() {
            if self.start > 0 {
                input.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                // One byte more than may be needed, so that "too long" can be told from "just so long".
                let room = (input.len() * 2)
                    .min(room_max.saturating_add(1))
                    .max(input.len() + 1);
                input.resize(room, 0);
            }
        }
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let read = connection.stream.poll_read(cx, &mut input[self.end..]);
        if let Poll::Ready(Ok(length)) = read {
            self.end += length;
        }
        read
    }
}

enum Event<'b> {
    Piece(Option<&'b [u8]>),
    Answered(Parsed),
    Refused,
}

/// The wait for a head.
struct Watch<'a, 'm> {
    /// Searched for the end of a head, from its beginning.
    scanned: usize,
    interim: u32,
    asked: &'a Asked<'m>,
    heads: &'a std::rc::Rc<Shelf<HeadText>>,
}

impl From<BadHead> for Fault {
    fn from(BadHead(why): BadHead) -> Self {
        Self::Malformed(why)
    }
}
