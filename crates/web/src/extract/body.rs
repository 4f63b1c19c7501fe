//! Reading a body into memory, up to a limit.

use std::error::Error;

use axum::extract::Request;
use bytes::Bytes;
use gatehouse_problem::ProblemKind;
use gatehouse_runtime::listener::BodyError;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// The most bytes a body may have. Put it on routes as `axum::Extension(BodyLimit(..))`; without it the limit is 1 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(1 << 20)
    }
}

/// Reads the whole body within the [`BodyLimit`] of the request. One that says it is too long is not read at all.
pub async fn read_body(request: Request) -> Result<Bytes, Problem> {
    let limit = request
        .extensions()
        .get::<BodyLimit>()
        .copied()
        .unwrap_or_default();
    read_body_up_to(request, limit).await
}

/// The same within a limit of its own.
pub async fn read_body_up_to(request: Request, limit: BodyLimit) -> Result<Bytes, Problem> {
    let body = request.into_body();
    if body.size_hint().lower() > limit.0 as u64 {
        return Err(too_large(limit));
    }
    match Limited::new(body, limit.0).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(unreadable(&*error, limit)),
    }
}

fn unreadable(error: &(dyn Error + 'static), limit: BodyLimit) -> Problem {
    let chain = || std::iter::successors(Some(error), |error| (*error).source());
    if chain().any(|error| error.is::<LengthLimitError>()) {
        return too_large(limit);
    }
    let slow = |error: &(dyn Error + 'static)| {
        matches!(error.downcast_ref::<BodyError>(), Some(BodyError::TooSlow))
    };
    if chain().any(slow) {
        return Problem::new(ProblemKind::RequestTimeout);
    }
    Problem::new(ProblemKind::BadRequest).detail("The body broke off.")
}

fn too_large(limit: BodyLimit) -> Problem {
    let detail = match limit.0 {
        bytes if bytes >= 1 << 20 => format!("At most {} MiB are accepted here.", bytes >> 20),
        bytes => format!("At most {bytes} bytes are accepted here."),
    };
    Problem::new(ProblemKind::BodyTooLarge).detail(detail)
}
