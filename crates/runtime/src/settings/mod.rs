//! Settings of a role: an embedded, commented default file, then a file, then the environment.
//!
//! The default file is the list of all keys. A key without a default is written there as `#key = "…"`
//! (no space after the `#`). A table key `"*"` stands for any name. What the default file does not
//! list is refused, with the place where it was found and the nearest known name.
//!
//! A variable is `GATEHOUSE_<ROLE>__TABLE__KEY`; with `_FILE` behind it names a file whose contents
//! (without the last line end) are the value. `DATABASE_URL` fills a `database_url` key.

mod address;
mod deserialize;
mod environment;
mod error;
mod proxies;
mod schema;
mod units;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

pub use address::{BadPublicUrl, ListenAddr, PublicUrl};
pub use environment::Environment;
pub use error::SettingsError;
pub use proxies::TrustedProxies;
pub use units::{BadUnit, byte_size, duration, optional_duration, parse_byte_size, parse_duration};

use schema::{KeyPath, Schema};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The embedded default file.
    Default,
    /// A settings file: its path and the line, from 1.
    File { path: String, line: usize },
    /// An environment variable, by name.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "{path}:{line}"),
            Self::Variable(name) => formatter.write_str(name),
        }
    }
}

/// The settings of a role and where each value came from.
#[derive(Debug)]
pub struct Loaded<T> {
    pub settings: T,
    entries: Vec<Entry>,
}

/// One setting as it may be shown: secrets are already replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `listener.idle`, the path of the key in the file.
    pub key: String,
    /// The value in TOML notation; `[secret]` for secrets, `unset` for keys without a value.
    pub shown: String,
    /// `None` for unset keys.
    pub origin: Option<Origin>,
}

impl<T> Loaded<T> {
    /// Every setting, in the order of the keys.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Writes every value with its origin, one line each. Secrets are never written, whoever asks.
    pub fn print(&self, out: &mut impl io::Write) -> io::Result<()> {
        for Entry { key, shown, origin } in &self.entries {
            match origin {
                Some(origin) => writeln!(out, "{key} = {shown}  # {origin}")?,
                None => writeln!(out, "#{key} = {shown}")?,
            }
        }
        Ok(())
    }
}

/// Loads the settings of `role` (`"gateway"`, `"admin-api"`): defaults, then `file`, then `environment`.
///
/// `default_toml` is embedded and part of the program: that it parses into `T` belongs in a test of the
/// role. Errors name the place and what to do, and never repeat the value of a secret.
pub fn load<T: DeserializeOwned>(
    role: &str,
    default_toml: &'static str,
    file: Option<&Path>,
    environment: &Environment,
) -> Result<Loaded<T>, SettingsError> {
    let schema = Schema::of(default_toml)?;
    let mut merged = Merged::of_defaults(&schema);
    if let Some(path) = file {
        merged.add_file(&schema, path)?;
    }
    for found in environment.values_for(role, &schema)? {
        merged.set(&found.path, found.value, Origin::Variable(found.name));
    }
    merged.into_loaded(&schema)
}

/// The values so far and the origin of each.
struct Merged {
    values: Table,
    origins: BTreeMap<KeyPath, Origin>,
}

impl Merged {
    fn of_defaults(schema: &Schema) -> Self {
        let origins = schema
            .defaults()
            .map(|path| (path, Origin::Default))
            .collect();
        Self {
            values: schema.default_values(),
            origins,
        }
    }

    fn add_file(&mut self, schema: &Schema, path: &Path) -> Result<(), SettingsError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
            what: format!("settings file {shown}"),
            source,
        })?;
        for found in schema.check_file(&shown, &text)? {
            let origin = Origin::File {
                path: shown.clone(),
                line: found.line,
            };
            self.set(&found.path, found.value, origin);
        }
        Ok(())
    }

    fn set(&mut self, path: &KeyPath, value: Value, origin: Origin) {
        let Some((last, tables)) = path.segments().split_last() else {
            return;
        };
        let mut table = &mut self.values;
        for name in tables {
            let slot = table
                .entry(name.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            if !slot.is_table() {
                *slot = Value::Table(Table::new());
            }
            let Value::Table(inner) = slot else { return };
            table = inner;
        }
        table.insert(last.clone(), value);
        self.origins.insert(path.clone(), origin);
    }

    fn into_loaded<T: DeserializeOwned>(self, schema: &Schema) -> Result<Loaded<T>, SettingsError> {
        let secrets = deserialize::SecretPaths::default();
        let settings = deserialize::from_table(&self.values, &secrets).map_err(|problem| {
            let origin = self.origin_of(&problem.path);
            SettingsError::Invalid {
                key: problem.path,
                origin,
                reason: problem.message,
            }
        })?;
        Ok(Loaded {
            settings,
            entries: self.entries(schema, &secrets.into_paths()),
        })
    }

    /// The origin of a key, or of the list that holds it.
    fn origin_of(&self, path: &str) -> String {
        let found = self.origins.iter().find(|(key, _)| {
            let key = key.to_string();
            path == key
                || path
                    .strip_prefix(&key)
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
        });
        found.map_or_else(|| "not set".to_owned(), |(_, origin)| origin.to_string())
    }

    fn entries(&self, schema: &Schema, secrets: &BTreeSet<String>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self
            .origins
            .iter()
            .map(|(path, origin)| {
                let key = path.to_string();
                let hidden = secrets.contains(&key) || schema::names_a_secret(&key);
                let shown = match schema::value_at(&self.values, path) {
                    Some(_) if hidden => "[secret]".to_owned(),
                    Some(value) => value.to_string(),
                    None => "unset".to_owned(),
                };
                Entry {
                    key,
                    shown,
                    origin: Some(origin.clone()),
                }
            })
            .collect();
        let unset = schema
            .known()
            .filter(|path| !self.origins.contains_key(path) && !path.is_open());
        entries.extend(unset.map(|path| Entry {
            key: path.to_string(),
            shown: "unset".to_owned(),
            origin: None,
        }));
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        entries
    }
}

#[cfg(test)]
mod tests;
