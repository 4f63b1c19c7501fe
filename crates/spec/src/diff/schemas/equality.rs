//! Whether two schemas say the same, references followed and words for people left out.

use std::collections::HashSet;

use serde_json::Value;

use crate::diff::side::{Found, Side};
use crate::grammar::{Child, Kind, child};

/// More than any schema that is written by hand; beyond it two schemas count as different.
const STEPS_MAX: usize = 20_000;

/// Keywords that no value can break.
const ANNOTATIONS: [&str; 10] = [
    "$comment",
    "$defs",
    "default",
    "definitions",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "title",
];

/// Lists whose order means nothing.
const SETS: [&str; 3] = ["enum", "required", "type"];

pub(super) fn is_annotation(key: &str) -> bool {
    ANNOTATIONS.contains(&key) || key.starts_with("x-")
}

/// Whether no value could tell the two apart, and how many schemas were looked at to know.
pub(super) fn same<'d>(
    before: &'d Value,
    after: &'d Value,
    sides: (Side<'d>, Side<'d>),
) -> (bool, usize) {
    let mut walk = Walk {
        sides,
        assumed: HashSet::new(),
        steps: 0,
    };
    (walk.schemas(before, after), walk.steps)
}

struct Walk<'d> {
    sides: (Side<'d>, Side<'d>),
    /// Pairs on the way here: a schema that contains itself is the same as long as nothing else
    /// says otherwise.
    assumed: HashSet<(*const Value, *const Value)>,
    steps: usize,
}

impl<'d> Walk<'d> {
    fn schemas(&mut self, before: &'d Value, after: &'d Value) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        let (before, after) = (bare(&self.sides.0, before), bare(&self.sides.1, after));
        if !self.assumed.insert((before, after)) {
            return true;
        }
        let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
            return before == after;
        };
        let says = |key: &&String| !is_annotation(key);
        if old.keys().filter(says).count() != new.keys().filter(says).count() {
            return false;
        }
        old.iter().filter(|(key, _)| says(key)).all(|(key, value)| {
            let other = new.get(key);
            other.is_some_and(|other| self.members(key, value, other))
        })
    }

    fn members(&mut self, key: &str, before: &'d Value, after: &'d Value) -> bool {
        match child(Kind::Schema, key) {
            Child::One(_) => self.schemas(before, after),
            Child::Each(_) => self.each(before, after),
            Child::Opaque if key == "$ref" => self.targets(before, after),
            Child::Opaque if SETS.contains(&key) => same_set(before, after),
            Child::Opaque => before == after,
        }
    }

    fn each(&mut self, before: &'d Value, after: &'d Value) -> bool {
        match (before, after) {
            (Value::Object(old), Value::Object(new)) => {
                old.len() == new.len()
                    && old.iter().all(|(key, value)| {
                        let other = new.get(key);
                        other.is_some_and(|other| self.schemas(value, other))
                    })
            }
            (Value::Array(old), Value::Array(new)) => {
                old.len() == new.len()
                    && old
                        .iter()
                        .zip(new)
                        .all(|(value, other)| self.schemas(value, other))
            }
            _ => before == after,
        }
    }

    /// References with something beside them.
    fn targets(&mut self, before: &'d Value, after: &'d Value) -> bool {
        let target = |side: &Side<'d>, reference: &Value| {
            let found = side.resolve(reference.as_str()?)?;
            Some(found.value)
        };
        match (target(&self.sides.0, before), target(&self.sides.1, after)) {
            (Some(before), Some(after)) => self.schemas(before, after),
            _ => false,
        }
    }
}

fn bare<'d>(side: &Side<'d>, value: &'d Value) -> &'d Value {
    let found = Found {
        value,
        pointer: String::new(),
    };
    side.schema(found).value
}

fn same_set(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Array(old), Value::Array(new)) => {
            let new: HashSet<&Value> = new.iter().collect();
            let old: HashSet<&Value> = old.iter().collect();
            old == new
        }
        _ => before == after,
    }
}
