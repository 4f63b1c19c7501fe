//! `gatehouse subscription list`, `queue`, `get` and `timeline`: what there is, and what happened to it.

use std::process::ExitCode;

use clap::Args;

use super::COLUMNS;
use super::act::Named;
use crate::remote::{Column, Remote, Rows, column};

const QUEUE: &[Column] = &[
    column("SUBSCRIPTION", "/subscription/id"),
    column("ABOUT", "/subject"),
    column("APPLICATION", "/subscription/application"),
    column("API", "/subscription/api"),
    column("PLAN", "/subscription/plan"),
    column("ALLOWS", "/plan_limits"),
    column("REQUESTED BY", "/requester"),
    column("WAITS S", "/age_s"),
    column("DATA", "/risk/data_class"),
    column("PROMISED A DAY", "/risk/promised/per_day"),
    column("CALLS IN 30 DAYS", "/risk/prior/calls"),
    column("MESSAGES", "/messages/count"),
    column("DUE", "/due_at"),
    column("LATE", "/overdue"),
];

const STORY: &[Column] = &[
    column("AT", "/at"),
    column("WHAT", "/action"),
    column("WHO", "/actor_name"),
    column("WHY", "/reason"),
];

/// Which subscriptions are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those in this state: pending, active, rejected, withdrawn or ended.
    #[arg(long)]
    state: Option<String>,
    /// Only those of this application: slug or id.
    #[arg(long)]
    application: Option<String>,
    /// Only those to this API: slug or id.
    #[arg(long)]
    api: Option<String>,
    /// Only those in the environment with this slug.
    #[arg(long)]
    environment: Option<String>,
    /// Only those of applications whose name begins with this.
    #[arg(long)]
    search: Option<String>,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    remote: Remote,
}

/// Which waiting requests are listed.
#[derive(Debug, Args)]
pub(crate) struct Queue {
    /// Only questions about this: subscription, plan_change or renewal.
    #[arg(long)]
    subject: Option<String>,
    /// Only those to this API: slug or id.
    #[arg(long)]
    api: Option<String>,
    /// Only those of this application: slug or id.
    #[arg(long)]
    application: Option<String>,
    /// Only those that should have been decided by now.
    #[arg(long)]
    overdue: bool,
    /// Only those of others that you have not answered.
    #[arg(long)]
    for_me: bool,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    remote: Remote,
}

impl List {
    pub(super) async fn show(self) -> anyhow::Result<ExitCode> {
        let query = [
            ("q", self.search.as_deref()),
            ("state", self.state.as_deref()),
            ("application", self.application.as_deref()),
            ("api", self.api.as_deref()),
            ("environment", self.environment.as_deref()),
        ];
        let session = self.remote.open()?;
        session
            .list("/v1/subscriptions", &query, &self.rows, "/id", COLUMNS)
            .await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Queue {
    pub(super) async fn show(self) -> anyhow::Result<ExitCode> {
        let query = [
            ("subject", self.subject.as_deref()),
            ("api", self.api.as_deref()),
            ("application", self.application.as_deref()),
            ("overdue", self.overdue.then_some("true")),
            ("for_me", self.for_me.then_some("true")),
        ];
        let session = self.remote.open()?;
        let name = "/subscription/id";
        session
            .list("/v1/access-requests", &query, &self.rows, name, QUEUE)
            .await?;
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn get(named: Named) -> anyhow::Result<ExitCode> {
    let session = named.remote.open()?;
    let found = session.get(&named.path()).await?;
    session.show(&found, "/id", COLUMNS)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn timeline(named: Named) -> anyhow::Result<ExitCode> {
    let session = named.remote.open()?;
    let story = session.get(&format!("{}/timeline", named.path())).await?;
    session.rows(&story, "/action", STORY)?;
    Ok(ExitCode::SUCCESS)
}
