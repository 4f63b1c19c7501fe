//! `gatehouse tenant`: settings of the tenant, everything it owns in a file, and its end; and the tenants of the installation.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::job;
use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const PATH: &str = "/v1/tenant";
const OF_INSTALLATION: &str = "/v1/tenants";

const COLUMNS: &[Column] = &[
    column("TENANT", "/slug"),
    column("NAME", "/name"),
    column("STATUS", "/status"),
    column("SIGN-UP", "/signup_mode"),
    column("DOMAINS", "/email_domains"),
    column("TIME ZONE", "/time_zone"),
    column("NOTICE DAYS", "/minimum_notice_days"),
    column("2ND FACTOR", "/second_factor_required"),
    column("DELETED AT", "/purge_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// List the tenants of the installation; with a token that speaks for the platform.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show the tenant of the token, or another one of the installation.
    Get {
        /// Slug or id of another tenant; with a token that speaks for the platform.
        tenant: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make a tenant of the installation, which you own; with a token that speaks for the platform.
    Create {
        /// In addresses; never changes.
        slug: String,
        /// Its name; without it the slug.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Suspend a tenant: gateways refuse its calls at once, and its portal can only be read.
    Suspend(OfInstallation),
    /// Lift the suspension of a tenant, or open one again that is being closed.
    Activate(OfInstallation),
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
        /// Days between the word that something gets worse for its users and the day it does.
        #[arg(long)]
        minimum_notice_days: Option<i32>,
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

/// One tenant of the installation, and why it is changed.
#[derive(Debug, Args)]
pub(crate) struct OfInstallation {
    /// Its slug or id.
    tenant: String,
    /// Why; kept in its audit log.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

impl OfInstallation {
    async fn set(self, verb: &str) -> anyhow::Result<()> {
        let session = self.remote.open()?;
        let path = format!("{}/{verb}", path_of(&self.tenant));
        let body = json!({ "reason": self.reason });
        let changed = session.create(&path, self.dry, body).await?;
        session.show(&changed, "/slug", COLUMNS)
    }
}

fn path_of(tenant: &str) -> String {
    format!("{OF_INSTALLATION}/{}", segment(tenant))
}

/// Longest wait for an export; the job goes on, and `gatehouse job output` fetches what it wrote.
const EXPORT_MAX: Duration = Duration::from_secs(60 * 60);

pub(crate) async fn run(command: Tenant) -> anyhow::Result<ExitCode> {
    match command {
        Tenant::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list(OF_INSTALLATION, &[], &rows, "/slug", COLUMNS)
                .await?;
        }
        Tenant::Get { tenant, remote } => {
            let session = remote.open()?;
            let path = tenant.map_or_else(|| PATH.to_owned(), |tenant| path_of(&tenant));
            session.show(&session.get(&path).await?, "/slug", COLUMNS)?;
        }
        Tenant::Create {
            slug,
            name,
            dry,
            remote,
        } => {
            let body = json!({ "name": name.as_ref().unwrap_or(&slug), "slug": slug });
            let session = remote.open()?;
            let made = session.create(OF_INSTALLATION, dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Tenant::Suspend(named) => named.set("suspend").await?,
        Tenant::Activate(named) => named.set("activate").await?,
        Tenant::Update {
            name,
            signup_mode,
            email_domains,
            time_zone,
            minimum_notice_days,
            second_factor_required,
            dry,
            remote,
        } => {
            let body = json!({
                "name": name, "signup_mode": signup_mode, "email_domains": email_domains, "time_zone": time_zone,
                "minimum_notice_days": minimum_notice_days, "second_factor_required": second_factor_required,
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
