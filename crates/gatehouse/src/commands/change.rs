//! `gatehouse change watch`: how far a change got, until every gateway has it.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Subcommand;
use gatehouse_runtime::settings::parse_duration;
use serde_json::{Value, json};

use crate::output::exit;
use crate::remote::{Column, Format, Remote, column, segment};

const COLUMNS: &[Column] = &[
    column("GATEWAY", "/name"),
    column("STATE", "/state"),
    column("ACKNOWLEDGED", "/acknowledged_at"),
    column("AFTER MS", "/acknowledged_after_ms"),
    column("ERROR", "/error"),
];

/// The most the admin API waits for at once, seconds.
const WAIT_MAX_S: u64 = 60;

#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Wait until every gateway has a change, and show when each had it. Ends with 1 when one still has not.
    Watch {
        /// The change id of a decision or an apply.
        change: String,
        /// Wait this long at most: 0 does not wait.
        #[arg(long, default_value = "60s")]
        wait: String,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Change) -> anyhow::Result<ExitCode> {
    let Change::Watch {
        change,
        wait,
        remote,
    } = command;
    let wait = parse_duration(&wait).context("--wait")?;
    let session = remote.open()?;
    let deadline = Instant::now() + wait;
    let found = loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let seconds = left.as_secs_f64().ceil().min(WAIT_MAX_S as f64);
        let path = format!("/v1/changes/{}?wait={seconds}", segment(&change));
        let found = session.get(&path).await?;
        if found["in_force"] == json!(true) || left.is_zero() {
            break found;
        }
    };
    if session.format() == Format::Table {
        let groups = found["groups"].as_array().into_iter().flatten();
        let gateways = groups.flat_map(|group| group["gateways"].as_array().cloned());
        let gateways: Vec<Value> = gateways.flatten().collect();
        session.rows(&json!({ "data": gateways }), "/name", COLUMNS)?;
    } else {
        session.show(&found, "/change_id", COLUMNS)?;
    }
    let in_force = found["in_force"] == json!(true);
    Ok(ExitCode::from(if in_force {
        exit::DONE
    } else {
        exit::FAILED
    }))
}
