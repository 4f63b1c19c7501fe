//! `gatehouse spec publish`: one command for CI, with exit codes; the same as one `PUT` of the file.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use gatehouse_runtime::settings::{Environment, parse_duration};
use gatehouse_spec::gate::{Decision, Report};
use serde_json::{Value, json};

use super::arguments::{Format, Publish};
use super::read;
use super::written::{code, written};
use crate::commands::job;
use crate::output::{self, exit};
use crate::remote::{self, Refused, Session, segment};

pub(crate) async fn run(args: Publish) -> anyhow::Result<ExitCode> {
    let content = match args.from {
        None => read(args.document())?,
        Some(_) => Vec::new(),
    };
    let wait = parse_duration(&args.wait).context("--wait")?;
    let session = args.reach.open()?;
    let published = send(&session, &args, content).await;
    let published = match published {
        Ok(published) => published,
        Err(error) => match error.downcast::<Refused>() {
            Ok(refused) => return stopped(&args, &refused),
            Err(other) => return Err(other),
        },
    };
    let report: Option<Report> = serde_json::from_value(published["report"].clone()).ok();
    match (args.output, &report) {
        (Format::Json, _) => output::data(serde_json::to_string_pretty(&published)?)?,
        (Format::Yaml, _) => output::data(serde_saphyr::to_string(&published)?.trim_end())?,
        (Format::Name, _) => {
            output::data(published["revision"]["id"].as_str().unwrap_or_default())?;
        }
        (Format::Table, report) => table(&args, &published, report.as_ref())?,
        (format, Some(report)) => {
            let text = written(format, report, &published["report"], args.document())?;
            output::data(text.trim_end())?;
        }
        (_, None) => output::talk("Nothing changed."),
    }
    Ok(if session.in_force(&published, wait).await? {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILED)
    })
}

/// Sends the document, or has the server fetch it.
async fn send(session: &Session, args: &Publish, content: Vec<u8>) -> anyhow::Result<Value> {
    let path = path(args, &Environment::of_process());
    let begun = match &args.from {
        Some(url) if args.as_job => session.create_as_job(&path, json!({ "url": url })).await?,
        Some(url) => return session.post(&path, json!({ "url": url })).await,
        None if args.as_job => session.upload_as_job(&path, content).await?,
        None => return session.upload(&path, content).await,
    };
    by_job(session, &begun).await
}

/// Longest wait for a job that publishes.
const JOB_MAX: Duration = Duration::from_secs(60 * 60);

/// Waits for the end of a job that publishes; what it answers, or is refused for, is what a request would have been.
async fn by_job(session: &Session, begun: &Value) -> anyhow::Result<Value> {
    let id = begun["id"].as_str().unwrap_or_default();
    output::talk(format!("Job {id}."));
    let mut job = job::until_over(session, id, JOB_MAX).await?;
    if job["state"] == "done" {
        let mut published = job["result"].take();
        published["change_id"] = job["change_id"].take();
        return Ok(published);
    }
    let detail = match job["error"].as_str() {
        Some(error) => error.to_owned(),
        None => format!("the job is {}", job["state"].as_str().unwrap_or_default()),
    };
    let faults = job["result"]["faults"].as_array().into_iter().flatten();
    let errors: Vec<Value> = faults.map(placed).collect();
    let problem = json!({
        "code": "job_failed",
        "detail": detail,
        "errors": errors,
        "report": job["result"]["report"],
    });
    Err(Refused {
        status: 422,
        problem,
    }
    .into())
}

/// A fault of a job as a problem has it.
fn placed(fault: &Value) -> Value {
    json!({
        "pointer": fault["pointer"],
        "detail": fault["message"],
        "line": fault["location"]["line"],
        "column": fault["location"]["column"],
    })
}

/// A description that did not pass the gate: the report is the result, and what to do next is talk.
fn stopped(args: &Publish, refused: &Refused) -> anyhow::Result<ExitCode> {
    let json = &refused.problem["report"];
    let Ok(report) = serde_json::from_value::<Report>(json.clone()) else {
        return Ok(refused.report());
    };
    output::data(written(args.output, &report, json, args.document())?.trim_end())?;
    refused.report();
    Ok(ExitCode::from(code(&report)))
}

fn path(args: &Publish, environment: &Environment) -> String {
    let mut path = format!(
        "/v1/apis/{}/versions/{}/spec{}?create={}&dry_run={}&drop_orphans={}",
        segment(&args.of.api),
        segment(&args.of.version),
        if args.from.is_some() { "/import" } else { "" },
        args.create,
        args.dry_run,
        args.drop_orphans
    );
    for (name, value) in source(args, environment) {
        // At most as long as the server keeps, so that a long branch name publishes all the same.
        let value: String = value
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect();
        // Writing to a String cannot fail.
        let _ = write!(path, "&{name}={}", segment(&value));
    }
    path
}

/// Where the document comes from: what was said, else what GitHub Actions or GitLab CI say of the run.
fn source(args: &Publish, environment: &Environment) -> Vec<(&'static str, String)> {
    let known = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| environment.get(name));
        found.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let github_run = || {
        let part = |name: &str| environment.get(name);
        let (server, repository) = (part("GITHUB_SERVER_URL")?, part("GITHUB_REPOSITORY")?);
        Some(format!(
            "{server}/{repository}/actions/runs/{}",
            part("GITHUB_RUN_ID")?
        ))
    };
    let run = || github_run().or_else(|| known(["CI_PIPELINE_URL", "BUILD_URL"]));
    let file = args.file.as_deref().map(Path::to_string_lossy);
    [
        (
            "commit",
            args.commit
                .clone()
                .or_else(|| known(["GITHUB_SHA", "CI_COMMIT_SHA"])),
        ),
        (
            "branch",
            args.branch
                .clone()
                .or_else(|| known(["GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"])),
        ),
        ("ci_run", args.ci_run.clone().or_else(run)),
        (
            "author",
            args.author
                .clone()
                .or_else(|| known(["GITHUB_ACTOR", "CI_COMMIT_AUTHOR"])),
        ),
        (
            "file",
            file.filter(|file| file != "-")
                .map(|file| file.into_owned()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

fn table(args: &Publish, published: &Value, report: Option<&Report>) -> anyhow::Result<()> {
    let outcome = published["outcome"].as_str().unwrap_or("published");
    let number = &published["revision"]["number"];
    let operations = &published["operations"];
    output::data(format!(
        "{} {}  {outcome}  revision {number}  {operations} operations",
        args.of.api, args.of.version
    ))?;
    if let Some(report) = report.filter(|report| report.decision != Decision::Initial) {
        output::data(gatehouse_spec::gate::table(report).trim_end())?;
    } else if let Some(report) = report {
        for finding in &report.lint.findings {
            output::talk(finding.line());
        }
    }
    for orphan in published["dropped"].as_array().into_iter().flatten() {
        output::talk(format!("dropped: {}", remote::orphan(orphan)));
    }
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
