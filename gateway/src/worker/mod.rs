//! The threads that serve: one per core, each with its own runtime, listening sockets and connections to backends.
//!
//! A connection belongs to one worker for its whole life, so nothing on the way of a request is locked or sent between
//! threads. What workers share is read-only ([`Plan`]), a table behind an atomic pointer, or an atomic count: of connections when
//! they begin or end (`Admission`, `balance`), of calls under way, of limits, and of calls at a target. Read [`Worker::serve`], then `accept`.

mod accept;
mod balance;
pub(crate) mod memory;
mod proxy_protocol;
pub(crate) mod signals;
pub(crate) mod sockets;

use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use anyhow::Context;
use gatehouse_runtime::Clock;
use gatehouse_runtime::listener::parts::{Admission, Driver, Permit, Refusals};
use gatehouse_runtime::listener::{CloseReason, DrainOutcome, ListenerStats};
use gatehouse_runtime::supervisor::CatchPanic;
use tokio::runtime::LocalOptions;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::general::General;
use crate::general::tls::Tls;
use crate::proxy::{Origin, Proxy};
use crate::settings::Settings;
use crate::strict::{Strict, Verdict};
use accept::Arrival;
use balance::Balance;
use memory::{Holding, Memory};
use proxy_protocol::{NoHeader, Said};
use signals::{Signals, Stage};

/// Connections that may wait for the worker they were handed to.
const HAND_OVER_MAX: usize = 256;
/// How often a worker measures how late its timers are.
const LAG_MEASURED_EVERY: Duration = Duration::from_millis(200);

/// What a connection of the general tier is taken to hold: hyper's two buffers at their usual size.
const GENERAL_BYTES: usize = 32 * 1024;

/// Lets every connection of this worker read before this one writes. What is written wakes its receiver: bursts of writes find
/// the receivers of most of them awake, and spare the kernel the larger part of what it does for a write (docs/benchmarks.md).
/// A worker with nothing else to do asks the kernel once whether it has, and goes on.
pub(crate) async fn after_reading() {
    tokio::task::yield_now().await;
}

/// What all workers are made from.
pub(crate) struct Plan {
    pub(crate) settings: Arc<Settings>,
    pub(crate) stats: ListenerStats,
    pub(crate) refusals: Refusals,
    pub(crate) clock: Clock,
    /// Speaks TLS with consumers.
    pub(crate) tls: Option<Tls>,
    pub(crate) memory: Memory,
    /// Ends accepting and asks connections to finish.
    pub(crate) drain: CancellationToken,
    /// Whether the control plane has taken the gateway out of rotation.
    pub(crate) out_of_rotation: Arc<AtomicBool>,
    /// Whether the sockets have a new owner when the drain begins.
    pub(crate) retiring: Arc<AtomicBool>,
    /// Makes what requests are handled with, once for each worker and on its thread.
    pub(crate) proxy: Box<dyn Fn(usize) -> anyhow::Result<Proxy> + Send + Sync>,
}

/// Workers that run.
pub(crate) struct Workers {
    ends: Vec<oneshot::Receiver<anyhow::Result<()>>>,
    drain: CancellationToken,
    stats: ListenerStats,
    cut_before: u64,
}

/// One worker, on its own thread.
pub(crate) struct Worker {
    number: usize,
    plan: Arc<Plan>,
    admission: Admission,
    balance: Arc<Balance>,
    doors: Vec<mpsc::Sender<Arrival>>,
    tasks: TaskTracker,
    proxy: Rc<Proxy>,
    strict: Strict,
    general: General,
    signals: Rc<Signals>,
}

impl Workers {
    /// Starts a thread for each place of `settings.workers`; `sockets` are dealt out to them.
    pub(crate) fn start(plan: Plan, sockets: Vec<std::net::TcpListener>) -> anyhow::Result<Self> {
        let plan = Arc::new(plan);
        let count = plan.settings.worker_count();
        let admission = Admission::new(&plan.settings.listener, plan.stats.clone());
        let balance = Arc::new(Balance::new(count));
        let (doors, waiting): (Vec<_>, Vec<_>) =
            (0..count).map(|_| mpsc::channel(HAND_OVER_MAX)).unzip();
        let mut ends = Vec::with_capacity(count);
        let dealt = sockets::deal(sockets, count)?;
        for (number, (sockets, door)) in dealt.into_iter().zip(waiting).enumerate() {
            let (plan, admission, balance) =
                (Arc::clone(&plan), admission.clone(), Arc::clone(&balance));
            let (doors, (told, end)) = (doors.clone(), oneshot::channel());
            let work = move || {
                let seat = Seat {
                    number,
                    admission,
                    balance,
                    doors,
                };
                // Nobody waits for a gateway that has gone away in the meantime.
                let _ = told.send(seat.work(plan, sockets, door));
            };
            std::thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn(work)
                .context("starting a worker")?;
            ends.push(end);
        }
        Ok(Self {
            ends,
            drain: plan.drain.clone(),
            cut_before: plan.stats.closed(CloseReason::Cut),
            stats: plan.stats.clone(),
        })
    }

