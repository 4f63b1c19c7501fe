//! One look at every object of a known kind, outer before inner, with its place.

use serde_json::{Map, Value};

use crate::grammar::{Child, Kind, child};
use crate::pointer::At;

/// Told of each object.
pub(super) type Visitor<'v, 'd> = dyn FnMut(&'d Map<String, Value>, Kind, &At<'_>) + 'v;

pub(super) fn walk<'d>(value: &'d Value, kind: Kind, at: &At<'_>, visit: &mut Visitor<'_, 'd>) {
    match value {
        Value::Object(object) => {
            visit(object, kind, at);
            for (key, value) in object {
                let here = at.key(key);
                match child(kind, key) {
                    Child::One(kind) => walk(value, kind, &here, visit),
                    Child::Each(kind) => each(value, kind, &here, visit),
                    Child::Opaque => {}
                }
            }
        }
        Value::Array(_) => each(value, kind, at, visit),
        _ => {}
    }
}

fn each<'d>(value: &'d Value, kind: Kind, at: &At<'_>, visit: &mut Visitor<'_, 'd>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if member.is_object() {
                    walk(member, kind, &at.key(key), visit);
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                if element.is_object() {
                    walk(element, kind, &at.index(index), visit);
                }
            }
        }
        _ => {}
    }
}
