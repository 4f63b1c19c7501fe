//! The pages of a reference beside those of operations: named schemas with what names them, and callbacks.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Fragments;
use super::source::Source;
use crate::description::{Description, Operation, text};
use crate::grammar::{Kind, METHODS, walk};
use crate::operations::{hash_of, url_safe};
use crate::pointer::{self, At};

/// Schemas and callbacks of one description that get a page, each.
const PARTS_MAX: usize = 10_000;
/// Uses of one schema that are kept.
const USES_MAX: usize = 2_000;
/// Uses kept over all schemas of a description: answers that operations share multiply.
const USES_OF_ALL: usize = 200_000;
/// What is kept of each text that a list shows, in characters: one text may stand at ten thousand places.
const LABEL_MAX: usize = 200;
const NAME_MAX: usize = 300;
const SUMMARY_MAX: usize = 400;
const EXPRESSION_MAX: usize = 2_000;
/// Longer names are cut in addresses and told apart by their hash.
const SLUG_MAX: usize = 100;
/// No schema's fragment is longer, in bytes of JSON, and further schemas are left out of it beyond the comfort.
const SCHEMA_BYTES_MAX: usize = 200 * 1024;
const SCHEMA_COMFORT_MAX: usize = 32 * 1024;
const SCHEMA_COMFORT_MIN: usize = 4 * 1024;
const SCHEMA_COMFORT_OF_ALL: usize = 64 * 1024 * 1024;

/// As what a schema is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// In the request body of an operation.
    Request,
    /// In a response of an operation, its headers included.
    Response,
    /// In a parameter of an operation.
    Parameter,
    /// In a callback of an operation.
    Callback,
    /// In another named schema.
    Schema,
}

/// One place that names a schema itself, not through another schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SchemaUse {
    /// As what.
    pub kind: UseKind,
    /// The slug of the operation, or of the other schema.
    pub slug: String,
    /// What the operation or schema is called, at most 200 characters of it.
    pub label: String,
}

/// A schema under `components.schemas`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSchema {
    /// As its author named it.
    pub name: String,
    /// Of the name alone, so other schemas never change it; unique in the description.
    pub slug: String,
    /// `title`, else the first line of `description`, at most 400 characters; may be empty.
    pub summary: String,
    /// Operations in their order, then schemas in theirs.
    pub uses: Vec<SchemaUse>,
    /// How many more uses there were.
    pub uses_more: usize,
}

/// One request that the API sends back while an operation works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCallback {
    /// The slug of its operation.
    pub operation: String,
    /// As its author named it, at most 300 characters.
    pub name: String,
    /// Unique in its operation.
    pub slug: String,
    /// In capitals.
    pub method: String,
    /// Where it is sent to, a runtime expression (OpenAPI 3.1, Callback Object), at most 2,000 characters.
    pub expression: String,
    /// At most 400 characters; may be empty.
    pub summary: String,
}

