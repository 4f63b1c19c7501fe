//! Logs: one JSON object per line, or text for people at a terminal.

use std::io::{self, IsTerminal};

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use super::json_line::JsonLine;
use crate::clock::Clock;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    Json,
    Text,
}

/// The `[log]` table of every role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// `info`, or a list by module: `info,gatehouse_gateway=debug`.
    pub level: String,
    /// `auto`, `json` or `text`.
    #[serde(default)]
    pub format: LogFormat,
}

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    #[error("log.level: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    #[error("logging has already started: {0}")]
    AlreadyStarted(#[from] TryInitError),
}

/// Starts logging to standard error, which leaves standard output to data. Every JSON line names the role.
pub fn init_logs(
    settings: &LogSettings,
    role: &'static str,
    clock: &Clock,
) -> Result<(), LogsError> {
    let filter = EnvFilter::try_new(&settings.level)?;
    let registry = tracing_subscriber::registry().with(filter);
    let as_text = match settings.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Text => true,
    };
    if as_text {
        let ansi = io::stderr().is_terminal();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(ansi);
        registry.with(layer).try_init()?;
    } else {
        let layer = tracing_subscriber::fmt::layer()
            .fmt_fields(JsonFields::new())
            .event_format(JsonLine::new(role, clock.clone()))
            .with_writer(io::stderr);
        registry.with(layer).try_init()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused() {
        let settings = LogSettings {
            level: "info,=x=".to_owned(),
            format: LogFormat::Json,
        };
        let refused = init_logs(&settings, "gateway", &Clock::system()).expect_err("bad level");
        assert!(refused.to_string().starts_with("log.level: "), "{refused}");
    }
}
