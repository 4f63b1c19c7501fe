//! The response a client gets: a problem, or a backend's answer streamed through, and the record of the call written before
//! its last byte.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::{Clock, RequestId};
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::call::{Call, OK};
use crate::policies::Standing;
use crate::refusal::Refusal;
use crate::upstream::{Answered, Lease, clean_response};

/// On every response, and on every request to a backend.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("gatehouse-request-id");

/// A body that broke off. Handed to the connection it aborts it: what was cut short must never look complete.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokenOff {
    #[error("the backend's response broke off: {0}")]
    Upstream(#[source] hyper::Error),
    #[error("the backend's response stalled")]
    Stalled,
}

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
    call.finish(problem.kind().code());
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
    standing: Standing,
    form: Form,
) -> Response<AnswerBody> {
    let Answered {
        response,
        idle_timeout,
        lease,
    } = answered;
    let (mut parts, body) = response.into_parts();
    parts.version = form.version;
    parts.extensions.clear();
    clean_response(&mut parts.headers);
    parts
        .headers
        .insert(REQUEST_ID, call.request_id.header_value());
    for (name, value) in standing.headers {
        parts.headers.insert(name, value);
    }
    call.set_status(parts.status);
    let body = if form.head_only || body.is_end_stream() {
        // There is no last byte to wait for: the head is the whole response.
        call.finish(OK);
        lease.give_back();
        AnswerBody::Whole(None)
    } else {
        AnswerBody::Stream(Box::new(StreamBody {
            remaining: body.size_hint().exact(),
            incoming: Some(body),
            call,
            lease: Some(lease),
            idle_timeout,
            stalled: None,
        }))
    };
    Response::from_parts(parts, body)
}

/// A backend's body on its way to the client.
pub(crate) struct StreamBody {
    incoming: Option<Incoming>,
    /// Bytes still to come, where the backend said how many there are.
    remaining: Option<u64>,
    call: Call,
    lease: Option<Lease>,
    idle_timeout: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl StreamBody {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        match Pin::new(incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(alarm) = &mut self.stalled {
                    alarm.as_mut().reset(Instant::now() + self.idle_timeout);
                }
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.call.bytes_out += length;
                if let Some(remaining) = &mut self.remaining {
                    *remaining = remaining.saturating_sub(length);
                    if *remaining == 0 {
                        // These are the last bytes: the record comes first.
                        self.end_well();
                    }
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(None) => {
                // What follows is the mark of the end, without which a client has not received the whole.
                self.end_well();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(
                self.break_off(ProblemKind::UpstreamFailed, BrokenOff::Upstream(error))
            ))),
            Poll::Pending => self.poll_stalled(cx),
        }
    }

    /// Time counts only while the client waits: this is not polled while its own side is full.
    fn poll_stalled(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let idle_timeout = self.idle_timeout;
        let alarm = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + idle_timeout)));
        match alarm.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Some(Err(
                self.break_off(ProblemKind::UpstreamTimeout, BrokenOff::Stalled)
            ))),
        }
    }

    fn end_well(&mut self) {
        self.incoming = None;
        self.call.finish(OK);
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }

    fn break_off(&mut self, kind: ProblemKind, broken: BrokenOff) -> BrokenOff {
        tracing::info!(
            request_id = self.call.request_id.as_str(),
            error = &broken as &dyn std::error::Error,
            "a response was cut short"
        );
        self.incoming = None;
        self.lease = None;
        self.call.finish(kind.code());
        broken
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
            Self::Stream(stream) => stream.incoming.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Stream(stream) => match (&stream.incoming, stream.remaining) {
                (None, _) => SizeHint::with_exact(0),
                (Some(_), Some(remaining)) => SizeHint::with_exact(remaining),
                (Some(_), None) => SizeHint::default(),
            },
        }
    }
}
