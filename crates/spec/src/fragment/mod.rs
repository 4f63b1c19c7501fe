//! Fragments: all a reference page needs of one operation, in one self-contained value.
//!
//! `{openapi, method, path, webhook, operation, security, components: {schemas, securitySchemes},
//! cut}`. In `operation`, path-level parameters are merged and every reference but those to
//! schemas is replaced by what it names. Schemas stay references, so recursion stays finite, and
//! each is present once under `components`. Those that a page would show last are left out first
//! when the fragment grows too large; their names are listed in `cut`.

pub(crate) mod parts;
mod size;
mod source;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Value, json};

use crate::description::{Description, Operation};
use crate::grammar::{Kind, walk};
use crate::pointer::{self, At};

use size::{drop_long_examples, fitting, prune, short};
use source::Source;

/// No fragment is longer than this, in bytes of JSON.
pub const FRAGMENT_BYTES_MAX: usize = 400 * 1024;

/// Further schemas are left out once a fragment is this long. Divided among very many operations:
/// a description of 47 MB must not become gigabytes of fragments.
const COMFORT_MAX: usize = 128 * 1024;
const COMFORT_MIN: usize = 16 * 1024;
const COMFORT_OF_ALL: usize = 256 * 1024 * 1024;

/// Names of left-out schemas that are listed: a page only asks whether there are any.
const CUT_NAMES_MAX: usize = 50;

/// The brackets around everything and the list of names.
const REST_BYTES: usize = 32 * 1024;

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
        let mut body = self.source().operation(operation);
        let references = self.rewrite(&mut body, Kind::Operation);
        let body = fitting(&body).unwrap_or_else(|| self.shorten(operation));
        let head = self.head(operation);
        let schemes = self.source().security_schemes(operation).to_string();
        let used = body.len() + head.len() + schemes.len() + REST_BYTES;
        let room = FRAGMENT_BYTES_MAX.saturating_sub(used);
        let (schemas, cut) = self.schemas(references, body.len(), room, self.comfort);
        let mut json = head;
        json.push_str(",\"operation\":");
        json.push_str(&body);
        json.push_str(",\"components\":{\"securitySchemes\":");
        json.push_str(&schemes);
        json.push_str(",\"schemas\":{");
        json.push_str(&schemas);
        json.push_str("}},\"cut\":");
        json.push_str(&Value::from(cut).to_string());
        json.push('}');
        json
    }

    fn source(&self) -> Source<'d> {
        Source {
            document: &self.description.document,
        }
    }

    /// The object up to, and without, its closing brace.
    fn head(&self, operation: &Operation) -> String {
        let mut head = json!({
            "openapi": "3.1.0",
            "method": operation.method,
            "path": operation.path_template,
            "webhook": operation.webhook,
            "security": self.source().security(operation),
        })
        .to_string();
        head.pop();
        head
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
                self.free_name(&rest.join("."))
            }
            all => self.free_name(&all.join(".")),
        };
        self.names.insert(pointer.to_owned(), name.clone());
        name
    }

    fn free_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}.{number}");
            number += 1;
        }
        name
    }

    /// The schemas reachable from `references`, nearest first, until the room is used or,
    /// but for those named directly, the comfort; and the names
    /// of those left out.
    fn schemas(
        &mut self,
        references: Vec<String>,
        used: usize,
        room: usize,
        comfort: usize,
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
            let fits = length < room && (direct || used + length < comfort);
            if !fits {
                if cut.len() < CUT_NAMES_MAX {
                    cut.push(short(&name, 100));
                }
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
            self.description.document.pointer(pointer)
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
            let mut body = self.source().operation(operation);
            self.rewrite(&mut body, Kind::Operation);
            prune(&mut body, levels);
            if let Some(json) = fitting(&body) {
                return json;
            }
        }
        json!({
            "summary": operation.summary.as_deref().map(|text| short(text, 500)),
            "operationId": operation.operation_id.as_deref().map(|text| short(text, 500)),
            CUT_MARK: true,
        })
        .to_string()
    }
}
