//! One module per verb of the command line.

mod audit;
mod config;
mod config_key;
mod demo;
mod docs;
mod doctor;
mod first_administrator;
mod gateways;
mod health;
pub(crate) mod master_key;
mod migrate;
mod remote;
mod role;
mod spec;
mod up;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// Runs the verb that was asked for.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Demo(args) => demo::run(args).await,
        Command::Up(args) => up::run(args).await,
        Command::AdminApi(args) => role::admin_api(args).await,
        Command::Portal(args) => role::portal(args).await,
        Command::Gateway(args) => match args.command {
            None => role::gateway(args.role, args.take_over).await,
            Some(command) => gateways::run(command).await,
        },
        Command::Migrate(data) => migrate::run(data).await,
        Command::FirstAdministrator(args) => first_administrator::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Spec(command) => spec::run(command).await,
        Command::Config(command) => config::run(command),
        Command::ConfigKey(command) => config_key::run(command).await,
        Command::MasterKey(command) => master_key::run(command).await,
        Command::Health(args) => health::run(args).await,
        Command::Docs(args) => docs::run(&args),
        Command::DemoUpstream(args) => demo::upstream(args).await,
    }
}
