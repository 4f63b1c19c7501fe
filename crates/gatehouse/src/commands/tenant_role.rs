//! `gatehouse role`: the tenant's roles, those the program brings and its own.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::remote::{Column, DryRun, Remote, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("ROLE", "/slug"),
    column("NAME", "/name"),
    column("BUILT IN", "/built_in"),
    column("MEMBERS", "/members"),
    column("PERMISSIONS", "/permissions"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// List them.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its slug.
        role: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make one.
    Create {
        /// Its slug; it stays.
        role: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// What it allows, such as spec.publish; more than one by repeating.
        #[arg(long = "permission", required = true)]
        permissions: Vec<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change one, for everybody who has it.
    Update {
        /// Its slug.
        role: String,
        /// Its name.
        #[arg(long)]
        name: Option<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// Everything it allows from now on; more than one by repeating.
        #[arg(long = "permission")]
        permissions: Vec<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Delete one that nobody has.
    Delete {
        /// Its slug.
        role: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Role) -> anyhow::Result<ExitCode> {
    match command {
        Role::List { remote } => {
            let session = remote.open()?;
            session.rows(&session.get("/v1/roles").await?, "/slug", COLUMNS)?;
        }
        Role::Get { role, remote } => {
            let session = remote.open()?;
            session.show(&session.get(&path(&role)).await?, "/slug", COLUMNS)?;
        }
        Role::Create {
            role,
            name,
            description,
            permissions,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({
                "slug": role,
                "name": name,
                "description": description,
                "permissions": permissions,
            });
            let made = session.create("/v1/roles", dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Role::Update {
            role,
            name,
            description,
            permissions,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({
                "name": name,
                "description": description,
                "permissions": (!permissions.is_empty()).then_some(permissions),
            });
            let changed = session.patch(&path(&role), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Role::Delete {
            role,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                session.confirm(sure, &format!("Nobody can be given {role} any more."))?;
            }
            session.delete(&path(&role), dry).await?;
            session.talk(dry.deleted(&role));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(role: &str) -> String {
    format!("/v1/roles/{}", segment(role))
}
