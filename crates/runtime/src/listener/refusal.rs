//! Answers that the listener gives in place of the service.

use std::fmt;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// Why the service was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 503: the listener is full.
    Busy,
    /// 431: more headers than allowed. HTTP/1.1 connections are answered by hyper, without a body.
    TooManyHeaders,
}

/// Words the refusals of a listener.
#[derive(Clone)]
pub struct Refusals(Arc<dyn Fn(Refusal) -> Response<Bytes> + Send + Sync>);

impl Refusals {
    /// The words to use.
    pub fn new(answer: impl Fn(Refusal) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    /// The answer in place of the service's.
    #[must_use]
    pub fn answer(&self, refusal: Refusal) -> Response<Bytes> {
        (self.0)(refusal)
    }

    /// The answer as bytes of HTTP/1.1, for a connection that is closed without having been read.
    #[must_use]
    pub fn wire(&self, refusal: Refusal) -> Bytes {
        let (mut head, body) = self.answer(refusal).into_parts();
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        head.headers
            .insert(CONNECTION, HeaderValue::from_static("close"));
        let mut wire = BytesMut::with_capacity(512 + body.len());
        let reason = head.status.canonical_reason().unwrap_or_default();
        wire.put_slice(format!("HTTP/1.1 {} {reason}\r\n", head.status.as_u16()).as_bytes());
        for (name, value) in &head.headers {
            wire.put_slice(name.as_ref());
            wire.put_slice(b": ");
            wire.put_slice(value.as_bytes());
            wire.put_slice(b"\r\n");
        }
        wire.put_slice(b"\r\n");
        wire.put_slice(&body);
        wire.freeze()
    }
}

impl Default for Refusals {
    fn default() -> Self {
        Self::new(|refusal| {
            let (status, code, title) = match refusal {
                Refusal::Busy => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "overloaded",
                    "Too many connections",
                ),
                Refusal::TooManyHeaders => (
                    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "header_too_large",
                    "Too many headers",
                ),
            };
            let body = serde_json::json!({
                "type": "about:blank", "title": title, "status": status.as_u16(), "code": code,
            });
            let mut response = Response::new(Bytes::from(body.to_string()));
            *response.status_mut() = status;
            let problem = HeaderValue::from_static("application/problem+json");
            response.headers_mut().insert(CONTENT_TYPE, problem);
            if refusal == Refusal::Busy {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            response
        })
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Refusals")
    }
}
