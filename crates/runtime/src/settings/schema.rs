//! The known keys of a role, read from its default file.

use std::collections::BTreeMap;
use std::fmt;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::error::SettingsError;

/// Stands for any name in a default file.
const ANY: &str = "*";

/// Endings of keys that hold secrets even where the settings type forgets to say so.
const SECRET_ENDINGS: [&str; 5] = ["password", "secret", "token", "private_key", "database_url"];

/// The names on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyPath(Vec<String>);

impl KeyPath {
    pub(crate) fn new(segments: Vec<String>) -> Self {
        Self(segments)
    }

    pub(crate) fn segments(&self) -> &[String] {
        &self.0
    }

    /// Whether a name of this path is left to the operator.
    pub(crate) fn is_open(&self) -> bool {
        self.0.iter().any(|segment| segment == ANY)
    }

    fn child(&self, name: &str) -> Self {
        let mut segments = self.0.clone();
        segments.push(name.to_owned());
        Self(segments)
    }

    fn matches(&self, found: &Self) -> bool {
        self.0.len() == found.0.len()
            && self
                .0
                .iter()
                .zip(&found.0)
                .all(|(known, name)| known == ANY || known == name)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("."))
    }
}

/// A value found in a file.
pub(crate) struct Found {
    pub(crate) path: KeyPath,
    pub(crate) value: Value,
    pub(crate) line: usize,
}

/// Known keys, each with an example of its kind, and the defaults.
pub(crate) struct Schema {
    examples: BTreeMap<KeyPath, Value>,
    defaults: Table,
}

impl Schema {
    pub(crate) fn of(default_toml: &str) -> Result<Self, SettingsError> {
        let place = "embedded default settings";
        let parse = |text: &str| {
            text.parse::<Table>()
                .map_err(|error| syntax(place, text, &error))
        };
        let all = parse(&with_unset_keys(default_toml))?;
        let mut examples = BTreeMap::new();
        flatten(&all, &KeyPath(Vec::new()), &mut examples);
        let mut defaults = parse(default_toml)?;
        remove_open_tables(&mut defaults);
        Ok(Self { examples, defaults })
    }

    pub(crate) fn default_values(&self) -> Table {
        self.defaults.clone()
    }

    /// The keys that have a default.
    pub(crate) fn defaults(&self) -> impl Iterator<Item = KeyPath> {
        let mut flat = BTreeMap::new();
        flatten(&self.defaults, &KeyPath(Vec::new()), &mut flat);
        flat.into_keys()
    }

    /// All keys, also those without a default and those with an open name.
    pub(crate) fn known(&self) -> impl Iterator<Item = &KeyPath> {
        self.examples.keys()
    }

    /// An example of the kind of value a key holds; `None` when there is no such key.
    pub(crate) fn example(&self, path: &KeyPath) -> Option<&Value> {
        self.examples
            .iter()
            .find(|(known, _)| known.matches(path))
            .map(|(_, example)| example)
    }

    /// Reads a settings file: every value with its line, or why it is refused.
    pub(crate) fn check_file(&self, shown: &str, text: &str) -> Result<Vec<Found>, SettingsError> {
        let document = DeTable::parse(text).map_err(|error| syntax(shown, text, &error))?;
        let whole: Table = text.parse().map_err(|error| syntax(shown, text, &error))?;
        let mut found = Vec::new();
        let mut walk = FileWalk {
            schema: self,
            shown,
            text,
            whole: &whole,
            found: &mut found,
        };
        walk.table(document.get_ref(), &KeyPath(Vec::new()))?;
        Ok(found)
    }

    fn is_table(&self, path: &KeyPath) -> bool {
        self.examples.keys().any(|known| {
            known.0.len() > path.0.len() && KeyPath(known.0[..path.0.len()].to_vec()).matches(path)
        })
    }

    /// The known key most like `path`, or the known table when a table was found there.
    fn nearest(&self, path: &KeyPath, is_table: bool) -> Option<String> {
        let depth_of = |known: &KeyPath| {
            if is_table {
                known.0.len() - 1
            } else {
                known.0.len()
            }
        };
        let known = self
            .examples
            .keys()
            .map(|known| known.0[..depth_of(known)].join("."));
        nearest(&path.to_string(), known.filter(|name| !name.is_empty()))
    }
}

/// Walks a parsed file beside its plain values: the first knows the lines, the second the types.
struct FileWalk<'a> {
    schema: &'a Schema,
    shown: &'a str,
    text: &'a str,
    whole: &'a Table,
    found: &'a mut Vec<Found>,
}

impl FileWalk<'_> {
    fn table(&mut self, table: &DeTable<'_>, at: &KeyPath) -> Result<(), SettingsError> {
        for (key, value) in table {
            let path = at.child(key.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) if self.schema.is_table(&path) => self.table(inner, &path)?,
                found => self.leaf(key, path, found.is_table())?,
            }
        }
        Ok(())
    }

    fn leaf(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        path: KeyPath,
        is_table: bool,
    ) -> Result<(), SettingsError> {
        let line = line_of(self.text, key.span().start);
        if self.schema.example(&path).is_none() {
            let place = format!("{}:{line}", self.shown);
            let nearest = self.schema.nearest(&path, is_table);
            return Err(SettingsError::Unknown {
                place,
                name: path.to_string(),
                nearest,
            });
        }
        if let Some(value) = value_at(self.whole, &path) {
            self.found.push(Found {
                value: value.clone(),
                path,
                line,
            });
        }
        Ok(())
    }
}

/// The value at a path of names.
pub(crate) fn value_at<'a>(table: &'a Table, path: &KeyPath) -> Option<&'a Value> {
    let (last, tables) = path.0.split_last()?;
    let mut table = table;
    for name in tables {
        table = table.get(name)?.as_table()?;
    }
    table.get(last)
}

/// Whether a key is shown as a secret because of its name alone.
pub(crate) fn names_a_secret(key: &str) -> bool {
    SECRET_ENDINGS.iter().any(|ending| key.ends_with(ending))
}

/// The known name most like `wanted`, when one is like it at all.
pub(crate) fn nearest(wanted: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|name| (strsim::jaro_winkler(wanted, &name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// The default file with its unset keys (`#key = …`) switched on, to learn their names and kinds.
fn with_unset_keys(default_toml: &str) -> String {
    let is_unset_key = |line: &str| {
        let key = line
            .strip_prefix('#')
            .and_then(|rest| rest.split_once('='))
            .map(|(key, _)| key);
        key.is_some_and(|key| {
            let key = key.trim_end();
            !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
    };
    let lines = default_toml
        .lines()
        .map(|line| if is_unset_key(line) { &line[1..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn flatten(table: &Table, at: &KeyPath, into: &mut BTreeMap<KeyPath, Value>) {
    for (name, value) in table {
        let path = at.child(name);
        match value {
            Value::Table(inner) => flatten(inner, &path, into),
            leaf => {
                into.insert(path, leaf.clone());
            }
        }
    }
}

fn remove_open_tables(table: &mut Table) {
    table.remove(ANY);
    for (_, value) in table.iter_mut() {
        if let Value::Table(inner) = value {
            remove_open_tables(inner);
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

fn syntax(shown: &str, text: &str, error: &toml::de::Error) -> SettingsError {
    let place = match error.span() {
        Some(span) => format!("{shown}:{}", line_of(text, span.start)),
        None => shown.to_owned(),
    };
    SettingsError::Syntax {
        place,
        reason: error.message().to_owned(),
    }
}
