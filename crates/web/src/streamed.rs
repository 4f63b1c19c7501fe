//! Answers that are made while they are sent.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::long_jobs::OutputReader;
use gatehouse_domain::id::JobId;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

/// A body that is read piece by piece, as its reader takes it: `next` gives a piece and what is left, and nothing after the
/// last. A fault cuts the body short, which its reader notices.
pub fn body<S, D, R>(source: S, next: impl FnMut(S) -> R + Send + 'static) -> Body
where
    S: Send + 'static,
    D: Into<Bytes> + 'static,
    R: Future<Output = Result<Option<(D, S)>, Refusal>> + Send + 'static,
{
    let pieces = stream::try_unfold(source, next).inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::error!(error, "an answer broke off");
    });
    Body::from_stream(pieces)
}

/// A body as a file that is kept nowhere.
pub fn as_download(body: Body, kind: &'static str, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"{name}\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

/// What a job wrote, as a file.
pub fn job_output(reader: OutputReader, job: JobId) -> Response {
    let body = body(reader, |mut reader| async move {
        Ok(reader.next().await?.map(|piece| (piece, reader)))
    });
    as_download(body, "application/x-ndjson", &format!("{job}.ndjson"))
}
