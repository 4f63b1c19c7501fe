//! What a backend is shown to say who calls, typed into a policy as it is: it belongs into a backend secret, and a page that comes back
//! leaves it out.

use crate::pages::console::policies::notation::{self, Typed};
use crate::view::form::Faults;
use gatehouse_control_plane::resources::write_yaml;
use gatehouse_domain::backend_secret::{may_hold_backend_secret, names_backend_secret};
use gatehouse_domain::policy::{PolicyKind, may_change};
use gatehouse_language::t;
use serde_json::Value;

/// The fields of requests that hold a backend secret or nothing.
const CREDENTIALS: [&str; 2] = ["authorization", "x-api-key"];

/// Takes such values out of what was typed, in either notation, and says so.
pub(super) fn withhold(typed: &mut Typed, document: &mut String, faults: &mut Faults) {
    if let Some(text) = typed.get_mut("request_set")
        && let Some(rest) = without_in_lines(text)
    {
        *text = rest;
        faults.add("request_set", t!("policies-what-a-backend-is-shown-in"));
    }
    if let Some(rest) = without_in_document(document) {
        let words = if rest.is_empty() {
            t!("policies-this-cannot-be-read-and-it")
        } else {
            t!("policies-what-a-backend-is-shown-in")
        };
        *document = rest;
        faults.add("document", words);
    }
}

/// Whether what was typed into this field has such a value. Policies of a kind other than `headers` hold none.
pub(crate) fn is_typed_in(kind: Option<&str>, field: &str, text: &str) -> bool {
    match field {
        _ if kind.is_some_and(|kind| kind != PolicyKind::Headers.as_str()) => false,
        "request_set" => without_in_lines(text).is_some(),
        "document" => without_in_document(text).is_some(),
        _ => false,
    }
}

/// Whether a field of requests may hold a backend secret alone, and has something else.
fn is_plain(name: &str, value: &str) -> bool {
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let is_for_secrets = may_hold_backend_secret(&name) && !may_change(&name);
    is_for_secrets && !value.is_empty() && !names_backend_secret(value)
}

