//! Starting a gateway, and its orderly end.

mod control;
mod follow;

use std::convert::Infallible;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use gatehouse_runtime::listener::{
    DrainOutcome, Listener, ListenerSettings, ListenerStats, RequestBody,
};
use gatehouse_runtime::telemetry::{Health, Metrics, StatusPages};
use gatehouse_runtime::{Clock, Supervisor};
use http::Request;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use control::Control;

use crate::call::{Bounds, Concurrency};
use crate::files;
use crate::general::tls::{Certificate, Tls};
use crate::hand_over::{Door, Passed, Predecessor, Retirement, VERSION};
use crate::live_config::identity::Identity;
use crate::live_config::pull::Puller;
use crate::settings::{ROLE, Settings};
use crate::status::{Checks, Status};
use crate::upstream::Connector;
use crate::usage::drain;
use crate::worker::memory::Memory;
use crate::worker::sockets::Sockets;
use crate::worker::{Plan, Workers, sockets};

/// A gateway that has its ports and its data folder, and the configuration on disk in force, but does not serve yet.
pub struct BoundGateway {
    sockets: Sockets,
    control: Control,
    puller: Option<Puller>,
    clock: Clock,
    /// Held so that no second gateway uses the same folder.
    lock: File,
    /// The gateway whose sockets and folder these are until it has handed over.
    predecessor: Option<Predecessor>,
}

impl BoundGateway {
    /// Binds both addresses, takes hold of the data folder and puts what is on disk of the configuration in force. Inside a
    /// multi-thread tokio runtime.
    ///
    /// Fails when the settings are unsafe, the data folder cannot be used or is used by another gateway, or an address is
    /// taken.
    pub fn bind(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        settings.check()?;
        let bind = |address, count| {
            sockets::bind(address, count).with_context(|| format!("listening on {address}"))
        };
        let mut status = bind(settings.status_listen.0, 1)?;
        let sockets = Sockets {
            listen: bind(settings.listen.0, settings.worker_count())?,
            status: status.pop().context("no socket for the status pages")?,
        };
        let lock = claim(&settings)?;
        Self::new(settings, clock, Passed { lock, sockets }, None)
    }

    /// Takes over from the gateway that runs on the data folder: its sockets, without a pause, its folder and its
    /// configuration. The addresses in the settings do not count.
    ///
    /// Fails as [`BoundGateway::bind`] does, and when no gateway of this user runs there; the one that runs goes on.
    pub fn take_over(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        settings.check()?;
        let (predecessor, passed) = Predecessor::ask(&settings.data_dir, VERSION)?;
        Self::new(settings, clock, passed, Some(predecessor))
    }

    fn new(
        settings: Settings,
        clock: Clock,
        passed: Passed,
        predecessor: Option<Predecessor>,
    ) -> anyhow::Result<Self> {
        let Passed { lock, sockets } = passed;
        anyhow::ensure!(!sockets.listen.is_empty(), "no socket to listen on");
        let control = Control::new(settings, &clock, predecessor.is_none())?;
        let puller = match Identity::load(&control.settings.data_dir)? {
            Some(identity) => Some(control.enrol(identity)?),
            None => control.begin_from_folder()?,
        };
        Ok(Self {
            sockets,
            control,
            puller,
            clock,
            lock,
            predecessor,
        })
    }

