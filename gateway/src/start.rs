//! Starting a gateway, and its orderly end.

use std::convert::Infallible;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwapOption;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::listener::parts::Refusals;
use gatehouse_runtime::listener::{
    DrainOutcome, Listener, ListenerSettings, ListenerStats, Refusal, RequestBody,
};
use gatehouse_runtime::telemetry::{Health, Metrics, StatusPages};
use gatehouse_runtime::{Clock, Supervisor, random};
use gatehouse_snapshot::sign::Signer;
use http::Request;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::call::{Bounds, Concurrency, Ledgers};
use crate::general::tls::Certificate;
use crate::hand_over::{Door, Passed, Predecessor, Retirement, VERSION};
use crate::limit_store::LimitStore;
use crate::live_config::apply::Trust;
use crate::live_config::control_plane::{ControlPlane, Enrolled};
use crate::live_config::desk::Desk;
use crate::live_config::disk::Disk;
use crate::live_config::identity::{self, Identity, Membership};
use crate::live_config::pull::Puller;
use crate::live_config::{ConfigStatus, Sharing, ack, join};
use crate::metrics::GatewayMetrics;
use crate::policies::api_key::GroupKey;
use crate::proxy::Proxy;
use crate::settings::{ROLE, Settings};
use crate::status::{Checks, Status};
use crate::tables::Tables;
use crate::upstream::{Connector, Upstreams};
use crate::usage::drain;
use crate::usage::ledger::QuotaLedger;
use crate::usage::shipper::Shipper;
use crate::usage::spool::Spool;
use crate::worker::memory::Memory;
use crate::worker::sockets::{self, Sockets};
use crate::worker::{Plan, Workers};
use crate::{answer, files};

/// Time for handing over the last calls at shutdown; what remains is in the spool.
const LAST_SHIPMENT: Duration = Duration::from_secs(3);

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

/// What the tasks beside the request path share.
#[derive(Clone)]
struct Control {
    settings: Arc<Settings>,
    control_plane: Arc<ControlPlane>,
    signer: Arc<Signer>,
    tables: Arc<Tables>,
    config: Arc<ConfigStatus>,
    sharing: Arc<Sharing>,
    metrics: Arc<GatewayMetrics>,
    group_key: Arc<ArcSwapOption<GroupKey>>,
    shipper: Shipper,
    identity: Arc<std::sync::OnceLock<Identity>>,
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
        let tls = match &certificate {
            None => None,
            Some(certificate) => {
                let following = Arc::clone(certificate).follow();
                let token = supervisor.token();
                supervisor.spawn("gateway.certificate", async move {
                    token.run_until_cancelled(following).await;
                });
                Some(certificate.acceptor(control.settings.listener.h2.enabled)?)
            }
        };
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

/// Refusals of a listener in the gateway's own words: a problem with a request id.
fn worded(settings: &Settings, clock: &Clock) -> Refusals {
    let pages = settings.error_pages.as_ref().map(ToString::to_string);
    let clock = clock.clone();
    Refusals::new(move |refusal| {
        let kind = match refusal {
            Refusal::Busy => ProblemKind::Overloaded,
            Refusal::TooManyHeaders => ProblemKind::HeadersTooLarge,
        };
        answer::unrecorded(&Problem::new(kind), &clock, pages.as_deref())
    })
}

impl Control {
    fn new(settings: Settings, clock: &Clock, alone: bool) -> anyhow::Result<Self> {
        let data_dir = settings.data_dir.as_path();
        let boot = random::uuid_v7(clock.now());
        let spool = Spool::begin(data_dir.join("usage"), boot, settings.usage.spool);
        let spool = Arc::new(spool.context("opening the spool of calls")?);
        if alone {
            // Before quotas are read, which count what waits in the spool.
            spool.adopt().context("reading the calls on disk")?;
        }
        let quotas = QuotaLedger::open(data_dir.join("quotas.log"), spool.folder());
        let quotas = Arc::new(quotas.context("reading what quotas have used")?);
        let metrics = Arc::new(GatewayMetrics::default());
        let control_plane = ControlPlane::new(settings.control_plane.clone(), clock.clone())?;
        let tables: Arc<Tables> = Arc::default();
        Ok(Self {
            control_plane: Arc::new(control_plane),
            signer: Arc::new(identity::own_key(data_dir)?),
            tables: Arc::clone(&tables),
            config: ConfigStatus::new(clock.clone()),
            sharing: Arc::new(Sharing::open(data_dir.join("live_nodes"))),
            metrics: Arc::clone(&metrics),
            group_key: Arc::default(),
            shipper: Shipper {
                spool,
                quotas,
                tables,
                metrics,
                every: settings.usage.ship_every,
            },
            identity: Arc::default(),
            settings: Arc::new(settings),
        })
    }

