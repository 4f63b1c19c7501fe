//! Two revisions compared.

mod lines;
mod matching;
mod mutations;
mod not_compared;
mod places;
mod reports;
mod rules;

use std::collections::BTreeSet;

use gatehouse_spec::Limits;
use gatehouse_spec::diff::{Comparison, compare};

use serde_json::{Value, json};

use super::data;

/// Compares two documents written out with one value per line.
fn compare_values(before: &Value, after: &Value) -> Comparison {
    let text = |value: &Value| serde_json::to_vec_pretty(value).unwrap();
    compare(&text(before), &text(after), &Limits::default())
}

fn ids(comparison: &Comparison) -> BTreeSet<&'static str> {
    comparison
        .changes
        .iter()
        .map(|change| change.rule.id())
        .collect()
}

/// A document with one operation, and members of the root or the operation replaced.
fn document(root: &Value, operation: &Value) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/things": { "post": { "responses": { "200": { "description": "ok" } } } } },
        "components": {
            "schemas": {
                "Cat": { "type": "object", "properties": { "lives": { "type": "integer" } } },
                "Dog": { "type": "object", "properties": { "tricks": { "type": "integer" } } },
                "Eel": { "type": "object", "properties": { "volts": { "type": "integer" } } },
            },
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
                "login": { "type": "openIdConnect", "openIdConnectUrl": "https://login.example" },
            },
        },
    });
    replace(&mut document, root);
    if let Some(described) = document.pointer_mut("/paths/~1things/post") {
        replace(described, operation);
    }
    document
}

fn replace(target: &mut Value, members: &Value) {
    for (key, value) in members.as_object().unwrap() {
        target[key] = value.clone();
    }
}

/// A document whose only operation takes a schema.
fn sends(schema: &Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    document(
        &json!({}),
        &json!({ "requestBody": { "content": content } }),
    )
}

/// A document whose only operation answers with a schema.
fn answers(schema: &Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let answer = json!({ "description": "ok", "content": content });
    document(&json!({}), &json!({ "responses": { "200": answer } }))
}
