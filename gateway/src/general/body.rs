//! A request body that hyper reads, lent to whoever sends it on: counted and bounded.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use gatehouse_runtime::listener::{BodyError, RequestBody};
use http_body::Body;

use crate::request::BodyLength;
use crate::upstream::{BodyFault, BodySource};

/// A request body on its way to a backend.
pub(crate) struct GeneralBody {
    /// `None` at its end.
    body: Option<RequestBody>,
    length: BodyLength,
    bytes_max: u64,
    /// What was read of it, for the record of the call.
    bytes: Arc<AtomicU64>,
    lent: Bytes,
}

impl GeneralBody {
    /// `bytes` counts what is passed on; above `bytes_max` passing on fails.
    pub(crate) fn new(
        body: RequestBody,
        length: BodyLength,
        bytes: Arc<AtomicU64>,
        bytes_max: u64,
    ) -> Self {
        Self {
            body: Some(body),
            length,
            bytes_max,
            bytes,
            lent: Bytes::new(),
        }
    }

    /// Ready when a piece is there to lend (`true`) or none will be.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, BodyFault>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(Ok(false));
            };
            let frame = match Pin::new(body).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => None,
                Poll::Ready(Some(Ok(frame))) => Some(frame),
                Poll::Ready(Some(Err(BodyError::TooSlow))) => {
                    return Poll::Ready(Err(BodyFault::TooSlow));
                }
                Poll::Ready(Some(Err(BodyError::Broken(_)))) => {
                    return Poll::Ready(Err(BodyFault::Broken));
                }
            };
            // Trailers are not passed on (RFC 9110 §6.5.1 allows it): credentials and identity could travel in them.
            let Some(Ok(data)) = frame.map(http_body::Frame::into_data) else {
                self.body = None;
                return Poll::Ready(Ok(false));
            };
            let length = data.len() as u64;
            let before = self.bytes.fetch_add(length, Ordering::Relaxed);
            if before + length > self.bytes_max {
                return Poll::Ready(Err(BodyFault::TooLarge(self.bytes_max)));
            }
            if !data.is_empty() {
                self.lent = data;
                return Poll::Ready(Ok(true));
            }
        }
    }
}

impl BodySource for GeneralBody {
    fn length(&self) -> BodyLength {
        self.length
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, BodyFault> {
        let lent = poll_fn(|cx| self.poll_piece(cx)).await?;
        Ok(lent.then_some(&*self.lent))
    }
}
