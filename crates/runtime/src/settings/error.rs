//! What can be wrong with settings, said so that the reader can put it right.

use std::io;

/// Why the settings were refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A settings file, or a file named by a `_FILE` variable, cannot be read.
    #[error("cannot read {what}: {source}")]
    Unreadable { what: String, source: io::Error },

    /// Not TOML.
    #[error("{place}: {reason}")]
    Syntax { place: String, reason: String },

    /// A key or variable nobody reads. `place` is `file:line` or `environment`.
    #[error("{place}: unknown setting {name}{}", nearest_hint(.nearest))]
    Unknown {
        place: String,
        name: String,
        nearest: Option<String>,
    },

    /// A value of the wrong kind or out of range.
    #[error("{} ({origin}): {reason}", key_or_top(.key))]
    Invalid {
        key: String,
        origin: String,
        reason: String,
    },

    /// One key given twice in the environment.
    #[error("environment: {one} and {other} both set the same value; keep one")]
    Twice { one: String, other: String },
}

fn nearest_hint(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

fn key_or_top(key: &str) -> &str {
    if key.is_empty() { "settings" } else { key }
}
