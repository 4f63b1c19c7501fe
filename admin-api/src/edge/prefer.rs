//! `Prefer: respond-async` (RFC 7240 §4.1): a caller who would rather ask for the outcome later than wait for it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Changed;
use gatehouse_control_plane::long_jobs::JobView;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::answer::Mutation;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const RESPOND_ASYNC: &str = "respond-async";

/// Whether the caller prefers to be answered before the work is done. Other preferences are ignored, as the RFC asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RespondAsync(pub(crate) bool);

impl<S: Send + Sync> FromRequestParts<S> for RespondAsync {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(prefers(&parts.headers)))
    }
}

fn prefers(headers: &HeaderMap) -> bool {
    let values = headers.get_all(PREFER).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let mut preferences = texts.flat_map(|text| text.split(','));
    preferences.any(|preference| {
        let name = preference.split([';', '=']).next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case(RESPOND_ASYNC)
    })
}

/// The answer to a preference that was followed: the job, and where it is watched.
pub(crate) fn as_job(begun: &Changed<JobView>) -> Response {
    let path = format!("/v1/jobs/{}", begun.value.id);
    let mut response = Mutation::accepted(begun, path).into_response();
    let applied = HeaderValue::from_static(RESPOND_ASYNC);
    response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preference_is_found_among_others_in_any_case_and_nowhere_else() {
        let headers = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(PREFER, HeaderValue::from_static(value));
            }
            headers
        };
        for wished in [
            &["respond-async"][..],
            &["Respond-Async, wait=10"],
            &["return=minimal", " respond-async ; x=\"y\""],
        ] {
            assert!(prefers(&headers(wished)), "{wished:?}");
        }
        for not_wished in [
            &[][..],
            &["wait=10"],
            &["return=respond-async"],
            &["respond-asynchronously"],
        ] {
            assert!(!prefers(&headers(not_wished)), "{not_wished:?}");
        }
    }
}
