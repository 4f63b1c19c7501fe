//! The response a client gets: a problem, or a backend's answer streamed through, and the record of the call written before
//! its last byte.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use gatehouse_problem::Problem;
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::{Clock, RequestId};
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version};
use http_body::{Body, Frame, SizeHint};

use crate::call::{Call, OK};
use crate::general::body::GeneralBody;
use crate::policies::Standing;
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::request::BodyLength;
use crate::upstream::{Answered, BrokenOff, ResponseBody};

/// On every response, and on every request to a backend.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("gatehouse-request-id");

/// The body of a response.
pub(crate) enum AnswerBody {
    /// In memory, or nothing.
    Whole(Option<Bytes>),
    /// On its way from a backend.
    Stream(Box<StreamBody>),
}

/// How a response is made to fit its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub(crate) version: Version,
    pub(crate) head_only: bool,
}

impl Form {
    pub(crate) fn of<B>(request: &http::Request<B>) -> Self {
        Self {
            version: request.version(),
            head_only: *request.method() == Method::HEAD,
        }
    }
}

/// A problem in place of an answer to a call that the gateway itself never saw.
pub(crate) fn unrecorded(
    problem: &Problem,
    clock: &Clock,
    error_pages: Option<&str>,
) -> Response<Bytes> {
    let request_id = RequestId::new(clock.now());
    let body = problem.body(request_id.as_str(), error_pages);
    let mut response = Response::new(body.into());
    *response.status_mut() = problem.status();
    describe(response.headers_mut(), problem, &request_id);
    response
}

/// The fields every problem has, and those of its kind.
fn describe(headers: &mut HeaderMap, problem: &Problem, request_id: &RequestId) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REQUEST_ID, request_id.header_value());
    for (name, value) in problem.headers() {
        headers.insert(name, value);
    }
}

/// Answers a call the gateway refuses, or fails at.
pub(crate) fn refused(
    mut call: Call,
    refusal: &Refusal,
    form: Form,
    error_pages: Option<&PublicUrl>,
) -> Response<AnswerBody> {
    let problem = &refusal.problem;
    let pages = error_pages.map(ToString::to_string);
    let body = problem.body(call.request_id.as_str(), pages.as_deref());
    let mut response = Response::new(AnswerBody::Whole(None));
    *response.status_mut() = problem.status();
    let headers = response.headers_mut();
    describe(headers, problem, &call.request_id);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    for (name, value) in refusal.headers.iter().cloned() {
        headers.insert(name, value);
    }
    // HTTP/2 has no such field (RFC 9113 §8.2.2); its streams cannot run into each other.
    if refusal.close && form.version < Version::HTTP_2 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    call.set_status(problem.status());
    if !form.head_only {
        call.bytes_out = body.len() as u64;
        *response.body_mut() = AnswerBody::Whole(Some(body.into()));
    }
    call.finish(problem.kind());
    response
}

/// Answers OPTIONS for an address that exists: which methods it has.
pub(crate) fn options(mut call: Call, allow: HeaderValue) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(None));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, allow);
    response
        .headers_mut()
        .insert(REQUEST_ID, call.request_id.header_value());
    call.set_status(StatusCode::NO_CONTENT);
    call.finish(OK);
    response
}

/// Passes a backend's answer on.
pub(crate) fn streamed(
    mut call: Call,
    answered: Answered,
    request: GeneralBody,
    standing: Standing,
    form: Form,
) -> Response<AnswerBody> {
    let Answered { head, body } = answered;
    let mut response = Response::new(AnswerBody::Whole(None));
    *response.status_mut() = head.status;
    *response.version_mut() = form.version;
    let headers = response.headers_mut();
    for (name, value) in head.fields() {
        // Both were read as what they are.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            headers.append(name, value);
        }
    }
    if let Some(length) = head.announced {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers.insert(REQUEST_ID, call.request_id.header_value());
    for (name, value) in standing.headers() {
        headers.insert(name, value);
    }
    call.set_status(head.status);
    if body.is_finished() {
        // There is no last byte to wait for: the head is the whole response.
        call.finish(OK);
    } else {
        *response.body_mut() = AnswerBody::Stream(Box::new(StreamBody {
            remaining: match body.length() {
                BodyLength::Exact(length) => Some(length),
                BodyLength::None | BodyLength::Chunked => None,
            },
            body,
            request,
            call,
            ended: false,
        }));
    }
    response
}

/// A backend's body on its way to the client, and what is left of the request's on its way to the backend.
pub(crate) struct StreamBody {
    body: ResponseBody,
    request: GeneralBody,
    /// Bytes still to come, where the backend said how many there are.
    remaining: Option<u64>,
    call: Call,
    ended: bool,
}

impl StreamBody {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = {
            let next = pin!(self.body.next_while_sending(&mut self.request));
            next.poll(cx)
                .map_ok(|piece| piece.map(Bytes::copy_from_slice))
        };
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(Some(piece))) => {
                let length = piece.len() as u64;
                self.call.bytes_out += length;
                if let Some(remaining) = &mut self.remaining {
                    *remaining = remaining.saturating_sub(length);
                }
                if self.body.is_finished() {
                    // These are the last bytes: the record comes first.
                    self.end(OK);
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Poll::Ready(Ok(None)) => {
                // What follows is the mark of the end, without which a client has not received the whole.
                self.end(OK);
                Poll::Ready(None)
            }
            Poll::Ready(Err(broken)) => {
                tracing::info!(
                    request_id = self.call.request_id.as_str(),
                    error = &broken as &dyn std::error::Error,
                    "a response was cut short"
                );
                self.end(broken.kind().into());
                Poll::Ready(Some(Err(broken)))
            }
        }
    }

    fn end(&mut self, reason: Reason) {
        self.ended = true;
        self.call.finish(reason);
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
