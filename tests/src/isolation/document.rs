//! The admin API's document: its operations, and where their requests refer to things.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::IsolationWalk;

/// A place in a body that refers to something.
pub(super) struct Reference {
    pub(super) pointer: String,
    pub(super) kind: String,
    pub(super) ids_only: bool,
}

/// One operation.
pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) value: &'a Value,
}

impl IsolationWalk {
    pub(super) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths
            .flat_map(|(path, item)| {
                item.as_object()
                    .into_iter()
                    .flatten()
                    .map(move |found| (path, found))
            })
            .filter_map(|(path, (method, value))| {
                let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
                // What takes no access token has nothing to isolate.
                value["security"][0]["token"].as_array()?;
                Some(Operation {
                    id: value["operationId"].as_str()?,
                    method,
                    path,
                    value,
                })
            })
            .collect()
    }

    /// Every reference of a body.
    pub(super) fn references(&self, schema: &Value, at: &str, found: &mut Vec<Reference>) {
        if let Some((kind, ids_only)) = kind_of(schema) {
            found.push(Reference {
                pointer: at.to_owned(),
                kind,
                ids_only,
            });
            return;
        }
        let schema = self.resolve(schema);
        for choice in schema["oneOf"]
            .as_array()
            .into_iter()
            .chain(schema["allOf"].as_array())
            .flatten()
        {
            self.references(choice, at, found);
        }
        if !schema["items"].is_null() {
            self.references(&schema["items"], &format!("{at}/0"), found);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.references(property, &format!("{at}/{name}"), found);
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let path = schema["$ref"]
            .as_str()
            .map(|path| path.trim_start_matches('#'));
        path.and_then(|path| self.document.pointer(path))
            .unwrap_or(schema)
    }
}

pub(super) fn parameters_of(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `ApiId` and `ApiLookup` both name an `api`, the first by its id only; optional ones stand in a choice with null.
pub(super) fn kind_of(schema: &Value) -> Option<(String, bool)> {
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let reference = std::iter::once(schema)
        .chain(choices)
        .find_map(|schema| schema["$ref"].as_str())?;
    let name = reference.rsplit('/').next()?;
    let kind = name
        .strip_suffix("Lookup")
        .or_else(|| name.strip_suffix("Id"))?;
    let kind = match kind {
        "Credential" => "key".to_owned(),
        "AccessToken" => "token".to_owned(),
        "Node" => "gateway".to_owned(),
        other => other.to_ascii_lowercase(),
    };
    Some((kind, name.ends_with("Id")))
}

/// The body that has the object a pointer leads into, or else the usual one.
pub(super) fn fitting<'a>(bodies: &'a [Value], pointer: &str) -> &'a Value {
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let fits = |body: &&Value| body.pointer(parent).is_some_and(Value::is_object);
    bodies
        .iter()
        .find(fits)
        .or(bodies.first())
        .unwrap_or(&Value::Null)
}

pub(super) fn needed(operation: &Value) -> BTreeSet<String> {
    let alternatives = operation["security"].as_array().into_iter().flatten();
    let scopes = alternatives.flat_map(|one| one["token"].as_array().into_iter().flatten());
    scopes
        .filter_map(|scope| scope.as_str().map(str::to_owned))
        .collect()
}

/// A query with something for every parameter that must be there.
pub(super) fn required_query(operation: &Value) -> Option<String> {
    let parameters = operation["parameters"].as_array()?.iter();
    let required =
        parameters.filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
    let pairs: Vec<String> = required
        .filter_map(|parameter| Some(format!("{}=a", parameter["name"].as_str()?)))
        .collect();
    (!pairs.is_empty()).then(|| format!("?{}", pairs.join("&")))
}

/// Sets the text at a pointer, making the members and the one-entry lists on the way.
pub(super) fn put(value: &mut Value, pointer: &str, text: &str) {
    let Some(rest) = pointer.strip_prefix('/') else {
        *value = text.into();
        return;
    };
    let (part, rest) = rest
        .split_once('/')
        .map_or((rest, ""), |(part, rest)| (part, rest));
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!("/{rest}")
    };
    if part == "0" {
        if value.as_array().is_none_or(Vec::is_empty) {
            *value = json!([null]);
        }
        put(&mut value[0], &rest, text);
    } else {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        put(&mut value[part], &rest, text);
    }
}
