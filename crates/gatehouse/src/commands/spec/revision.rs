//! `gatehouse spec changes`: what a revision changes, for whom, and line by line: what an approver reads before accepting.

use std::process::ExitCode;

use anyhow::Context;
use gatehouse_spec::diff::LineDiff;
use gatehouse_spec::gate::{self, Report};

use super::arguments::{OneRevision, Plain};
use crate::output;
use crate::remote::segment;

pub(crate) async fn changes(args: &OneRevision) -> anyhow::Result<ExitCode> {
    let session = args.reach.open()?;
    let path = path(args);
    let mut revision = session.get(&path).await?;
    let lines = session.get(&format!("{path}/lines")).await?;
    if args.output == Plain::Json {
        revision["lines"] = lines;
        output::data(serde_json::to_string_pretty(&revision)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Ok(report) = serde_json::from_value::<Report>(revision["report"].clone()) {
        output::data(gate::table(&report).trim_end())?;
    }
    let diff: LineDiff = serde_json::from_value(lines).context("reading the lines")?;
    output::data(unified(&diff).trim_end())?;
    if diff.cut {
        output::talk("Not every line is listed: too much differs.");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn publish(args: &OneRevision, drop_orphans: bool) -> anyhow::Result<ExitCode> {
    let session = args.reach.open()?;
    let path = format!("{}/publish?drop_orphans={drop_orphans}", path(args));
    let published = session.post(&path, serde_json::Value::Null).await?;
    match args.output {
        Plain::Json => output::data(serde_json::to_string_pretty(&published)?)?,
        Plain::Table => output::data(format!(
            "Revision {} of {} {} is published.",
            args.revision, args.of.api, args.of.version
        ))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn path(args: &OneRevision) -> String {
    format!(
        "/v1/apis/{}/versions/{}/revisions/{}",
        segment(&args.of.api),
        segment(&args.of.version),
        args.revision
    )
}

/// As `diff -u` writes it, with the part of the document after the numbers.
fn unified(diff: &LineDiff) -> String {
    let mut lines = Vec::new();
    for hunk in &diff.hunks {
        let first = |number: fn(&gatehouse_spec::diff::Line) -> Option<usize>| {
            hunk.lines.iter().find_map(number).unwrap_or(0)
        };
        lines.push(format!(
            "@@ -{} +{} @@ {}",
            first(|line| line.before),
            first(|line| line.after),
            hunk.part
        ));
        lines.extend(hunk.lines.iter().map(|line| {
            let sign = match (line.before, line.after) {
                (Some(_), None) => '-',
                (None, Some(_)) => '+',
                _ => ' ',
            };
            format!("{sign}{}", line.text)
        }));
    }
    lines.join("\n")
}
