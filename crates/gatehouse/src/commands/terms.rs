//! `gatehouse terms`: what whoever asks for a plan accepts.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::input;
use crate::output;
use crate::remote::{Column, DryRun, Remote, column, segment};

const COLUMNS: &[Column] = &[
    column("TERMS", "/slug"),
    column("TITLE", "/title"),
    column("VERSION", "/version"),
    column("PUBLISHED", "/published_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Terms {
    /// List them by name.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show them in their newest version.
    Get(Named),
    /// Write their Markdown to standard output, in the newest version or another.
    Text {
        #[command(flatten)]
        named: Named,
        /// Number of the version.
        #[arg(long)]
        number: Option<u32>,
    },
    /// Write new ones.
    Create {
        #[command(flatten)]
        named: Named,
        /// Their title.
        #[arg(long)]
        title: String,
        /// The file with their Markdown.
        #[arg(long)]
        file: PathBuf,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Publish a new version, which requests accept from then on.
    Publish {
        #[command(flatten)]
        named: Named,
        /// The file with their Markdown.
        #[arg(long)]
        file: PathBuf,
        #[command(flatten)]
        dry: DryRun,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug of the terms.
    terms: String,
    #[command(flatten)]
    remote: Remote,
}

impl Named {
    fn path(&self) -> String {
        format!("/v1/terms/{}", segment(&self.terms))
    }
}

pub(crate) async fn run(command: Terms) -> anyhow::Result<ExitCode> {
    match command {
        Terms::List { remote } => {
            let session = remote.open()?;
            session.rows(&session.get("/v1/terms").await?, "/slug", COLUMNS)?;
        }
        Terms::Get(named) => {
            let session = named.remote.open()?;
            session.show(&session.get(&named.path()).await?, "/slug", COLUMNS)?;
        }
        Terms::Text { named, number } => {
            let session = named.remote.open()?;
            let query = number.map_or_else(String::new, |number| format!("?version={number}"));
            let found = session.get(&format!("{}{query}", named.path())).await?;
            output::data(found["markdown"].as_str().unwrap_or_default())?;
        }
        Terms::Create {
            named,
            title,
            file,
            dry,
        } => {
            let body =
                json!({ "slug": named.terms, "title": title, "markdown": input::text(&file)? });
            let session = named.remote.open()?;
            let made = session.create("/v1/terms", dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Terms::Publish { named, file, dry } => {
            let body = json!({ "markdown": input::text(&file)? });
            let session = named.remote.open()?;
            let changed = session.put(&named.path(), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
