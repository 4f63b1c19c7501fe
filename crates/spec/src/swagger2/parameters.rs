//! Parameters and headers: their type moves into a schema, `collectionFormat` into style and
//! explode.

use serde_json::{Value, json};

use super::Object;
use crate::check::Report;
use crate::finding::FindingCode;

/// The keywords of JSON Schema that Swagger 2.0 wrote directly on a parameter.
const SCHEMA_KEYS: [&str; 20] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
    "x-enum-descriptions",
    "x-enumNames",
    "x-enum-varnames",
];

pub(super) fn is_body(parameter: &Value) -> bool {
    matches!(
        parameter.get("in").and_then(Value::as_str),
        Some("body" | "formData")
    )
}

/// A path, query or header parameter, or a reference to one.
pub(super) fn convert(parameter: &Value, at: &str, report: &mut Report) -> Value {
    let Some(source) = parameter.as_object() else {
        return parameter.clone();
    };
    if source.contains_key("$ref") {
        return parameter.clone();
    }
    let mut target: Object = source
        .iter()
        .filter(|(key, _)| {
            !SCHEMA_KEYS.contains(&key.as_str())
                && !matches!(&***key, "collectionFormat" | "schema")
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(example) = target.remove("x-example") {
        target.entry("example").or_insert(example);
    }
    target.insert("schema".to_owned(), Value::Object(schema_of(parameter)));
    if let Some(Value::Object(style)) = style_of(parameter) {
        target.extend(style);
    }
    if source.get("collectionFormat").and_then(Value::as_str) == Some("tsv") {
        let message = "tab separated values cannot be described in OpenAPI 3; shown as commas";
        report.warning(FindingCode::NotConverted, at, message);
    }
    Value::Object(target)
}

/// The schema of a parameter, header or form field.
pub(super) fn schema_of(parameter: &Value) -> Object {
    // Not allowed outside the body, but written by many.
    if let Some(Value::Object(schema)) = parameter.get("schema") {
        return schema.clone();
    }
    let Some(source) = parameter.as_object() else {
        return Object::new();
    };
    SCHEMA_KEYS
        .iter()
        .filter_map(|key| {
            source
                .get(*key)
                .map(|value| ((*key).to_owned(), value.clone()))
        })
        .collect()
}

/// Style and explode of an array, when they are not what OpenAPI 3 takes for granted.
pub(super) fn style_of(parameter: &Value) -> Option<Value> {
    if parameter.get("type").and_then(Value::as_str) != Some("array") {
        return None;
    }
    let exploding = matches!(parameter["in"].as_str(), Some("query" | "formData"));
    match parameter.get("collectionFormat").and_then(Value::as_str) {
        Some("multi") => Some(json!({ "style": "form", "explode": true })),
        Some("ssv") => Some(json!({ "style": "spaceDelimited", "explode": false })),
        Some("pipes") => Some(json!({ "style": "pipeDelimited", "explode": false })),
        _ if exploding => Some(json!({ "style": "form", "explode": false })),
        _ => Some(json!({ "style": "simple", "explode": false })),
    }
}
