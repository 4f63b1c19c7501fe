//! What the tasks beside the request path share, and what workers are made from.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwapOption;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::listener::parts::Refusals;
use gatehouse_runtime::listener::{DrainOutcome, ListenerStats, Refusal};
use gatehouse_runtime::telemetry::Health;
use gatehouse_runtime::{Clock, Supervisor, random};
use gatehouse_snapshot::group_seal::GroupSeal;
use gatehouse_snapshot::sign::{DigestKey, Signer};
use tokio_util::sync::CancellationToken;

use crate::answer;
use crate::call::{Bounds, Ledgers};
use crate::hand_over::Predecessor;
use crate::live_config::apply::Trust;
use crate::live_config::control_plane::ControlPlane;
use crate::live_config::disk::Disk;
use crate::live_config::identity::{Identity, Membership};
use crate::live_config::pull::Puller;
use crate::live_config::{ConfigStatus, Sharing, identity};
use crate::metrics::GatewayMetrics;
use crate::proxy::Proxy;
use crate::settings::Settings;
use crate::tables::Tables;
use crate::trace::TraceIds;
use crate::upstream::{Connector, Upstreams};
use crate::usage::ledger::QuotaLedger;
use crate::usage::shipper::Shipper;
use crate::usage::spool::Spool;
use crate::worker::{Plan, Workers};

/// Time for handing over the last calls at shutdown; what remains is in the spool.
const LAST_SHIPMENT: Duration = Duration::from_secs(3);

/// What the tasks beside the request path share.
#[derive(Clone)]
pub(super) struct Control {
    pub(super) settings: Arc<Settings>,
    pub(super) control_plane: Arc<ControlPlane>,
    pub(super) signer: Arc<Signer>,
    pub(super) tables: Arc<Tables>,
    pub(super) config: Arc<ConfigStatus>,
    pub(super) sharing: Arc<Sharing>,
    pub(super) metrics: Arc<GatewayMetrics>,
    pub(super) group_key: Arc<ArcSwapOption<DigestKey>>,
    pub(super) shipper: Shipper,
    pub(super) identity: Arc<std::sync::OnceLock<Identity>>,
}

impl Control {
    pub(super) fn new(settings: Settings, clock: &Clock, alone: bool) -> anyhow::Result<Self> {
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
            config: ConfigStatus::open(clock.clone(), data_dir.join("out_of_rotation")),
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
    pub(super) fn take_hold(
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
    pub(super) fn enrol(&self, identity: Identity) -> anyhow::Result<Puller> {
        let membership = identity.membership();
        let _ = self.identity.set(identity);
        self.begin(membership)
    }

    /// Begins without having joined, if there is a snapshot folder to begin from.
    pub(super) fn begin_from_folder(&self) -> anyhow::Result<Option<Puller>> {
        let Some(folder) = &self.settings.snapshot_dir else {
            return Ok(None);
        };
        let membership = Membership::load(folder).context("reading the snapshot folder")?;
        membership.map(|found| self.begin(found)).transpose()
    }

    /// Serves what is on disk, or in the snapshot folder, of a group's configuration.
    fn begin(&self, membership: Membership) -> anyhow::Result<Puller> {
        let digest_key = DigestKey::new(&membership.group_key);
        self.group_key.store(Some(Arc::new(digest_key)));
        let trust = Trust {
            group: membership.group,
            keys: membership.trusted,
            seal: GroupSeal::new(&membership.group_key),
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
    pub(super) fn plan(
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
            out_of_rotation: Arc::clone(&self.config.out_of_rotation),
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
            bounds: Rc::new(bounds),
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
            trace_ids: TraceIds::new(),
        })
    }

    /// Serves until shutdown, then ends in order: finish calls, hand over the last records.
    pub(super) async fn serve(
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

/// Refusals of a listener in the gateway's own words: a problem with a request id.
fn worded(settings: &Settings, clock: &Clock) -> Refusals {
    let pages = settings.error_pages.as_ref().map(ToString::to_string);
    let clock = clock.clone();
    let headers_max = settings.listener.headers_max;
    Refusals::new(move |refusal| {
        let problem = match refusal {
            Refusal::Busy => Problem::new(ProblemKind::Overloaded),
            Refusal::TooManyHeaders => Problem::new(ProblemKind::HeadersTooLarge)
                .detail(format!("A request may have {headers_max} headers.")),
        };
        answer::unrecorded(&problem, &clock, pages.as_deref())
    })
}
