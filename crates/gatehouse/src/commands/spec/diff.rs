//! `gatehouse spec diff`: what a new revision of a description means for callers, told by the exit code too.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use gatehouse_spec::Limits;
use gatehouse_spec::diff::report::{self, Artifacts};
use gatehouse_spec::diff::{Comparison, compare};
use gatehouse_spec::gate::Report;

use super::arguments::{Diff, Format};
use super::read;
use super::written::{code_of, written};
use crate::output;
use crate::remote::{self, segment};

pub(crate) async fn run(args: &Diff) -> anyhow::Result<ExitCode> {
    let Some(new) = &args.new else {
        return with_served(args).await;
    };
    let comparison = compare(&read(&args.old)?, &read(new)?, &Limits::default());
    output::data(write(args, new, &comparison)?.trim_end())?;
    Ok(ExitCode::from(code_of(
        comparison.verdict(),
        args.exit_code,
    )))
}

/// Against what is in force, with its callers.
async fn with_served(args: &Diff) -> anyhow::Result<ExitCode> {
    let (api, version) = (args.api.as_deref(), args.version.as_deref());
    let path = format!(
        "/v1/apis/{}/versions/{}/compare",
        segment(api.unwrap_or_default()),
        segment(version.unwrap_or_default())
    );
    let content = read(&args.old)?;
    let session = args.reach.open()?;
    let answer = session.ask(&path, content).await?;
    let report: Report = serde_json::from_value(answer.clone()).context("reading the report")?;
    output::data(written(args.output, &report, &answer, &args.old)?.trim_end())?;
    for orphan in answer["orphans"].as_array().into_iter().flatten() {
        output::talk(format!("orphaned: {}", remote::orphan(orphan)));
    }
    Ok(ExitCode::from(code_of(report.verdict, args.exit_code)))
}

fn write(args: &Diff, new: &Path, comparison: &Comparison) -> anyhow::Result<String> {
    Ok(match args.output {
        Format::Table => report::table(comparison),
        Format::Json => serde_json::to_string_pretty(&report::json(comparison))?,
        Format::Yaml => serde_saphyr::to_string(&report::json(comparison))?,
        Format::Name => comparison.verdict().as_str().to_owned(),
        Format::Markdown => report::markdown(comparison),
        Format::Sarif => {
            let name = |file: &Path| file.to_string_lossy().replace('\\', "/");
            let (before, after) = (name(&args.old), name(new));
            let artifacts = Artifacts {
                before: &before,
                after: &after,
            };
            serde_json::to_string_pretty(&report::sarif(comparison, &artifacts))?
        }
    })
}