    /// Takes the folder for this process: from the one that hands it over, or as the only one there is.
    fn take_hold(
        &self,
        predecessor: Option<Predecessor>,
        puller: Option<&mut Puller>,
    ) -> anyhow::Result<()> {
        let handed_over = predecessor.map(Predecessor::ready).transpose()?.is_some();
        if handed_over {
            let (quotas, spool) = (&self.shipper.quotas, &self.shipper.spool);
            spool.adopt().context("reading the calls on disk")?;
            quotas
                .reopen(spool.folder())
                .context("reading what quotas have used")?;
        }
        let Some(puller) = puller else { return Ok(()) };
        if handed_over {
            puller.catch_up().context("reading what changed on disk")?;
        }
        puller.begin().context("opening the journal")
    }

    /// Takes on an identity: its group key, and what is on disk of its configuration.
    fn enrol(&self, identity: Identity) -> anyhow::Result<Puller> {
        let membership = identity.membership();
        let _ = self.identity.set(identity);
        self.begin(membership)
    }

    /// Begins without having joined, if there is a snapshot folder to begin from.
    fn begin_from_folder(&self) -> anyhow::Result<Option<Puller>> {
        let Some(folder) = &self.settings.snapshot_dir else {
            return Ok(None);
        };
        let membership = Membership::load(folder).context("reading the snapshot folder")?;
        membership.map(|found| self.begin(found)).transpose()
    }

    /// Serves what is on disk, or in the snapshot folder, of a group's configuration.
    fn begin(&self, membership: Membership) -> anyhow::Result<Puller> {
        self.group_key.store(Some(Arc::new(membership.group_key)));
        let trust = Trust {
            group: membership.group,
            keys: membership.trusted,
        };
        let disk =
            Disk::open(&self.settings.data_dir).context("opening the configuration on disk")?;
        let puller = Puller::from_disk(
            disk,
            &self.settings.data_dir,
            self.settings.snapshot_dir.as_deref(),
            trust,
            Arc::clone(&self.tables),
            Arc::clone(&self.config),
            Arc::clone(&self.metrics),
        );
        puller.context("reading the configuration on disk")
    }

    /// What workers are made from.
    fn plan(
        &self,
        clock: Clock,
        supervisor: &Supervisor,
        bounds: Bounds,
        stats: ListenerStats,
        connector: Connector,
        retiring: &Arc<AtomicBool>,
    ) -> Plan {
        let (control, connector) = (self.clone(), Arc::new(connector));
        Plan {
            settings: Arc::clone(&self.settings),
            stats,
            refusals: worded(&self.settings, &clock),
            clock: clock.clone(),
            tls: None,
            memory: bounds.memory.clone(),
            drain: supervisor.token().child_token(),
            retiring: Arc::clone(retiring),
            proxy: Box::new(move |worker| {
                control.proxy(worker, clock.clone(), &connector, bounds.clone())
            }),
        }
    }

    /// What one worker handles requests with.
    fn proxy(
        &self,
        worker: usize,
        clock: Clock,
        connector: &Arc<Connector>,
        bounds: Bounds,
    ) -> anyhow::Result<Proxy> {
        let settings = &self.settings;
        Ok(Proxy {
            limits: settings.limits.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            error_pages: settings.error_pages.clone(),
            bounds,
            tables: Arc::clone(&self.tables),
            group_key: Arc::clone(&self.group_key),
            config: Arc::clone(&self.config),
            sharing: Arc::clone(&self.sharing),
            quotas: Arc::clone(&self.shipper.quotas),
            ledgers: Ledgers::open(
                worker,
                clock,
                Arc::clone(&self.shipper.spool),
                &self.metrics,
            )
            .context("opening the records of a worker")?,
            upstreams: Upstreams::new(
                Arc::clone(connector),
                &settings.upstream,
                settings.worker_count(),
                self.metrics.upstream.worker(),
            ),
        })
    }

