//! Lists whose elements are looked for one by one, and so may not be long. What real descriptions
//! have many of (paths, schemas, properties, listed values) is looked up by name and is not bounded
//! here.

use serde_json::Value;

use crate::grammar::{Child, Kind, child};
use crate::pointer::At;

/// More than any of them in the largest public description.
pub(super) const MEMBERS_MAX: usize = 2_000;

/// The pointer to the first list of a document that is too long to compare.
pub(super) fn too_long(document: &Value) -> Option<String> {
    search(document, Kind::Root, &At::ROOT)
}

fn search(value: &Value, kind: Kind, at: &At<'_>) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(key, value)| {
            let here = at.key(key);
            match child(kind, key) {
                Child::One(kind) => search(value, kind, &here),
                Child::Each(inner) => {
                    let is_free = is_looked_up(kind, key) || length(value) <= MEMBERS_MAX;
                    if is_free {
                        each(value, inner, &here)
                    } else {
                        Some(here.pointer())
                    }
                }
                Child::Opaque if is_compared(key) => search_opaque(value, &here),
                Child::Opaque => None,
            }
        }),
        Value::Array(_) => each(value, kind, at),
        _ => None,
    }
}

fn each(value: &Value, kind: Kind, at: &At<'_>) -> Option<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .find_map(|(key, member)| search(member, kind, &at.key(key))),
        Value::Array(elements) => elements
            .iter()
            .zip(0..)
            .find_map(|(element, index)| search(element, kind, &at.index(index))),
        _ => None,
    }
}

fn is_looked_up(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Root => true,
        Kind::Components => key != "securitySchemes",
        Kind::Schema => matches!(key, "properties" | "$defs" | "definitions"),
        _ => false,
    }
}

/// Objects that the grammar does not look into and a comparison does.
fn is_compared(key: &str) -> bool {
    matches!(
        key,
        "servers" | "security" | "flows" | "discriminator" | "dependentRequired" | "dependencies"
    )
}

fn search_opaque(value: &Value, at: &At<'_>) -> Option<String> {
    if length(value) > MEMBERS_MAX {
        return Some(at.pointer());
    }
    match value {
        Value::Object(members) => members
            .iter()
            .find_map(|(key, member)| search_opaque(member, &at.key(key))),
        Value::Array(elements) => elements
            .iter()
            .zip(0..)
            .find_map(|(element, index)| search_opaque(element, &at.index(index))),
        _ => None,
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len(),
        Value::Array(elements) => elements.len(),
        _ => 0,
    }
}
