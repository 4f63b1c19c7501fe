//! `gatehouse backend-secret`: what gateways show to the backends of an API, and nobody reads back.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::input;
use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("BACKEND SECRET", "/name"),
    column("API", "/api"),
    column("POLICIES", "/policies"),
    column("PUT", "/put_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum BackendSecret {
    /// List those of an API, with the policies that name each; never a value.
    List {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one; never its value.
    Get(Named),
    /// Put a new one, or another value in place of what has the name. Without a file the value is read from standard input, one
    /// line; it never stands in a command line. Policies name it as ${vault:NAME}.
    Put {
        #[command(flatten)]
        named: Named,
        /// A file with the value, one line, instead of standard input.
        #[arg(long)]
        value_file: Option<PathBuf>,
        /// Why, for the audit log.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Delete one that no policy names any more.
    Delete {
        #[command(flatten)]
        named: Named,
        /// Why, for the audit log.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the API.
    api: String,
    /// Its name or id.
    name: String,
    #[command(flatten)]
    remote: Remote,
}

impl Named {
    fn path(&self) -> String {
        format!("{}/{}", all_of(&self.api), segment(&self.name))
    }
}

fn all_of(api: &str) -> String {
    format!("/v1/apis/{}/backend-secrets", segment(api))
}

pub(crate) async fn run(command: BackendSecret) -> anyhow::Result<ExitCode> {
    match command {
        BackendSecret::List { api, rows, remote } => {
            let session = remote.open()?;
            session
                .list(&all_of(&api), &[], &rows, "/name", COLUMNS)
                .await?;
        }
        BackendSecret::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/name", COLUMNS)?;
        }
        BackendSecret::Put {
            named,
            value_file,
            reason,
            dry,
        } => {
            let session = named.remote.open()?;
            let value = input::secret_line(
                value_file.as_deref(),
                "Paste the value, then press Enter (it is not shown):",
            )?;
            let body = json!({ "value": value.as_str(), "reason": reason });
            let put = session.put(&named.path(), dry, body).await?;
            session.show(&put, "/name", COLUMNS)?;
            if put["policies"].as_array().is_some_and(Vec::is_empty) {
                session.talk(format!(
                    "No policy names it yet: a headers policy of {} does, as ${{vault:{}}}.",
                    named.api,
                    put["name"].as_str().unwrap_or_default(),
                ));
            }
        }
        BackendSecret::Delete {
            named,
            reason,
            dry,
            sure,
        } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let (name, api) = (&named.name, &named.api);
                let what = format!("The backend secret {name} of {api} will be gone.");
                session.confirm(sure, &what)?;
            }
            session
                .delete_for(&named.path(), dry, reason.as_deref())
                .await?;
            session.talk(dry.deleted(&named.name));
        }
    }
    Ok(ExitCode::SUCCESS)
}
