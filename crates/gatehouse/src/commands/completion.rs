//! `gatehouse completion`: scripts for shells.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Completion {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Completion) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gatehouse", &mut script);
    output::data(String::from_utf8(script)?.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
