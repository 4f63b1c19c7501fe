//! What was expected against what came.

use gatehouse_domain::pointer::join;
use http::HeaderMap;
use http::header::HeaderName;
use serde_json::Value;

use super::backend::Recorded;
use super::cases::{Expect, Received, ReceivedCall, Wish};
use super::wire::Answer;

/// Longest text that is shown of a value, characters.
const SHOWN_MAX: usize = 300;

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where it is expected, below the step's `expect`.
    pub(super) pointer: String,
    /// Such as `status` or `header retry-after`.
    pub(super) what: String,
    pub(super) expected: String,
    pub(super) got: String,
}

/// Everything about a call that is not as expected.
pub(super) fn judge(expect: &Expect, answer: &Answer, received: &[Recorded]) -> Vec<Difference> {
    let mut found = Vec::new();
    let problem = own_problem(answer);
    let code = problem["code"].as_str();
    if let Some(status) = expect.status.filter(|status| *status != answer.status) {
        let got = match code {
            Some(code) => format!("{} {code}", answer.status),
            None => answer.status.to_string(),
        };
        found.push(difference("/status", "status", status.to_string(), got));
    }
    if let Some(wanted) = &expect.code
        && code != Some(wanted)
    {
        let got = match code {
            Some(code) => code.to_owned(),
            None => format!("no code, with status {}", answer.status),
        };
        found.push(difference("/code", "code", wanted.clone(), got));
    }
    headers(&expect.headers, &answer.headers, "", "", &mut found);
    if let Some(wanted) = &expect.body {
        body(wanted, &answer.body, "/body", "body", &mut found);
    }
    match (&expect.received, received) {
        (None, _) | (Some(Received::Nothing), []) => {}
        (Some(Received::Nothing), [first, ..]) => found.push(difference(
            "/received",
            "the backend received",
            "nothing",
            line_of(first),
        )),
        (Some(Received::Call(_)), []) => found.push(difference(
            "/received",
            "the backend received",
            "a call",
            "nothing",
        )),
        // One that was cut off is sent once more: the last is the one that was answered.
        (Some(Received::Call(wanted)), [.., last]) => call(wanted, last, &mut found),
    }
    found
}

/// The problem the gateway answered with: one of a backend does not name the call as the gateway does.
fn own_problem(answer: &Answer) -> Value {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let id = answer.headers.get("gatehouse-request-id");
    let id = id.and_then(|id| id.to_str().ok());
    match problem["request_id"].as_str() {
        named if named.is_some() && named == id => problem,
        _ => Value::Null,
    }
}

/// The difference of a call that got no answer.
pub(super) fn unanswered(error: &anyhow::Error) -> Difference {
    difference("", "the call", "an answer", format!("{error:#}"))
}

/// A difference; long values are cut.
pub(super) fn difference(
    pointer: impl Into<String>,
    what: impl Into<String>,
    expected: impl Into<String>,
    got: impl Into<String>,
) -> Difference {
    Difference {
        pointer: pointer.into(),
        what: what.into(),
        expected: short(&expected.into()),
        got: short(&got.into()),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN_MAX).collect();
    format!("{start}… ({} characters)", text.chars().count())
}

fn line_of(call: &Recorded) -> String {
    let query = if call.query.is_empty() { "" } else { "?" };
    format!("{} {}{query}{}", call.method, call.path, call.query)
}

fn call(wanted: &ReceivedCall, got: &Recorded, found: &mut Vec<Difference>) {
    for (name, wanted, got) in [
        ("target", &wanted.target, &got.target),
        ("method", &wanted.method, &got.method),
        ("path", &wanted.path, &got.path),
        ("query", &wanted.query, &got.query),
    ] {
        if let Some(wanted) = wanted.as_ref().filter(|wanted| *wanted != got) {
            let pointer = format!("/received/{name}");
            found.push(difference(pointer, format!("received {name}"), wanted, got));
        }
    }
    headers(
        &wanted.headers,
        &got.headers,
        "/received",
        "received ",
        found,
    );
    if let Some(wanted) = &wanted.body {
        body(wanted, &got.body, "/received/body", "received body", found);
    }
}

fn headers(
    wishes: &[(HeaderName, Wish)],
    got: &HeaderMap,
    pointer: &str,
    what: &str,
    found: &mut Vec<Difference>,
) {
    for (name, wish) in wishes {
        let values = got.get_all(name);
        let values: Vec<_> = values
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        let there = !values.is_empty();
        let text = values.join(", ");
        let wanted = match wish {
            Wish::Text(wanted) if there && *wanted == text => continue,
            Wish::Present(wanted) if *wanted == there => continue,
            Wish::Text(wanted) => wanted.as_str(),
            Wish::Present(true) => "any value",
            Wish::Present(false) => "none",
        };
        found.push(difference(
            join(&format!("{pointer}/headers"), name.as_str()),
            format!("{what}header {name}"),
            wanted,
            if there { text.as_str() } else { "none" },
        ));
    }
}

fn body(wanted: &Value, got: &[u8], pointer: &str, what: &str, found: &mut Vec<Difference>) {
    let text = String::from_utf8_lossy(got);
    if let Value::String(wanted) = wanted {
        if *wanted != text {
            found.push(difference(pointer, what, wanted, text));
        }
        return;
    }
    match serde_json::from_slice::<Value>(got) {
        Err(_) => found.push(difference(pointer, what, wanted.to_string(), text)),
        Ok(json) => covers(wanted, &json, pointer, what, found),
    }
}

/// Of objects the members that are wanted, of anything else the whole.
fn covers(wanted: &Value, got: &Value, pointer: &str, what: &str, found: &mut Vec<Difference>) {
    if let (Value::Object(members), Value::Object(others)) = (wanted, got) {
        for (name, wanted) in members {
            let pointer = join(pointer, name);
            let what = join(what, name);
            match others.get(name) {
                Some(got) => covers(wanted, got, &pointer, &what, found),
                None => found.push(difference(pointer, what, wanted.to_string(), "none")),
            }
        }
    } else if wanted != got {
        found.push(difference(
            pointer,
            what,
            wanted.to_string(),
            got.to_string(),
        ));
    }
}

#[cfg(test)]
mod tests;
