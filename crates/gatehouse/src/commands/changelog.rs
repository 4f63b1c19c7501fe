//! `gatehouse changelog`: what happened to an API.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("AT", "/at"),
    column("VERSION", "/version"),
    column("KIND", "/kind"),
    column("TITLE", "/title"),
    column("ENTRY", "/id"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Changelog {
    /// List what happened to an API, newest first.
    List {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write an entry.
    Add {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        says: Says,
        /// Label of the version it is about.
        #[arg(long)]
        about: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change what an entry says, whoever wrote it.
    Update {
        /// Slug or id of the API.
        api: String,
        /// Id of the entry.
        entry: String,
        /// In one line.
        #[arg(long)]
        title: Option<String>,
        /// More about it, in Markdown.
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Delete an entry that was written by hand.
    Delete {
        /// Slug or id of the API.
        api: String,
        /// Id of the entry.
        entry: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Says {
    /// In one line.
    #[arg(long)]
    title: String,
    /// More about it, in Markdown.
    #[arg(long)]
    text: Option<String>,
}

fn path(api: &str) -> String {
    format!("/v1/apis/{}/changelog", segment(api))
}

pub(crate) async fn run(command: Changelog) -> anyhow::Result<ExitCode> {
    match command {
        Changelog::List { api, rows, remote } => {
            let session = remote.open()?;
            session
                .list(&path(&api), &[], &rows, "/id", COLUMNS)
                .await?;
        }
        Changelog::Add {
            api,
            says,
            about,
            dry,
            remote,
        } => {
            let body = json!({ "title": says.title, "markdown": says.text, "version": about });
            let session = remote.open()?;
            let made = session.create(&path(&api), dry, body).await?;
            session.show(&made, "/id", COLUMNS)?;
        }
        Changelog::Update {
            api,
            entry,
            title,
            text,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("{}/{}", path(&api), segment(&entry));
            let body = json!({ "title": title, "markdown": text });
            let changed = session.patch(&path, dry, body).await?;
            session.show(&changed, "/id", COLUMNS)?;
        }
        Changelog::Delete {
            api,
            entry,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                session.confirm(sure, &format!("The entry {entry} of {api} will be gone."))?;
            }
            let path = format!("{}/{}", path(&api), segment(&entry));
            session.remove(&path, dry).await?;
            session.talk(dry.deleted(&entry));
        }
    }
    Ok(ExitCode::SUCCESS)
}
