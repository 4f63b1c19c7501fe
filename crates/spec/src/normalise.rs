//! OpenAPI 3.0 keywords into those of 3.1, so that one dialect is left to render, lint and compare.

use serde_json::{Map, Value, json};

use crate::grammar::{Kind, walk};
use crate::pointer::At;

/// Rewrites a 3.0 document, or a converted Swagger one, in place.
pub(crate) fn to_3_1(document: &mut Value) {
    walk(document, Kind::Root, &At::ROOT, &mut |object, kind, _| {
        if kind == Kind::Schema {
            schema(object);
        }
    });
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".to_owned(), json!("3.1.0"));
    }
}

fn schema(schema: &mut Map<String, Value>) {
    nullable(schema);
    exclusive(schema, "exclusiveMinimum", "minimum");
    exclusive(schema, "exclusiveMaximum", "maximum");
}

/// Without a type beside it `nullable` says nothing that 3.1 could spell as a type; it stays, and
/// pages read it.
fn nullable(schema: &mut Map<String, Value>) {
    if schema.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    if let Some(Value::String(kind)) = schema.get("type") {
        let types = json!([kind, "null"]);
        schema.insert("type".to_owned(), types);
        schema.shift_remove("nullable");
    }
}

/// `minimum: 3, exclusiveMinimum: true` is `exclusiveMinimum: 3`.
fn exclusive(schema: &mut Map<String, Value>, flag: &str, bound: &str) {
    match schema.get(flag) {
        Some(Value::Bool(true)) => {
            schema.shift_remove(flag);
            if let Some(value) = schema.shift_remove(bound) {
                schema.insert(flag.to_owned(), value);
            }
        }
        Some(Value::Bool(false)) => {
            schema.shift_remove(flag);
        }
        _ => {}
    }
}
