//! The body of a request as hyper reads it.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use gatehouse_runtime::listener::{BodyError, RequestBody};
use http_body::Body;

use crate::proxy::ClientBody;
use crate::request::BodyLength;
use crate::upstream::{BodyFault, BodySource};

/// A body that lends hyper's pieces.
pub(super) struct GeneralBody {
    body: RequestBody,
    length: BodyLength,
    bytes_max: u64,
    passed: Rc<Cell<u64>>,
    piece: Bytes,
    /// How it ended, well or not.
    end: Option<Result<(), BodyFault>>,
}

impl GeneralBody {
    pub(super) fn new(body: RequestBody, bytes_max: u64) -> Self {
        Self {
            body,
            length: BodyLength::None,
            bytes_max,
            passed: Rc::default(),
            piece: Bytes::new(),
            end: None,
        }
    }

    /// Takes the next piece with data in it; false at the end. Trailers are dropped (RFC 9110 §6.5.1 allows it): credentials
    /// and identity could travel in them.
    async fn advance(&mut self) -> Result<bool, BodyFault> {
        loop {
            if let Some(end) = self.end {
                return end.map(|()| false);
            }
            let frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await;
            let data = match frame {
                None => {
                    self.end = Some(self.whole());
                    continue;
                }
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                Some(Err(error)) => {
                    self.end = Some(Err(match error {
                        BodyError::TooSlow => BodyFault::TooSlow,
                        BodyError::Broken(_) => BodyFault::Broken,
                    }));
                    continue;
                }
            };
            let passed = self.passed.get() + data.len() as u64;
            self.passed.set(passed);
            if passed > self.bytes_max {
                self.end = Some(Err(BodyFault::TooLarge(self.bytes_max)));
            } else if !data.is_empty() {
                self.piece = data;
                return Ok(true);
            }
        }
    }

    /// A body that ends before the length its head announced is a part.
    fn whole(&self) -> Result<(), BodyFault> {
        match self.length {
            BodyLength::Exact(bytes) if bytes != self.passed.get() => Err(BodyFault::Broken),
            _ => Ok(()),
        }
    }
}

impl BodySource for GeneralBody {
    fn length(&self) -> BodyLength {
        self.length
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, BodyFault> {
        Ok(self.advance().await?.then_some(&self.piece[..]))
    }
}

impl ClientBody for GeneralBody {
    fn judged(&mut self, length: BodyLength) {
        self.length = length;
    }

    fn counter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.passed)
    }
}