    /// Waits until every worker has drained. One that ends for another reason ends all: the sockets of a dead worker would
    /// hold connections that nobody accepts.
    pub(crate) async fn ended(self) -> anyhow::Result<DrainOutcome> {
        let mut ends = JoinSet::new();
        let drain = self.drain;
        for end in self.ends {
            let drain = drain.clone();
            ends.spawn(async move {
                let end = end.await.context("a worker panicked").flatten();
                drain.cancel();
                end
            });
        }
        while let Some(end) = ends.join_next().await {
            end.context("waiting for a worker")??;
        }
        Ok(DrainOutcome {
            cut: self.stats.closed(CloseReason::Cut) - self.cut_before,
        })
    }
}

/// What ends the connections of the general tier.
struct Ends {
    finish: CancellationToken,
    cut: CancellationToken,
}

/// A worker's place, before its thread has made a worker of it.
struct Seat {
    number: usize,
    admission: Admission,
    balance: Arc<Balance>,
    doors: Vec<mpsc::Sender<Arrival>>,
}

impl Seat {
    fn work(
        self,
        plan: Arc<Plan>,
        sockets: Vec<std::net::TcpListener>,
        door: mpsc::Receiver<Arrival>,
    ) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())
            .context("starting a worker's runtime")?;
        runtime.block_on(async {
            let cut = CancellationToken::new();
            let tasks = TaskTracker::new();
            let finish = CancellationToken::new();
            let driver = Driver::new(&plan.settings.listener, &finish, &cut)
                .sending_away(Arc::clone(&plan.out_of_rotation));
            let signals = Signals::new(Arc::clone(&plan.out_of_rotation));
            let proxy = Rc::new((plan.proxy)(self.number)?);
            let worker = Rc::new(Worker {
                number: self.number,
                admission: self.admission,
                balance: self.balance,
                doors: self.doors,
                strict: Strict::new(&plan, &signals, &proxy),
                proxy,
                general: General::new(&plan, driver, &signals, &tasks),
                signals,
                tasks,
                plan,
            });
            let ends = Ends { finish, cut };
            worker.serve(sockets, door, &ends).await
        })
    }
}

impl Worker {
    /// Accepts until the drain begins, then waits for what is under way, at most for the drain time.
    async fn serve(
        self: Rc<Self>,
        sockets: Vec<std::net::TcpListener>,
        door: mpsc::Receiver<Arrival>,
        ends: &Ends,
    ) -> anyhow::Result<()> {
        // Ends with the worker.
        let mut house = JoinSet::new();
        let proxy = Rc::clone(&self.proxy);
        // A look at a connection costs of a task's budget, and a used-up one would make closed connections look open.
        house.spawn_local(unconstrained(async move {
            proxy.upstreams.keep_house().await;
        }));
        let mut accepting = JoinSet::new();
        for socket in sockets {
            let socket = tokio::net::TcpListener::from_std(socket).context("taking a socket")?;
            accepting.spawn_local(Rc::clone(&self).accept(socket));
        }
        accepting.spawn_local(Rc::clone(&self).welcome(door));
        accepting.spawn_local(Rc::clone(&self).measure_lag());
        while let Some(end) = accepting.join_next().await {
            end.context("accepting connections")?;
        }
        self.tasks.close();
        self.drain(ends).await;
        Ok(())
    }

    /// Lets connections end by themselves, then asks them to, then cuts what is left: all within the drain time.
    async fn drain(&self, ends: &Ends) {
        let deadline = Instant::now() + self.plan.settings.listener.drain;
        if self.plan.retiring.load(Ordering::Relaxed) {
            self.signals.raise(Stage::Retiring);
            let patient = self.plan.settings.listener.drain * 3 / 4;
            let _ = timeout(patient, self.tasks.wait()).await;
        }
        self.signals.raise(Stage::Draining);
        ends.finish.cancel();
        if timeout_at(deadline, self.tasks.wait()).await.is_err() {
            self.proxy.ledgers.begin_to_cut();
            self.signals.raise(Stage::Cut);
            ends.cut.cancel();
            self.tasks.wait().await;
        }
    }