/// Whether this is one of the fields in which backends are shown credentials.
fn is_credential(name: &str) -> bool {
    let name = name.trim();
    CREDENTIALS.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Whether a text names such a field anywhere, so that no message may quote it.
pub(super) fn names_credential(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    CREDENTIALS.iter().any(|one| text.contains(one))
}

/// The beginning of a line up to the name of such a field, where something follows that is not set off by a colon as it should be.
fn slipped(line: &str) -> Option<&str> {
    let begin = line.find(|first: char| first.is_ascii_alphanumeric())?;
    let (name, rest) = CREDENTIALS.iter().find_map(|one| {
        let end = begin + one.len();
        let is_one = line.get(begin..end)?.eq_ignore_ascii_case(one);
        is_one.then(|| line.split_at(end))
    })?;
    // Another field, whose name is longer.
    let goes_on = rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-');
    let is_other = goes_on && (rest.contains(':') || !rest.contains(char::is_whitespace));
    let value = rest.trim_matches(|at: char| at.is_whitespace() || matches!(at, ':' | '"' | '\''));
    (!is_other && !value.is_empty() && !names_backend_secret(rest)).then_some(name)
}

/// Lines of `name: value`; `None` where there is nothing of the kind.
fn without_in_lines(text: &str) -> Option<String> {
    let mut found = false;
    // Whether the name of such a field stood alone on the line before: what was pasted may be wrapped.
    let mut is_named = false;
    let mut without = |line: &str| {
        let split = line.split_once(':');
        let is_blank = line.trim().is_empty();
        let is_wrapped = is_named && split.is_none() && !is_blank && !names_backend_secret(line);
        let rest = match split {
            _ if is_wrapped => Some(String::new()),
            Some((name, value)) if is_plain(name, value) => Some(format!("{name}:")),
            _ => slipped(line).map(str::to_owned),
        };
        let alone = match split {
            Some((name, value)) if value.trim().is_empty() => name,
            Some(_) => "",
            None => line,
        };
        is_named = is_wrapped || is_named && is_blank || is_credential(alone);
        found |= rest.is_some();
        rest.unwrap_or_else(|| line.to_owned())
    };
    let rest: Vec<String> = text.lines().map(&mut without).collect();
    found.then(|| rest.join("\n"))
}

/// A document in JSON or YAML; `None` where there is nothing of the kind. Of what cannot be read nothing stays.
fn without_in_document(text: &str) -> Option<String> {
    match notation::read(text) {
        // As one long text is read what lacks its colons.
        Ok(Value::String(_)) | Err(_) => names_credential(text).then(String::new),
        Ok(mut document) => take_out(&mut document).then(|| write_yaml(&document)),
    }
}

/// Takes such values out, wherever in a document they were put; whether there were any.
fn take_out(value: &mut Value) -> bool {
    match value {
        Value::String(text) => match without_in_lines(text) {
            Some(rest) => {
                *text = rest;
                true
            }
            None => false,
        },
        Value::Array(items) => {
            let mut found = false;
            for item in items {
                found |= take_out(item);
            }
            found
        }
        Value::Object(members) => {
            let before = members.len();
            members.retain(|member, _| slipped(member).is_none());
            let mut found = members.len() < before;
            let is_named = members.iter().any(|(member, name)| {
                member.eq_ignore_ascii_case("name") && name.as_str().is_some_and(is_credential)
            });
            for (member, inside) in members.iter_mut() {
                let is_value = is_named && !member.eq_ignore_ascii_case("name");
                if (is_value || is_credential(member)) && says_plainly(inside) {
                    *inside = Value::Null;
                    found = true;
                } else {
                    found |= take_out(inside);
                }
            }
            found
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a value holds anything but references to backend secrets: numbers too, as which YAML reads digits.
fn says_plainly(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.trim().is_empty() && !names_backend_secret(text),
        Value::Array(items) => items.iter().any(says_plainly),
        Value::Object(members) => members.values().any(says_plainly),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_out_is_taken_out_and_the_rest_stays() {
        let lines = "x-region: eu\nAuthorization : Bearer canary\nX-API-Key:canary";
        let rest = without_in_lines(lines).unwrap();
        assert_eq!(rest, "x-region: eu\nAuthorization :\nX-API-Key:");
        for document in [
            "request:\n  set:\n  - name: x-region\n    value: eu\n  - name: Authorization\n    value: Bearer canary\n",
            r#"{"request":{"set":[{"name":"x-region","value":"eu"},{"name":"x-api-key","value":"canary"}]}}"#,
        ] {
            let rest = without_in_document(document).unwrap();
            assert!(rest.contains("eu") && !rest.contains("canary"), "{rest}");
            assert!(is_typed_in(None, "document", document));
            assert!(is_typed_in(Some("headers"), "document", document));
            assert!(!is_typed_in(Some("cors"), "document", document));
        }
    }

    #[test]
    fn references_and_what_everybody_may_see_stay_as_they_were_typed() {
        for lines in [
            "authorization: Bearer ${vault:token}",
            "x-region: eu",
            "authorization:",
            "authorization",
        ] {
            assert_eq!(without_in_lines(lines), None, "{lines}");
        }
        assert!(!is_typed_in(None, "issuer", "authorization: Bearer canary"));
        assert_eq!(without_in_document("request: ["), None);
    }

    #[test]
    fn a_slip_keeps_no_credential_in_lines() {
        for (line, stays) in [
            ("Authorization Bearer canary", "Authorization"),
            ("x-api-key=canary", "x-api-key"),
            ("authorization Basic: canary", "authorization"),
            ("\"X-Api-Key\": canary", "\"X-Api-Key"),
        ] {
            let rest = without_in_lines(&format!("x-region: eu\n{line}")).unwrap();
            assert_eq!(rest, format!("x-region: eu\n{stays}"), "{line}");
        }
        assert_eq!(without_in_lines("x-api-key-id: 5"), None);
        let wrapped = without_in_lines("authorization:\nBearer\ncanary\nx-region: eu");
        assert_eq!(wrapped.as_deref(), Some("authorization:\n\n\nx-region: eu"));
        assert_eq!(without_in_lines("authorization:\n\nx-region: eu"), None);
    }

    #[test]
    fn a_slip_keeps_no_credential_in_a_document() {
        for document in [
            "request:\n  set:\n  - name: authorization\n    value: 123456789\n",
            "set:\n- name: authorization\n  value: Bearer 123456789\n",
            "request:\n  set:\n    x-api-key: 123456789\n",
            "request:\n  set:\n  - authorization Bearer 123456789\n",
            "authorization Bearer 123456789",
            "request: [\nset: authorization: 123456789",
            "{\"request\": {\"set\": [{\"name\": \"x-api-key\", \"value\": \"123456789\"}",
        ] {
            let rest = without_in_document(document).unwrap_or_else(|| panic!("{document}"));
            assert!(!rest.contains("123456789"), "{rest}");
        }
        for document in [
            "header: authorization",
            "request:\n  remove:\n  - x-api-key-id\n",
            "set:\n- name: authorization\n  value: Bearer ${vault:token}\n",
            "request: [",
        ] {
            assert_eq!(without_in_document(document), None, "{document}");
        }
    }

    #[test]
    fn of_what_cannot_be_read_it_is_said_that_nothing_stays() {
        let mut document = "request: [\nx-api-key: canary".to_owned();
        let mut faults = Faults::default();
        withhold(&mut Typed::new(), &mut document, &mut faults);
        assert_eq!(document, "");
        assert!(faults.of("document").unwrap().contains("cannot be read"));
    }
}
