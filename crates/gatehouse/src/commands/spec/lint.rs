//! `gatehouse spec lint`: what publishing would find, without a server.

use std::process::ExitCode;

use anyhow::{Context, bail};
use gatehouse_spec::Limits;
use gatehouse_spec::lint::{Levels, Lint, lint};

use super::arguments::{Lint as Args, Plain};
use super::read;
use crate::output::{self, exit};

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let levels = match &args.rules {
        None => Levels::default(),
        Some(file) => {
            let rules =
                std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            let rules = serde_json::from_slice(&rules)
                .with_context(|| format!("reading {} as JSON", file.display()))?;
            match Levels::from_json(&rules) {
                Ok(levels) => levels,
                Err(faults) => bail!("{}: {}", file.display(), faults.join(" ")),
            }
        }
    };
    let content = read(&args.file)?;
    let description = match gatehouse_spec::parse(&content, &Limits::default()) {
        Ok(description) => description,
        Err(faults) => {
            output::talk(format!("gatehouse: invalid_spec: {faults}"));
            return Ok(ExitCode::from(exit::FAILED));
        }
    };
    let found = lint(&description, &content, &levels);
    match args.output {
        Plain::Json => output::data(serde_json::to_string_pretty(&found)?)?,
        Plain::Table => table(&found)?,
    }
    Ok(ExitCode::from(if found.blocking > 0 {
        exit::FAILED
    } else {
        exit::DONE
    }))
}

fn table(found: &Lint) -> anyhow::Result<()> {
    for finding in &found.findings {
        output::data(finding.line())?;
    }
    let listed = found.findings.len();
    let more = found.blocking + found.warnings - listed;
    output::talk(format!(
        "{} findings that block, {} warnings{}.",
        found.blocking,
        found.warnings,
        if more > 0 {
            format!(", {more} not listed")
        } else {
            String::new()
        }
    ));
    Ok(())
}