    /// Measures how late this worker's loop gets to a timer that is due.
    async fn measure_lag(self: Rc<Self>) {
        let drain = &self.plan.drain;
        loop {
            let due = Instant::now() + LAG_MEASURED_EVERY;
            if drain.run_until_cancelled(sleep_until(due)).await.is_none() {
                return;
            }
            self.proxy.ledgers.metrics().lagged(due.elapsed());
        }
    }

    /// Serves a connection in a task of its own; a panic ends only this task.
    fn start(self: &Rc<Self>, arrival: Arrival) {
        let (worker, stats) = (Rc::clone(self), self.plan.stats.clone());
        let task = Box::pin(worker.connection(arrival));
        self.tasks.spawn_local(async move {
            let reason = (CatchPanic { task }).await.unwrap_or_else(|panic| {
                tracing::error!(panic, "request handling panicked");
                CloseReason::Panic
            });
            stats.count_closed(reason);
        });
    }

    /// One connection, from the load balancer's words about it to its end.
    async fn connection(self: Rc<Self>, arrival: Arrival) -> CloseReason {
        let Arrival {
            stream,
            peer,
            mut permit,
            _load,
        } = arrival;
        let Ok(mut stream) = tokio::net::TcpStream::from_std(stream) else {
            return CloseReason::Protocol;
        };
        let settings = &self.plan.settings;
        let mut client = peer.ip();
        if settings.proxy_protocol {
            match proxy_protocol::read(&mut stream, settings.listener.first_byte).await {
                Ok(Said::Client(named)) => client = named,
                Ok(Said::Nobody) => {}
                Err(NoHeader) => return CloseReason::Protocol,
            }
            if !permit.name_source(client) {
                return CloseReason::SourceLimit;
            }
        }
        let _counted = Counted::new(Rc::clone(&self.proxy));
        let holding = self.plan.memory.hold(0);
        match &self.plan.tls {
            None => self.plainly(stream, client, permit, holding).await,
            // Boxed, so that the many connections that never come here stay small.
            Some(tls) => Box::pin(self.secretly(tls, stream, client, permit, holding)).await,
        }
    }

    /// Plain TCP: the strict tier first.
    async fn plainly(
        &self,
        mut stream: tokio::net::TcpStream,
        client: IpAddr,
        permit: Permit,
        holding: Holding,
    ) -> CloseReason {
        let origin = Origin {
            peer: client,
            scheme: "http",
            domain_of: None,
        };
        match self.strictly(&mut stream, origin, &holding).await {
            Verdict::Close(reason) => reason,
            Verdict::General(read) => {
                holding.set(GENERAL_BYTES);
                let proxy = Rc::clone(&self.proxy);
                Box::pin(self.general.serve(stream, &read, origin, permit, proxy)).await
            }
        }
    }

    /// Inside TLS everything is the general tier's.
    async fn secretly(
        &self,
        tls: &Tls,
        stream: tokio::net::TcpStream,
        client: IpAddr,
        permit: Permit,
        holding: Holding,
    ) -> CloseReason {
        holding.set(GENERAL_BYTES);
        let within = self.plan.settings.listener.header;
        let (stream, domain_of) = match tokio::time::timeout(within, tls.accept(stream)).await {
            Ok(Ok(accepted)) => accepted,
            Ok(Err(_)) => return CloseReason::Protocol,
            Err(_) => return CloseReason::Header,
        };
        let origin = Origin {
            peer: client,
            scheme: "https",
            domain_of,
        };
        let proxy = Rc::clone(&self.proxy);
        self.general.serve(stream, &[], origin, permit, proxy).await
    }

    /// The strict tier, until it is done or the drain is over.
    async fn strictly(
        &self,
        stream: &mut tokio::net::TcpStream,
        origin: Origin,
        holding: &Holding,
    ) -> Verdict {
        let mut serving = pin!(self.strict.serve(stream, origin, holding));
        let mut listening = None;
        poll_fn(|cx| {
            listening.get_or_insert_with(|| self.signals.listen(cx));
            match self.signals.stage() {
                Stage::Cut => Poll::Ready(Verdict::Close(CloseReason::Cut)),
                Stage::Serving | Stage::Retiring | Stage::Draining => serving.as_mut().poll(cx),
            }
        })
        .await
    }
}

/// A connection, as this worker's metrics count it, until it is dropped.
struct Counted(Rc<Proxy>);

impl Counted {
    fn new(proxy: Rc<Proxy>) -> Self {
        proxy.ledgers.metrics().connection_began();
        Self(proxy)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.ledgers.metrics().connection_ended();
    }
}
