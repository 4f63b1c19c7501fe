//! Sending an answer: small ones in one write, long ones piece by piece, the record of the call before the last byte.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use gatehouse_runtime::Clock;
use gatehouse_runtime::listener::CloseReason;

use super::body::StrictBody;
use super::intake::Intake;
use super::outlet::Outlet;
use super::reply::{self, Dates, Ending};
use crate::answer;
use crate::call::OK;
use crate::proxy::{Passage, Reply};
use crate::request::BodyLength;
use crate::upstream::{Answered, BrokenOff, ResponseBody};

/// So much is gathered for one write. A longer piece is written from where it lies.
const GATHERED_BYTES_MAX: usize = 16 * 1024;

/// An answer on its way out.
pub(super) struct Answer<'a, 's> {
    pub(super) intake: &'a Intake<'s>,
    pub(super) outlet: &'a mut Outlet<'s>,
    /// Empty.
    pub(super) out: &'a mut Vec<u8>,
    pub(super) dates: &'a Dates,
    pub(super) ending: Ending,
    pub(super) is_head_request: bool,
}

/// What waiting for a piece of a body came to.
type Next<'p> = Result<Option<&'p [u8]>, BrokenOff>;

impl Answer<'_, '_> {
    /// Sends it whole, or says why the connection has ended instead.
    pub(super) async fn send(
        mut self,
        reply: Reply,
        passage: &mut Passage,
        body: &mut StrictBody<'_, '_>,
        clock: &Clock,
    ) -> Result<(), CloseReason> {
        match reply {
            Reply::Own(own) => {
                reply::own(self.out, &own, self.ending, self.dates, clock.now());
                self.flush().await
            }
            Reply::Backend(answered) => self.stream(answered, passage, body).await,
            // This tier asks for no other protocol.
            Reply::Switched(_) => Err(CloseReason::Protocol),
        }
    }

    async fn flush(&mut self) -> Result<(), CloseReason> {
        let written = self.outlet.write(self.intake, self.out, &[]).await;
        self.out.clear();
        written
    }

    async fn stream(
        &mut self,
        answered: Answered,
        passage: &mut Passage,
        request: &mut StrictBody<'_, '_>,
    ) -> Result<(), CloseReason> {
        let is_head_request = self.is_head_request;
        let (head, mut response) = (answered.head, answered.body);
        passage.call.set_status(head.status);
        reply::streaming(
            self.out,
            passage,
            &head,
            is_head_request,
            self.ending,
            self.dates,
        );
        let (call, length) = (&mut passage.call, head.length);
        if is_head_request || length == BodyLength::None {
            // There is no last byte to wait for: the head is the whole response.
            call.finish(OK);
            return self.flush().await;
        }
        let mut left = match length {
            BodyLength::Exact(bytes) => Some(bytes),
            BodyLength::Chunked | BodyLength::None => None,
        };
        loop {
            let piece = match self.next(&mut response, request).await? {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(error) => {
                    answer::cut_short(call, &error);
                    // What has come goes out, and no end after it: what was cut short must never look complete.
                    self.flush().await?;
                    return Err(CloseReason::Protocol);
                }
            };
            call.bytes_out += piece.len() as u64;
            match &mut left {
                Some(left) => {
                    *left = left.saturating_sub(piece.len() as u64);
                    if *left == 0 {
                        // These are the last bytes: the record comes first.
                        call.finish(OK);
                        self.put(piece).await?;
                        return self.flush().await;
                    }
                    self.put(piece).await?;
                }
                None => {
                    reply::chunk_size(self.out, piece.len());
                    self.put(piece).await?;
                    self.out.extend_from_slice(b"\r\n");
                }
            }
        }
        // What follows is the mark of the end, without which a client has not received the whole.
        call.finish(OK);
        if left.is_none() {
            self.out.extend_from_slice(reply::LAST_CHUNK);
        }
        self.flush().await
    }

    /// Adds a piece to what is to be written, or writes both.
    async fn put(&mut self, piece: &[u8]) -> Result<(), CloseReason> {
        if self.out.len() + piece.len() <= GATHERED_BYTES_MAX {
            self.out.extend_from_slice(piece);
            return Ok(());
        }
        self.outlet.write(self.intake, self.out, piece).await?;
        self.out.clear();
        Ok(())
    }

    /// The next piece. What was gathered goes out first when it is not there yet.
    async fn next<'p>(
        &mut self,
        response: &'p mut ResponseBody,
        request: &mut StrictBody<'_, '_>,
    ) -> Result<Next<'p>, CloseReason> {
        let next = async move {
            if response.is_sending() {
                response.next_while_sending(request).await
            } else {
                response.next().await
            }
        };
        let mut next = pin!(next);
        if let Poll::Ready(piece) = now(next.as_mut()).await {
            return Ok(piece);
        }
        self.flush().await?;
        poll_fn(|cx| match next.as_mut().poll(cx) {
            Poll::Ready(piece) => Poll::Ready(Ok(piece)),
            Poll::Pending => self
                .intake
                .poll_left(cx)
                .map(|()| Err(CloseReason::Finished)),
        })
        .await
    }
}

/// What a future gives if it need not wait.
async fn now<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}
