//! Answers of the demo's backend.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use serde_json::{Value, json};

use super::ticks::Ticks;

/// An answer before it is HTTP.
#[derive(Debug)]
pub(super) enum Reply {
    /// A status with a JSON value.
    Json(StatusCode, Value),
    /// 201 with where the new thing lives, below the request's path.
    Created(String, Value),
    /// 204.
    Empty,
    /// An error.
    Problem(StatusCode, Value),
    /// Server-sent events.
    Events(Ticks),
}

/// 200 with a value.
pub(super) fn ok(value: Value) -> Reply {
    Reply::Json(StatusCode::OK, value)
}

/// An error with its explanation.
pub(super) fn problem(status: StatusCode, detail: &str) -> Reply {
    let title = status.canonical_reason().unwrap_or("Error");
    Reply::Problem(
        status,
        json!({ "title": title, "status": status.as_u16(), "detail": detail }),
    )
}

/// 404 with its explanation.
pub(super) fn not_found(detail: &str) -> Reply {
    problem(StatusCode::NOT_FOUND, detail)
}

/// 405.
pub(super) fn no_method() -> Reply {
    problem(StatusCode::METHOD_NOT_ALLOWED, "This can not be done here.")
}

impl Reply {
    /// The HTTP response.
    pub(super) fn into_response(self) -> Response<ReplyBody> {
        let json = "application/json";
        let (status, content_type, location, body) = match self {
            Self::Json(status, value) => (status, Some(json), None, whole(&value)),
            Self::Created(location, value) => (
                StatusCode::CREATED,
                Some(json),
                Some(location),
                whole(&value),
            ),
            Self::Empty => (
                StatusCode::NO_CONTENT,
                None,
                None,
                ReplyBody::Whole(Full::default()),
            ),
            Self::Problem(status, value) => (
                status,
                Some("application/problem+json"),
                None,
                whole(&value),
            ),
            Self::Events(ticks) => (
                StatusCode::OK,
                Some("text/event-stream"),
                None,
                ReplyBody::Ticks(ticks),
            ),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(location) = location.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(LOCATION, location);
        }
        response
    }
}

fn whole(value: &Value) -> ReplyBody {
    ReplyBody::Whole(Full::new(Bytes::from(value.to_string())))
}

/// A body: all at once, or tick by tick.
pub(super) enum ReplyBody {
    Whole(Full<Bytes>),
    Ticks(Ticks),
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(context),
            Self::Ticks(ticks) => ticks
                .poll_next(context)
                .map(|event| event.map(|event| Ok(Frame::data(event)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Ticks(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Ticks(_) => SizeHint::default(),
        }
    }
}
