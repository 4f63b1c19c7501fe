//! `gatehouse operation`: operations of published APIs.

use std::process::ExitCode;

use clap::Subcommand;

use crate::remote::{Column, Remote, column, segment};

const COLUMNS: &[Column] = &[
    column("METHOD", "/method"),
    column("PATH", "/path_template"),
    column("OPERATION", "/operation_id"),
    column("SUMMARY", "/summary"),
];
const FOUND: &[Column] = &[
    column("API", "/api/slug"),
    column("VERSION", "/version"),
    column("METHOD", "/method"),
    column("PATH", "/path_template"),
    column("SUMMARY", "/summary"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Operation {
    /// List the operations of a version.
    List {
        /// Slug or id of the API.
        api: String,
        /// Label of the version.
        label: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Search the operations of every API you may see.
    Search {
        /// Words to look for.
        words: String,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Operation) -> anyhow::Result<ExitCode> {
    match command {
        Operation::List { api, label, remote } => {
            let session = remote.open()?;
            let (api, label) = (segment(&api), segment(&label));
            let path = format!("/v1/apis/{api}/versions/{label}/operations");
            session.rows(&session.get(&path).await?, "/slug", COLUMNS)?;
        }
        Operation::Search { words, remote } => {
            let session = remote.open()?;
            let path = format!("/v1/operations?q={}", segment(&words));
            session.rows(&session.get(&path).await?, "/slug", FOUND)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