    /// Where consumers call, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        address_of(&self.sockets.listen[0])
    }

    /// Where health and metrics answer, with the real port.
    pub fn status_addr(&self) -> SocketAddr {
        address_of(&self.sockets.status)
    }

    /// Serves until the supervisor begins shutdown, then drains. With a configuration it serves whoever else is alive;
    /// without one it answers 503 `auth_unknown` until the first one has come.
    pub async fn serve(self, supervisor: &Supervisor) -> anyhow::Result<DrainOutcome> {
        let Self {
            sockets,
            control,
            mut puller,
            clock,
            lock,
            predecessor,
        } = self;
        let settings = &control.settings;
        // What can fail comes before the predecessor is told that nothing will.
        let certificate = Certificate::load(&settings.tls).context("reading the certificate")?;
        let connector = Connector::new(settings.upstream.ca_file.as_deref())
            .context("reading the authorities backends are trusted by")?;
        let passed = Passed {
            lock,
            sockets: sockets.try_clone()?,
        };
        tokio::task::block_in_place(|| control.take_hold(predecessor, puller.as_mut()))?;
        let bounds = Bounds {
            concurrency: Concurrency::new(settings.limits.concurrency),
            memory: Memory::new(usize::try_from(settings.limits.memory).unwrap_or(usize::MAX)),
        };
        let pages = StatusPages {
            health: Health::new(),
            metrics: Metrics::new(ROLE),
        };
        control.metrics.register(&pages.metrics);
        let stats = ListenerStats::default();
        stats.register(&pages.metrics);
        let status_listener = Listener::from_std(sockets.status)?;
        let status = Status {
            checks: Checks::register(&pages.health),
            pages: pages.clone(),
            metrics: Arc::clone(&control.metrics),
            config: Arc::clone(&control.config),
            sharing: Arc::clone(&control.sharing),
            tables: Arc::clone(&control.tables),
            bounds: bounds.clone(),
            spool: Arc::clone(&control.shipper.spool),
        };
        let end = CancellationToken::new();
        let _falls_silent = end.clone().drop_guard();
        let status_end = end.child_token();
        supervisor.spawn_essential(
            "gateway.status",
            serve_status(status_listener, status, status_end.clone()),
        );
        let spool = &control.shipper.spool;
        let draining = drain::drain(Arc::clone(spool), end.clone());
        supervisor.spawn_essential("gateway.spool", draining);
        let syncing = drain::sync(Arc::clone(spool), end);
        supervisor.spawn_essential("gateway.spool_sync", syncing);
        let retiring = Arc::new(AtomicBool::new(false));
        let writers = TaskTracker::new();
        let retirement = Retirement {
            door: Door::open(&control.settings.data_dir)
                .context("opening the door for a successor")?,
            passed,
            retiring: Arc::clone(&retiring),
            writers: writers.clone(),
            status: status_end,
            supervisor: supervisor.clone(),
        };
        supervisor.spawn_job("gateway.retirement", retirement.run());
        let following = control
            .clone()
            .follow(puller, supervisor.clone(), writers.clone());
        supervisor.spawn_job("gateway.control_plane", writers.track_future(following));
        if let Some(certificate) = &certificate {
            let following = Arc::clone(certificate).follow();
            let token = supervisor.token();
            supervisor.spawn("gateway.certificate", async move {
                token.run_until_cancelled(following).await;
            });
        }
        let settings = &control.settings;
        let speaks_tls = settings.tls.enabled || certificate.is_some();
        let tls = speaks_tls.then(|| {
            let tables = Arc::clone(&control.tables);
            Tls::new(certificate, tables, settings.listener.h2.enabled)
        });
        let tls = tls.transpose()?;
        let plan = Plan {
            tls,
            ..control.plan(clock, supervisor, bounds, stats, connector, &retiring)
        };
        let workers = Workers::start(plan, sockets.listen)?;
        control
            .serve(workers, pages.health, supervisor.token(), &retiring)
            .await
    }
}

/// Makes the data folder and holds it against a second gateway.
fn claim(settings: &Settings) -> anyhow::Result<File> {
    let data_dir = &settings.data_dir;
    files::private_folder(data_dir).with_context(|| format!("making {}", data_dir.display()))?;
    let lock = File::create(data_dir.join("lock"))?;
    lock.try_lock()
        .with_context(|| format!("{} is in use by another gateway", data_dir.display()))?;
    Ok(lock)
}

/// The address of a bound socket.
fn address_of(socket: &TcpListener) -> SocketAddr {
    // A socket that was bound has an address; the kernel has no other answer.
    socket
        .local_addr()
        .unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)))
}

async fn serve_status(
    listener: Listener,
    status: Status,
    end: CancellationToken,
) -> anyhow::Result<()> {
    let status = Arc::new(status);
    let service = tower::service_fn(move |request: Request<RequestBody>| {
        let answer = status.answer(&request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let settings = ListenerSettings {
        connections_max: 256,
        drain: Duration::from_secs(1),
        ..ListenerSettings::default()
    };
    listener.serve(service, &settings, end).await;
    Ok(())
}
