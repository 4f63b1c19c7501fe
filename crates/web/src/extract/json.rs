//! JSON bodies: what cannot be read is 400 with its place, what is not acceptable is 422 with its pointer.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use gatehouse_domain::pointer;
use gatehouse_problem::{FieldError, ProblemKind};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::body::read_body;
use super::fields;
use crate::problem::Problem;

/// A JSON body, in or out. Types that come in deny unknown fields, so that a typo is not silently dropped.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// A JSON body that may be left away; no body at all, or null, is the default of its type.
#[derive(Debug, Clone, Copy)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        require_json(&request)?;
        parse_json(&read_body(request).await?).map(Self)
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let typed = require_json(&request);
        let body = read_body(request).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        typed?;
        // The document says of such a body: an object, or null.
        if body.trim_ascii() == b"null" {
            return Ok(Self(T::default()));
        }
        parse_json(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

/// `application/json`, or a type with the suffix `+json` such as merge-patch (RFC 7396).
fn require_json(request: &Request) -> Result<(), Problem> {
    let value = request.headers().get(CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let fits = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if fits {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::UnsupportedMediaType)
        .detail("Send the body as Content-Type: application/json."))
}

/// Reads a value from the bytes of a JSON text.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    refuse_positional::<T>(body)?;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| not_acceptable(error.path(), error.inner()))?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// serde reads a struct from an array too; nobody means that.
fn refuse_positional<T: DeserializeOwned>(body: &[u8]) -> Result<(), Problem> {
    if body.trim_ascii_start().first() != Some(&b'[') || fields::names_of::<T>().is_empty() {
        return Ok(());
    }
    let fault = FieldError::new("", "wrong_type", "Send an object.");
    Err(Problem::new(ProblemKind::Invalid).field(fault))
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(ProblemKind::BadRequest).detail(format!(
        "The body is not JSON: line {}, column {}.",
        error.line(),
        error.column()
    ))
}

fn not_acceptable(path: &Path, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return not_json(error);
    }
    let mut place = pointer_to(path);
    let message = strip_place(&error.to_string());
    let (code, detail) = match fields::missing(&message) {
        Some(name) => {
            pointer::push(&mut place, name);
            ("required", "Give this field.".to_owned())
        }
        None if message.starts_with("unknown field") => (
            "unknown_field",
            fields::nearest_in(&message, path_end(path)),
        ),
        None => ("wrong_type", fields::sentence(&message)),
    };
    let field = FieldError {
        line: Some(error.line()),
        column: Some(error.column()),
        ..FieldError::new(place, code, detail)
    };
    Problem::new(ProblemKind::Invalid).field(field)
}

/// serde_json writes the place behind its message; the problem has members for it.
fn strip_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

fn pointer_to(path: &Path) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer::push(&mut out, &index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => pointer::push(&mut out, key),
            Segment::Unknown => {}
        }
    }
    out
}

fn path_end(path: &Path) -> &str {
    match path.iter().next_back() {
        Some(Segment::Map { key }) => key,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plan {
        #[expect(dead_code, reason = "read by the derived code alone")]
        name: String,
        #[serde(default)]
        #[expect(dead_code, reason = "read by the derived code alone")]
        limits: Vec<Limit>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Limit {
        #[expect(dead_code, reason = "read by the derived code alone")]
        amount: u32,
    }

    fn fault(body: &str) -> (u16, String, String, String) {
        let problem = parse_json::<Plan>(body.as_bytes()).unwrap_err();
        let status = problem.inner().status().as_u16();
        let first = problem.inner().errors().first().cloned();
        let first = first.unwrap_or_else(|| FieldError::new("", "", problem.inner().message()));
        (status, first.pointer, first.code, first.detail)
    }

    #[test]
    fn text_that_is_no_json_is_400_with_its_place() {
        for body in ["", "{", "{\"name\":\"a\"} x", "nonsense"] {
            let (status, _, _, detail) = fault(body);
            assert_eq!(status, 400, "{body}");
            assert!(
                detail.starts_with("The body is not JSON: line 1"),
                "{detail}"
            );
        }
    }

    #[test]
    fn faults_in_fields_are_422_with_their_pointer() {
        let (status, pointer, code, _) =
            fault(r#"{"name":"a","limits":[{"amount":1},{"amount":"x"}]}"#);
        assert_eq!(
            (status, &*pointer, &*code),
            (422, "/limits/1/amount", "wrong_type")
        );
        let (status, pointer, code, _) = fault(r#"{"limits":[]}"#);
        assert_eq!((status, &*pointer, &*code), (422, "/name", "required"));
        let (status, pointer, code, _) = fault("[1,2,3]");
        assert_eq!((status, &*pointer, &*code), (422, "", "wrong_type"));
    }

    #[test]
    fn an_unknown_field_names_the_nearest_one() {
        let (status, pointer, code, detail) = fault(r#"{"nmae":"a"}"#);
        assert_eq!((status, &*pointer, &*code), (422, "/nmae", "unknown_field"));
        assert_eq!(detail, "There is no such field. Did you mean name?");
        let (_, pointer, _, _) = fault(r#"{"a/b~c":"a"}"#);
        assert_eq!(pointer, "/a~1b~0c");
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = format!("{{\"name\":{}", "[".repeat(100_000));
        assert!(matches!(fault(&deep).0, 400 | 422));
    }
}
