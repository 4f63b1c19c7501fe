//! Fragments: all a reference page needs of one operation, in one self-contained value.
//!
//! `{openapi, method, path, webhook, operation, security, components: {schemas, securitySchemes},
//! cut}`. In `operation`, path-level parameters are merged and every reference but those to
//! schemas is replaced by what it names. Schemas stay references, so recursion stays finite, and
//! each is present once under `components`. Those that a page would show last are left out first
//! when the fragment grows too large; their names are listed in `cut`.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::description::{Description, Operation};
use crate::grammar::{Kind, walk};
use crate::pointer::{self, At};
use crate::references::follow;

/// No fragment is longer than this, in bytes of JSON.
pub const FRAGMENT_BYTES_MAX: usize = 400 * 1024;

/// Further schemas are left out once a fragment is this long. Divided among very many operations:
/// a description of 47 MB must not become gigabytes of fragments.
const COMFORT_MAX: usize = 128 * 1024;
const COMFORT_MIN: usize = 16 * 1024;
const COMFORT_OF_ALL: usize = 256 * 1024 * 1024;

/// Examples longer than this are left out: no page shows them.
const EXAMPLE_BYTES_MAX: usize = 32 * 1024;

/// References replaced in one operation. Callbacks and headers can be made to repeat themselves.
const INLINED_MAX: usize = 4_000;

/// Marks a schema whose inside was left out.
pub(crate) const CUT_MARK: &str = "x-gatehouse-cut";

/// Builds the fragments of one description.
pub struct Fragments<'d> {
    description: &'d Description,
    comfort: usize,
    /// Prepared schemas by the pointer they stand at.
    prepared: HashMap<String, Prepared>,
    /// Names given in `components.schemas`, by pointer and back.
    names: HashMap<String, String>,
    taken: HashSet<String>,
}

/// A shared schema as JSON text with its references rewritten.
struct Prepared {
    json: String,
    /// Pointers it refers to.
    references: Vec<String>,
}

impl<'d> Fragments<'d> {
    pub(crate) fn new(description: &'d Description) -> Self {
        let operations = description.operations.len().max(1);
        let schemas = description.document.pointer("/components/schemas");
        let taken = schemas
            .and_then(Value::as_object)
            .map(|schemas| schemas.keys().cloned().collect())
            .unwrap_or_default();
        Self {
            description,
            comfort: (COMFORT_OF_ALL / operations).clamp(COMFORT_MIN, COMFORT_MAX),
            prepared: HashMap::new(),
            names: HashMap::new(),
            taken,
        }
    }

    /// The fragment as a value.
    pub fn value(&mut self, operation: &Operation) -> Value {
        // What was just written reads back.
        self.json(operation).parse().unwrap_or(Value::Null)
    }

    /// The fragment as JSON text, at most [`FRAGMENT_BYTES_MAX`] bytes. Keep it as text: the order
    /// of its members is the author's and is shown, and `jsonb` would forget it.
    pub fn json(&mut self, operation: &Operation) -> String {
        let mut body = self.operation(operation);
        let references = self.rewrite(&mut body, Kind::Operation);
        let mut body = body.to_string();
        if body.len() > FRAGMENT_BYTES_MAX / 2 {
            body = self.shorten(operation);
        }
        let head = self.head(operation);
        let room = FRAGMENT_BYTES_MAX.saturating_sub(body.len() + head.len() + 4096);
        let (schemas, cut) = self.schemas(references, body.len(), room);
        let mut json = head;
        json.push_str(",\"operation\":");
        json.push_str(&body);
        json.push_str(",\"components\":{\"securitySchemes\":");
        json.push_str(&self.security_schemes(operation).to_string());
        json.push_str(",\"schemas\":{");
        json.push_str(&schemas);
        json.push_str("}},\"cut\":");
        json.push_str(&Value::from(cut).to_string());
        json.push('}');
        json
    }

