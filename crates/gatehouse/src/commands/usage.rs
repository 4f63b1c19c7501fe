//! `gatehouse usage`: what an application called, or how much an API was called.

use std::process::ExitCode;

use clap::Args;

use crate::remote::{Column, Format, Remote, column, segment};

const TOTALS: &[Column] = &[
    column("CALLS", "/totals/calls"),
    column("SUCCEEDED", "/totals/succeeded"),
    column("CLIENT ERRORS", "/totals/client_errors"),
    column("LIMITED", "/totals/limited"),
    column("SERVER ERRORS", "/totals/server_errors"),
    column("P50 US", "/totals/p50_us"),
    column("P95 US", "/totals/p95_us"),
];
const OPERATIONS: &[Column] = &[
    column("API", "/api"),
    column("VERSION", "/version"),
    column("OPERATION", "/operation"),
    column("CALLS", "/calls"),
    column("CLIENT ERRORS", "/client_errors"),
    column("SERVER ERRORS", "/server_errors"),
];

#[derive(Debug, Args)]
pub(crate) struct Usage {
    #[command(flatten)]
    of: Of,
    /// How far back: hour, day, 14d or 90d.
    #[arg(long)]
    range: Option<String>,
    /// A row for each operation instead of the sums.
    #[arg(long)]
    operations: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Whose calls: exactly one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Of {
    /// Slug or id of the application that called.
    #[arg(long)]
    application: Option<String>,
    /// Slug or id of the API that was called, by all applications together.
    #[arg(long)]
    api: Option<String>,
}

impl Of {
    fn path(&self) -> String {
        let (kind, name) = match (&self.application, &self.api) {
            (Some(application), _) => ("applications", application.as_str()),
            (None, api) => ("apis", api.as_deref().unwrap_or_default()),
        };
        format!("/v1/{kind}/{}/usage", segment(name))
    }
}

pub(crate) async fn run(args: Usage) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let mut path = args.of.path();
    if let Some(range) = &args.range {
        path.push_str(&format!("?range={}", segment(range)));
    }
    let usage = session.get(&path).await?;
    if args.operations && session.format() == Format::Table {
        let rows = serde_json::json!({ "data": usage["operations"] });
        session.rows(&rows, "/operation", OPERATIONS)?;
    } else {
        session.show(&usage, "/totals/calls", TOTALS)?;
    }
    Ok(ExitCode::SUCCESS)
}
