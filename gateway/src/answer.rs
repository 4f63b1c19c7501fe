//! The answers of the gateway itself, and what it adds to those of backends. Each tier writes them its own way.

use bytes::Bytes;
use gatehouse_problem::Problem;
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::{Clock, RequestId};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::call::{Call, OK};
use crate::policies::Standing;
use crate::policies::standing::{RATE_LIMIT, RATE_LIMIT_POLICY};
use crate::refusal::Refusal;
use crate::tables::{DEPRECATION, SUNSET};
use crate::upstream::{BrokenOff, ResponseHead};

/// On every response, and on every request to a backend.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("gatehouse-request-id");

/// An answer of the gateway itself, whole and on record.
pub(crate) struct Own {
    pub(crate) response: Response<Bytes>,
    /// Whether the connection must end: what follows on it cannot be trusted to be a request.
    pub(crate) close: bool,
}

impl Own {
    /// Of a call that the gateway never saw, which ends its connection.
    pub(crate) fn unrecorded(mut response: Response<Bytes>) -> Self {
        let length = HeaderValue::from(response.body().len());
        response.headers_mut().insert(CONTENT_LENGTH, length);
        Self {
            response,
            close: true,
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
    call: &mut Call,
    refusal: &Refusal,
    method: &Method,
    error_pages: Option<&PublicUrl>,
) -> Own {
    let problem = &refusal.problem;
    let pages = error_pages.map(ToString::to_string);
    let body = problem.body(call.request_id.as_str(), pages.as_deref());
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = problem.status();
    let headers = response.headers_mut();
    describe(headers, problem, &call.request_id);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    for (name, value) in refusal.headers.iter().cloned() {
        headers.insert(name, value);
    }
    notify(headers, call);
    allow_origin(headers, call);
    call.set_status(problem.status());
    if *method != Method::HEAD {
        call.bytes_out = body.len() as u64;
        *response.body_mut() = body.into();
    }
    call.finish(problem.kind());
    Own {
        response,
        close: refusal.close,
    }
}

/// The fields about the end of the version, on the gateway's own answers, too.
fn notify(headers: &mut HeaderMap, call: &Call) {
    let Some(notice) = &call.notice else { return };
    notice.each_field(&mut |name, value| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    });
}

/// What browsers are told, on the gateway's own answers, too: a script that cannot read a refusal learns nothing of it.
fn allow_origin(headers: &mut HeaderMap, call: &Call) {
    let Some(policies) = &call.policies else {
        return;
    };
    policies.each_cors_field(&mut |name, value| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    });
}

/// Answers the preflight of a browser: what it may send.
pub(crate) fn preflight(call: &mut Call, fields: Vec<(HeaderName, HeaderValue)>) -> Own {
    no_content(call, fields)
}

/// Answers OPTIONS for an address that exists: which methods it has.
pub(crate) fn options(call: &mut Call, allow: HeaderValue) -> Own {
    no_content(call, [(ALLOW, allow)])
}

fn no_content(call: &mut Call, fields: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Own {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().extend(fields);
    response
        .headers_mut()
        .insert(REQUEST_ID, call.request_id.header_value());
    notify(response.headers_mut(), call);
    call.set_status(StatusCode::NO_CONTENT);
    call.finish(OK);
    Own {
        response,
        close: false,
    }
}

/// The fields of a backend's answer as a client gets it, framing left out: the backend's own, then the gateway's.
pub(crate) fn each_field(
    head: &ResponseHead,
    standing: &Standing,
    call: &Call,
    put: &mut dyn FnMut(&[u8], &[u8]),
) {
    let has_limits = !standing.is_empty();
    for (name, value) in head.fields() {
        // The gateway's own words stand alone: a backend behind another gateway may have sent these too. A request id of its
        // own was left out when its head was read.
        let doubled = has_limits
            && (name == RATE_LIMIT.as_bytes() || name == RATE_LIMIT_POLICY.as_bytes())
            || call.notice.is_some()
                && (name == DEPRECATION.as_bytes() || name == SUNSET.as_bytes());
        let replaced = call
            .policies
            .as_ref()
            .is_some_and(|policies| policies.replaces(name));
        if !doubled && !replaced {
            put(name, value);
        }
    }
    put(
        REQUEST_ID.as_str().as_bytes(),
        call.request_id.as_str().as_bytes(),
    );
    if let Some(notice) = &call.notice {
        notice.each_field(&mut |name, value| put(name.as_bytes(), value));
    }
    standing.each_field(&mut |name, value| put(name.as_bytes(), value));
    if let Some(policies) = &call.policies {
        for (name, value) in policies.set.response_headers.each_set() {
            put(name, value);
        }
        policies.each_cors_field(&mut |name, value| put(name.as_bytes(), value));
    }
}

/// What a call is recorded with whose response was cut short.
pub(crate) fn cut_short(call: &mut Call, error: &BrokenOff) {
    tracing::info!(
        request_id = call.request_id.as_str(),
        error = error as &dyn std::error::Error,
        "a response was cut short"
    );
    call.finish(error.kind());
}
