//! `gatehouse subscription decide`: many decisions from a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::output::exit;
use crate::remote::{Column, DryRun, Remote, column};

const COLUMNS: &[Column] = &[
    column("SUBSCRIPTION", "/subscription"),
    column("STATUS", "/status"),
    column("STATE", "/result/shown"),
    column("PROBLEM", "/problem/detail"),
];

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// A file with a list of decisions, as JSON: [{"subscription": "sub_…", "verdict": "approve"},
    /// {"subscription": "sub_…", "verdict": "reject", "reason": "…"}]. A dash reads standard input.
    file: PathBuf,
    /// Carry out all of them, or none when one is refused.
    #[arg(long)]
    atomic: bool,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

impl Decide {
    /// Sends them. Exit code 1 when one was refused; the others' outcomes are shown all the same.
    pub(super) async fn send(self) -> anyhow::Result<ExitCode> {
        let session = self.remote.open()?;
        let text = if self.file.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin()).context("reading standard input")?
        } else {
            std::fs::read_to_string(&self.file)
                .with_context(|| format!("reading {}", self.file.display()))?
        };
        let decisions: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a list of decisions", self.file.display()))?;
        let body = json!({ "decisions": decisions, "atomic": self.atomic });
        let answer = session
            .create("/v1/subscriptions/decisions", self.dry, body)
            .await?;
        session.rows(&answer, "/subscription", COLUMNS)?;
        let refused = answer["data"].as_array().into_iter().flatten();
        let refused = refused.filter(|one| one["status"] != 200).count();
        if refused == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        session.talk(format!("{refused} were not carried out."));
        Ok(ExitCode::from(exit::FAILED))
    }
}
