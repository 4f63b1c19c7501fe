//! The request of an [`Exchange`] on its way out: what waits, what was written, and how much of the body is still to come.

use std::future::poll_fn;
use std::io::{self, Write};
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::exchange::{Exchange, Fault, Unsent};
use super::receiving::Watch;
use super::response_head::Parsed;
use crate::upstream::body::BodyFault;

/// Gathered for one write: small bodies travel with their head, pieces larger than this are written from where they lie.
const GATHERED_BYTES: usize = 16 * 1024;

impl Exchange {
    /// Puts a piece behind what waits to be written, or writes both at once. An answer that comes meanwhile ends that; the
    /// rest of the piece is kept.
    pub(super) async fn send_piece(
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
        self.reuse_output();
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
            self.reuse_output();
            self.scratch.output.extend_from_slice(b"0\r\n\r\n");
        }
        self.unsent = Unsent::Nothing;
        Ok(())
    }

    /// Empties the output when all of it was written: what went out can then not be sent again.
    fn reuse_output(&mut self) {
        if self.written > 0 && self.waiting() == 0 {
            self.scratch.output.clear();
            self.written = 0;
            self.whole = false;
        }
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
}
