//! `gatehouse ci-trust`: workloads of CI that get short tokens for their identity, so that no secret is kept there.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("TRUST", "/id"),
    column("NAME", "/name"),
    column("ISSUER", "/issuer"),
    column("AUDIENCE", "/audience"),
    column("SUBJECT", "/subject_pattern"),
    column("SCOPES", "/scopes"),
    column("APIS", "/apis"),
    column("SECONDS", "/ttl_s"),
    column("LAST USED", "/last_used_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum CiTrust {
    /// List the trusts of the tenant.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its id.
        trust: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Trust an issuer's word on some of its workloads.
    Create {
        /// What it is for.
        name: String,
        /// Who signs, such as https://token.actions.githubusercontent.com or https://gitlab.com.
        #[arg(long)]
        issuer: String,
        /// What the identity token's aud has to hold; the workload asks for it.
        #[arg(long)]
        audience: String,
        /// Whose tokens: the whole sub, such as repo:acme/orders:ref:refs/heads/main; * stands for any characters but a colon.
        #[arg(long)]
        subject: String,
        /// What a token may do, such as spec.publish; more than one by repeating.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// The id of the only API it may touch; more than one by repeating.
        #[arg(long = "api")]
        apis: Vec<String>,
        /// How many seconds a token lives, 60 to 3600.
        #[arg(long)]
        ttl: Option<u32>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// End one, and every token that was exchanged by it.
    Delete {
        /// Its id.
        trust: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: CiTrust) -> anyhow::Result<ExitCode> {
    match command {
        CiTrust::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/ci-trusts", &[], &rows, "/id", COLUMNS)
                .await?;
        }
        CiTrust::Get { trust, remote } => {
            let session = remote.open()?;
            let found = session.get(&path(&trust)).await?;
            session.show(&found, "/id", COLUMNS)?;
        }
        CiTrust::Create {
            name,
            issuer,
            audience,
            subject,
            scopes,
            apis,
            ttl,
            dry,
            remote,
        } => {
            let body = json!({
                "name": name, "issuer": issuer, "audience": audience, "subject_pattern": subject, "scopes": scopes,
                "apis": (!apis.is_empty()).then_some(apis), "ttl_s": ttl,
            });
            let session = remote.open()?;
            let made = session.create("/v1/ci-trusts", dry, body).await?;
            session.show(&made, "/id", COLUMNS)?;
            if !dry.dry_run {
                session.talk(
                    "In CI, set GATEHOUSE_CI_TRUST to its id; docs/ci.md shows GitHub and GitLab.",
                );
            }
        }
        CiTrust::Delete {
            trust,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what =
                    format!("Workloads get no tokens by {trust} any more, and theirs end now.");
                session.confirm(sure, &what)?;
            }
            session.delete(&path(&trust), dry).await?;
            session.talk(dry.deleted(&trust));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(trust: &str) -> String {
    format!("/v1/ci-trusts/{}", segment(trust))
}
