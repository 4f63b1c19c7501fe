//! `gatehouse incident`: what is wrong with APIs, and how it goes.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use serde_json::json;

use crate::remote::{Column, DryRun, Remote, Rows, column, segment};

const COLUMNS: &[Column] = &[
    column("INCIDENT", "/number"),
    column("STATE", "/state"),
    column("IMPACT", "/impact"),
    column("TITLE", "/title"),
    column("APIS", "/apis"),
    column("ALL APIS", "/all_apis"),
    column("OPENED", "/opened_at"),
    column("STARTS", "/starts_at"),
    column("ENDS", "/ends_at"),
    column("RESOLVED", "/resolved_at"),
    column("NEWEST", "/newest/text"),
];

const SAID: &[Column] = &[
    column("STATE", "/state"),
    column("AUTHOR", "/author/name"),
    column("AT", "/at"),
    column("TEXT", "/text"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// List incidents, newest first.
    List {
        /// Only those that are open.
        #[arg(long, conflicts_with = "resolved")]
        open: bool,
        /// Only those that are over.
        #[arg(long)]
        resolved: bool,
        /// Only those that concern this API: slug or id.
        #[arg(long)]
        api: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show an incident.
    Show {
        /// Number or id of the incident.
        incident: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// List what was said of an incident, newest first.
    Updates {
        /// Number or id of the incident.
        incident: String,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Open an incident; who uses what it concerns is told.
    Open(Box<Open>),
    /// Say how an incident goes; the state `resolved` ends it.
    Update {
        /// Number or id of the incident.
        incident: String,
        /// How far it is now.
        #[arg(long, value_parser = state)]
        state: IncidentState,
        /// Markdown, at most 10,000 characters.
        #[arg(long)]
        text: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// In one line, at most 120 characters.
    title: String,
    /// What it does to calls: `degraded`, `outage` or `maintenance`.
    #[arg(long, value_parser = impact)]
    impact: IncidentImpact,
    /// The first update: Markdown, at most 10,000 characters.
    #[arg(long)]
    text: String,
    /// What it concerns, by slug or id; again for each API. Without it everything.
    #[arg(long)]
    api: Vec<String>,
    /// How far it is: `investigating`, `identified` or `monitoring`.
    #[arg(long, value_parser = state)]
    state: Option<IncidentState>,
    /// When planned maintenance begins (RFC 3339).
    #[arg(long)]
    starts_at: Option<String>,
    /// When planned maintenance is to be over (RFC 3339).
    #[arg(long)]
    ends_at: Option<String>,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

fn path(incident: &str) -> String {
    format!("/v1/incidents/{}", segment(incident))
}

pub(crate) async fn run(command: Incident) -> anyhow::Result<ExitCode> {
    match command {
        Incident::List {
            open,
            resolved,
            api,
            rows,
            remote,
        } => {
            let session = remote.open()?;
            let open = match (open, resolved) {
                (true, _) => Some("true"),
                (_, true) => Some("false"),
                _ => None,
            };
            let query = [("open", open), ("api", api.as_deref())];
            session
                .list("/v1/incidents", &query, &rows, "/number", COLUMNS)
                .await?;
        }
        Incident::Show { incident, remote } => {
            let session = remote.open()?;
            let found = session.get(&path(&incident)).await?;
            session.show(&found, "/number", COLUMNS)?;
        }
        Incident::Updates {
            incident,
            rows,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("{}/updates", path(&incident));
            session.list(&path, &[], &rows, "/id", SAID).await?;
        }
        Incident::Open(asked) => open(*asked).await?,
        Incident::Update {
            incident,
            state,
            text,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("{}/updates", path(&incident));
            let body = json!({ "state": state, "text": text });
            let updated = session.create(&path, dry, body).await?;
            session.show(&updated, "/number", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(asked: Open) -> anyhow::Result<()> {
    let body = json!({
        "title": asked.title,
        "impact": asked.impact,
        "state": asked.state,
        "apis": asked.api,
        "text": asked.text,
        "starts_at": asked.starts_at,
        "ends_at": asked.ends_at,
    });
    let session = asked.remote.open()?;
    let opened = session.create("/v1/incidents", asked.dry, body).await?;
    session.show(&opened, "/number", COLUMNS)
}

fn impact(text: &str) -> Result<IncidentImpact, String> {
    let known = IncidentImpact::ALL.iter().map(|word| word.as_str());
    IncidentImpact::parse(text).ok_or_else(|| one_of(known))
}

fn state(text: &str) -> Result<IncidentState, String> {
    let known = IncidentState::ALL.iter().map(|word| word.as_str());
    IncidentState::parse(text).ok_or_else(|| one_of(known))
}

fn one_of(known: impl Iterator<Item = &'static str>) -> String {
    format!("use one of {}", known.collect::<Vec<_>>().join(", "))
}
