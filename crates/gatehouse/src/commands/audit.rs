//! `gatehouse audit list|export|checkpoints|verify`: read the audit log, take it elsewhere, and name the first record that does not
//! fit, in the database or in an export far away from it.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use gatehouse_control_plane::Db;
use gatehouse_control_plane::audit::{Checkpoint, Verification, verify, verify_export};
use gatehouse_control_plane::tenants::every_tenant;
use gatehouse_snapshot::node_auth::unhex;
use gatehouse_snapshot::sign::PublicKey;
use serde_json::Value;

use crate::cli::DataDir;
use crate::output::{self, exit};
use crate::remote::{Column, Remote, Rows, column};
use crate::stack::database;

const COLUMNS: &[Column] = &[
    column("SEQ", "/seq"),
    column("AT", "/at"),
    column("ACTOR", "/actor_name"),
    column("ACTION", "/action"),
    column("SUBJECT", "/subject"),
    column("REASON", "/reason"),
    column("REQUEST", "/request_id"),
];

const CHECKPOINTS: &[Column] = &[
    column("SEQ", "/seq"),
    column("AT", "/at"),
    column("HASH", "/hash"),
    column("KEY", "/public_key"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List records, newest first.
    List {
        /// Only this action, such as subscription.approve.
        #[arg(long)]
        action: Option<String>,
        /// Only what was done to this id.
        #[arg(long)]
        subject: Option<String>,
        /// Only what this person (usr_…) or token (tok_…) did.
        #[arg(long)]
        actor: Option<String>,
        /// Only what this request did.
        #[arg(long)]
        request: Option<String>,
        /// Only at or after this moment (RFC 3339).
        #[arg(long)]
        since: Option<String>,
        /// Only before this moment (RFC 3339).
        #[arg(long)]
        until: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write the whole log of the tenant, oldest record first.
    Export {
        /// The file; `-` is standard output.
        #[arg(default_value = "-")]
        file: PathBuf,
        /// NDJSON can be verified; CSV is for spreadsheets.
        #[arg(long, value_enum, default_value_t = ExportFormat::Ndjson)]
        format: ExportFormat,
        #[command(flatten)]
        remote: Remote,
    },
    /// List the signed checkpoints of the log; keep the newest one elsewhere, as JSON.
    Checkpoints {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Check the hash chain of a tenant's audit log, or of every tenant's, or of an export.
    Verify {
        #[command(flatten)]
        data: DataDir,
        /// Slug of the tenant; all of them without it.
        #[arg(long, conflicts_with = "file")]
        tenant: Option<String>,
        /// An export as NDJSON to check instead, without any database.
        #[arg(long)]
        file: Option<PathBuf>,
        /// A checkpoint that was kept, as JSON: shows also a tail that was cut off, and a log that was written anew.
        #[arg(long, requires = "file")]
        head: Option<PathBuf>,
        /// The key checkpoints are signed with, as it was noted; the one in the checkpoint is believed without it.
        #[arg(long, requires = "head")]
        key: Option<String>,
    },
}

/// The forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values.
    Csv,
}

pub(crate) async fn run(command: Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::List {
            action,
            subject,
            actor,
            request,
            since,
            until,
            rows,
            remote,
        } => {
            let filters = [
                ("action", action.as_deref()),
                ("subject", subject.as_deref()),
                ("actor", actor.as_deref()),
                ("request_id", request.as_deref()),
                ("created_after", since.as_deref()),
                ("created_before", until.as_deref()),
            ];
            let session = remote.open()?;
            session
                .list("/v1/audit-events", &filters, &rows, "/seq", COLUMNS)
                .await?;
            Ok(ExitCode::SUCCESS)
        }
        Audit::Export {
            file,
            format,
            remote,
        } => export(&file, format, &remote).await,
        Audit::Checkpoints { rows, remote } => {
            let session = remote.open()?;
            let path = "/v1/audit-events/checkpoints";
            session.list(path, &[], &rows, "/seq", CHECKPOINTS).await?;
            Ok(ExitCode::SUCCESS)
        }
        Audit::Verify {
            file: Some(file),
            head,
            key,
            ..
        } => verify_file(&file, head.as_deref(), key.as_deref()),
        Audit::Verify { data, tenant, .. } => {
            let database = database(&data).await?;
            let db = database.open(&data.data_dir).await?;
            let outcome = verify_tenants(&db, tenant.as_deref()).await;
            db.close().await;
            database.stop().await?;
            outcome
        }
    }
}

async fn export(file: &Path, format: ExportFormat, remote: &Remote) -> anyhow::Result<ExitCode> {
    let format = match format {
        ExportFormat::Ndjson => "ndjson",
        ExportFormat::Csv => "csv",
    };
    let session = remote.open()?;
    let path = format!("/v1/audit-events/export?format={format}");
    let bytes = session.download(&path).await?;
    if file.as_os_str() == "-" {
        std::io::stdout().lock().write_all(&bytes)?;
    } else {
        std::fs::write(file, &bytes).with_context(|| format!("writing {}", file.display()))?;
        session.talk(format!("{} bytes in {}.", bytes.len(), file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Needs nothing but the files: no database, no admin API.
fn verify_file(file: &Path, head: Option<&Path>, key: Option<&str>) -> anyhow::Result<ExitCode> {
    let opened = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    let head = head.map(checkpoint).transpose()?;
    let key = match key {
        None => None,
        Some(text) => {
            let bytes = unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
            Some(PublicKey(
                bytes.context("--key: expected 64 hexadecimal digits")?,
            ))
        }
    };
    let verified = verify_export(BufReader::new(opened), head.as_ref(), key)
        .with_context(|| format!("reading {}", file.display()))?;
    match verified {
        Verification::Intact {
            records,
            head: hash,
        } => {
            output::data(format!("intact  {records} records  head {hash}"))?;
            match &head {
                Some(head) => output::talk(format!(
                    "Up to record {} as signed on {} with {}.",
                    head.seq, head.at, head.public_key
                )),
                None => output::talk(
                    "Nothing says where the log ends: name a kept checkpoint with --head to see that no tail was cut off.",
                ),
            }
            Ok(ExitCode::SUCCESS)
        }
        Verification::Broken { seq, fault } => {
            output::data(format!("BROKEN at record {seq}: {fault}"))?;
            Ok(ExitCode::from(exit::FAILED))
        }
    }
}

/// One checkpoint, or a list of them as `audit checkpoints -o json` writes it, newest first.
fn checkpoint(file: &Path) -> anyhow::Result<Checkpoint> {
    let reading = || format!("reading {}", file.display());
    let text = std::fs::read_to_string(file).with_context(reading)?;
    let value: Value = serde_json::from_str(&text).with_context(reading)?;
    let one = match &value {
        Value::Array(list) => list.first(),
        Value::Object(page) if page.contains_key("data") => page["data"].get(0),
        one => Some(one),
    };
    let one = one.with_context(|| format!("{} holds no checkpoint", file.display()))?;
    serde_json::from_value(one.clone()).with_context(reading)
}

async fn verify_tenants(db: &Db, wanted: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut chosen = every_tenant(db).await.context("listing tenants")?;
    chosen.retain(|tenant| wanted.is_none_or(|slug| tenant.slug.as_str() == slug));
    if let (Some(slug), true) = (wanted, chosen.is_empty()) {
        bail!("there is no tenant '{slug}'");
    }
    let mut broken = false;
    for tenant in chosen {
        match verify(db, tenant.id)
            .await
            .context("reading the audit log")?
        {
            Verification::Intact { records, head } => {
                output::data(format!(
                    "{}  intact  {records} records  head {head}",
                    tenant.slug
                ))?;
            }
            Verification::Broken { seq, fault } => {
                broken = true;
                output::data(format!("{}  BROKEN at record {seq}: {fault}", tenant.slug))?;
            }
        }
    }
    Ok(if broken {
        ExitCode::from(exit::FAILED)
    } else {
        ExitCode::SUCCESS
    })
}
