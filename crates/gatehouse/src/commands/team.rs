//! `gatehouse team`: who owns applications and APIs together.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::member::find;
use crate::remote::{Column, DryRun, Remote, Rows, column, segment};

const COLUMNS: &[Column] = &[
    column("TEAM", "/slug"),
    column("NAME", "/name"),
    column("KIND", "/kind"),
    column("MEMBERS", "/members"),
    column("SINCE", "/created_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Team {
    /// List the teams of the tenant.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its slug or id.
        team: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make one.
    Create {
        /// Its name in URLs; stays.
        team: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// provider offers APIs, consumer uses them.
        #[arg(long, default_value = "consumer")]
        kind: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change its name.
    Update {
        /// Its slug or id.
        team: String,
        /// Its name.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take a member of the tenant into one, or change their part in it.
    Add {
        /// Its slug or id.
        team: String,
        /// Their e-mail address, name or id.
        member: String,
        /// lead or member.
        #[arg(long, default_value = "member")]
        role: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take somebody out of one; its applications stay with it.
    Remove {
        /// Its slug or id.
        team: String,
        /// Their e-mail address, name or id.
        member: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Team) -> anyhow::Result<ExitCode> {
    let path = |team: &str| format!("/v1/teams/{}", segment(team));
    match command {
        Team::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/teams", &[], &rows, "/slug", COLUMNS)
                .await?;
        }
        Team::Get { team, remote } => {
            let session = remote.open()?;
            session.show(&session.get(&path(&team)).await?, "/slug", COLUMNS)?;
        }
        Team::Create {
            team,
            name,
            kind,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({ "slug": team, "name": name, "kind": kind });
            let made = session.create("/v1/teams", dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Team::Update {
            team,
            name,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({ "name": name });
            let changed = session.patch(&path(&team), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Team::Add {
            team,
            member,
            role,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let member = find(&session, &member).await?;
            let mut path = format!("{}/members/{}", path(&team), segment(&member));
            if dry.dry_run {
                path.push_str("?dry_run=true");
            }
            let changed = session.set(&path, json!({ "role": role })).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Team::Remove {
            team,
            member,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let member = find(&session, &member).await?;
            let path = format!("{}/members/{}", path(&team), segment(&member));
            let changed = session.remove(&path, dry).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
