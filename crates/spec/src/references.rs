//! `$ref`: every one is checked once, and the spellings that real descriptions use for places in
//! the same file (`#anchor`, `$id`, `#/$defs/..` of an enclosing schema, a bare schema name) are
//! rewritten to plain JSON pointers, so that nothing after this knows of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

use crate::check::{Report, quoted};
use crate::finding::FindingCode;
use crate::grammar::{Kind, walk};
use crate::pointer::{self, At};

/// More hops than any honest chain of references has.
pub(crate) const HOPS_MAX: usize = 32;

/// The object behind a chain of references; the value itself when it is none. `None` when the chain
/// breaks or does not end.
pub(crate) fn follow<'d>(document: &'d Value, value: &'d Value) -> Option<&'d Value> {
    let mut value = value;
    for _ in 0..HOPS_MAX {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => value = pointer::resolve(document, reference)?,
            None => return Some(value),
        }
    }
    None
}

/// Checks and settles all references of a document.
pub(crate) fn settle(document: &mut Value, report: &mut Report) {
    let inventory = Inventory::of(document);
    let mut odd = HashSet::new();
    for (reference, (kind, at)) in &inventory.references {
        if reference.starts_with("#/") && pointer::resolve(document, reference).is_some() {
            if *kind != Kind::Schema && is_loop(document, reference) {
                let message = format!("the reference {} leads back to itself", quoted(reference));
                report.error(FindingCode::ReferenceLoop, at, message);
            }
        } else {
            odd.insert(reference.clone());
        }
    }
    if odd.is_empty() {
        return;
    }
    for (at, kind, reference) in occurrences(document, &odd) {
        match inventory.local_spelling(document, &at, &reference) {
            Some(plain) => {
                if let Some(object) = document.pointer_mut(&at).and_then(Value::as_object_mut) {
                    object.insert("$ref".to_owned(), Value::String(plain));
                }
            }
            None => complain(&at, kind, &reference, report),
        }
    }
}

fn complain(at: &str, kind: Kind, reference: &str, report: &mut Report) {
    let at = pointer::join(at, "$ref");
    let name = quoted(reference);
    if !reference.starts_with('#') {
        let message =
            format!("{name} is outside this file: bundle the description into one file first");
        return report.error(FindingCode::ExternalReference, &at, message);
    }
    let message = format!("{name} names nothing in this description");
    match kind {
        // The operation's own shape is unknown without these.
        Kind::PathItem | Kind::Parameter | Kind::RequestBody | Kind::Response => {
            report.error(FindingCode::UnresolvedReference, &at, message);
        }
        // A page shows the name it has and says that it is not described.
        _ => report.warning(FindingCode::UnresolvedReference, &at, message),
    }
}

fn is_loop(document: &Value, reference: &str) -> bool {
    let mut reference = reference;
    for _ in 0..HOPS_MAX {
        let target = pointer::resolve(document, reference);
        match target
            .and_then(|target| target.get("$ref"))
            .and_then(Value::as_str)
        {
            Some(next) => reference = next,
            None => return false,
        }
    }
    true
}

/// What the document names and refers to.
struct Inventory {
    /// Each distinct reference with the first place it is used at.
    references: BTreeMap<String, (Kind, String)>,
    anchors: HashMap<String, String>,
    ids: HashMap<String, String>,
}

impl Inventory {
    fn of(document: &mut Value) -> Self {
        let mut inventory = Self {
            references: BTreeMap::new(),
            anchors: HashMap::new(),
            ids: HashMap::new(),
        };
        walk(document, Kind::Root, &At::ROOT, &mut |object, kind, at| {
            if kind == Kind::Schema {
                inventory.names(object, at);
            }
            if let Some(reference) = object.get("$ref").and_then(Value::as_str)
                && !inventory.references.contains_key(reference)
            {
                inventory
                    .references
                    .insert(reference.to_owned(), (kind, at.pointer()));
            }
        });
        inventory
    }

    fn names(&mut self, schema: &mut Map<String, Value>, at: &At<'_>) {
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(Value::String(name)) = schema.get(key) {
                self.anchors
                    .entry(name.clone())
                    .or_insert_with(|| at.pointer());
            }
        }
        if let Some(Value::String(id)) = schema.get("$id") {
            self.ids.insert(id.clone(), at.pointer());
        }
        // Read without its dynamic scope: a page shows the schema as it stands here.
        if let Some(dynamic) = schema
            .get("$dynamicRef")
            .filter(|_| !schema.contains_key("$ref"))
        {
            let dynamic = dynamic.clone();
            schema.insert("$ref".to_owned(), dynamic);
        }
    }

    /// The same place as a plain local pointer, if the reference names one in this document.
    fn local_spelling(&self, document: &Value, at: &str, reference: &str) -> Option<String> {
        let (base, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if base.is_empty() {
            if let Some(anchor) = self.anchors.get(fragment) {
                return Some(format!("#{anchor}"));
            }
            return relative_definition(document, at, fragment);
        }
        if let Some(root) = self.ids.get(base) {
            let pointer = format!("{root}{fragment}");
            return document.pointer(&pointer).map(|_| format!("#{pointer}"));
        }
        bare_name(document, reference)
    }
}

/// `#/$defs/X` where `$defs` is that of an enclosing schema rather than of the file.
fn relative_definition(document: &Value, at: &str, fragment: &str) -> Option<String> {
    if !(fragment.starts_with("/$defs/") || fragment.starts_with("/definitions/")) {
        return None;
    }
    let mut enclosing = at;
    loop {
        let candidate = format!("{enclosing}{fragment}");
        if document.pointer(&candidate).is_some() {
            return Some(format!("#{candidate}"));
        }
        enclosing = &enclosing[..enclosing.rfind('/')?];
    }
}

/// `Pet` for `#/definitions/Pet`, as Swagger 1.2 wrote it.
fn bare_name(document: &Value, name: &str) -> Option<String> {
    if name.contains(['/', '#', ':', '.']) {
        return None;
    }
    ["/definitions", "/components/schemas"]
        .into_iter()
        .map(|section| pointer::join(section, name))
        .find(|pointer| document.pointer(pointer).is_some())
        .map(|pointer| format!("#{pointer}"))
}

fn occurrences(document: &mut Value, odd: &HashSet<String>) -> Vec<(String, Kind, String)> {
    let mut found = Vec::new();
    walk(document, Kind::Root, &At::ROOT, &mut |object, kind, at| {
        if let Some(reference) = object.get("$ref").and_then(Value::as_str)
            && odd.contains(reference)
        {
            found.push((at.pointer(), kind, reference.to_owned()));
        }
    });
    found
}