/// A schema's address: its name where that is safe, else what is safe of it with its hash.
pub(crate) fn schema_slug(name: &str) -> String {
    let safe = url_safe(name);
    // A name that looks like one of the hashed is hashed too: it cannot take another's address.
    let looks_hashed = name.rsplit_once('-').is_some_and(|(_, last)| {
        last.len() == 12 && last.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if safe == name && name.len() <= SLUG_MAX && !looks_hashed {
        return safe;
    }
    hashed(&safe, name)
}

/// A callback's address in its operation.
pub(crate) fn callback_slug(name: &str, expression: &str, method: &str) -> String {
    hashed(&url_safe(name), &format!("{method}\n{name}\n{expression}"))
}

fn hashed(safe: &str, whole: &str) -> String {
    let safe = if safe.is_empty() { "x" } else { safe };
    // Only ASCII is safe, so every place is between characters.
    format!("{}-{}", &safe[..safe.len().min(SLUG_MAX)], hash_of(whole))
}

/// Each operation under `callbacks`: name, expression, method as a key, and itself.
pub(crate) fn each_callback(
    callbacks: &Value,
) -> impl Iterator<Item = (&str, &str, &'static str, &Value)> {
    let named = callbacks.as_object().into_iter().flatten();
    let sent = named.flat_map(|(name, callback)| {
        let items = callback.as_object().into_iter().flatten();
        items.map(move |(expression, item)| (name.as_str(), expression.as_str(), item))
    });
    sent.flat_map(|(name, expression, item)| {
        METHODS.into_iter().filter_map(move |method| {
            let operation = item.get(method).filter(|operation| operation.is_object())?;
            Some((name, expression, method, operation))
        })
    })
}

impl Description {
    /// The named schemas in the order of the document, at most 10,000, with what names them.
    pub fn schemas(&self) -> Vec<NamedSchema> {
        let Some(Value::Object(schemas)) = self.document.pointer("/components/schemas") else {
            return Vec::new();
        };
        let mut taken = HashSet::new();
        let mut uses = Uses::of(self);
        let mut named = Vec::new();
        for (name, schema) in schemas.iter().take(PARTS_MAX) {
            let slug = schema_slug(name);
            if !taken.insert(slug.clone()) {
                continue;
            }
            let (uses, uses_more) = uses.by_name.remove(name).unwrap_or_default();
            named.push(NamedSchema {
                summary: in_one_line(schema),
                name: name.clone(),
                slug,
                uses,
                uses_more,
            });
        }
        named
    }

    /// The callbacks in the order of their operations, at most 10,000.
    pub fn callbacks(&self) -> Vec<NamedCallback> {
        let source = Source {
            document: &self.document,
        };
        let (mut taken, mut named) = (HashSet::new(), Vec::new());
        for operation in &self.operations {
            if named.len() >= PARTS_MAX || !source.has_callbacks(operation) {
                continue;
            }
            let body = source.operation(operation);
            for (name, expression, method, callback) in each_callback(&body["callbacks"]) {
                let slug = callback_slug(name, expression, method);
                if named.len() < PARTS_MAX && taken.insert((operation.slug.clone(), slug.clone())) {
                    named.push(NamedCallback {
                        operation: operation.slug.clone(),
                        name: start_of(name, NAME_MAX),
                        slug,
                        method: method.to_ascii_uppercase(),
                        expression: start_of(expression, EXPRESSION_MAX),
                        summary: in_one_line(callback),
                    });
                }
            }
        }
        named
    }
}

fn in_one_line(object: &Value) -> String {
    let said = ["title", "summary", "description"];
    let said = said.iter().find_map(|key| text(object.get(*key)));
    let said = said.unwrap_or_default();
    let line = said.trim().lines().next().unwrap_or_default();
    start_of(line.trim(), SUMMARY_MAX)
}

/// At most so many characters.
fn start_of(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// What names each schema.
#[derive(Default)]
struct Uses {
    by_name: HashMap<String, (Vec<SchemaUse>, usize)>,
    kept: usize,
}

impl Uses {
    fn of(description: &Description) -> Self {
        let source = Source {
            document: &description.document,
        };
        let mut uses = Self::default();
        for operation in &description.operations {
            let mut body = source.operation(operation);
            let label = called(operation);
            for (kind, name) in named_in(&mut body, Kind::Operation) {
                uses.add(
                    name,
                    SchemaUse {
                        kind,
                        slug: operation.slug.clone(),
                        label: label.clone(),
                    },
                );
            }
        }
        let schemas = description.document.pointer("/components/schemas");
        for (by, schema) in schemas.and_then(Value::as_object).into_iter().flatten() {
            for (kind, name) in named_in(&mut schema.clone(), Kind::Schema) {
                uses.add(
                    name,
                    SchemaUse {
                        kind,
                        slug: schema_slug(by),
                        label: start_of(by, LABEL_MAX),
                    },
                );
            }
        }
        uses
    }

    fn add(&mut self, name: String, one: SchemaUse) {
        let (uses, more) = self.by_name.entry(name).or_default();
        if uses.len() >= USES_MAX || self.kept >= USES_OF_ALL {
            *more += 1;
        } else {
            uses.push(one);
            self.kept += 1;
        }
    }
}

fn called(operation: &Operation) -> String {
    let said = operation
        .summary
        .as_ref()
        .or(operation.operation_id.as_ref());
    match said {
        Some(said) => start_of(said, LABEL_MAX),
        None => {
            let address = format!("{} {}", operation.method.as_str(), operation.path_template);
            start_of(&address, LABEL_MAX)
        }
    }
}

/// The schemas named in an object, once for each way it names them.
fn named_in(value: &mut Value, kind: Kind) -> Vec<(UseKind, String)> {
    let (mut seen, mut named) = (HashSet::new(), Vec::new());
    let whole = kind;
    walk(value, kind, &At::ROOT, &mut |object, kind, at| {
        if kind != Kind::Schema {
            return;
        }
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else {
            return;
        };
        let Some(pointer) = pointer::of_local_reference(reference) else {
            return;
        };
        let mut segments = pointer::segments(&pointer);
        let is_shared = segments.next().as_deref() == Some("components")
            && segments.next().as_deref() == Some("schemas");
        let Some(name) = segments.next().filter(|_| is_shared) else {
            return;
        };
        let place = at.pointer();
        let kind = match (whole, place.split('/').nth(1)) {
            (Kind::Schema, _) => UseKind::Schema,
            (_, Some("parameters")) => UseKind::Parameter,
            (_, Some("requestBody")) => UseKind::Request,
            (_, Some("callbacks")) => UseKind::Callback,
            _ => UseKind::Response,
        };
        let one = (kind, name.into_owned());
        if seen.insert(one.clone()) {
            named.push(one);
        }
    });
    named
}

impl Fragments<'_> {
    /// The fragment of a named schema as JSON text, at most about 200 KiB: `{name, schema, components: {schemas}, cut}`, where
    /// `schema` refers to the one under `components`. See [`crate::render::SchemaPage`].
    pub fn schema_json(&mut self, name: &str) -> String {
        let pointer = pointer::join("/components/schemas", name);
        let schemas = self.description.document.pointer("/components/schemas");
        let count = schemas
            .and_then(Value::as_object)
            .map_or(1, |all| all.len().max(1));
        let comfort = (SCHEMA_COMFORT_OF_ALL / count).clamp(SCHEMA_COMFORT_MIN, SCHEMA_COMFORT_MAX);
        let head = json!({ "name": name, "schema": { "$ref": format!("#{pointer}") } }).to_string();
        let (schemas, cut) = self.schemas(vec![pointer], 0, SCHEMA_BYTES_MAX, comfort);
        let head = head.trim_end_matches('}');
        let cut = Value::from(cut);
        format!("{head}}},\"components\":{{\"schemas\":{{{schemas}}}}},\"cut\":{cut}}}")
    }
}
