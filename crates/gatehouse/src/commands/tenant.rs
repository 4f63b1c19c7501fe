//! `gatehouse tenant`: settings of the tenant, everything it owns in a file, and its end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

use super::job;
use crate::remote::{Column, DryRun, Remote, Sure, column};

const PATH: &str = "/v1/tenant";

const COLUMNS: &[Column] = &[
    column("TENANT", "/slug"),
    column("NAME", "/name"),
    column("STATUS", "/status"),
    column("SIGN-UP", "/signup_mode"),
    column("DOMAINS", "/email_domains"),
    column("TIME ZONE", "/time_zone"),
    column("2ND FACTOR", "/second_factor_required"),
    column("DELETED AT", "/purge_at"),
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
        /// Whether people whose roles open the console need a second factor: true or false.
        #[arg(long)]
        second_factor_required: Option<bool>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write everything the tenant owns, without its secrets, into a file: a JSON object a line.
    Export {
        /// The file; `-` is standard output.
        #[arg(default_value = "-")]
        file: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
    /// Close the tenant: its gateways refuse at once, and in 30 days everything it owns is deleted.
    Close {
        /// The tenant's slug, to say that it is meant.
        tenant: String,
        /// Why; kept in the audit log.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
    /// Open a tenant again that is being closed.
    Reopen {
        /// Why; kept in the audit log.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

/// Longest wait for an export; the job goes on, and `gatehouse job output` fetches what it wrote.
const EXPORT_MAX: Duration = Duration::from_secs(60 * 60);

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
            second_factor_required,
            dry,
            remote,
        } => {
            let body = json!({
                "name": name, "signup_mode": signup_mode, "email_domains": email_domains, "time_zone": time_zone,
                "second_factor_required": second_factor_required,
            });
            let session = remote.open()?;
            let changed = session.patch(PATH, dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Tenant::Export { file, remote } => {
            let session = remote.open()?;
            let begun = session.post("/v1/tenant/export", Value::Null).await?;
            let id = begun["id"].as_str().unwrap_or_default();
            let ended = job::until_over(&session, id, EXPORT_MAX).await?;
            if ended["state"] != "done" {
                let why = ended["error"].as_str().unwrap_or("see `gatehouse job get`");
                bail!("the export {id} is {}: {why}", ended["state"]);
            }
            job::save(&session, id, &file).await?;
        }
        Tenant::Close {
            tenant,
            reason,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what = format!(
                    "The gateways refuse every call to {tenant} from now on; in 30 days everything it owns is deleted."
                );
                session.confirm(sure, &what)?;
            }
            let body = json!({ "confirm": tenant, "reason": reason });
            let closed = session.create("/v1/tenant/close", dry, body).await?;
            session.show(&closed, "/slug", COLUMNS)?;
        }
        Tenant::Reopen {
            reason,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({ "reason": reason });
            let opened = session.create("/v1/tenant/reopen", dry, body).await?;
            session.show(&opened, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
