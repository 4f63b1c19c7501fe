//! One role as one process: settings, logs, the part itself, an orderly end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_runtime::clock::Clock;
use gatehouse_runtime::settings::{Environment, load};
use gatehouse_runtime::telemetry::{LogSettings, init_logs};
use gatehouse_runtime::{Secret, Supervisor};
use serde_json::{Value, json};

use crate::cli::RoleArgs;

/// What is still running this long after the drain is ended with the process.
const STRAGGLERS: Duration = Duration::from_secs(5);

/// A process that has begun: it logs, and signals end it.
fn begin(log: &LogSettings, role: &'static str) -> anyhow::Result<(Clock, Supervisor)> {
    let clock = Clock::system();
    init_logs(log, role, &clock)?;
    gatehouse_os::raise_nofile_limit().context("raising the limit of open files")?;
    let supervisor = Supervisor::new();
    supervisor.stop_on_signals()?;
    Ok((clock, supervisor))
}

async fn end(supervisor: &Supervisor) -> ExitCode {
    supervisor.shutdown(STRAGGLERS).await;
    match supervisor.failure() {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    }
}

/// Tells whoever started the process where it listens, once it can answer.
pub(crate) fn announce(file: Option<&Path>, addresses: &Value) -> anyhow::Result<()> {
    tracing::info!(%addresses, "listening");
    let Some(file) = file else { return Ok(()) };
    let aside = file.with_extension("new");
    std::fs::write(&aside, addresses.to_string())
        .and_then(|()| std::fs::rename(&aside, file))
        .with_context(|| format!("writing {}", file.display()))
}

fn listen(address: SocketAddr) -> Value {
    json!({ "listen": address })
}

/// The settings every role of the control plane has.
struct ControlPlane {
    url: Option<Secret<String>>,
    app: Option<Secret<String>>,
    system: Option<Secret<String>>,
    master_key_file: Option<PathBuf>,
}

impl ControlPlane {
    async fn open(&self, clock: Clock) -> anyhow::Result<Db> {
        fn text(secret: Option<&Secret<String>>) -> Option<&str> {
            secret.map(|secret| secret.expose().as_str())
        }
        let addresses = DbAddresses::from_settings(
            text(self.url.as_ref()),
            text(self.app.as_ref()),
            text(self.system.as_ref()),
        )?;
        let file = self.master_key_file.as_deref().context(
            "name the master key with master_key_file; the file is made when it does not exist",
        )?;
        Db::connect(&addresses, MasterKey::load_or_create(file)?, clock).await
    }
}

/// `gatehouse admin-api`, which also does the background work of the control plane.
pub(crate) async fn admin_api(args: RoleArgs) -> anyhow::Result<ExitCode> {
    use gatehouse_admin_api::{BoundAdminApi, DEFAULTS, ROLE, Settings};
    let environment = Environment::of_process();
    let settings: Settings = load(ROLE, DEFAULTS, args.settings.as_deref(), &environment)?.settings;
    let (clock, supervisor) = begin(&settings.log, ROLE)?;
    let control_plane = ControlPlane {
        url: settings.database_url.clone(),
        app: settings.database_app_url.clone(),
        system: settings.database_system_url.clone(),
        master_key_file: settings.master_key_file.clone(),
    };
    let db = control_plane.open(clock).await?;
    let bound = BoundAdminApi::bind(settings, db.clone())?;
    announce(args.announce.as_deref(), &listen(bound.local_addr()))?;
    bound.serve(&supervisor).await?;
    let code = end(&supervisor).await;
    db.close().await;
    Ok(code)
}

/// `gatehouse portal`.
pub(crate) async fn portal(args: RoleArgs) -> anyhow::Result<ExitCode> {
    use gatehouse_portal::{BoundPortal, DEFAULTS, ROLE, Settings};
    let environment = Environment::of_process();
    let settings: Settings = load(ROLE, DEFAULTS, args.settings.as_deref(), &environment)?.settings;
    let (clock, supervisor) = begin(&settings.log, ROLE)?;
    let control_plane = ControlPlane {
        url: settings.database_url.clone(),
        app: settings.database_app_url.clone(),
        system: settings.database_system_url.clone(),
        master_key_file: settings.master_key_file.clone(),
    };
    let db = control_plane.open(clock).await?;
    let bound = BoundPortal::bind(settings, db.clone())?;
    announce(args.announce.as_deref(), &listen(bound.local_addr()))?;
    bound.serve(&supervisor).await?;
    let code = end(&supervisor).await;
    db.close().await;
    Ok(code)
}

/// `gatehouse gateway`.
pub(crate) async fn gateway(args: RoleArgs, take_over: bool) -> anyhow::Result<ExitCode> {
    use gatehouse_gateway::{BoundGateway, DEFAULTS, ROLE, Settings};
    let environment = Environment::of_process();
    let settings: Settings = load(ROLE, DEFAULTS, args.settings.as_deref(), &environment)?.settings;
    let (clock, supervisor) = begin(&settings.log, ROLE)?;
    let bound = match take_over {
        false => BoundGateway::bind(settings, clock)?,
        true => BoundGateway::take_over(settings, clock)?,
    };
    let addresses = json!({ "listen": bound.local_addr(), "status_listen": bound.status_addr() });
    announce(args.announce.as_deref(), &addresses)?;
    bound.serve(&supervisor).await?;
    Ok(end(&supervisor).await)
}
