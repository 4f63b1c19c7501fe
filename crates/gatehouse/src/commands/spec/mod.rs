//! `gatehouse spec`: descriptions of APIs, as files.

mod accept;
mod arguments;
mod check;
mod compat;
mod diff;
mod lint;
mod publish;
mod revision;
mod revisions;
mod written;

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

pub(crate) use arguments::Spec;

pub(crate) async fn run(command: Spec) -> anyhow::Result<ExitCode> {
    match command {
        Spec::Diff(args) => diff::run(&args).await,
        Spec::Lint(args) => lint::run(&args),
        Spec::Check(args) => check::run(&args).await,
        Spec::Publish(args) => publish::run(args).await,
        Spec::Revisions(args) => revisions::run(&args).await,
        Spec::Accept(args) => accept::run(&args).await,
        Spec::Changes(args) => revision::changes(&args).await,
        Spec::PublishRevision {
            revision,
            drop_orphans,
        } => revision::publish(&revision, drop_orphans).await,
        Spec::Compat(args) => compat::run(&args).await,
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
