//! A schema as everything that applies to a value at once: its references followed, its `allOf`
//! opened, null taken out of its alternatives. Two spellings of the same schema give the same view.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::equality::is_annotation;
use crate::diff::side::{Found, Side};

/// More parts than any real schema is made of.
const LAYERS_MAX: usize = 500;

/// One schema object of several that apply together.
pub(super) struct Layer<'d> {
    pub(super) keywords: &'d Map<String, Value>,
    pub(super) pointer: String,
}

impl<'d> Layer<'d> {
    pub(super) fn found(&self, key: &str) -> Option<Found<'d>> {
        let value = self.keywords.get(key)?;
        let pointer = crate::pointer::join(&self.pointer, key);
        Some(Found { value, pointer })
    }
}

/// Whether a value must follow exactly one of several schemas, or at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    OneOf,
    AnyOf,
}

/// Several schemas to choose from, null left out.
pub(super) struct Group<'d> {
    pub(super) choice: Choice,
    pub(super) pointer: String,
    pub(super) branches: Vec<Found<'d>>,
}

/// What could not be seen.
pub(super) enum Fault<'d> {
    Unresolved(Found<'d>),
    TooLarge(String),
    /// Neither an object nor `true` or `false`.
    Malformed(Found<'d>),
}

pub(super) struct View<'d> {
    /// Where the schema stands; it exists also when no layer does.
    pub(super) pointer: String,
    pub(super) layers: Vec<Layer<'d>>,
    pub(super) groups: Vec<Group<'d>>,
    pub(super) faults: Vec<Fault<'d>>,
    /// The schema `false`: no value is valid.
    pub(super) nothing: bool,
    /// An alternative said so.
    null_branch: bool,
    /// Only listed values count, and null must be one of them.
    lists_null: bool,
}

impl<'d> View<'d> {
    /// The view of several schemas that apply together, as one property of two bases does.
    /// `place` is where they stand, or would.
    pub(super) fn of(roots: &[Found<'d>], side: &Side<'d>, place: &str) -> Self {
        let mut view = Self {
            pointer: place.to_owned(),
            layers: Vec::new(),
            groups: Vec::new(),
            faults: Vec::new(),
            nothing: false,
            null_branch: false,
            lists_null: side.lists_null(),
        };
        let mut met = HashSet::new();
        let mut waiting: Vec<Found<'d>> = roots.iter().rev().cloned().collect();
        while let Some(schema) = waiting.pop() {
            // A schema that is its own base adds nothing the second time.
            if !met.insert(std::ptr::from_ref(schema.value)) {
                continue;
            }
            if view.layers.len() >= LAYERS_MAX {
                view.faults.push(Fault::TooLarge(schema.pointer));
                break;
            }
            view.open(schema, side, &mut waiting);
        }
        view
    }

    fn open(&mut self, schema: Found<'d>, side: &Side<'d>, waiting: &mut Vec<Found<'d>>) {
        self.nothing |= *schema.value == Value::Bool(false);
        let Some(keywords) = schema.object() else {
            if !schema.value.is_boolean() {
                self.faults.push(Fault::Malformed(schema));
            }
            return;
        };
        let mut next = Vec::new();
        if let Some(reference) = schema.text("$ref") {
            match side.resolve(reference) {
                Some(target) => next.push(target),
                None => self.faults.push(Fault::Unresolved(schema.clone())),
            }
        }
        if let Some(all) = schema.get("allOf") {
            next.extend(all.elements());
        }
        for (key, choice) in [("oneOf", Choice::OneOf), ("anyOf", Choice::AnyOf)] {
            if let Some(list) = schema.get(key).filter(|list| list.value.is_array()) {
                self.group(choice, &list, &mut next);
            }
        }
        self.layers.push(Layer {
            keywords,
            pointer: schema.pointer,
        });
        waiting.extend(next.into_iter().rev());
    }

    /// A choice of one is no choice, and null is a matter of its own.
    fn group(&mut self, choice: Choice, list: &Found<'d>, next: &mut Vec<Found<'d>>) {
        let all = list.elements().count();
        let branches: Vec<Found<'d>> = list.elements().filter(|branch| !is_null(branch)).collect();
        self.null_branch |= branches.len() < all;
        if branches.len() == 1 {
            next.extend(branches);
        } else if !branches.is_empty() {
            self.groups.push(Group {
                choice,
                pointer: list.pointer.clone(),
                branches,
            });
        }
    }

    /// Whether every value is valid.
    fn takes_anything(&self) -> bool {
        let says_nothing = |key: &String| is_annotation(key) || matches!(&**key, "allOf" | "$ref");
        let mut layers = self.layers.iter();
        !self.nothing
            && self.faults.is_empty()
            && self.groups.is_empty()
            && layers.all(|layer| layer.keywords.keys().all(says_nothing))
    }

    /// Every layer's value of a keyword, with its place.
    pub(super) fn each(&self, key: &str) -> impl Iterator<Item = Found<'d>> {
        self.layers.iter().filter_map(move |layer| layer.found(key))
    }

