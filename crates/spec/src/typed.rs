//! OpenAPI 3.0 documents held against the types of the crate `openapiv3`, object by object, before anything is rewritten.
//!
//! Each object is typed by itself, with empty stand-ins for the objects in it: that names the very place that does not fit,
//! and takes time and memory in proportion to the document however deep it is. Two things the crate refuses and the
//! specification allows never reach it: references (a callback may be one) and whole numbers written as `10.0`.

use openapiv3::{
    Components, Encoding, Example, Header, Link, MediaType, OpenAPI, Operation, Parameter,
    PathItem, RequestBody, Response, Schema, SecurityScheme,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::check::Report;
use crate::finding::{FINDINGS_MAX, FindingCode};
use crate::grammar::{Child, Kind, METHODS, child, walk};
use crate::pointer::{self, At};

/// Keys of one object that are tried when it does not fit, to find the one that is wrong.
const KEYS_TRIED_MAX: usize = 40;
/// Longest part of what the types say, in characters.
const WORDS_MAX: usize = 200;

/// Names every object that OpenAPI 3.0 would not have. One that stands where a page looks for parts of an operation is a
/// fault; a wrong detail is a warning, because everybody else reads such documents too.
pub(crate) fn check(document: &mut Value, report: &mut Report) {
    walk(document, Kind::Root, &At::ROOT, &mut |object, kind, at| {
        if object.get("$ref").is_some_and(Value::is_string) {
            return;
        }
        let alone = alone(object, kind);
        let Err(words) = fits(&Value::Object(alone.clone()), kind) else {
            return;
        };
        // Once nothing more is listed nobody needs to know which key it was.
        let is_listed = report.warnings.kept.len() < FINDINGS_MAX;
        let key = if is_listed {
            wrong_key(&alone, kind)
        } else {
            None
        };
        let place = match &key {
            Some(key) => pointer::join(&at.pointer(), key),
            None => at.pointer(),
        };
        let message = format!(
            "{} is not as OpenAPI 3.0 describes it: {}",
            subject(kind, key.as_deref()),
            short(&words)
        );
        let is_part = key.is_some_and(|key| !matches!(child(kind, &key), Child::Opaque));
        if is_part {
            report.error(FindingCode::NotOpenApi30, &place, message);
        } else {
            report.warning(FindingCode::NotOpenApi30, &place, message);
        }
    });
}

/// The object without extensions, with empty stand-ins for what is typed by itself, and with what `check.rs` misses itself.
fn alone(object: &Map<String, Value>, kind: Kind) -> Map<String, Value> {
    let mut alone = Map::new();
    for (key, value) in object {
        let is_operation = kind == Kind::PathItem && METHODS.contains(&key.as_str());
        if key.starts_with("x-") || is_operation {
            continue;
        }
        let stand_in = match child(kind, key) {
            Child::Opaque => opaque(key, value),
            _ if value.is_null() => continue,
            _ if key == "responses" && kind == Kind::Operation => answers(value),
            _ => emptied(value),
        };
        alone.insert(key.clone(), stand_in);
    }
    match kind {
        Kind::Root => missing_in_root(&mut alone),
        Kind::Operation => {
            alone.entry("responses").or_insert_with(|| json!({}));
        }
        _ => {}
    }
    alone
}

fn missing_in_root(root: &mut Map<String, Value>) {
    root.entry("paths").or_insert_with(|| json!({}));
    if !root.get("info").is_some_and(Value::is_object) {
        root.insert("info".to_owned(), json!({}));
    }
    if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
        for key in ["title", "version"] {
            if !info.get(key).is_some_and(Value::is_string) {
                info.insert(key.to_owned(), json!(""));
            }
        }
    }
}

fn emptied(value: &Value) -> Value {
    match value {
        Value::Object(_) => json!({}),
        Value::Array(_) => json!([]),
        other => other.clone(),
    }
}

/// Statuses are typed with the operation; what stands under them by itself.
fn answers(value: &Value) -> Value {
    let Some(answers) = value.as_object() else {
        return emptied(value);
    };
    let statuses = answers.keys().filter(|status| !status.starts_with("x-"));
    statuses
        .map(|status| (status.clone(), json!({ "description": "" })))
        .collect()
}

fn opaque(key: &str, value: &Value) -> Value {
    match value {
        // Anything may stand there.
        _ if matches!(key, "example" | "default" | "value" | "enum") => emptied(value),
        Value::Number(number) => whole(number).unwrap_or_else(|| value.clone()),
        other => other.clone(),
    }
}

/// `10.0` is an integer to JSON Schema.
fn whole(number: &serde_json::Number) -> Option<Value> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    let is_whole = float.fract() == 0.0 && float.abs() < 9e15;
    is_whole.then(|| format!("{float:.0}").parse().ok())?
}

fn fits(object: &Value, kind: Kind) -> Result<(), String> {
    fn typed<'v, T: Deserialize<'v>>(object: &'v Value) -> Result<(), String> {
        T::deserialize(object)
            .map(drop)
            .map_err(|error| error.to_string())
    }
    match kind {
        Kind::Root => typed::<OpenAPI>(object),
        Kind::Components => typed::<Components>(object),
        Kind::PathItem => typed::<PathItem>(object),
        Kind::Operation => typed::<Operation>(object),
        Kind::Parameter => typed::<Parameter>(object),
        Kind::RequestBody => typed::<RequestBody>(object),
        Kind::Response => typed::<Response>(object),
        Kind::Header => typed::<Header>(object),
        Kind::MediaType => typed::<MediaType>(object),
        Kind::Encoding => typed::<Encoding>(object),
        Kind::Example => typed::<Example>(object),
        Kind::Link => typed::<Link>(object),
        Kind::SecurityScheme => typed::<SecurityScheme>(object),
        Kind::Schema => typed::<Schema>(object),
        // A map of path items, each of which is typed by itself.
        Kind::Callback => Ok(()),
    }
}

/// The key without which the object would fit.
fn wrong_key(alone: &Map<String, Value>, kind: Kind) -> Option<String> {
    alone.keys().take(KEYS_TRIED_MAX).find_map(|key| {
        let mut without = alone.clone();
        without.shift_remove(key);
        fits(&Value::Object(without), kind)
            .ok()
            .map(|()| key.clone())
    })
}

fn subject(kind: Kind, key: Option<&str>) -> String {
    let object = match kind {
        Kind::Root => "the document",
        Kind::Components => "`components`",
        Kind::PathItem => "the path item",
        Kind::Operation => "the operation",
        Kind::Parameter => "the parameter",
        Kind::RequestBody => "the request body",
        Kind::Response => "the response",
        Kind::Header => "the header",
        Kind::MediaType => "the media type",
        Kind::Encoding => "the encoding",
        Kind::Example => "the example",
        Kind::Link => "the link",
        Kind::Callback => "the callback",
        Kind::SecurityScheme => "the security scheme",
        Kind::Schema => "the schema",
    };
    match key {
        Some(key) => format!("{} of {object}", crate::check::quoted(key)),
        None => object.to_owned(),
    }
}

fn short(words: &str) -> String {
    words
        .chars()
        .take(WORDS_MAX)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
