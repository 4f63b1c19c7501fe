//! The one executable: every role, the supervisor that runs them together, and the command line.
//!
//! Start with [`cli`]: it is the table of contents.

mod cli;
mod commands;
mod input;
mod output;
mod remote;
mod stack;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if matches!(&cli.command, cli::Command::Gateway(gateway) if gateway.command.is_none()) {
        // Calls are served by threads of the gateway's own, one per core; this is for what keeps it current.
        builder.worker_threads(2);
    }
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output::fail(&anyhow::Error::new(error).context("starting the runtime"));
        }
    };
    // Verbs await whole transactions; boxed, their futures do not live on the main thread's stack.
    let outcome = runtime.block_on(Box::pin(commands::run(cli)));
    // Waiting for threads that wait for children would wait for ever after a failure; children end with this process.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(error) => output::fail(&error),
    }
}