    pub(super) fn first(&self, key: &str) -> Option<Found<'d>> {
        self.each(key).next()
    }

    /// The first that is text.
    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.each(key).find_map(|found| found.value.as_str())
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.each(key)
            .any(|found| *found.value == Value::Bool(true))
    }

    /// Where a keyword stands, or would.
    pub(super) fn place(&self, key: &str) -> String {
        self.first(key)
            .map_or_else(|| self.pointer.clone(), |found| found.pointer)
    }

    /// The types a value may be of, null left out; those that the other keywords imply when none
    /// is said. Nothing: any.
    pub(super) fn types(&self) -> Vec<&'d str> {
        let mut said: Option<Vec<&str>> = None;
        for found in self.each("type") {
            let here: Vec<&str> = match found.value {
                Value::String(one) => vec![one],
                Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
                _ => continue,
            };
            said = Some(match said {
                None => here,
                Some(before) => meet(&before, &here),
            });
        }
        let mut types = said.unwrap_or_else(|| self.implied_types());
        types.retain(|kind| *kind != "null");
        types
    }

    fn implied_types(&self) -> Vec<&'d str> {
        if let Some(values) = self.values() {
            let mut types: Vec<&str> = values.into_iter().map(type_of).collect();
            types.dedup();
            return types;
        }
        let has = |keys: &[&str]| keys.iter().any(|key| self.first(key).is_some());
        if has(&["properties", "additionalProperties", "required"]) {
            vec!["object"]
        } else if has(&["items", "prefixItems"]) {
            vec!["array"]
        } else {
            Vec::new()
        }
    }

    /// Whether the author allows null somewhere. Strictly every layer would have to; but beside a
    /// reference that is how it is written.
    pub(super) fn takes_null(&self) -> bool {
        let is_null = |value: &Value| value.as_str() == Some("null");
        let said = self.null_branch
            || self.flag("nullable")
            || self.each("type").any(|found| match found.value {
                Value::Array(several) => several.iter().any(is_null),
                one => is_null(one),
            });
        let lists = || {
            self.each("enum")
                .filter_map(|found| found.value.as_array())
                .all(|values| values.contains(&Value::Null))
        };
        said && (!self.lists_null || lists())
    }

    /// The listed values, null left out, when only those are valid.
    pub(super) fn values(&self) -> Option<Vec<&'d Value>> {
        let mut listed: Option<Vec<&Value>> = None;
        for layer in &self.layers {
            let here: Vec<&Value> = match (layer.keywords.get("const"), layer.keywords.get("enum"))
            {
                (Some(only), _) => vec![only],
                (None, Some(Value::Array(several))) => several.iter().collect(),
                _ => continue,
            };
            listed = Some(match listed {
                None => here,
                Some(mut before) => {
                    let here: HashSet<&Value> = here.into_iter().collect();
                    before.retain(|value| here.contains(value));
                    before
                }
            });
        }
        let mut listed = listed?;
        listed.retain(|value| !value.is_null());
        Some(listed)
    }
}

/// Whether a schema says nothing about values.
pub(super) fn takes_anything<'d>(schema: &Found<'d>, side: &Side<'d>) -> bool {
    View::of(std::slice::from_ref(schema), side, &schema.pointer).takes_anything()
}

/// The types both lists allow: a number that may be an integer is one.
fn meet<'d>(one: &[&'d str], other: &[&'d str]) -> Vec<&'d str> {
    let mut both: Vec<&str> = one
        .iter()
        .copied()
        .filter(|kind| takes(other, kind))
        .collect();
    both.extend(
        other
            .iter()
            .copied()
            .filter(|kind| !one.contains(kind) && takes(one, kind)),
    );
    both
}

/// Whether a list of types has this one, an integer being a number.
pub(super) fn takes(types: &[&str], kind: &str) -> bool {
    types.contains(&kind) || (kind == "integer" && types.contains(&"number"))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_null(branch: &Found<'_>) -> bool {
    let only = |key: &str| branch.value.get(key);
    match (only("type"), only("enum")) {
        (Some(Value::String(kind)), _) => kind == "null",
        (None, Some(Value::Array(values))) => *values == [Value::Null],
        _ => false,
    }
}
