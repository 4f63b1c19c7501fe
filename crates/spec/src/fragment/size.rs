//! What a fragment gives up when it is too large.

use serde_json::{Map, Value};

use super::{CUT_MARK, FRAGMENT_BYTES_MAX};
use crate::grammar::{Kind, walk};
use crate::pointer::At;

/// Examples longer than this are left out: no page shows them.
const EXAMPLE_BYTES_MAX: usize = 32 * 1024;

/// Levels of an operation; whatever reads the fragment back has a limit of its own (serde_json's is
/// 127).
const DEPTH_MAX: usize = 110;

/// The operation as text, if it leaves room for schemas.
pub(super) fn fitting(body: &Value) -> Option<String> {
    if depth(body) > DEPTH_MAX {
        return None;
    }
    let json = body.to_string();
    (json.len() <= FRAGMENT_BYTES_MAX / 2).then_some(json)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The keys that lead from a schema into the next level of it.
const INNER_KEYS: [&str; 6] = [
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
];

/// Empties schemas more than `levels` schemas deep.
pub(super) fn prune(body: &mut Value, levels: usize) {
    walk(body, Kind::Operation, &At::ROOT, &mut |object, kind, at| {
        if kind != Kind::Schema || at.count(&INNER_KEYS) < levels {
            return;
        }
        let has_inside = object
            .values()
            .any(|value| value.is_object() || value.is_array());
        if has_inside {
            object.retain(|key, value| {
                matches!(&**key, "type" | "title" | "format" | "$ref") && !value.is_object()
            });
            object.insert(CUT_MARK.to_owned(), Value::Bool(true));
        }
    });
}

pub(super) fn drop_long_examples(object: &mut Map<String, Value>, kind: Kind) {
    let keys: &[&str] = match kind {
        Kind::Example => &["value"],
        Kind::MediaType | Kind::Parameter | Kind::Header => &["example"],
        Kind::Schema => &["example", "examples", "default"],
        _ => return,
    };
    for key in keys {
        if object
            .get(*key)
            .is_some_and(|example| size(example) > EXAMPLE_BYTES_MAX)
        {
            object.shift_remove(*key);
        }
    }
}

/// About how long the value is as JSON.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(elements) => {
            2 + elements
                .iter()
                .map(|element| size(element) + 1)
                .sum::<usize>()
        }
        Value::Object(members) => {
            2 + members
                .iter()
                .map(|(key, value)| key.len() + 4 + size(value))
                .sum::<usize>()
        }
        _ => 5,
    }
}

/// At most `characters` of a text.
pub(super) fn short(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
