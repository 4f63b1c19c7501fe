//! `gatehouse invitation`: invitations that wait to be accepted.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::member::{INVITATION, Scope};
use crate::remote::{DryRun, Remote, Rows, segment};

#[derive(Debug, Subcommand)]
pub(crate) enum Invitation {
    /// Invite somebody by mail.
    Create(Wanted),
    /// List those that wait, newest first.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send one again, with another link for another seven days.
    Resend {
        /// Its id.
        invitation: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take one back; its link stops working.
    Revoke {
        /// Its id.
        invitation: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

/// Whom to invite, as what, and where they come to.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// The address the link is sent to.
    email: String,
    /// Slug of the role they will have.
    #[arg(long, default_value = "developer")]
    role: String,
    #[command(flatten)]
    scope: Scope,
    /// Id of a team they will belong to.
    #[arg(long)]
    join: Option<String>,
    /// The API whose page they come to, slug or id; else the one the role holds for.
    #[arg(long)]
    land_on: Option<String>,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

async fn create(wanted: Wanted) -> anyhow::Result<()> {
    let session = wanted.remote.open()?;
    let body = json!({
        "email": wanted.email, "role": wanted.role, "scope": wanted.scope.body(), "team": wanted.join, "api": wanted.land_on,
    });
    let made = session.create("/v1/invitations", wanted.dry, body).await?;
    session.show(&made, "/id", INVITATION)
}

pub(crate) async fn run(command: Invitation) -> anyhow::Result<ExitCode> {
    let path = |id: &str| format!("/v1/invitations/{}", segment(id));
    match command {
        Invitation::Create(wanted) => create(wanted).await?,
        Invitation::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/invitations", &[], &rows, "/id", INVITATION)
                .await?;
        }
        Invitation::Resend {
            invitation,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("{}/resend", path(&invitation));
            let sent = session.create(&path, dry, Value::Null).await?;
            session.show(&sent, "/id", INVITATION)?;
        }
        Invitation::Revoke {
            invitation,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            session.remove(&path(&invitation), dry).await?;
            session.talk(if dry.dry_run {
                "It could be taken back."
            } else {
                "Taken back."
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}
