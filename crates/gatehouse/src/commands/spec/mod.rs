//! `gatehouse spec`: descriptions of APIs, as files.

mod diff;
mod publish;

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::cli::Spec;

pub(crate) async fn run(command: Spec) -> anyhow::Result<ExitCode> {
    match command {
        Spec::Diff(args) => diff::run(&args),
        Spec::Publish(args) => publish::run(args).await,
    }
}

pub(super) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut content = Vec::new();
        std::io::stdin()
            .read_to_end(&mut content)
            .context("reading standard input")?;
        return Ok(content);
    }
    std::fs::read(file).with_context(|| format!("reading {}", file.display()))
}
