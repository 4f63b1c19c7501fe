//! One document, two notations: the fields of its kind, and the JSON or YAML that files have.

use crate::pages::console::policies::controls::{Control, Shape, controls};
use crate::pages::console::policies::credentials::names_credential;
use crate::view::form::Faults;
use gatehouse_domain::policy::PolicyKind;
use gatehouse_language::t;
use gatehouse_spec::{Limits, SpecErrors, file};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the fields of a form hold, by name.
pub(super) type Typed = BTreeMap<&'static str, String>;

/// Bounds of what is pasted: no policy is near them.
const LIMITS: Limits = Limits {
    bytes: 512 * 1024,
    depth: 20,
    nodes: 20_000,
    alias_nodes: 2_000,
};

/// Reads JSON or YAML.
pub(super) fn read(text: &str) -> Result<Value, SpecErrors> {
    file::read(text.as_bytes(), &LIMITS)
}

/// Reads it for the form: what is wrong is said with its line.
pub(super) fn read_told(text: &str) -> Result<Value, String> {
    read(text).map_err(|errors| {
        let Some(first) = errors.errors.first() else {
            return t!("policies-this-is-neither-json-nor-yaml");
        };
        match first.location {
            Some(at) => t!("policies-line-2", line = &at.line, message = &first.message),
            None => t!("policies-this-cannot-be-read", message = &first.message),
        }
    })
}

/// The line on which something stands in a text that was read, from 1.
pub(super) fn line_of(text: &str, pointer: &str) -> Option<usize> {
    let places = file::places(text.as_bytes(), &[pointer]);
    places.first().copied().flatten().map(|at| at.line)
}

/// The document that the fields make. What a field holds is judged by the verb; only what cannot be read is told here.
pub(super) fn composed(kind: PolicyKind, typed: &Typed) -> Result<Value, Faults> {
    let mut faults = Faults::default();
    let mut document = json!({});
    for control in controls(kind) {
        let text = typed.get(control.name).map_or("", String::as_str);
        match value_of(control, text) {
            Ok(Some(value)) => put(&mut document, control.at, value),
            Ok(None) => {}
            Err(words) => faults.add(control.name, words),
        }
    }
    match faults.is_empty() {
        true => Ok(document),
        false => Err(faults),
    }
}

/// What one field holds; nothing where it is left out.
fn value_of(control: &Control, text: &str) -> Result<Option<Value>, String> {
    let line = text.trim();
    let nothing = line.is_empty();
    Ok(match control.shape {
        Shape::Line if nothing && !control.needed => None,
        Shape::Line => Some(json!(line)),
        Shape::Lines => Some(json!(lines(text).collect::<Vec<_>>())),
        Shape::Number if nothing && control.needed => return Err(t!("policies-fill-this-in")),
        Shape::Number if nothing => None,
        Shape::Number => {
            let number: u32 = line
                .parse()
                .map_err(|_| t!("policies-use-a-whole-number-without-signs", line = &line))?;
            Some(json!(number))
        }
        Shape::Tick => Some(json!(!nothing)),
        Shape::Keys if nothing => Some(json!({ "keys": [] })),
        Shape::Keys => Some(read_told(text)?),
        Shape::Claims => Some(claims(text)?),
        Shape::Pairs => Some(pairs(text)?),
    })
}

fn put(document: &mut Value, at: &[&str], value: Value) {
    let Some((last, above)) = at.split_last() else {
        return;
    };
    let mut inside = document;
    for member in above {
        inside = &mut inside[*member];
    }
    inside[*last] = value;
}

/// What stands on lines of its own.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Claims in the order of their first line.
fn claims(text: &str) -> Result<Value, String> {
    // As many as a policy has claims with values each.
    const LINES_MAX: usize = 64 * 64;
    if lines(text).nth(LINES_MAX).is_some() {
        return Err(t!("policies-write-at-most-lines", lines_max = &LINES_MAX));
    }
    let mut claims: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines(text) {
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (line, None),
        };
        match claims.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.extend(value),
            None => claims.push((name, value.into_iter().collect())),
        }
    }
    let claims = claims.into_iter();
    Ok(claims
        .map(|(name, values)| json!({ "name": name, "values": values }))
        .collect())
}

