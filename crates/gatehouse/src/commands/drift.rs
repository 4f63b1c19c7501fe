//! `gatehouse drift`: what is no longer what files said.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::output::exit;
use crate::remote::{Column, Format, Remote, column};

const COLUMNS: &[Column] = &[
    column("RESOURCE", "/resource"),
    column("SCOPE", "/scope"),
    column("FIELD", "/field"),
    column("CONFIGURED", "/configured"),
    column("ACTUAL", "/actual"),
];

#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// End with 3 when there is any.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    remote: Remote,
}

pub(crate) async fn run(args: Drift) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let answer = session.get("/v1/drift").await?;
    let drifted = answer["data"].as_array().cloned().unwrap_or_default();
    if session.format() == Format::Table {
        let rows: Vec<Value> = drifted.iter().flat_map(lines).collect();
        session.rows(&json!({ "data": rows }), "/resource", COLUMNS)?;
    } else {
        session.rows(&answer, "/resource", COLUMNS)?;
    }
    let any = !drifted.is_empty() && args.exit_code;
    Ok(ExitCode::from(if any { exit::CHANGES } else { exit::DONE }))
}

/// A line for each field of a thing; one for a thing that is gone.
fn lines(thing: &Value) -> Vec<Value> {
    let fields = thing["fields"].as_array().cloned().unwrap_or_default();
    if thing["missing"] == json!(true) || fields.is_empty() {
        let mut row = thing.clone();
        row["actual"] = json!("not there");
        return vec![row];
    }
    let line = |field: Value| {
        let mut row = thing.clone();
        row["field"] = field["pointer"].clone();
        row["configured"] = field["configured"].clone();
        row["actual"] = field["actual"].clone();
        row
    };
    fields.into_iter().map(line).collect()
}
