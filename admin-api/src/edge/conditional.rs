//! Conditional requests (RFC 9110 §13): strong entity tags, `If-None-Match` on reads, `If-Match` on writes.
//!
//! A tag is `"{row_version}-{digest of the body}"`: the number is what a write compares, the digest makes the tag strong for
//! views that also show neighbours of their row.

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use gatehouse_web::{Problem, ProblemKind};
use http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

/// The tag of a thing as it is shown.
pub(crate) fn entity_tag(members: &Map<String, Value>) -> HeaderValue {
    let version = members
        .get("row_version")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let text = serde_json::to_string(members).unwrap_or_default();
    let digest = Sha256::digest(text);
    let digest: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    HeaderValue::from_str(&format!("\"{version}-{digest}\""))
        .unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The tag of bytes that have no version number.
pub(crate) fn content_tag(content: &[u8]) -> HeaderValue {
    let digest: String = Sha256::digest(content)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// Answers 304 when the client already has what a GET would show.
pub(crate) async fn if_none_match(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let held = reads.then(|| {
        request
            .headers()
            .get_all(IF_NONE_MATCH)
            .iter()
            .cloned()
            .collect::<Vec<_>>()
    });
    let mut response = next.run(request).await;
    let Some(tag) = response
        .headers()
        .get(ETAG)
        .filter(|_| response.status() == StatusCode::OK)
    else {
        return response;
    };
    let has_it = held.is_some_and(|held| held.iter().any(|held| lists(held, tag)));
    if has_it {
        let headers = std::mem::take(response.headers_mut());
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        *response.headers_mut() = headers;
        response.headers_mut().remove(http::header::CONTENT_TYPE);
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
        return response;
    }
    response
}

/// The weak comparison of RFC 9110 §8.8.3.2, which reads use.
fn lists(held: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(held), Ok(tag)) = (held.to_str(), tag.to_str()) else {
        return false;
    };
    held.split(',')
        .map(str::trim)
        .any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}

/// The header as the document lists it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header; IfMatch reads it")]
pub(crate) struct IfMatchHeader {
    /// The `ETag` the change starts from.
    #[param(rename = "If-Match")]
    if_match: String,
}

/// The version a write insists on. Without the header the answer is 428.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) Option<i32>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match one(&parts.headers, &IF_MATCH)? {
            Some(tag) => version_of(tag).map(Self),
            None => Err(Problem::new(ProblemKind::PreconditionRequired)),
        }
    }
}

/// Both headers of a PUT as the document lists them.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the headers; PutCondition reads them")]
pub(crate) struct PutHeaders {
    /// The `ETag` of what is there and is replaced.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
    /// `*` when nothing is there yet.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// What a PUT insists on: a version of what is there, or that nothing is there (`If-None-Match: *`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutCondition {
    /// `If-Match`.
    Version(Option<i32>),
    /// `If-None-Match: *`.
    Absent,
}

impl PutCondition {
    /// The version a verb is to insist on; what is absent has version 0.
    pub(crate) fn expected(self) -> Option<i32> {
        match self {
            Self::Version(version) => version,
            Self::Absent => Some(0),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PutCondition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.headers.contains_key(IF_MATCH) {
            let IfMatch(version) = IfMatch::from_request_parts(parts, state).await?;
            return Ok(Self::Version(version));
        }
        match one(&parts.headers, &IF_NONE_MATCH)? {
            Some("*") => Ok(Self::Absent),
            Some(_) => Err(Problem::new(ProblemKind::BadRequest)
                .detail("Of If-None-Match only * is understood on PUT.")),
            None => Err(Problem::new(ProblemKind::PreconditionRequired).detail(
                "Send If-Match with the ETag of what is there, or If-None-Match: * when nothing is.",
            )),
        }
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(HeaderValue::to_str).transpose();
    match (first, values.next()) {
        (Ok(first), None) => Ok(first.map(str::trim)),
        _ => Err(Problem::new(ProblemKind::BadRequest).detail(format!("Send {name} once."))),
    }
}

/// `*` insists on no version. A weak tag and one of another server never match (RFC 9110 §13.1.1): such a version does not
/// exist, and the verb answers with the current one.
fn version_of(tag: &str) -> Result<Option<i32>, Problem> {
    if tag == "*" {
        return Ok(None);
    }
    if tag.contains(',') {
        return Err(Problem::new(ProblemKind::BadRequest)
            .detail("Send one ETag in If-Match: a change starts from one version."));
    }
    let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let version = inner
        .and_then(|tag| tag.split('-').next())
        .and_then(|version| version.parse().ok());
    Ok(Some(version.unwrap_or(-1)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tag(value: &Value) -> HeaderValue {
        entity_tag(value.as_object().unwrap())
    }

    #[test]
    fn a_tag_changes_with_the_version_and_with_what_is_shown() {
        let first = tag(&json!({"row_version": 3, "teams": []}));
        assert!(first.to_str().unwrap().starts_with("\"3-"));
        assert_eq!(first, tag(&json!({"row_version": 3, "teams": []})));
        assert_ne!(first, tag(&json!({"row_version": 4, "teams": []})));
        assert_ne!(first, tag(&json!({"row_version": 3, "teams": ["a"]})));
    }

    #[test]
    fn if_match_reads_our_tags_and_nothing_else_as_a_version() {
        assert_eq!(version_of("\"7-0011\"").unwrap(), Some(7));
        assert_eq!(version_of("\"7\"").unwrap(), Some(7));
        assert_eq!(version_of("*").unwrap(), None);
        for foreign in ["W/\"7-0011\"", "7", "\"x\"", "\"\"", "\"99999999999\""] {
            assert_eq!(version_of(foreign).unwrap(), Some(-1), "{foreign}");
        }
        assert!(version_of("\"1\", \"2\"").is_err());
    }

    #[test]
    fn if_none_match_compares_weakly_and_knows_lists() {
        let tag = HeaderValue::from_static("\"7-0011\"");
        for held in ["\"7-0011\"", "W/\"7-0011\"", "\"1\", \"7-0011\"", "*"] {
            assert!(lists(&HeaderValue::from_static(held), &tag), "{held}");
        }
        assert!(!lists(&HeaderValue::from_static("\"7-0012\""), &tag));
    }
}
