//! One of the two descriptions: how a walk moves through it and remembers where it is.

use serde_json::{Map, Value};

use crate::description::{Description, Format, Operation};
use crate::pointer;
use crate::references::HOPS_MAX;

/// A value and the pointer to it in the document of OpenAPI 3.1.
#[derive(Clone)]
pub(super) struct Found<'d> {
    pub(super) value: &'d Value,
    pub(super) pointer: String,
}

impl<'d> Found<'d> {
    /// What stands under a key; nothing when it is missing or null.
    pub(super) fn get(&self, key: &str) -> Option<Found<'d>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Found {
            value,
            pointer: self.place(key),
        })
    }

    /// The pointer to what stands under a key, or would.
    pub(super) fn place(&self, key: &str) -> String {
        pointer::join(&self.pointer, key)
    }

    pub(super) fn object(&self) -> Option<&'d Map<String, Value>> {
        self.value.as_object()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key).and_then(Value::as_str)
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> impl Iterator<Item = Found<'d>> + use<'d> {
        let here = self.pointer.clone();
        let elements = self.value.as_array().map_or(&[][..], Vec::as_slice);
        elements
            .iter()
            .enumerate()
            .map(move |(index, value)| Found {
                value,
                pointer: pointer::join(&here, &index.to_string()),
            })
    }

    /// The members of a map whose keys are names of the author's: `x-…` is a name like others.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'d str, Found<'d>)> + use<'d> {
        let here = self.pointer.clone();
        let members = self.value.as_object().into_iter().flatten();
        members.map(move |(key, value)| {
            let pointer = pointer::join(&here, key);
            (key.as_str(), Found { value, pointer })
        })
    }

    /// The members of an object of the specification, extensions left out.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'d str, Found<'d>)> + use<'d> {
        self.entries().filter(|(key, _)| !key.starts_with("x-"))
    }

    /// Those of the object under a key.
    pub(super) fn members_of(&self, key: &str) -> Vec<(&'d str, Found<'d>)> {
        self.get(key)
            .map_or_else(Vec::new, |found| found.members().collect())
    }

    /// Those of the map under a key.
    pub(super) fn entries_of(&self, key: &str) -> Vec<(&'d str, Found<'d>)> {
        self.get(key)
            .map_or_else(Vec::new, |found| found.entries().collect())
    }
}

/// The same thing in both descriptions.
#[derive(Clone)]
pub(super) struct Both<'d> {
    pub(super) before: Found<'d>,
    pub(super) after: Found<'d>,
}

impl<'d> Both<'d> {
    pub(super) fn places(&self) -> (String, String) {
        (self.before.pointer.clone(), self.after.pointer.clone())
    }

    /// Where a key stands, or would.
    pub(super) fn places_of(&self, key: &str) -> (String, String) {
        (self.before.place(key), self.after.place(key))
    }

    pub(super) fn get(&self, key: &str) -> (Option<Found<'d>>, Option<Found<'d>>) {
        (self.before.get(key), self.after.get(key))
    }

    pub(super) fn text(&self, key: &str) -> (Option<&'d str>, Option<&'d str>) {
        (self.before.text(key), self.after.text(key))
    }

    pub(super) fn flags(&self, key: &str) -> (bool, bool) {
        (self.before.flag(key), self.after.flag(key))
    }

    /// Whether what stands under a key differs as JSON.
    pub(super) fn differs(&self, key: &str) -> bool {
        self.before.value.get(key) != self.after.value.get(key)
    }
}

/// One of the two descriptions.
#[derive(Clone, Copy)]
pub(super) struct Side<'d> {
    pub(super) description: &'d Description,
    document: &'d Value,
}

/// An operation where it stands.
#[derive(Clone)]
pub(super) struct Placed<'d> {
    pub(super) named: &'d Operation,
    /// The path item around it.
    pub(super) item: Found<'d>,
    pub(super) operation: Found<'d>,
}

impl<'d> Side<'d> {
    pub(super) fn of(description: &'d Description) -> Self {
        Self {
            description,
            document: description.document(),
        }
    }

    pub(super) fn root(&self) -> Found<'d> {
        Found {
            value: self.document,
            pointer: String::new(),
        }
    }

    /// Whether null must be listed where values are: in 3.0 that was never clear, and tools differ.
    pub(super) fn lists_null(&self) -> bool {
        self.description.format() == Format::OpenApi31
    }

    /// Every operation, webhooks included, in the order of the description.
    pub(super) fn operations(&self) -> Vec<Placed<'d>> {
        let (root, side) = (self.root(), *self);
        let place = |named: &'d Operation| {
            let section = if named.webhook { "webhooks" } else { "paths" };
            let item = root.get(section)?.get(&named.path_template)?;
            let item = side.follow(item).ok()?;
            let operation = item.get(named.method.key())?;
            Some(Placed {
                named,
                item,
                operation,
            })
        };
        let named = self.description.operations().iter();
        named.filter_map(place).collect()
    }

    /// What a local reference names.
    pub(super) fn resolve(&self, reference: &str) -> Option<Found<'d>> {
        let value = pointer::resolve(self.document, reference)?;
        let pointer = pointer::of_local_reference(reference)?.into_owned();
        Some(Found { value, pointer })
    }

    /// The value behind a chain of references; itself when it is none. The reference that leads
    /// nowhere when the chain breaks or does not end.
    pub(super) fn follow(&self, found: Found<'d>) -> Result<Found<'d>, Found<'d>> {
        let mut found = found;
        for _ in 0..HOPS_MAX {
            match found.text("$ref") {
                None => return Ok(found),
                Some(reference) => match self.resolve(reference) {
                    Some(next) => found = next,
                    None => return Err(found),
                },
            }
        }
        Err(found)
    }

    /// The schema behind references that say nothing of their own, so that all who use a shared
    /// schema mean the same object. The last one met when they lead nowhere.
    pub(super) fn schema(&self, found: Found<'d>) -> Found<'d> {
        let mut found = found;
        for _ in 0..HOPS_MAX {
            let is_bare = found.object().is_some_and(|keywords| {
                let mut keys = keywords.keys();
                keys.all(|key| matches!(&**key, "$ref" | "summary" | "description"))
            });
            let next = found.text("$ref").filter(|_| is_bare);
            match next.and_then(|reference| self.resolve(reference)) {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }
}
