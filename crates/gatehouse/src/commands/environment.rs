//! `gatehouse environment`: environments and their public addresses.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::remote::{Column, DryRun, Remote, column, segment};

const COLUMNS: &[Column] = &[
    column("ENVIRONMENT", "/slug"),
    column("KIND", "/kind"),
    column("PUBLIC URL", "/public_url"),
    column("HOST", "/host"),
    column("BASE PATH", "/base_path"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Environment {
    /// List them.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its slug or id.
        environment: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change where callers reach one.
    Update {
        /// Its slug or id.
        environment: String,
        /// Where callers reach its gateways: scheme, host and port.
        #[arg(long)]
        public_url: Option<String>,
        /// The host that calls must name.
        #[arg(long)]
        host: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Environment) -> anyhow::Result<ExitCode> {
    match command {
        Environment::List { remote } => {
            let session = remote.open()?;
            session.rows(&session.get("/v1/environments").await?, "/slug", COLUMNS)?;
        }
        Environment::Get {
            environment,
            remote,
        } => {
            let session = remote.open()?;
            let found = session.get(&path(&environment)).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Environment::Update {
            environment,
            public_url,
            host,
            dry,
            remote,
        } => {
            let body = json!({ "public_url": public_url, "host": host });
            let session = remote.open()?;
            let changed = session.patch(&path(&environment), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(environment: &str) -> String {
    format!("/v1/environments/{}", segment(environment))
}
