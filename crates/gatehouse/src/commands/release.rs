//! `gatehouse release`: numbered configurations, and the way back to one.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use gatehouse_runtime::settings::parse_duration;
use serde_json::{Value, json};

use crate::output::exit;
use crate::remote::{self, Column, DryRun, Format, Notice, Remote, Rows, Session, Sure, column};

const COLUMNS: &[Column] = &[
    column("RELEASE", "/number"),
    column("KIND", "/kind"),
    column("THINGS", "/things"),
    column("BY", "/actor_name"),
    column("COMMIT", "/source/commit"),
    column("CHANGES", "/changes"),
    column("CREATED", "/created_at"),
    column("GATEWAYS", "/gateways"),
];

const CHANGES: &[Column] = &[
    column("ACTION", "/action"),
    column("RESOURCE", "/resource"),
    column("FIELD", "/field"),
    column("BEFORE", "/before"),
    column("AFTER", "/after"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Release {
    /// List releases, newest first.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one, and the gateways that run it.
    Show(Numbered),
    /// Show what one changed.
    Diff {
        #[command(flatten)]
        numbered: Numbered,
        /// Against this release; without it the one right before.
        #[arg(long)]
        against: Option<u64>,
    },
    /// Go back to the configuration of one. Requests, approvals, holds and keys stay as they are.
    Rollback {
        #[command(flatten)]
        numbered: Numbered,
        /// Wait this long for the gateways to have it: 0 does not wait.
        #[arg(long, default_value = "30s")]
        wait: String,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct How {
    /// Take away limits of plans and choices of products whose operation is gone then.
    #[arg(long)]
    drop_orphans: bool,
    #[command(flatten)]
    notice: Notice,
}

impl How {
    fn body(&self) -> Value {
        let mut body = json!({ "drop_orphans": self.drop_orphans });
        self.notice.add_to(&mut body);
        body
    }
}

#[derive(Debug, Args)]
pub(crate) struct Numbered {
    /// Its number.
    number: u64,
    #[command(flatten)]
    remote: Remote,
}

impl Numbered {
    fn path(&self) -> String {
        format!("/v1/releases/{}", self.number)
    }
}

pub(crate) async fn run(command: Release) -> anyhow::Result<ExitCode> {
    match command {
        Release::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/releases", &[], &rows, "/number", COLUMNS)
                .await?;
        }
        Release::Show(numbered) => {
            let session = numbered.remote.open()?;
            let found = session.get(&numbered.path()).await?;
            session.show(&found, "/number", COLUMNS)?;
        }
        Release::Diff { numbered, against } => {
            let session = numbered.remote.open()?;
            let query = against.map(|number| format!("?against={number}"));
            let path = format!("{}/diff{}", numbered.path(), query.unwrap_or_default());
            show(&session, &session.get(&path).await?)?;
        }
        Release::Rollback {
            numbered,
            wait,
            how,
            dry,
            sure,
        } => return roll_back(&numbered, &wait, &how, dry, sure).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn roll_back(
    numbered: &Numbered,
    wait: &str,
    how: &How,
    dry: DryRun,
    sure: Sure,
) -> anyhow::Result<ExitCode> {
    let wait = parse_duration(wait).context("--wait")?;
    let session = numbered.remote.open()?;
    let path = format!("{}/rollback", numbered.path());
    let trial = DryRun { dry_run: true };
    let mut body = how.body();
    let told = session.create(&path, trial, body.clone()).await?;
    if dry.dry_run {
        show(&session, &told)?;
        tell(&session, &told);
        return Ok(ExitCode::SUCCESS);
    }
    tell(&session, &told);
    let count = told["changes"].as_array().map_or(0, Vec::len);
    let what = format!("{count} things go back to release {}.", numbered.number);
    session.confirm(sure, &what)?;
    // What was told is what is done, or nothing.
    body["newest"] = told["newest"].clone();
    let done = session.create(&path, dry, body).await?;
    show(&session, &done)?;
    let in_force = session.in_force(&done, wait).await?;
    Ok(ExitCode::from(if in_force {
        exit::DONE
    } else {
        exit::FAILED
    }))
}

/// What stays, and what goes back later.
fn tell(session: &Session, answer: &Value) {
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let word = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    for kept in list("kept") {
        let (resource, reason) = (word(&kept, "resource"), word(&kept, "reason"));
        session.talk(format!("{resource} stays: {reason}"));
    }
    for orphan in list("orphans") {
        session.talk(format!("orphaned: {}", remote::orphan(&orphan)));
    }
    for plan in list("announced") {
        session.talk(format!(
            "{} goes back to lower limits or shorter spans on {}: {} subscriptions are given notice.",
            word(&plan, "resource"),
            word(&plan, "effective_at"),
            plan["subscriptions"],
        ));
    }
}

/// For people a line for each field; for programs the answer as it is.
fn show(session: &Session, answer: &Value) -> anyhow::Result<()> {
    if session.format() != Format::Table {
        return session.show(answer, "/number", CHANGES);
    }
    let mut rows = Vec::new();
    for change in answer["changes"].as_array().into_iter().flatten() {
        let fields = change["fields"].as_array().cloned().unwrap_or_default();
        if fields.is_empty() {
            rows.push(change.clone());
        }
        for field in fields {
            let mut row = change.clone();
            row["field"] = field["pointer"].clone();
            row["before"] = field["before"].clone();
            row["after"] = field["after"].clone();
            rows.push(row);
        }
    }
    session.rows(&json!({ "data": rows }), "/resource", CHANGES)
}
