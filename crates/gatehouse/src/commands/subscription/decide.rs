//! `gatehouse subscription decide`: many decisions from a file.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::commands::job;
use crate::input;
use crate::output::exit;
use crate::remote::{Column, DryRun, Remote, Session, column, segment};

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
    /// Have a job make them, each by itself, and wait for its end.
    #[arg(long, conflicts_with_all = ["atomic", "dry_run"])]
    as_job: bool,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

impl Decide {
    /// Sends them. Exit code 1 when one was refused; the others' outcomes are shown all the same.
    pub(super) async fn send(self) -> anyhow::Result<ExitCode> {
        let session = self.remote.open()?;
        let text = input::text_or_standard_input(&self.file)?;
        let decisions: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a list of decisions", self.file.display()))?;
        if self.as_job {
            return by_job(&session, decisions).await;
        }
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

/// Longest wait for a job that decides.
const JOB_MAX: Duration = Duration::from_secs(60 * 60);

/// What a job wrote of each decision.
const JOB_COLUMNS: &[Column] = &[
    column("SUBSCRIPTION", "/subscription"),
    column("DECIDED", "/decided"),
    column("STATE", "/state"),
    column("PROBLEM", "/error"),
];

/// Has a job make them, and shows what became of each.
async fn by_job(session: &Session, decisions: Value) -> anyhow::Result<ExitCode> {
    let body = json!({ "decisions": decisions });
    let begun = session
        .create_as_job("/v1/subscriptions/decisions", body)
        .await?;
    let id = begun["id"].as_str().unwrap_or_default();
    session.talk(format!("Job {id}."));
    let ended = job::until_over(session, id, JOB_MAX).await?;
    if ended["state"] != "done" {
        let state = ended["state"].as_str().unwrap_or_default();
        session.talk(format!(
            "The job is {state}; `gatehouse job get {id}` says more."
        ));
        return Ok(ExitCode::from(exit::FAILED));
    }
    let lines = session
        .download(&format!("/v1/jobs/{}/output", segment(id)))
        .await?;
    let lines = std::str::from_utf8(&lines)?.lines();
    let lines = lines
        .map(serde_json::from_str)
        .collect::<Result<Vec<Value>, _>>()?;
    session.rows(&json!({ "data": lines }), "/subscription", JOB_COLUMNS)?;
    let refused = lines.iter().filter(|line| line["decided"] != true).count();
    if refused == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    session.talk(format!("{refused} were not carried out."));
    Ok(ExitCode::from(exit::FAILED))
}
