//! `gatehouse tenant`: settings of the tenant, who may sign up among them.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::remote::{Column, DryRun, Remote, column};

const PATH: &str = "/v1/tenant";

const COLUMNS: &[Column] = &[
    column("TENANT", "/slug"),
    column("NAME", "/name"),
    column("STATUS", "/status"),
    column("SIGN-UP", "/signup_mode"),
    column("DOMAINS", "/email_domains"),
    column("TIME ZONE", "/time_zone"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// Show it.
    Get {
        #[command(flatten)]
        remote: Remote,
    },
    /// Change its settings.
    Update {
        /// Its name.
        #[arg(long)]
        name: Option<String>,
        /// Who may sign up: open, domain, invite or closed.
        #[arg(long)]
        signup_mode: Option<String>,
        /// A mail domain whose people may sign up in mode domain; more than one by repeating. These replace the ones before.
        #[arg(long = "email-domain")]
        email_domains: Option<Vec<String>>,
        /// Where its days and months begin, such as Europe/Lisbon.
        #[arg(long)]
        time_zone: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Tenant) -> anyhow::Result<ExitCode> {
    match command {
        Tenant::Get { remote } => {
            let session = remote.open()?;
            session.show(&session.get(PATH).await?, "/slug", COLUMNS)?;
        }
        Tenant::Update {
            name,
            signup_mode,
            email_domains,
            time_zone,
            dry,
            remote,
        } => {
            let body = json!({
                "name": name, "signup_mode": signup_mode, "email_domains": email_domains, "time_zone": time_zone,
            });
            let session = remote.open()?;
            let changed = session.patch(PATH, dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