    /// Joins if need be, then follows the control plane until shutdown. Each part is a task of its own: neither a long
    /// compilation nor the panic of one keeps the others from their work.
    async fn follow(self, puller: Option<Puller>, supervisor: Supervisor, writers: TaskTracker) {
        let token = supervisor.token();
        let puller = match puller {
            Some(puller) if self.identity.get().is_some() => puller,
            begun => match token.run_until_cancelled(self.join(begun)).await {
                None => return,
                Some(Ok(puller)) => puller,
                Some(Err(error)) => {
                    // Without a place for configuration there is nothing to follow; /readyz says so.
                    let text = format!("{error:#}");
                    tracing::error!(error = text, "cannot begin to follow the control plane");
                    return self.config.change(|in_force| in_force.refused = Some(text));
                }
            },
        };
        let (control, until) = (self.clone(), token.clone());
        let counted = writers.token();
        supervisor.spawn("gateway.configuration", async move {
            let _counted = counted;
            if let Some(enrolled) = control.enrolled() {
                until.run_until_cancelled(puller.run(enrolled)).await;
            }
        });
        let (control, until) = (self.clone(), token.clone());
        let counted = writers.token();
        supervisor.spawn("gateway.acknowledgements", async move {
            let _counted = counted;
            if let Some(enrolled) = control.enrolled() {
                let (config, sharing) = (control.config.clone(), control.sharing.clone());
                let desk = control
                    .settings
                    .sharing
                    .store
                    .is_none()
                    .then(|| control.desk());
                let metrics = Arc::clone(&control.metrics);
                let telling = ack::run(enrolled, config, sharing, metrics, desk);
                until.run_until_cancelled(telling).await;
            }
        });
        if let Some((addresses, identity)) = self
            .settings
            .sharing
            .store
            .as_ref()
            .zip(self.identity.get())
        {
            let store = LimitStore::new(addresses, identity.group, identity.node);
            let settling = store.run(self.desk(), Arc::clone(&self.sharing));
            let until = token.clone();
            supervisor.spawn("gateway.limits", async move {
                until.run_until_cancelled(settling).await;
            });
        }
        let counted = writers.token();
        supervisor.spawn("gateway.usage", async move {
            let _counted = counted;
            if let Some(enrolled) = self.enrolled() {
                let shipping = self.shipper.clone().run(&enrolled);
                token.run_until_cancelled(shipping).await;
            }
        });
    }

    /// Joins, and goes on from what was begun from a snapshot folder.
    async fn join(&self, begun: Option<Puller>) -> anyhow::Result<Puller> {
        let report = |reason: &str| {
            tracing::warn!(reason, "not joined yet");
            let text = format!("not joined: {reason}");
            self.config.change(|in_force| in_force.refused = Some(text));
        };
        let settings = &self.settings;
        let identity = join::join(
            settings,
            &self.control_plane,
            &self.signer,
            &settings.data_dir,
            report,
        )
        .await;
        self.config.change(|in_force| in_force.refused = None);
        match begun {
            Some(mut puller) if puller.trust().group == identity.group => {
                puller.trust_keys(identity.trusted.clone());
                self.group_key
                    .store(Some(Arc::new(identity.group_key.clone())));
                let _ = self.identity.set(identity);
                Ok(puller)
            }
            Some(_) => anyhow::bail!(
                "the snapshot folder is of another gateway group than the join token; empty the data folder and start again"
            ),
            None => {
                let mut puller = self.enrol(identity)?;
                puller.begin().context("opening the journal")?;
                Ok(puller)
            }
        }
    }

    fn desk(&self) -> Desk {
        let (sharing, quotas) = (Arc::clone(&self.sharing), Arc::clone(&self.shipper.quotas));
        let tables = Arc::clone(&self.tables);
        Desk::new(sharing, quotas, tables, self.config.clock().clone())
    }

    fn enrolled(&self) -> Option<Enrolled<'_>> {
        Some(Enrolled {
            control_plane: &self.control_plane,
            node: self.identity.get()?.node,
            signer: &self.signer,
        })
    }

    /// Serves until shutdown, then ends in order: finish calls, hand over the last records.
    async fn serve(
        self,
        workers: Workers,
        health: Health,
        shutdown: CancellationToken,
        retiring: &AtomicBool,
    ) -> anyhow::Result<DrainOutcome> {
        let mut serving = std::pin::pin!(workers.ended());
        let outcome = tokio::select! {
            outcome = &mut serving => outcome?,
            () = shutdown.cancelled() => {
                health.begin_drain();
                serving.await?
            }
        };
        tracing::info!(cut = outcome.cut, "calls under way have ended");
        // A successor ships what a retiring gateway leaves.
        let shipper = (!retiring.load(Ordering::Relaxed))
            .then(|| self.enrolled())
            .flatten();
        if let Some(enrolled) = shipper {
            let shipping = self.shipper.ship_all(&enrolled);
            if !matches!(
                tokio::time::timeout(LAST_SHIPMENT, shipping).await,
                Ok(Ok(()))
            ) {
                tracing::info!("the last calls stay in the spool until the next start");
            }
        }
        tokio::task::block_in_place(|| self.shipper.spool.close());
        Ok(outcome)
    }
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
