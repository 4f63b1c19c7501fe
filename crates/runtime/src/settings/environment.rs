//! The environment, captured once, and what its variables say about a role.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use toml::Value;

use super::error::SettingsError;
use super::schema::{KeyPath, Schema, nearest};

/// A variable this much like one of ours is taken for a slip of the pen.
const SLIP: f64 = 0.9;

/// The variables of a process, captured; tests and child processes have their own.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl std::fmt::Debug for Environment {
    /// Names only: values hold passwords.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// A value from a variable.
pub(crate) struct FoundVariable {
    pub(crate) name: String,
    pub(crate) path: KeyPath,
    pub(crate) value: Value,
}

impl Environment {
    /// The environment of this process: the one place that reads it.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect()
    }

    /// A variable that is no setting of a role, such as `HOME`. `None` when unset or not text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str()
    }

    /// This environment with one variable set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Every variable, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &OsString)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The values this environment gives a role; refuses variables that only look like settings.
    pub(crate) fn values_for(
        &self,
        role: &str,
        schema: &Schema,
    ) -> Result<Vec<FoundVariable>, SettingsError> {
        let names = VariableNames {
            prefix: prefix_of(role),
            schema,
        };
        let mut found: BTreeMap<KeyPath, FoundVariable> = BTreeMap::new();
        for (name, value) in &self.0 {
            let Some(target) = names.target_of(name)? else {
                continue;
            };
            let text = target.text(name, value)?;
            let value = target.value(name, &text)?;
            let variable = FoundVariable {
                name: name.clone(),
                path: target.path,
                value,
            };
            let Some(earlier) = found.get(&variable.path) else {
                found.insert(variable.path.clone(), variable);
                continue;
            };
            // The usual name gives way to the exact one; otherwise nobody can tell which is meant.
            match (is_usual_name(&earlier.name), is_usual_name(&variable.name)) {
                (true, false) => drop(found.insert(variable.path.clone(), variable)),
                (false, true) => {}
                _ => {
                    let (one, other) = (earlier.name.clone(), variable.name);
                    return Err(SettingsError::Twice { one, other });
                }
            }
        }
        Ok(found.into_values().collect())
    }
}

impl<N: Into<String>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// What a variable sets.
struct Target<'a> {
    path: KeyPath,
    example: &'a Value,
    names_a_file: bool,
}

impl Target<'_> {
    fn text(&self, name: &str, value: &OsString) -> Result<String, SettingsError> {
        let refused = |reason: &str| SettingsError::Invalid {
            key: self.path.to_string(),
            origin: name.to_owned(),
            reason: reason.to_owned(),
        };
        if !self.names_a_file {
            return value
                .to_str()
                .map(str::to_owned)
                .ok_or_else(|| refused("is not UTF-8 text"));
        }
        let path = Path::new(value);
        let mut text =
            std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
                what: format!("{} named by {name}", path.display()),
                source,
            })?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Ok(text)
    }

    /// Reads the text as the kind of value the key holds. Never repeats the text: it may be a secret.
    fn value(&self, name: &str, text: &str) -> Result<Value, SettingsError> {
        let read = match self.example {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
            Value::Float(_) => text.trim().parse().ok().map(Value::Float),
            Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
            Value::Array(_) => list(text),
            Value::Datetime(_) => text.trim().parse().ok().map(Value::Datetime),
            Value::Table(_) => None,
        };
        read.ok_or_else(|| SettingsError::Invalid {
            key: self.path.to_string(),
            origin: name.to_owned(),
            reason: format!("expected {}", self.example.type_str()),
        })
    }
}

/// A TOML list, or words between commas.
fn list(text: &str) -> Option<Value> {
    if text.trim_start().starts_with('[') {
        let table: toml::Table = format!("list = {text}").parse().ok()?;
        return table.get("list").filter(|value| value.is_array()).cloned();
    }
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    Some(Value::Array(
        words.map(|word| Value::String(word.to_owned())).collect(),
    ))
}

struct VariableNames<'a> {
    prefix: String,
    schema: &'a Schema,
}

impl<'a> VariableNames<'a> {
    /// What a variable sets for this role; `None` when it is none of our business.
    fn target_of(&self, name: &str) -> Result<Option<Target<'a>>, SettingsError> {
        if let Some(target) = self.usual_name(name) {
            return Ok(Some(target));
        }
        if let Some(rest) = name.strip_prefix(&self.prefix) {
            let exact = self.target(rest, false);
            let target = exact.or_else(|| self.target(rest.strip_suffix("_FILE")?, true));
            return target.map(Some).ok_or_else(|| self.unknown(name));
        }
        if name.starts_with("GATEHOUSE_") && self.is_slip(name) {
            return Err(self.unknown(name));
        }
        Ok(None)
    }

    fn usual_name(&self, name: &str) -> Option<Target<'a>> {
        let names_a_file = match name {
            "DATABASE_URL" => false,
            "DATABASE_URL_FILE" => true,
            _ => return None,
        };
        let paths = [
            vec!["database_url".to_owned()],
            vec!["database".to_owned(), "url".to_owned()],
        ];
        paths.into_iter().map(KeyPath::new).find_map(|path| {
            Some(Target {
                example: self.schema.example(&path)?,
                path,
                names_a_file,
            })
        })
    }

    fn target(&self, rest: &str, names_a_file: bool) -> Option<Target<'a>> {
        let path = KeyPath::new(rest.split("__").map(str::to_ascii_lowercase).collect());
        let example = self.schema.example(&path)?;
        Some(Target {
            path,
            example,
            names_a_file,
        })
    }

    fn known_names(&self) -> impl Iterator<Item = String> {
        self.schema.known().map(|path| {
            let rest = path.segments().join("__").to_ascii_uppercase();
            format!("{}{rest}", self.prefix)
        })
    }

    /// Whether a variable outside our prefix was most likely meant for us. Others are left alone:
    /// other roles have theirs, and container platforms invent `GATEHOUSE_…_PORT` for a service.
    fn is_slip(&self, name: &str) -> bool {
        let flat = |name: &str| name.trim_end_matches("_FILE").replace("__", "_");
        self.known_names().any(|known| {
            flat(&known) == flat(name)
                || (self.role_is_misspelt(name)
                    && strsim::normalized_levenshtein(&known, name) > SLIP)
        })
    }

    fn role_is_misspelt(&self, name: &str) -> bool {
        let Some((role, _)) = name.split_once("__") else {
            return false;
        };
        let ours = self.prefix.trim_end_matches('_');
        role != ours && strsim::osa_distance(role, ours) <= 2
    }

    fn unknown(&self, name: &str) -> SettingsError {
        SettingsError::Unknown {
            place: "environment".to_owned(),
            name: name.to_owned(),
            nearest: nearest(name, self.known_names()),
        }
    }
}

fn is_usual_name(name: &str) -> bool {
    matches!(name, "DATABASE_URL" | "DATABASE_URL_FILE")
}

fn prefix_of(role: &str) -> String {
    format!(
        "GATEHOUSE_{}__",
        role.replace('-', "_").to_ascii_uppercase()
    )
}
