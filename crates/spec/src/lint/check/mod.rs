//! The checks, by what they look at.

mod operations;
mod paths;
mod responses;
mod root;
mod schemas;
mod style;

use std::collections::{BTreeMap, HashMap, HashSet};

use gatehouse_domain::OperationKey;
use serde_json::{Map, Value};

use super::walk::walk;
use super::{LISTED_MAX, Level, Levels, Rule};
use crate::description::{Description, Operation};
use crate::diff::quoted;
use crate::grammar::Kind;
use crate::pointer::{self, At};
use crate::references::follow;

use self::style::Styles;

/// What one rule found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) count: usize,
    /// Pointers into the document of OpenAPI 3.1, and sentences.
    pub(super) listed: Vec<(String, String)>,
}

/// A look at one description.
pub(super) struct Checks<'d> {
    description: &'d Description,
    document: &'d Value,
    levels: &'d Levels,
    /// In the order of the rules.
    pub(super) found: BTreeMap<Rule, Found>,
    /// Local references that something makes.
    references: HashSet<&'d str>,
    /// The first operation that has an id.
    ids: HashMap<&'d str, &'d OperationKey>,
    /// Tags that the root declares.
    tags: HashSet<&'d str>,
    properties: Styles<'d>,
    query: Styles<'d>,
}

/// An operation where it stands.
struct Placed<'d> {
    named: &'d Operation,
    item: &'d Map<String, Value>,
    operation: &'d Map<String, Value>,
    pointer: String,
}

impl<'d> Checks<'d> {
    pub(super) fn new(description: &'d Description, levels: &'d Levels) -> Self {
        let mut ids = HashMap::new();
        for operation in description.operations() {
            if let Some(id) = operation.operation_id.as_deref() {
                ids.entry(id).or_insert(&operation.key);
            }
        }
        let tags = description.document().get("tags").and_then(Value::as_array);
        let tags = tags.into_iter().flatten();
        Self {
            ids,
            tags: tags.filter_map(|tag| tag.get("name")?.as_str()).collect(),
            description,
            document: description.document(),
            levels,
            found: BTreeMap::new(),
            references: HashSet::new(),
            properties: Styles::default(),
            query: Styles::default(),
        }
    }

    pub(super) fn run(&mut self) {
        self.root();
        self.paths();
        for placed in self.operations() {
            self.operation(&placed);
        }
        let document = self.document;
        walk(document, Kind::Root, &At::ROOT, &mut |object, kind, at| {
            if let Some(Value::String(reference)) = object.get("$ref") {
                self.references.insert(reference);
            }
            match kind {
                Kind::Schema => self.schema(object, at),
                Kind::Parameter => self.parameter(object, at),
                Kind::Response => self.response(object, at),
                Kind::MediaType => self.media_type(object, at),
                Kind::SecurityScheme => self.scheme(object, at),
                _ => {}
            }
        });
        self.named_schemas();
        self.styles();
    }

    /// Paths first, webhooks last.
    fn operations(&self) -> Vec<Placed<'d>> {
        let document = self.document;
        let place = |named: &'d Operation| {
            let section = if named.webhook { "webhooks" } else { "paths" };
            let item = document.get(section)?.get(&named.path_template)?;
            let at = pointer::join(&format!("/{section}"), &named.path_template);
            let item = follow(document, item)?.as_object()?;
            let operation = item.get(named.method.key())?.as_object()?;
            Some(Placed {
                named,
                item,
                operation,
                pointer: pointer::join(&at, named.method.key()),
            })
        };
        self.description
            .operations()
            .iter()
            .filter_map(place)
            .collect()
    }

    fn is_on(&self, rule: Rule) -> bool {
        self.levels.of(rule) != Level::Off
    }

    /// Notes a finding, unless the rule is off.
    fn say(&mut self, rule: Rule, pointer: impl Into<String>, message: impl Into<String>) {
        if !self.is_on(rule) {
            return;
        }
        let found = self.found.entry(rule).or_default();
        found.count += 1;
        if found.listed.len() < LISTED_MAX {
            found.listed.push((pointer.into(), message.into()));
        }
    }
}

/// A text that is there and says something.
fn says(object: &Map<String, Value>, key: &str) -> bool {
    object
        .get(key)
        .and_then(Value::as_str)
        .is_some_and(|text| !text.trim().is_empty())
}

/// The name of an operation in a sentence.
fn name(operation: &Operation) -> String {
    quoted(&format!(
        "{} {}",
        operation.method.as_str(),
        operation.path_template
    ))
}
