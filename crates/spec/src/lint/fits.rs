//! Whether an example fits its schema, told only where that is beyond doubt: a keyword that is not looked at here forbids
//! nothing.

use serde_json::{Map, Value};

use crate::pointer;

/// Deeper, or more, than an example is looked into.
const DEPTH_MAX: usize = 24;
const STEPS_MAX: usize = 5_000;

/// Why `value` does not fit, in words.
pub(super) fn misfit(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let mut steps = 0;
    look(document, schema, value, "", 0, &mut steps)
}

fn look(
    document: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    depth: usize,
    steps: &mut usize,
) -> Option<String> {
    *steps += 1;
    if depth > DEPTH_MAX || *steps > STEPS_MAX {
        return None;
    }
    let schema = schema.as_object()?;
    let mut deeper = |schema: &Value, value: &Value, at: &str| {
        look(document, schema, value, at, depth + 1, steps)
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = pointer::resolve(document, reference)?;
        if let Some(why) = deeper(target, value, at) {
            return Some(why);
        }
    }
    if value.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
        return None;
    }
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Some(why) = deeper(part, value, at) {
            return Some(why);
        }
    }
    if let Some(why) = own(schema, value) {
        let place = if at.is_empty() { "it" } else { at };
        return Some(format!("{place} {why}"));
    }
    match value {
        Value::Object(members) => {
            let properties = schema.get("properties").and_then(Value::as_object)?;
            members.iter().find_map(|(name, member)| {
                let schema = properties.get(name)?;
                deeper(schema, member, &pointer::join(at, name))
            })
        }
        Value::Array(elements) => {
            let items = schema.get("items").filter(|items| items.is_object())?;
            if schema.contains_key("prefixItems") {
                return None;
            }
            elements.iter().enumerate().find_map(|(index, element)| {
                deeper(items, element, &pointer::join(at, &index.to_string()))
            })
        }
        _ => None,
    }
}

/// What the keywords of one schema say about one value.
fn own(schema: &Map<String, Value>, value: &Value) -> Option<String> {
    if let Some(types) = schema.get("type")
        && !is_of_type(types, value)
    {
        return Some(format!("is not of the type {types}"));
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        return Some("is not one of the values of the enum".to_owned());
    }
    match value {
        Value::String(text) => string(schema, text),
        Value::Number(number) => bounds(schema, number.as_f64()?),
        Value::Array(elements) => {
            counted(schema, elements.len(), ("minItems", "maxItems"), "elements")
        }
        Value::Object(members) => required(schema, members),
        _ => None,
    }
}

fn is_of_type(types: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        // Whatever that may be, such as `file` of Swagger 2.0.
        _ => true,
    };
    match types {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn string(schema: &Map<String, Value>, text: &str) -> Option<String> {
    counted(
        schema,
        text.chars().count(),
        ("minLength", "maxLength"),
        "characters",
    )
}

fn counted(
    schema: &Map<String, Value>,
    count: usize,
    (least, most): (&str, &str),
    what: &str,
) -> Option<String> {
    let bound = |key: &str| usize::try_from(schema.get(key)?.as_u64()?).ok();
    if let Some(least) = bound(least).filter(|least| count < *least) {
        return Some(format!("has {count} {what}, fewer than {least}"));
    }
    let most = bound(most).filter(|most| count > *most)?;
    Some(format!("has {count} {what}, more than {most}"))
}

fn bounds(schema: &Map<String, Value>, number: f64) -> Option<String> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let broken = [
        (
            "minimum",
            bound("minimum").is_some_and(|least| number < least),
        ),
        (
            "maximum",
            bound("maximum").is_some_and(|most| number > most),
        ),
        (
            "exclusiveMinimum",
            bound("exclusiveMinimum").is_some_and(|least| number <= least),
        ),
        (
            "exclusiveMaximum",
            bound("exclusiveMaximum").is_some_and(|most| number >= most),
        ),
    ];
    let (key, _) = broken.into_iter().find(|(_, is_broken)| *is_broken)?;
    Some(format!("breaks its {key}"))
}

fn required(schema: &Map<String, Value>, members: &Map<String, Value>) -> Option<String> {
    let names = schema.get("required")?.as_array()?;
    let mut names = names.iter().filter_map(Value::as_str);
    let missing = names.find(|name| !members.contains_key(*name) && !is_one_way(schema, name))?;
    Some(format!("lacks {}", crate::diff::quoted(missing)))
}

/// Sent in one direction only: an example may be of the other.
fn is_one_way(schema: &Map<String, Value>, name: &str) -> bool {
    let property = schema
        .get("properties")
        .and_then(|properties| properties.get(name));
    property.is_some_and(|property| {
        ["readOnly", "writeOnly"]
            .iter()
            .any(|key| property.get(*key) == Some(&Value::Bool(true)))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_beyond_doubt_is_told() {
        let document =
            json!({ "components": { "schemas": { "Id": { "type": "integer", "minimum": 1 } } } });
        let reference = json!({ "$ref": "#/components/schemas/Id" });
        let pet = json!({ "type": "object", "required": ["id"], "properties": { "id": reference, "name": { "type": ["string", "null"], "maxLength": 3 } } });
        for (schema, value, why) in [
            (&reference, json!(1), None),
            (&reference, json!(0), Some("it breaks its minimum")),
            (
                &reference,
                json!("1"),
                Some("it is not of the type \"integer\""),
            ),
            (&pet, json!({ "id": 2, "name": null }), None),
            (&pet, json!({ "name": "x" }), Some("it lacks `id`")),
            (
                &pet,
                json!({ "id": 2, "name": "Rover" }),
                Some("/name has 5 characters, more than 3"),
            ),
            (&json!({ "pattern": "[" }), json!("anything"), None),
            (
                &json!({ "type": "array", "items": { "enum": ["a"] } }),
                json!(["a", "b"]),
                Some("/1 is not one of the values of the enum"),
            ),
        ] {
            assert_eq!(misfit(&document, schema, &value).as_deref(), why);
        }
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let document = json!({ "components": { "schemas": { "Loop": { "allOf": [{ "$ref": "#/components/schemas/Loop" }, { "$ref": "#/components/schemas/Loop" }] } } } });
        assert_eq!(
            misfit(
                &document,
                &json!({ "$ref": "#/components/schemas/Loop" }),
                &json!(1)
            ),
            None
        );
    }
}
