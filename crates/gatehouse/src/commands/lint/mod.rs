//! `gatehouse lint`: what the tenant's rules ask of descriptions.

use std::process::ExitCode;

use clap::Subcommand;
use gatehouse_spec::lint::Level;
use serde_json::json;

use crate::remote::{Column, Remote, column, segment};

const COLUMNS: &[Column] = &[
    column("RULE", "/id"),
    column("LEVEL", "/level"),
    column("ASKS", "/summary"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Lint {
    /// List every rule with its level in this tenant. What `-o json` writes can be given to `spec lint --rules`.
    Rules(Remote),
    /// Set the level of a rule.
    Set {
        /// Id of the rule, such as path-casing.
        rule: String,
        /// `off`, `warn`, or `block`, which refuses descriptions.
        #[arg(value_parser = level)]
        level: Level,
        #[command(flatten)]
        remote: Remote,
    },
}

fn level(text: &str) -> Result<Level, String> {
    Level::parse(text).ok_or_else(|| "use off, warn or block".to_owned())
}

pub(crate) async fn run(command: Lint) -> anyhow::Result<ExitCode> {
    match command {
        Lint::Rules(remote) => {
            let session = remote.open()?;
            session.rows(&session.get("/v1/lint-rules").await?, "/id", COLUMNS)?;
        }
        Lint::Set {
            rule,
            level,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("/v1/lint-rules/{}", segment(&rule));
            let changed = session.set(&path, json!({ "level": level })).await?;
            session.show(&changed, "/id", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
