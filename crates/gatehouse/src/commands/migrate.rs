//! `gatehouse migrate`: bring the database up, if it is a private one, and apply the migrations.

use std::process::ExitCode;

use crate::cli::DataDir;
use crate::output;
use crate::stack::database;

pub(crate) async fn run(data: DataDir) -> anyhow::Result<ExitCode> {
    database(&data).await?.stop().await?;
    output::talk("The database is up to date.");
    Ok(ExitCode::SUCCESS)
}
