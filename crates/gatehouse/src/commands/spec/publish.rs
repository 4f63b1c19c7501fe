//! `gatehouse spec publish`: one command for CI, with exit codes; the same as one `PUT` of the file.

use std::process::ExitCode;

use anyhow::Context;
use gatehouse_runtime::settings::parse_duration;
use serde_json::Value;

use super::read;
use crate::cli::SpecPublish;
use crate::output::{self, exit};
use crate::remote::{Format, segment};

pub(crate) async fn run(args: SpecPublish) -> anyhow::Result<ExitCode> {
    let content = read(&args.file)?;
    let wait = parse_duration(&args.wait).context("--wait")?;
    let session = args.remote.open()?;
    let published = session.upload(&path(&args), content).await?;
    match session.format() {
        Format::Table => table(&args, &published)?,
        _ => session.show(&published, "/revision/id", &[])?,
    }
    Ok(if session.in_force(&published, wait).await? {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILED)
    })
}

fn path(args: &SpecPublish) -> String {
    let mut path = format!(
        "/v1/apis/{}/versions/{}/spec?create={}&dry_run={}",
        segment(&args.api),
        segment(&args.version),
        args.create,
        args.dry_run
    );
    if let Some(commit) = &args.commit {
        path.push_str("&commit=");
        path.extend(commit.chars().filter(char::is_ascii_alphanumeric));
    }
    path
}

fn table(args: &SpecPublish, published: &Value) -> anyhow::Result<()> {
    let outcome = published["outcome"].as_str().unwrap_or("published");
    let number = &published["revision"]["number"];
    let operations = &published["operations"];
    output::data(format!(
        "{} {}  {outcome}  revision {number}  {operations} operations",
        args.api, args.version
    ))?;
    for warning in published["warnings"].as_array().into_iter().flatten() {
        let location = &warning["location"];
        let place = match (location["line"].as_u64(), location["column"].as_u64()) {
            (Some(line), Some(column)) => format!("{line}:{column} "),
            _ => String::new(),
        };
        let message = warning["message"].as_str().unwrap_or_default();
        output::talk(format!("warning: {place}{message}"));
    }
    Ok(())
}
