//! Where each kind of object sits in a description, and one walk over all of them.
//!
//! One table serves Swagger 2.0 and OpenAPI 3.x: their keys do not contradict each other. What the
//! table does not name is opaque (examples, defaults, extensions) and is never looked into, so a
//! `$ref` inside an example is data.

use serde_json::{Map, Value};

use crate::pointer::At;

/// The kind of an object in a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Root,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Example,
    Link,
    Callback,
    SecurityScheme,
    Schema,
}

/// What stands under a key.
#[derive(Clone, Copy)]
pub(crate) enum Child {
    One(Kind),
    /// Every member of a map, or every element of a list.
    Each(Kind),
    Opaque,
}

pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// What a key of an object of this kind holds.
pub(crate) fn child(kind: Kind, key: &str) -> Child {
    use Child::{Each, One, Opaque};
    match (kind, key) {
        (Kind::Root, "paths" | "webhooks") => Each(Kind::PathItem),
        (Kind::Root, "components") => One(Kind::Components),
        (Kind::Root, "definitions") | (Kind::Components, "schemas") => Each(Kind::Schema),
        (Kind::Root | Kind::Components, "parameters") => Each(Kind::Parameter),
        (Kind::Root | Kind::Components, "responses") => Each(Kind::Response),
        (Kind::Root, "securityDefinitions") | (Kind::Components, "securitySchemes") => {
            Each(Kind::SecurityScheme)
        }
        (Kind::Components, "requestBodies") => Each(Kind::RequestBody),
        (Kind::Components, "headers") => Each(Kind::Header),
        (Kind::Components, "examples") => Each(Kind::Example),
        (Kind::Components, "links") => Each(Kind::Link),
        (Kind::Components, "callbacks") => Each(Kind::Callback),
        (Kind::Components, "pathItems") => Each(Kind::PathItem),
        (Kind::Components, "mediaTypes") => Each(Kind::MediaType),
        (Kind::PathItem | Kind::Operation, "parameters") => Each(Kind::Parameter),
        (Kind::PathItem, key) if METHODS.contains(&key) => One(Kind::Operation),
        (Kind::Operation, "requestBody") => One(Kind::RequestBody),
        (Kind::Operation, "responses") => Each(Kind::Response),
        (Kind::Operation, "callbacks") => Each(Kind::Callback),
        (Kind::Callback, key) if !key.starts_with("x-") && key != "$ref" => One(Kind::PathItem),
        (Kind::Parameter | Kind::Header, "items") => One(Kind::Schema),
        (Kind::Parameter | Kind::Header | Kind::MediaType | Kind::Response, "schema") => {
            One(Kind::Schema)
        }
        (Kind::MediaType, "itemSchema") => One(Kind::Schema),
        (Kind::Parameter | Kind::Header | Kind::RequestBody | Kind::Response, "content") => {
            Each(Kind::MediaType)
        }
        (Kind::Parameter | Kind::Header | Kind::MediaType, "examples") => Each(Kind::Example),
        (Kind::MediaType, "encoding") => Each(Kind::Encoding),
        (Kind::Response | Kind::Encoding, "headers") => Each(Kind::Header),
        (Kind::Response, "links") => Each(Kind::Link),
        (Kind::Schema, key) => schema_child(key),
        _ => Opaque,
    }
}

/// The JSON Schema applicators, of draft 4 to 2020-12.
fn schema_child(key: &str) -> Child {
    match key {
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
        | "allOf" | "anyOf" | "oneOf" | "prefixItems" => Child::Each(Kind::Schema),
        "items"
        | "additionalProperties"
        | "additionalItems"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "contentSchema" => Child::One(Kind::Schema),
        _ => Child::Opaque,
    }
}

/// Told of each object with its kind and place.
type Visitor<'v> = dyn FnMut(&mut Map<String, Value>, Kind, &At<'_>) + 'v;

/// Visits every object of a known kind under `value`, outer before inner. The visitor may change
/// the object, also its keys; what it leaves there is walked next.
pub(crate) fn walk(value: &mut Value, kind: Kind, at: &At<'_>, visit: &mut Visitor<'_>) {
    match value {
        Value::Object(object) => {
            visit(object, kind, at);
            for (key, value) in object.iter_mut() {
                if !(value.is_object() || value.is_array()) {
                    continue;
                }
                let here = at.key(key);
                match child(kind, key) {
                    Child::One(kind) => walk(value, kind, &here, visit),
                    Child::Each(kind) => walk_each(value, kind, &here, visit),
                    Child::Opaque => {}
                }
            }
        }
        // Draft 4 `items: [..]`: each element is of the kind.
        Value::Array(_) => walk_each(value, kind, at, visit),
        _ => {}
    }
}

fn walk_each(value: &mut Value, kind: Kind, at: &At<'_>, visit: &mut Visitor<'_>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                walk(member, kind, &at.key(key), visit);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                // An array inside an array is not a list of the kind.
                if element.is_object() {
                    walk(element, kind, &at.index(index), visit);
                }
            }
        }
        _ => {}
    }
}
