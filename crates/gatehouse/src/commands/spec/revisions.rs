//! `gatehouse spec revisions`: what was sent in, by whom, from which commit, and what became of it.

use std::process::ExitCode;

use super::arguments::Revisions;
use crate::remote::{Column, column, segment};

pub(super) const COLUMNS: &[Column] = &[
    column("REVISION", "/number"),
    column("STATE", "/state"),
    column("CHANGE", "/change_class"),
    column("SENT BY", "/sent_by"),
    column("AUTHOR", "/source/author"),
    column("COMMIT", "/source/commit"),
    column("RUN", "/source/ci_run"),
    column("ACCEPTED BY", "/acceptance/by"),
];

pub(crate) async fn run(args: &Revisions) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let (api, version) = (segment(&args.of.api), segment(&args.of.version));
    let path = format!("/v1/apis/{api}/versions/{version}/revisions");
    session
        .list(&path, &[], &args.rows, "/number", COLUMNS)
        .await?;
    Ok(ExitCode::SUCCESS)
}
