//! One occurrence of a problem and its JSON body.

use http::StatusCode;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use crate::kind::ProblemKind;

/// A fault in one field of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// Which rule, as a stable word.
    pub code: String,
    /// The rule and the value, in words.
    pub detail: String,
    /// Line in the sent text, from 1, where one can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl FieldError {
    /// A fault at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            detail: detail.into(),
            line: None,
            column: None,
        }
    }
}

/// One occurrence of a [`ProblemKind`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry_after_s: Option<u64>,
    help: Option<String>,
    report: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    fix: &'a str,
    instance: String,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a serde_json::Value>,
}

impl Problem {
    /// The media type of the body (RFC 9457 §6.1).
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// An occurrence without particulars.
    pub const fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            detail: None,
            errors: Vec::new(),
            retry_after_s: None,
            help: None,
            report: None,
        }
    }

    /// Says what is particular to this request. Never a cause chain, a query or a path of the server.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a fault in a field.
    #[must_use]
    pub fn field(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// Replaces the faults in fields.
    #[must_use]
    pub fn fields(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Says when to come back, in whole seconds (RFC 9110 §10.2.3).
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Links a page that helps with this occurrence, such as the access request page.
    #[must_use]
    pub fn help(mut self, url: impl Into<String>) -> Self {
        self.help = Some(url.into());
        self
    }

    /// Adds what a judgement found, as an extension member (RFC 9457 §3.2).
    #[must_use]
    pub fn report(mut self, report: serde_json::Value) -> Self {
        self.report = Some(report);
        self
    }

    /// The kind.
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// What is particular to this request, or the title.
    pub fn message(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.kind.title())
    }

    /// The faults in fields.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The headers the kind and the occurrence ask for: `Retry-After` on 429 and 503, `WWW-Authenticate` on 401
    /// (RFC 9110 §11.6.1).
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut headers = Vec::new();
        if let Some(seconds) = self
            .retry_after_s
            .or_else(|| (self.kind.status_code() == 503).then_some(1))
        {
            headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if self.kind.status_code() == 401 {
            headers.push((
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"gatehouse\""),
            ));
        }
        headers
    }

    /// The JSON body. `error_pages` is the public URL whose `/errors/{code}` pages explain codes; with `None` the type is
    /// a relative reference (RFC 9457 §3.1.1).
    pub fn body(&self, request_id: &str, error_pages: Option<&str>) -> Vec<u8> {
        let body = Body {
            r#type: format!(
                "{}/errors/{}",
                error_pages.unwrap_or_default().trim_end_matches('/'),
                self.kind.code()
            ),
            title: self.kind.title(),
            status: self.kind.status_code(),
            code: self.kind.code(),
            detail: self.detail.as_deref(),
            fix: self.kind.fix(),
            instance: format!("urn:gatehouse:request:{request_id}"),
            request_id,
            errors: &self.errors,
            help: self.help.as_deref(),
            report: self.report.as_ref(),
        };
        // Serialising a struct of strings and numbers into memory has no way to fail.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::new(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_the_members_of_rfc_9457_and_ours() {
        let problem = Problem::new(ProblemKind::Invalid)
            .detail("2 fields")
            .field(FieldError::new("/name", "required", "Give a name."));
        let body: serde_json::Value =
            serde_json::from_slice(&problem.body("req_1", Some("https://portal.example/")))
                .unwrap();
        assert_eq!(body["type"], "https://portal.example/errors/invalid");
        assert_eq!(body["status"], 422);
        assert_eq!(body["code"], "invalid");
        assert_eq!(body["request_id"], "req_1");
        assert_eq!(body["errors"][0]["pointer"], "/name");
        assert!(body["errors"][0].get("line").is_none());
    }

    #[test]
    fn unauthorised_challenges_and_unavailable_says_when() {
        let names = |kind| -> Vec<String> {
            Problem::new(kind)
                .headers()
                .into_iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect()
        };
        assert_eq!(
            names(ProblemKind::NoKey),
            ["www-authenticate: Bearer realm=\"gatehouse\""]
        );
        assert_eq!(names(ProblemKind::Overloaded), ["retry-after: 1"]);
        assert_eq!(names(ProblemKind::NoRoute), Vec::<String>::new());
        let limited = Problem::new(ProblemKind::RateLimited).retry_after(7);
        assert_eq!(limited.headers()[0].1, "7");
    }
}
