//! What a case file states.

use gatehouse_spec::file;
use http::header::HeaderName;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// A file of cases, with the places of what it states.
#[derive(Debug)]
pub(super) struct CaseFile {
    /// As it was named.
    pub(super) path: String,
    pub(super) cases: Vec<Case>,
    pub(super) text: Vec<u8>,
}

impl CaseFile {
    /// Line and column of what is at a pointer (RFC 6901), or of the nearest thing around it; 1 and 1 when there is none.
    pub(super) fn place(&self, pointer: &str) -> (usize, usize) {
        let places = file::places(&self.text, &[pointer]);
        let place = places.first().copied().flatten();
        place.map_or((1, 1), |at| (at.line, at.column))
    }
}

/// Calls of one caller, one after another.
#[derive(Debug, PartialEq)]
pub(super) struct Case {
    pub(super) name: String,
    /// Where in its file it is.
    pub(super) pointer: String,
    pub(super) caller: Caller,
    /// The slug of the environment it calls in.
    pub(super) environment: String,
    /// At least one.
    pub(super) steps: Vec<Step>,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// Sends no key.
    Nobody,
    /// Sends a key that is well-formed and was never made.
    WrongKey,
    /// Sends the key of an application that has access to nothing.
    Stranger,
    /// Sends the key of an application with access.
    Subscriber {
        /// The slug of an API or of a product.
        to: String,
        plan: String,
        /// Where the access and the key are; where the case calls, if nothing is said.
        environment: String,
    },
}

/// One request, so many times, and what every one of them comes to.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    pub(super) request: Request,
    pub(super) times: u32,
    pub(super) backend: Reply,
    pub(super) expect: Expect,
    /// Where in the file [`Step::expect`] is.
    pub(super) pointer: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) method: Method,
    /// Below the base path of the environment.
    pub(super) path: PathAndQuery,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Value>,
}

/// What the backend answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Value>,
    pub(super) delay_ms: u64,
}

impl Default for Reply {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Some(Value::Object(serde_json::Map::new())),
            delay_ms: 0,
        }
    }
}

/// What a call shall come to; what is `None` or empty is not looked at.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expect {
    pub(super) status: Option<u16>,
    /// The code of the problem that is answered.
    pub(super) code: Option<String>,
    pub(super) headers: Vec<(HeaderName, Wish)>,
    pub(super) body: Option<Value>,
    pub(super) received: Option<Received>,
}

/// What a header shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Exactly this text; that of several fields is joined with `, `.
    Text(String),
    /// There, whatever it says, or not there.
    Present(bool),
}

/// What shall have reached the backend.
#[derive(Debug, PartialEq)]
pub(super) enum Received {
    Nothing,
    Call(Box<ReceivedCall>),
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct ReceivedCall {
    /// The address of the target as the configuration states it.
    pub(super) target: Option<String>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    /// As it was sent, without the `?`; empty when there shall be none.
    pub(super) query: Option<String>,
    pub(super) headers: Vec<(HeaderName, Wish)>,
    pub(super) body: Option<Value>,
}

/// The bytes a body is sent as, and the media type it has when nobody names one: texts as they are, anything else as JSON.
pub(super) fn bytes_of(body: Option<&Value>) -> (Vec<u8>, Option<&'static str>) {
    match body {
        None => (Vec::new(), None),
        Some(Value::String(text)) => (text.clone().into_bytes(), Some("text/plain")),
        Some(json) => (json.to_string().into_bytes(), Some("application/json")),
    }
}
