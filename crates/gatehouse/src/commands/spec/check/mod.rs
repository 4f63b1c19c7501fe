//! `gatehouse spec check`: many descriptions through the reading that publishing begins with, without a server.

mod memory;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use gatehouse_control_plane::publishing::{SpecFault, SpecFaults, check_spec};

use super::arguments::{Check, Plain};
use crate::output::{self, exit};
use report::{Checked, Report};

pub(crate) async fn run(args: &Check) -> anyhow::Result<ExitCode> {
    let files = find(&args.paths)?;
    let mut report = Report::default();
    for (name, path) in files {
        let checked = tokio::task::spawn_blocking(move || check(name, &path));
        report.add(checked.await.context("reading a description")??);
    }
    match args.output {
        Plain::Json => output::data(serde_json::to_string_pretty(&report)?)?,
        Plain::Table => output::data(report.table().trim_end())?,
    }
    Ok(ExitCode::from(if report.refused == 0 {
        exit::DONE
    } else {
        exit::FAILED
    }))
}

fn check(name: String, path: &Path) -> anyhow::Result<Checked> {
    let content = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    memory::forget_peak();
    let began = Instant::now();
    // A description that brings the reader down is a defect of ours; the others are read all the same.
    let read = std::panic::catch_unwind(|| check_spec(&content));
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Checked {
        name,
        bytes: content.len(),
        milliseconds,
        memory: memory::peak(),
        result: read.unwrap_or_else(|_| Err(panicked())),
    })
}

fn panicked() -> SpecFaults {
    SpecFaults {
        faults: vec![SpecFault {
            code: "panicked",
            message: "the reader failed; please report it with the file".to_owned(),
            pointer: String::new(),
            location: None,
        }],
        dropped: 0,
    }
}

/// Every file named, and every file of the folders named that may be a description; sorted, each under the name it has
/// within its folder.
fn find(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, &mut found)?;
            found.sort();
            files.extend(found.into_iter().map(|file| {
                let name = file.strip_prefix(path).unwrap_or(&file);
                (name.display().to_string(), file)
            }));
        } else {
            files.push((path.display().to_string(), path.clone()));
        }
    }
    if files.is_empty() {
        bail!("there is no .json, .yaml or .yml file in what was named");
    }
    Ok(files)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let ending = path.extension().and_then(|ending| ending.to_str());
        if kind.is_dir() {
            walk(&path, found)?;
        } else if kind.is_file() && matches!(ending, Some("json" | "yaml" | "yml")) {
            found.push(path);
        }
    }
    Ok(())
}
