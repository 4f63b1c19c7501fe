//! `gatehouse token`: access tokens of CI and scripts.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::output;
use crate::remote::{Column, DryRun, Format, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("TOKEN", "/id"),
    column("NAME", "/name"),
    column("BEGINS", "/prefix"),
    column("SCOPES", "/scopes"),
    column("APIS", "/apis"),
    column("PLATFORM", "/platform"),
    column("EXPIRES", "/expires_at"),
    column("LAST USED", "/last_used_at"),
    column("REVOKED", "/revoked_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// List the tokens of the tenant.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its id.
        token: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make one. It is shown once: as the result, or in a file.
    Create {
        /// What it is for.
        name: String,
        /// What it may do, such as spec.publish; more than one by repeating.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// The only API it may touch: slug or id; more than one by repeating.
        #[arg(long = "api")]
        apis: Vec<String>,
        /// Let it speak for you above all tenants, too: for `gatehouse tenant list` and shared gateways. Only platform people may.
        #[arg(long, conflicts_with = "apis")]
        platform: bool,
        /// How many days it lives.
        #[arg(long)]
        days: Option<u32>,
        /// Write it to this file (mode 0600) instead of standard output.
        #[arg(long)]
        secret_file: Option<PathBuf>,
        #[command(flatten)]
        remote: Remote,
    },
    /// End one at once.
    Revoke {
        /// Its id.
        token: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Token) -> anyhow::Result<ExitCode> {
    match command {
        Token::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/tokens", &[], &rows, "/id", COLUMNS)
                .await?;
        }
        Token::Get { token, remote } => {
            let session = remote.open()?;
            let found = session
                .get(&format!("/v1/tokens/{}", segment(&token)))
                .await?;
            session.show(&found, "/id", COLUMNS)?;
        }
        Token::Create {
            name,
            scopes,
            apis,
            platform,
            days,
            secret_file,
            remote,
        } => {
            let body = json!({
                "name": name,
                "scopes": scopes,
                "apis": (!apis.is_empty()).then_some(apis),
                "platform": platform.then_some(true),
                "expires_in_days": days,
            });
            let session = remote.open()?;
            let made = session.post("/v1/tokens", body).await?;
            hand_over(&session, made, secret_file)?;
        }
        Token::Revoke {
            token,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what = format!("What signs in with {token} is refused from now on.");
                session.confirm(sure, &what)?;
            }
            let path = format!("/v1/tokens/{}/revoke", segment(&token));
            let revoked = session.create(&path, dry, Value::Null).await?;
            session.show(&revoked, "/id", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives the secret to its maker: alone on standard output, within the whole answer for programs, or in a file.
fn hand_over(
    session: &crate::remote::Session,
    mut made: Value,
    file: Option<PathBuf>,
) -> anyhow::Result<()> {
    let secret = made["secret"].as_str().map(str::to_owned);
    let secret = secret.context("the answer has no secret; it was told before and is told once")?;
    match file {
        Some(path) => {
            let mut file = OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(&path)
                .with_context(|| format!("writing {}", path.display()))?;
            file.write_all(secret.as_bytes())?;
            made["secret"] = Value::Null;
            session.show(&made, "/id", COLUMNS)
        }
        None if matches!(session.format(), Format::Json | Format::Yaml) => {
            session.show(&made, "/id", COLUMNS)
        }
        None => {
            output::data(secret)?;
            session.talk("This is shown once. Keep it where CI keeps secrets.");
            Ok(())
        }
    }
}
