//! A whole HTTP answer, and the words tests use about it.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Status, headers and body of one answer, and what was asked.
#[derive(Debug, Clone)]
pub struct Answer {
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Reads a whole answer.
    pub async fn read(asked: String, response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let status = response.status();
        let headers = response.headers().clone();
        let body = response.bytes().await?;
        Ok(Self {
            asked,
            status,
            headers,
            body,
        })
    }

    /// One header as text, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; panics with the body when it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// The stable code of a problem; empty when the body is no problem+json.
    pub fn code(&self) -> String {
        let is_problem = self.header("content-type") == Some("application/problem+json");
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let code = body["code"].as_str().filter(|_| is_problem);
        code.unwrap_or_default().to_owned()
    }

    /// Panics with the whole answer unless it has this status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{self}");
        self
    }

    /// Panics unless it is a success.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        assert!(self.status.is_success(), "{self}");
        self
    }

    /// Panics unless it is a whole problem of this status and code: media type, title, and the request id in both places.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Self {
        self.assert_status(status);
        assert_eq!(self.code(), code, "{self}");
        let body = self.json();
        assert_eq!(body["status"], status, "{self}");
        for member in ["type", "title", "request_id"] {
            assert!(
                body[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} of {self}"
            );
        }
        let told = ["x-request-id", "gatehouse-request-id"]
            .iter()
            .find_map(|name| self.header(name));
        assert_eq!(told, body["request_id"].as_str(), "{self}");
        self
    }

    /// What [`crate::eventually`] reports while it waits.
    pub fn expect(self, status: u16) -> Result<Self, String> {
        if self.status.as_u16() == status {
            Ok(self)
        } else {
            Err(self.to_string())
        }
    }

    /// The same for a problem.
    pub fn expect_problem(self, status: u16, code: &str) -> Result<Self, String> {
        if self.status.as_u16() == status && self.code() == code {
            Ok(self)
        } else {
            Err(self.to_string())
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = self.text().chars().take(3000).collect();
        write!(
            formatter,
            "{} answered {} {:?}\n{body}",
            self.asked, self.status, self.headers
        )
    }
}