    fn document(&self) -> &'d Value {
        &self.description.document
    }

    /// The object up to, and without, its closing brace.
    fn head(&self, operation: &Operation) -> String {
        let mut head = json!({
            "openapi": "3.1.0",
            "method": operation.method,
            "path": operation.path_template,
            "webhook": operation.webhook,
            "security": self.security(operation),
        })
        .to_string();
        head.pop();
        head
    }

    fn path_item(&self, operation: &Operation) -> Option<&'d Map<String, Value>> {
        let section = if operation.webhook {
            "webhooks"
        } else {
            "paths"
        };
        let item = self
            .document()
            .get(section)?
            .get(&operation.path_template)?;
        follow(self.document(), item)?.as_object()
    }

    fn source(&self, operation: &Operation) -> Option<&'d Map<String, Value>> {
        self.path_item(operation)?
            .get(operation.method.key())?
            .as_object()
    }

    /// The requirements that hold for the operation: its own, else the document's.
    fn security(&self, operation: &Operation) -> Value {
        let own = self
            .source(operation)
            .and_then(|source| source.get("security"));
        own.or_else(|| self.document().get("security"))
            .cloned()
            .unwrap_or_else(|| json!([]))
    }

    fn security_schemes(&self, operation: &Operation) -> Value {
        let security = self.security(operation);
        let names = security
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object);
        let all = self.document().pointer("/components/securitySchemes");
        let schemes: Map<String, Value> = names
            .flat_map(Map::keys)
            .filter_map(|name| {
                let scheme = follow(self.document(), all?.get(name)?)?;
                Some((name.clone(), scheme.clone()))
            })
            .collect();
        Value::Object(schemes)
    }

    /// The operation with path-level parameters merged and references replaced.
    fn operation(&self, operation: &Operation) -> Value {
        let Some(source) = self.source(operation) else {
            return json!({});
        };
        let mut body = source.clone();
        body.shift_remove("security");
        body.shift_remove("servers");
        for (key, shared) in [
            ("summary", &operation.summary),
            ("description", &operation.description),
        ] {
            if let Some(text) = shared {
                body.entry(key).or_insert_with(|| json!(text));
            }
        }
        let parameters = self.parameters(operation, source);
        if !parameters.is_empty() {
            body.insert("parameters".to_owned(), Value::Array(parameters));
        }
        let mut body = Value::Object(body);
        self.inline(&mut body);
        body
    }

    /// Own parameters, then those of the path item that they do not replace.
    fn parameters(&self, operation: &Operation, source: &Map<String, Value>) -> Vec<Value> {
        let list = |object: Option<&'d Map<String, Value>>| {
            object
                .and_then(|object| object.get("parameters"))
                .and_then(Value::as_array)
        };
        let shared = list(self.path_item(operation));
        let own = source.get("parameters").and_then(Value::as_array);
        let mut seen = HashSet::new();
        own.into_iter()
            .flatten()
            .chain(shared.into_iter().flatten())
            .filter_map(|parameter| follow(self.document(), parameter))
            .filter(|parameter| {
                let text = |key| {
                    parameter
                        .get(key)
                        .and_then(Value::as_str)
                        .map(str::to_owned)
                };
                seen.insert((text("in"), text("name")))
            })
            .cloned()
            .collect()
    }

    /// Replaces every reference that is not to a schema.
    fn inline(&self, body: &mut Value) {
        let mut left = INLINED_MAX;
        let document = self.document();
        walk(body, Kind::Operation, &At::ROOT, &mut |object, kind, at| {
            match kind {
                Kind::Schema => return,
                // A callback's operation may name the callback it is in.
                Kind::Operation if at.depth() > 0 => {
                    object.shift_remove("callbacks");
                }
                _ => {}
            }
            if object.contains_key("$ref") {
                let target = Value::Object(std::mem::take(object));
                if left > 0
                    && let Some(Value::Object(found)) = follow(document, &target)
                {
                    left -= 1;
                    *object = found.clone();
                    // OpenAPI 3.1: these two beside a reference replace those behind it.
                    for key in ["summary", "description"] {
                        if let Some(text) = target.get(key) {
                            object.insert(key.to_owned(), text.clone());
                        }
                    }
                }
            }
            drop_long_examples(object, kind);
        });
    }

    /// Points references at names in the fragment; returns the pointers they had.
    fn rewrite(&mut self, value: &mut Value, kind: Kind) -> Vec<String> {
        let mut references = Vec::new();
        walk(value, kind, &At::ROOT, &mut |object, kind, _| {
            if kind != Kind::Schema {
                return;
            }
            drop_long_examples(object, kind);
            let Some(Value::String(reference)) = object.get_mut("$ref") else {
                return;
            };
            let Some(pointer) = pointer::of_local_reference(reference) else {
                return;
            };
            let pointer = pointer.into_owned();
            *reference = format!(
                "#{}",
                pointer::join("/components/schemas", &self.name(&pointer))
            );
            references.push(pointer);
        });
        references
    }

    /// A schema's name in fragments. That of a shared schema is its own; one anywhere else is named
    /// after its place.
    fn name(&mut self, pointer: &str) -> String {
        if let Some(name) = self.names.get(pointer) {
            return name.clone();
        }
        let segments: Vec<_> = pointer::segments(pointer).collect();
        let name = match &*segments {
            [components, schemas, name] if components == "components" && schemas == "schemas" => {
                name.to_string()
            }
            [components, schemas, rest @ ..]
                if components == "components" && schemas == "schemas" =>
            {
                self.free_name(rest.join("."))
            }
            all => self.free_name(all.join(".")),
        };
        self.names.insert(pointer.to_owned(), name.clone());
        name
    }

    fn free_name(&mut self, wanted: String) -> String {
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}.{number}");
            number += 1;
        }
        name
    }

    /// The schemas reachable from `references`, nearest first, until the room is used; and the names
    /// of those left out.
    fn schemas(
        &mut self,
        references: Vec<String>,
        used: usize,
        room: usize,
    ) -> (String, Vec<String>) {
        let mut queue: VecDeque<(String, bool)> = references
            .into_iter()
            .map(|pointer| (pointer, true))
            .collect();
        let (mut seen, mut json, mut cut) = (HashSet::new(), String::new(), Vec::new());
        while let Some((pointer, direct)) = queue.pop_front() {
            if !seen.insert(pointer.clone()) {
                continue;
            }
            let name = self.name(&pointer);
            self.prepare(&pointer);
            let prepared = &self.prepared[&pointer];
            let length = json.len() + prepared.json.len() + name.len() + 8;
            let fits = length < room && (direct || used + length < self.comfort);
            if !fits {
                cut.push(name);
                continue;
            }
            if !json.is_empty() {
                json.push(',');
            }
            json.push_str(&Value::from(name).to_string());
            json.push(':');
            json.push_str(&prepared.json);
            queue.extend(
                prepared
                    .references
                    .iter()
                    .map(|pointer| (pointer.clone(), false)),
            );
        }
        // The list itself is bounded: pages only ask whether a name they meet is missing.
        cut.truncate(50);
        (json, cut)
    }

    fn prepare(&mut self, pointer: &str) {
        if self.prepared.contains_key(pointer) {
            return;
        }
        // The whole document is not a schema, whatever `$ref: "#"` may have meant.
        let found = if pointer.is_empty() {
            None
        } else {
            self.document().pointer(pointer)
        };
        let mut schema = found.cloned().unwrap_or_else(|| json!({ CUT_MARK: true }));
        let references = self.rewrite(&mut schema, Kind::Schema);
        let json = schema.to_string();
        self.prepared
            .insert(pointer.to_owned(), Prepared { json, references });
    }

    /// An operation whose own text is too long: its schemas lose their inner levels, then it loses
    /// its schemas and examples.
    fn shorten(&mut self, operation: &Operation) -> String {
        for levels in [6, 4, 2, 1, 0] {
            let mut body = self.operation(operation);
            self.rewrite(&mut body, Kind::Operation);
            prune(&mut body, levels);
            let json = body.to_string();
            if json.len() <= FRAGMENT_BYTES_MAX / 2 {
                return json;
            }
        }
        json!({
            "summary": operation.summary,
            "operationId": operation.operation_id,
            "tags": operation.tags,
            CUT_MARK: true,
        })
        .to_string()
    }
}

