//! `gatehouse identity-provider`: where the tenant's people may sign in instead of here.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("PROVIDER", "/slug"),
    column("NAME", "/name"),
    column("ISSUER", "/issuer"),
    column("CLIENT", "/client_id"),
    column("DOMAINS", "/email_domains"),
    column("ROLE", "/default_role"),
    column("CLAIM", "/claim"),
    column("ENABLED", "/enabled"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum IdentityProvider {
    /// List the providers of the tenant.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its slug or id.
        provider: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Add one; its discovery document is read first.
    Create {
        /// Its name in addresses; register {portal}/t/{tenant}/login/sso/{slug}/callback with it.
        slug: String,
        /// The issuer, spelled exactly as it spells itself.
        #[arg(long)]
        issuer: String,
        /// Our name there.
        #[arg(long)]
        client_id: String,
        /// The name on the button; the slug when left out.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        details: Details,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change one.
    Update {
        /// Its slug or id.
        provider: String,
        /// The name on the button.
        #[arg(long)]
        name: Option<String>,
        /// Whether its button is shown and its answers are taken.
        #[arg(long)]
        enabled: Option<bool>,
        #[command(flatten)]
        details: Details,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Forget one; people keep their accounts.
    Delete {
        /// Its slug or id.
        provider: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

/// What can be said of a provider at any time.
#[derive(Debug, Args)]
pub(crate) struct Details {
    /// A file with our secret there; a secret never belongs in a command line.
    #[arg(long)]
    client_secret_file: Option<PathBuf>,
    /// What is asked for besides openid and email; more than one by repeating.
    #[arg(long = "scope")]
    scopes: Option<Vec<String>>,
    /// A mail domain whose people may come in; more than one by repeating.
    #[arg(long = "email-domain")]
    email_domains: Option<Vec<String>>,
    /// The role people get who join by it.
    #[arg(long)]
    default_role: Option<String>,
    /// The claim that --grant speaks of, such as groups.
    #[arg(long)]
    claim: Option<String>,
    /// What a value of that claim gives besides, as value=role; more than one by repeating.
    #[arg(long = "grant")]
    grants: Option<Vec<String>>,
}

impl Details {
    /// The fields of a body.
    fn body(self) -> anyhow::Result<Value> {
        let secret = self.client_secret_file.as_deref().map(secret_in);
        let grants = self.grants.map(|grants| {
            let grants = grants.iter().map(|grant| match grant.rsplit_once('=') {
                Some((value, role)) => Ok(json!({ "value": value, "role": role })),
                None => bail!("--grant takes value=role, such as gate-admins=admin; got '{grant}'"),
            });
            grants.collect::<anyhow::Result<Vec<_>>>()
        });
        Ok(json!({
            "client_secret": secret.transpose()?,
            "scopes": self.scopes,
            "email_domains": self.email_domains,
            "default_role": self.default_role,
            "claim": self.claim,
            "grants": grants.transpose()?,
        }))
    }
}

fn secret_in(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading the client secret from {}", path.display()))?;
    Ok(text.trim().to_owned())
}

pub(crate) async fn run(command: IdentityProvider) -> anyhow::Result<ExitCode> {
    match command {
        IdentityProvider::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/identity-providers", &[], &rows, "/slug", COLUMNS)
                .await?;
        }
        IdentityProvider::Get { provider, remote } => {
            let session = remote.open()?;
            let found = session.get(&path(&provider)).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        IdentityProvider::Create {
            slug,
            issuer,
            client_id,
            name,
            details,
            dry,
            remote,
        } => {
            let mut body = details.body()?;
            body["name"] = name.unwrap_or_else(|| slug.clone()).into();
            body["slug"] = slug.into();
            body["issuer"] = issuer.into();
            body["client_id"] = client_id.into();
            let session = remote.open()?;
            let made = session.create("/v1/identity-providers", dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        IdentityProvider::Update {
            provider,
            name,
            enabled,
            details,
            dry,
            remote,
        } => {
            let mut body = details.body()?;
            body["name"] = json!(name);
            body["enabled"] = json!(enabled);
            let session = remote.open()?;
            let changed = session.patch(&path(&provider), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        IdentityProvider::Delete {
            provider,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what = format!("Nobody signs in with {provider} any more.");
                session.confirm(sure, &what)?;
            }
            session.delete(&path(&provider), dry).await?;
            session.talk(dry.deleted(&provider));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(provider: &str) -> String {
    format!("/v1/identity-providers/{}", segment(provider))
}
