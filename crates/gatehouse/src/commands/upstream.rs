//! `gatehouse upstream`: where the calls of an API go in an environment.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, column, segment};

const COLUMNS: &[Column] = &[
    column("UPSTREAM", "/name"),
    column("ENVIRONMENT", "/environment/slug"),
    column("TARGETS", "/targets"),
    column("BALANCING", "/load_balancing"),
    column("CONNECT MS", "/timeouts/connect_ms"),
    column("RESPONSE MS", "/timeouts/response_ms"),
    column("IDLE MS", "/timeouts/idle_ms"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Upstream {
    /// Show it.
    Get(Named),
    /// Say where calls go; this replaces what was said before.
    Set {
        #[command(flatten)]
        named: Named,
        /// A backend: http:// or https:// and its address; more than one by repeating.
        #[arg(long = "target", required = true)]
        targets: Vec<String>,
        /// How calls are spread over targets: round_robin or least_connections.
        #[arg(long)]
        load_balancing: Option<String>,
        #[command(flatten)]
        dry: DryRun,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the API.
    api: String,
    /// Slug or id of the environment.
    environment: String,
    #[command(flatten)]
    remote: Remote,
}

impl Named {
    fn path(&self) -> String {
        let (api, environment) = (segment(&self.api), segment(&self.environment));
        format!("/v1/apis/{api}/upstreams/{environment}")
    }
}

pub(crate) async fn run(command: Upstream) -> anyhow::Result<ExitCode> {
    match command {
        Upstream::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/name", COLUMNS)?;
        }
        Upstream::Set {
            named,
            targets,
            load_balancing,
            dry,
        } => {
            let targets: Vec<Value> = targets.iter().map(|url| json!({ "url": url })).collect();
            let mut body = json!({ "targets": targets });
            if let Some(how) = load_balancing {
                body["load_balancing"] = json!(how);
            }
            let session = named.remote.open()?;
            let changed = session.put(&named.path(), dry, body).await?;
            session.show(&changed, "/name", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
