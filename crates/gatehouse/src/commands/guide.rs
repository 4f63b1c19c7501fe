//! `gatehouse guide`: what owners write for those who use an API.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::input;
use crate::output;
use crate::remote::{Column, DryRun, Remote, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("GUIDE", "/slug"),
    column("TITLE", "/title"),
    column("POSITION", "/position"),
    column("CHANGED", "/updated_at"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Guide {
    /// List the guides of an API, in their order.
    List {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Write its Markdown to standard output.
    Text(Named),
    /// Write one.
    Create {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        fields: Fields,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Change one.
    Update {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        fields: Fields,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Delete one.
    Delete {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the API.
    api: String,
    /// Slug of the guide.
    guide: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Its title.
    #[arg(long)]
    title: Option<String>,
    /// Its place among the guides of the API.
    #[arg(long)]
    position: Option<u32>,
    /// The file with its Markdown.
    #[arg(long)]
    file: Option<PathBuf>,
}

impl Fields {
    fn body(&self) -> anyhow::Result<serde_json::Value> {
        let markdown = self.file.as_deref().map(input::text).transpose()?;
        Ok(json!({ "title": self.title, "position": self.position, "markdown": markdown }))
    }
}

impl Named {
    fn guides(&self) -> String {
        format!("/v1/apis/{}/guides", segment(&self.api))
    }

    fn path(&self) -> String {
        format!("{}/{}", self.guides(), segment(&self.guide))
    }
}

pub(crate) async fn run(command: Guide) -> anyhow::Result<ExitCode> {
    match command {
        Guide::List { api, remote } => {
            let session = remote.open()?;
            let path = format!("/v1/apis/{}/guides", segment(&api));
            session.rows(&session.get(&path).await?, "/slug", COLUMNS)?;
        }
        Guide::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Guide::Text(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            output::data(found["markdown"].as_str().unwrap_or_default())?;
        }
        Guide::Create { named, fields, dry } => {
            let mut body = fields.body()?;
            body["slug"] = json!(named.guide);
            if fields.title.is_none() {
                body["title"] = json!(named.guide);
            }
            let session = named.remote.open()?;
            let made = session.create(&named.guides(), dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Guide::Update { named, fields, dry } => {
            let session = named.remote.open()?;
            let changed = session.patch(&named.path(), dry, fields.body()?).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Guide::Delete { named, dry, sure } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let what = format!("The guide {} of {} will be gone.", named.guide, named.api);
                session.confirm(sure, &what)?;
            }
            session.delete(&named.path(), dry).await?;
            session.talk(dry.deleted(&named.guide));
        }
    }
    Ok(ExitCode::SUCCESS)
}
