//! `gatehouse logs tail`: the calls of an application, newest last.

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, Remote, Session, column, segment};

const COLUMNS: &[Column] = &[
    column("AT", "/at"),
    column("STATUS", "/status"),
    column("REASON", "/reason"),
    column("METHOD", "/method"),
    column("PATH", "/path"),
    column("US", "/latency_us"),
    column("REQUEST", "/request_id"),
];

/// Calls show in the log within seconds; asking more often shows nothing sooner.
const EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Subcommand)]
pub(crate) enum Logs {
    /// Show the latest calls, and with --follow those that come.
    Tail(Tail),
}

#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// Slug or id of the application.
    #[arg(long)]
    application: String,
    /// Only this status, as 429, or this class, as 4xx.
    #[arg(long)]
    status: Option<String>,
    /// How many calls to begin with.
    #[arg(long, default_value_t = 50)]
    lines: u16,
    /// Go on until interrupted.
    #[arg(short, long)]
    follow: bool,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) async fn run(command: Logs) -> anyhow::Result<ExitCode> {
    let Logs::Tail(args) = command;
    let wanted = Wanted::parse(args.status.as_deref())?;
    let session = args.remote.open()?;
    let mut shown: HashSet<String> = HashSet::new();
    loop {
        let calls = latest(&session, &args).await?;
        let fresh: Vec<Value> = calls
            .iter()
            .rev()
            .filter(|call| wanted.takes(call))
            .filter(|call| !shown.contains(id(call)))
            .cloned()
            .collect();
        // Only what the next answer can hold again has to be remembered.
        shown = calls.iter().map(|call| id(call).to_owned()).collect();
        if !fresh.is_empty() || !args.follow {
            session.rows(&json!({ "data": fresh }), "/request_id", COLUMNS)?;
        }
        if !args.follow {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn latest(session: &Session, args: &Tail) -> anyhow::Result<Vec<Value>> {
    let application = segment(&args.application);
    let path = format!("/v1/applications/{application}/calls?limit={}", args.lines);
    let mut answer = session.get(&path).await?;
    Ok(match answer["data"].take() {
        Value::Array(calls) => calls,
        _ => Vec::new(),
    })
}

fn id(call: &Value) -> &str {
    call["request_id"].as_str().unwrap_or_default()
}

/// Which calls are shown.
enum Wanted {
    All,
    Status(u64),
    Class(u64),
}

impl Wanted {
    fn parse(text: Option<&str>) -> anyhow::Result<Self> {
        let Some(text) = text else {
            return Ok(Self::All);
        };
        let class = text.strip_suffix("xx").and_then(|class| class.parse().ok());
        match (class, text.parse()) {
            (Some(class @ 1..=5), _) => Ok(Self::Class(class)),
            (_, Ok(status @ 100..=599)) => Ok(Self::Status(status)),
            _ => bail!("--status is a status as 429, or a class as 4xx; '{text}' is neither"),
        }
    }

    fn takes(&self, call: &Value) -> bool {
        let status = call["status"].as_u64().unwrap_or_default();
        match self {
            Self::All => true,
            Self::Status(wanted) => status == *wanted,
            Self::Class(wanted) => status / 100 == *wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Wanted;

    #[test]
    fn a_status_or_a_class_chooses_calls() {
        let call = json!({ "status": 429 });
        for (text, taken) in [
            (None, true),
            (Some("429"), true),
            (Some("4xx"), true),
            (Some("5xx"), false),
            (Some("404"), false),
        ] {
            assert_eq!(Wanted::parse(text).unwrap().takes(&call), taken, "{text:?}");
        }
        for wrong in ["", "x", "6xx", "99", "4x", "all"] {
            assert!(Wanted::parse(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
