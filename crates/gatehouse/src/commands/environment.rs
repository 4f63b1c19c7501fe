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
        /// Show the gateways' own address again.
        #[arg(long, conflicts_with = "public_url")]
        no_public_url: bool,
        /// The host that calls must name: a domain of your own, for which a certificate can be put.
        #[arg(long)]
        host: Option<String>,
        /// Answer on every host of the gateways again.
        #[arg(long, conflicts_with = "host")]
        any_host: bool,
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
            no_public_url,
            host,
            any_host,
            dry,
            remote,
        } => {
            let body = json!({ "public_url": public_url, "host": host });
            let taken_away = [("public_url", no_public_url), ("host", any_host)];
            let taken_away = taken_away.into_iter().filter(|(_, is_asked)| *is_asked);
            let taken_away: Vec<&str> = taken_away.map(|(field, _)| field).collect();
            let session = remote.open()?;
            let changed = session
                .patch_without(&path(&environment), dry, body, &taken_away)
                .await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(environment: &str) -> String {
    format!("/v1/environments/{}", segment(environment))
}