fn pairs(text: &str) -> Result<Value, String> {
    lines(text)
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok(json!({ "name": name.trim(), "value": value.trim() })),
            // A value may stand on the line after its name.
            None if names_credential(text) => Err(t!("policies-write-the-name-a-colon-and")),
            None => Err(t!(
                "policies-write-the-name-a-colon-and-2",
                short = &super::rows::short(line)
            )),
        })
        .collect()
}

/// The entries of a field as a document counts them, to name one: the line of a list, the name of a claim or of a header field.
pub(super) fn entry<'a>(shape: Shape, text: &'a str, place: usize) -> Option<&'a str> {
    let name = |mark: char| {
        move |line: &'a str| line.split_once(mark).map_or(line, |(name, _)| name.trim())
    };
    match shape {
        Shape::Lines => lines(text).nth(place),
        Shape::Pairs => lines(text).map(name(':')).nth(place),
        Shape::Claims => {
            let mut known: Vec<&str> = Vec::new();
            for name in lines(text).map(name('=')) {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
            known.get(place).copied()
        }
        Shape::Line | Shape::Number | Shape::Tick | Shape::Keys => None,
    }
}

/// What the fields hold to make a document; `None` where they cannot hold all of it.
pub(super) fn decomposed(kind: PolicyKind, document: &Value) -> Option<Typed> {
    let typed: Typed = controls(kind)
        .iter()
        .map(|control| (control.name, text_of(control, document)))
        .collect();
    let made = composed(kind, &typed).ok()?;
    (stripped(&made) == stripped(document)).then_some(typed)
}