/// The keys that lead from a schema into the next level of it.
const INNER_KEYS: [&str; 6] = [
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
];

/// Empties schemas more than `levels` schemas deep.
fn prune(body: &mut Value, levels: usize) {
    walk(body, Kind::Operation, &At::ROOT, &mut |object, kind, at| {
        if kind != Kind::Schema || at.count(&INNER_KEYS) < levels {
            return;
        }
        let has_inside = object
            .values()
            .any(|value| value.is_object() || value.is_array());
        if has_inside {
            object.retain(|key, value| {
                matches!(&**key, "type" | "title" | "format" | "$ref") && !value.is_object()
            });
            object.insert(CUT_MARK.to_owned(), Value::Bool(true));
        }
    });
}

fn drop_long_examples(object: &mut Map<String, Value>, kind: Kind) {
    let keys: &[&str] = match kind {
        Kind::Example => &["value"],
        Kind::MediaType | Kind::Parameter | Kind::Header => &["example"],
        Kind::Schema => &["example", "examples", "default"],
        _ => return,
    };
    for key in keys {
        if object
            .get(*key)
            .is_some_and(|example| size(example) > EXAMPLE_BYTES_MAX)
        {
            object.shift_remove(*key);
        }
    }
}

/// About how long the value is as JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(elements) => {
            2 + elements
                .iter()
                .map(|element| size(element) + 1)
                .sum::<usize>()
        }
        Value::Object(members) => {
            2 + members
                .iter()
                .map(|(key, value)| key.len() + 4 + size(value))
                .sum::<usize>()
        }
        _ => 5,
    }
}
