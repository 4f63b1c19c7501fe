//! Answers as hyper sends them.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderName};
use http::{HeaderMap, HeaderValue, Response, Version};
use http_body::{Body, Frame, SizeHint};

use super::body::GeneralBody;
use crate::answer::{self, Own};
use crate::call::{Call, OK};
use crate::proxy::Passage;
use crate::request::BodyLength;
use crate::upstream::{Answered, BrokenOff, ResponseBody};

/// The body of a response.
pub(super) enum AnswerBody {
    /// In memory, or nothing.
    Whole(Option<Bytes>),
    /// On its way from a backend.
    Stream(Box<StreamBody>),
}

/// A backend's body on its way to the client, and what is left of the request's on its way to the backend.
pub(super) struct StreamBody {
    call: Call,
    response: ResponseBody,
    request: GeneralBody,
    /// Bytes still to come, where the backend said how many there are.
    remaining: Option<u64>,
    ended: bool,
}

/// An answer of the gateway itself.
pub(super) fn own(own: Own, version: Version) -> Response<AnswerBody> {
    let Own { response, close } = own;
    let mut response = response.map(|body| AnswerBody::Whole((!body.is_empty()).then_some(body)));
    // HTTP/2 has no such field (RFC 9113 §8.2.2); its streams cannot run into each other.
    if close && version < Version::HTTP_2 {
        let close = HeaderValue::from_static("close");
        response
            .headers_mut()
            .insert(http::header::CONNECTION, close);
    }
    response
}

/// Passes a backend's answer on.
pub(super) fn streaming(
    answered: Answered,
    passage: Passage,
    request: GeneralBody,
    is_head_request: bool,
) -> Response<AnswerBody> {
    let Passage { mut call, standing } = passage;
    let head = answered.head;
    let mut headers = HeaderMap::with_capacity(16);
    answer::each_field(&head, &standing, &call, &mut |name, value| {
        put(&mut headers, name, value);
    });
    if let Some(length) = head.announced {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    call.set_status(head.status);
    let body = if is_head_request || head.length == BodyLength::None {
        // There is no last byte to wait for: the head is the whole response.
        call.finish(OK);
        AnswerBody::Whole(None)
    } else {
        AnswerBody::Stream(Box::new(StreamBody {
            call,
            response: answered.body,
            request,
            remaining: match head.length {
                BodyLength::Exact(bytes) => Some(bytes),
                BodyLength::Chunked | BodyLength::None => None,
            },
            ended: false,
        }))
    };
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.headers_mut() = headers;
    response
}

/// Adds a field as it was received. What came through our own reading of a head is one for hyper too.
pub(super) fn put(headers: &mut HeaderMap, name: &[u8], value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}

impl StreamBody {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = {
            // A wait that is dropped and begun anew loses nothing.
            let next = pin!(self.response.next_while_sending(&mut self.request));
            ready!(next.poll(cx)).map(|piece| piece.map(Bytes::copy_from_slice))
        };
        match next {
            Ok(Some(piece)) => {
                self.call.bytes_out += piece.len() as u64;
                if let Some(remaining) = &mut self.remaining {
                    *remaining = remaining.saturating_sub(piece.len() as u64);
                }
                if self.remaining == Some(0) {
                    // These are the last bytes: the record comes first.
                    self.ended = true;
                    self.call.finish(OK);
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Ok(None) => {
                // What follows is the mark of the end, without which a client has not received the whole.
                self.ended = true;
                self.call.finish(OK);
                Poll::Ready(None)
            }
            Err(error) => {
                self.ended = true;
                answer::cut_short(&mut self.call, &error);
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(stream) => stream.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Stream(stream) => stream.ended,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Stream(stream) => match (stream.ended, stream.remaining) {
                (true, _) => SizeHint::with_exact(0),
                (false, Some(remaining)) => SizeHint::with_exact(remaining),
                (false, None) => SizeHint::default(),
            },
        }
    }
}