fn text_of(control: &Control, document: &Value) -> String {
    let mut value = document;
    for member in control.at {
        value = &value[*member];
    }
    let of_each = |write: fn(&Value) -> String| {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().map(write).collect::<Vec<_>>().join("\n")
    };
    match control.shape {
        Shape::Line => word(value),
        Shape::Number => value.as_u64().map_or_else(String::new, |n| n.to_string()),
        Shape::Tick if value.as_bool() == Some(true) => "yes".to_owned(),
        Shape::Tick => String::new(),
        Shape::Lines => of_each(word),
        Shape::Keys if value.is_null() => String::new(),
        // As issuers publish it.
        Shape::Keys => serde_json::to_string_pretty(value).unwrap_or_default(),
        Shape::Pairs => {
            of_each(|pair| format!("{}: {}", word(&pair["name"]), word(&pair["value"])))
        }
        Shape::Claims => of_each(claim_lines),
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn claim_lines(claim: &Value) -> String {
    let name = word(&claim["name"]);
    let values = claim["values"].as_array().map(Vec::as_slice);
    match values.unwrap_or_default() {
        [] => name,
        values => {
            let lines = values
                .iter()
                .map(|value| format!("{name} = {}", word(value)));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

/// A document without what is the same as nothing: empty lists, objects and texts, and what is false.
fn stripped(value: &Value) -> Value {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    };
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| (name, stripped(member)));
            let kept: Map<String, Value> = members
                .filter(|(_, member)| says(member))
                .map(|(name, member)| (name.clone(), member))
                .collect();
            Value::Object(kept)
        }
        Value::Array(items) => Value::Array(items.iter().map(stripped).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(kind: PolicyKind, document: &Value) {
        let typed = decomposed(kind, document).unwrap_or_else(|| panic!("{document}"));
        assert_eq!(
            stripped(&composed(kind, &typed).unwrap()),
            stripped(document)
        );
    }

    #[test]
    fn fields_hold_what_documents_say_and_make_them_again() {
        round(
            PolicyKind::Cors,
            &json!({ "origins": ["https://a.example", "null"], "any_origin": false, "headers": ["x-a"], "expose": [],
                     "credentials": true, "max_age_s": 0 }),
        );
        round(
            PolicyKind::Jwt,
            &json!({ "header": "x-token", "issuer": "https://login.example", "audiences": ["a, b", "c"], "algorithms": ["EdDSA"],
                     "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "abc" }] }, "leeway_s": 5,
                     "claims": [{ "name": "tier", "values": ["gold", "a = b"] }, { "name": "sub", "values": [] }], "scopes": ["r"] }),
        );
        round(
            PolicyKind::RateLimit,
            &json!({ "amount": 7, "window_s": 2, "burst": 9 }),
        );
        round(
            PolicyKind::RateLimit,
            &json!({ "amount": 7, "window_s": 2 }),
        );
        round(
            PolicyKind::Headers,
            &json!({ "request": { "remove": ["x-a"], "set": [{ "name": "x-b", "value": "a: b" }, { "name": "x-c", "value": "" }] },
                     "response": { "remove": [], "set": [] } }),
        );
    }

    #[test]
    fn what_fields_cannot_hold_stays_a_document() {
        for (kind, document) in [
            (
                PolicyKind::RateLimit,
                json!({ "amount": 7, "window_s": 2, "extra": 1 }),
            ),
            (
                PolicyKind::RateLimit,
                json!({ "amount": "7", "window_s": 2 }),
            ),
            (PolicyKind::Cors, json!({ "origins": "https://a.example" })),
            (PolicyKind::Cors, json!({ "origins": ["a\nb"] })),
            (
                PolicyKind::Jwt,
                json!({ "claims": [{ "name": "a=b", "values": [] }] }),
            ),
            (PolicyKind::Headers, json!([])),
        ] {
            assert!(decomposed(kind, &document).is_none(), "{document}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_beside_its_field() {
        let typed = |pairs: &[(&'static str, &str)]| -> Typed {
            let pairs = pairs.iter();
            pairs
                .map(|(name, text)| (*name, (*text).to_owned()))
                .collect()
        };
        let rate = typed(&[("amount", "many"), ("window_s", " ")]);
        let faults = composed(PolicyKind::RateLimit, &rate).unwrap_err();
        assert!(faults.of("amount").unwrap().contains("'many'"));
        assert_eq!(faults.of("window_s").unwrap(), "Fill this in.");
        assert!(faults.of("burst").is_none());
        let headers = typed(&[("request_set", "x-a: 1\nx-b 2")]);
        let faults = composed(PolicyKind::Headers, &headers).unwrap_err();
        assert!(faults.of("request_set").unwrap().contains("'x-b 2'"));
        let headers = typed(&[("request_set", "Authorization Bearer canary")]);
        let faults = composed(PolicyKind::Headers, &headers).unwrap_err();
        assert!(!faults.of("request_set").unwrap().contains("canary"));
        let headers = typed(&[("request_set", "authorization:\nBearer canary")]);
        let faults = composed(PolicyKind::Headers, &headers).unwrap_err();
        assert!(!faults.of("request_set").unwrap().contains("canary"));
        let jwt = typed(&[("jwks", "{\"keys\": [\n}")]);
        let faults = composed(PolicyKind::Jwt, &jwt).unwrap_err();
        assert!(faults.of("jwks").unwrap().starts_with("Line 2: "));
    }

    #[test]
    fn an_entry_is_named_as_it_was_typed() {
        assert_eq!(entry(Shape::Lines, "a\n\n b \n", 1), Some("b"));
        assert_eq!(entry(Shape::Pairs, "x-a: 1\nx-b: 2", 1), Some("x-b"));
        let claims = "tier = gold\ntier = silver\nsub";
        assert_eq!(entry(Shape::Claims, claims, 1), Some("sub"));
        assert_eq!(entry(Shape::Claims, claims, 2), None);
    }
}
