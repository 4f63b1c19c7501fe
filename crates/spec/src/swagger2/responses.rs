//! Responses: schema and examples move under the media types the operation produces.

use serde_json::{Value, json};

use super::{Object, parameters};

pub(super) fn convert(response: Value, produces: &[String]) -> Value {
    let Value::Object(mut source) = response else {
        return response;
    };
    if source.contains_key("$ref") {
        return Value::Object(source);
    }
    let schema = source.remove("schema").filter(|schema| !schema.is_null());
    let mut examples = match source.remove("examples") {
        Some(Value::Object(examples)) => examples,
        _ => Object::new(),
    };
    if let Some(Value::Object(headers)) = source.remove("headers") {
        let headers: Object = headers
            .into_iter()
            .map(|(name, header)| (name, header_of(&header)))
            .collect();
        source.insert("headers".to_owned(), Value::Object(headers));
    }
    let mut content = Object::new();
    if let Some(schema) = schema {
        let fallback = ["application/json".to_owned()];
        let types = if produces.is_empty() {
            &fallback[..]
        } else {
            produces
        };
        for media_type in types {
            content.insert(media_type.clone(), json!({ "schema": schema }));
        }
    }
    for (media_type, example) in std::mem::take(&mut examples) {
        // Keys that are no media type are named examples of the first one.
        let key = match content.keys().next() {
            Some(first) if !media_type.contains('/') => first.clone(),
            _ => media_type,
        };
        let media = content.entry(key).or_insert_with(|| json!({}));
        if let Value::Object(media) = media {
            media.entry("example").or_insert(example);
        }
    }
    if !content.is_empty() {
        source.insert("content".to_owned(), Value::Object(content));
    }
    Value::Object(source)
}

fn header_of(header: &Value) -> Value {
    if header.get("$ref").is_some() {
        return header.clone();
    }
    let mut target = json!({ "schema": parameters::schema_of(header) });
    if let Some(description) = header.get("description") {
        target["description"] = description.clone();
    }
    target
}
