//! One module per verb of the command line.

pub(crate) mod account;
pub(crate) mod api;
pub(crate) mod application;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod backend_secret;
pub(crate) mod backup;
pub(crate) mod branding;
pub(crate) mod call;
pub(crate) mod certificate;
pub(crate) mod change;
pub(crate) mod changelog;
pub(crate) mod ci_trust;
pub(crate) mod completion;
mod config;
mod config_key;
pub(crate) mod context;
mod demo;
mod docs;
mod doctor;
pub(crate) mod drift;
pub(crate) mod environment;
mod first_administrator;
pub(crate) mod folder;
pub(crate) mod gateways;
pub(crate) mod guide;
mod health;
pub(crate) mod identity_provider;
pub(crate) mod incident;
pub(crate) mod invitation;
pub(crate) mod job;
pub(crate) mod key;
pub(crate) mod lint;
pub(crate) mod login;
pub(crate) mod logs;
pub(crate) mod mail;
pub(crate) mod master_key;
pub(crate) mod member;
mod migrate;
pub(crate) mod operation;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod product;
pub(crate) mod question;
pub(crate) mod release;
mod reset_second_factor;
mod role;
pub(crate) mod spec;
pub(crate) mod subscription;
pub(crate) mod team;
pub(crate) mod tenant;
pub(crate) mod tenant_role;
pub(crate) mod terms;
pub(crate) mod test;
pub(crate) mod token;
mod up;
pub(crate) mod upstream;
pub(crate) mod usage;
pub(crate) mod version;
pub(crate) mod webhook;
mod whoami;

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
        Command::Backup(args) => backup::save(args).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Migrate(data) => migrate::run(data).await,
        Command::FirstAdministrator(args) => first_administrator::run(args).await,
        Command::ResetSecondFactor(args) => reset_second_factor::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Spec(command) => spec::run(command).await,
        Command::Lint(command) => lint::run(command).await,
        Command::Diff(args) => folder::diff(args).await,
        Command::Apply(args) => folder::apply(args).await,
        Command::Sync(args) => folder::sync(args).await,
        Command::Export(args) => folder::export(args).await,
        Command::Change(command) => change::run(command).await,
        Command::Drift(args) => drift::run(args).await,
        Command::Release(command) => release::run(command).await,
        Command::Config(command) => config::run(command),
        Command::ConfigKey(command) => config_key::run(command).await,
        Command::MasterKey(command) => master_key::run(command).await,
        Command::Login(args) => login::run(args).await,
        Command::Whoami(remote) => whoami::run(&remote).await,
        Command::Context(command) => context::run(command),
        Command::Api(command) => api::run(command).await,
        Command::Version(command) => version::run(command).await,
        Command::Operation(command) => operation::run(command).await,
        Command::Plan(command) => plan::run(command).await,
        Command::Policy(command) => policy::run(command).await,
        Command::BackendSecret(command) => backend_secret::run(command).await,
        Command::Terms(command) => terms::run(command).await,
        Command::Product(command) => product::run(command).await,
        Command::Guide(command) => guide::run(command).await,
        Command::Changelog(command) => changelog::run(command).await,
        Command::Question(command) => question::run(command).await,
        Command::Incident(command) => incident::run(command).await,
        Command::Application(command) => application::run(command).await,
        Command::Subscription(command) => subscription::run(*command).await,
        Command::Approval(command) => approval::run(*command).await,
        Command::Usage(args) => usage::run(args).await,
        Command::Logs(command) => logs::run(command).await,
        Command::Call(args) => call::run(args).await,
        Command::Member(command) => member::run(command).await,
        Command::Invitation(command) => invitation::run(command).await,
        Command::Team(command) => team::run(command).await,
        Command::Job(command) => job::run(command).await,
        Command::Role(command) => tenant_role::run(command).await,
        Command::Account(command) => account::run(command).await,
        Command::Token(command) => token::run(command).await,
        Command::CiTrust(command) => ci_trust::run(command).await,
        Command::IdentityProvider(command) => identity_provider::run(command).await,
        Command::Branding(command) => branding::run(command).await,
        Command::Tenant(command) => tenant::run(command).await,
        Command::Environment(command) => environment::run(command).await,
        Command::Certificate(command) => certificate::run(command).await,
        Command::Upstream(command) => upstream::run(command).await,
        Command::Completion(args) => completion::run(&args),
        Command::Key(command) => key::run(command).await,
        Command::Mail(command) => mail::run(command).await,
        Command::Webhook(command) => webhook::run(command).await,
        Command::Test(args) => test::run(args).await,
        Command::Health(args) => health::run(args).await,
        Command::Docs(args) => docs::run(&args),
        Command::DemoUpstream(args) => demo::upstream(args).await,
    }
}
