//! `gatehouse version`: the versions of an API.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::output;
use crate::remote::{Column, DryRun, Remote, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("VERSION", "/label"),
    column("STATE", "/state"),
    column("REVISION", "/current_revision/number"),
    column("OPERATIONS", "/current_revision/operations"),
    column("DEPRECATED", "/deprecated_at"),
    column("SUNSET", "/sunset_at"),
    column("SUCCESSOR", "/successor"),
];

const CALLERS: &[Column] = &[
    column("APPLICATION", "/application/slug"),
    column("TEAM", "/application/team/slug"),
    column("CALLS", "/calls"),
    column("LAST", "/last_hour"),
    column("OPERATIONS", "/operations"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Version {
    /// List the versions of an API.
    List {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// List the applications that called it in the last 30 days, the busiest first.
    Callers(Named),
    /// Write its description as it was published, to a file or to standard output.
    Spec {
        #[command(flatten)]
        named: Named,
        /// The file to write.
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// Open a draft to callers, or take a deprecation back.
    Publish(Step),
    /// Say that it will end: every answer carries the date from then on (RFC 9745, RFC 8594).
    Deprecate {
        #[command(flatten)]
        step: Step,
        /// When it ends: a date and time (RFC 3339).
        #[arg(long)]
        sunset_at: String,
        /// Label of the version to go to.
        #[arg(long)]
        successor: Option<String>,
        /// Slug of the guide that says how to move there.
        #[arg(long)]
        guide: Option<String>,
    },
    /// End it: calls are answered with 410.
    Retire {
        #[command(flatten)]
        step: Step,
        /// Why, where applications still have access to it.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the API.
    api: String,
    /// Label of the version.
    label: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Step {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    dry: DryRun,
}

pub(crate) async fn run(command: Version) -> anyhow::Result<ExitCode> {
    match command {
        Version::List { api, remote } => {
            let session = remote.open()?;
            let path = format!("/v1/apis/{}/versions", segment(&api));
            session.rows(&session.get(&path).await?, "/label", COLUMNS)?;
        }
        Version::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/label", COLUMNS)?;
        }
        Version::Callers(named) => {
            let session = named.remote.open()?;
            let path = format!("{}/callers", named.path());
            session.rows(&session.get(&path).await?, "/application/slug", CALLERS)?;
        }
        Version::Spec { named, file } => {
            let session = named.remote.open()?;
            let path = format!("{}/spec", named.path());
            let content = session.download(&path).await?;
            match file {
                Some(file) => std::fs::write(&file, content)
                    .with_context(|| format!("writing {}", file.display()))?,
                None => output::bytes(&content)?,
            }
        }
        Version::Publish(step) => step.take("publish", Value::Null).await?,
        Version::Deprecate {
            step,
            sunset_at,
            successor,
            guide,
        } => {
            let body = json!({ "sunset_at": sunset_at, "successor": successor, "guide": guide });
            step.take("deprecate", body).await?;
        }
        Version::Retire { step, reason, sure } => {
            let session = step.named.remote.open()?;
            if !step.dry.dry_run {
                let (api, label) = (&step.named.api, &step.named.label);
                let what = format!(
                    "Calls of {api} {label} will be answered with 410. It cannot be opened again."
                );
                session.confirm(sure, &what)?;
            }
            step.take("retire", json!({ "reason": reason })).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Named {
    fn path(&self) -> String {
        let (api, label) = (segment(&self.api), segment(&self.label));
        format!("/v1/apis/{api}/versions/{label}")
    }
}

impl Step {
    async fn take(&self, verb: &str, body: Value) -> anyhow::Result<()> {
        let session = self.named.remote.open()?;
        let path = format!("{}/{verb}", self.named.path());
        let changed = session.create(&path, self.dry, body).await?;
        session.show(&changed, "/label", COLUMNS)
    }
}
