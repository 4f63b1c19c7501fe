//! One call: when it arrived, what it turned out to be about, and the record that is written of it exactly once.

use std::cell::Cell;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse_domain::id::{
    ApiVersionId, ApplicationId, CredentialId, EnvironmentId, PlanId, SubscriptionId, TenantId,
};
use gatehouse_domain::policy::PolicyKind;
use gatehouse_problem::ProblemKind;
use gatehouse_runtime::request_id::RequestIds;
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::{Clock, RequestId};
use gatehouse_snapshot::object::Moment;
use http::{Method, StatusCode};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::metrics::{ApiNumber, GatewayMetrics, WorkerMetrics};
use crate::policies::applied::Applied;
use crate::reason::Reason;
use crate::tables::{CompiledEnvironment, CompiledRoute, CompiledSet, Notice};
use crate::usage::dictionary::OperationNumber;
use crate::usage::record::{self, Address, Head, Seal, Tail};
use crate::usage::slots::{Place, Slots};
use crate::usage::spool::Spool;
use crate::worker::memory::Memory;

/// The reason of a call that went well.
pub(crate) const OK: Reason = Reason::OK;

/// The moment a call was read: everything about it is judged by this one, so that no step disagrees with another. A rate alone asks
/// once more what time it is before it refuses, since calls that were read later may have been counted meanwhile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) time: OffsetDateTime,
    pub(crate) wall_ms: i64,
    pub(crate) steady_ns: u64,
}

impl Now {
    pub(crate) fn of(clock: &Clock) -> Self {
        let time = clock.now();
        Self {
            time,
            wall_ms: Moment::from(time).0,
            steady_ns: steady_ns(clock),
        }
    }
}

/// What time it is on the steady clock, nanoseconds.
pub(crate) fn steady_ns(clock: &Clock) -> u64 {
    u64::try_from(clock.monotonic().as_nanos()).unwrap_or(u64::MAX)
}

/// What the address of a call led to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) environment: &'a Arc<CompiledEnvironment>,
    pub(crate) route: &'a Arc<CompiledRoute>,
    /// The operation's place in the route.
    pub(crate) operation: usize,
    /// What happens there besides what always does.
    pub(crate) policies: Option<&'a CompiledSet>,
    /// For links in refusals.
    pub(crate) portal: Option<&'a PublicUrl>,
}

/// Who a call is attributed to, as far as the pipeline got: numbers and ids, nothing that has to be allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Attribution {
    /// Owner of the environment the address led to.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) environment: Option<EnvironmentId>,
    /// The version the path led to.
    pub(crate) api_version: Option<ApiVersionId>,
    pub(crate) operation: OperationNumber,
    /// Whom the key identified.
    pub(crate) application: Option<ApplicationId>,
    pub(crate) credential: Option<CredentialId>,
    /// What gave access, or would have.
    pub(crate) subscription: Option<SubscriptionId>,
    pub(crate) plan: Option<PlanId>,
}

/// Where one worker's records and measurements go. A clone is a count of a reference, on the worker's own thread.
#[derive(Clone)]
pub(crate) struct Ledgers(Rc<WorkerLedger>);

struct WorkerLedger {
    clock: Clock,
    ids: RequestIds,
    spool: Arc<Spool>,
    slots: Arc<Slots>,
    metrics: Arc<WorkerMetrics>,
    /// The drain is over: what is dropped now is cut by the gateway.
    cuts: Cell<bool>,
}

impl Ledgers {
    /// Opens the books of a worker; each worker has a number of its own.
    pub(crate) fn open(
        worker: usize,
        clock: Clock,
        spool: Arc<Spool>,
        metrics: &GatewayMetrics,
    ) -> io::Result<Self> {
        Ok(Self(Rc::new(WorkerLedger {
            ids: RequestIds::default(),
            slots: spool.worker(worker)?,
            metrics: metrics.worker(worker),
            clock,
            spool,
            cuts: Cell::new(false),
        })))
    }

    /// Calls that are dropped from here on were not left by their clients.
    pub(crate) fn begin_to_cut(&self) {
        self.0.cuts.set(true);
    }

    /// What the worker's calls are timed by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The worker's measurements.
    pub(crate) fn metrics(&self) -> &WorkerMetrics {
        &self.0.metrics
    }
}

/// Calls under way, bounded.
#[derive(Debug, Clone)]
pub(crate) struct Concurrency {
    under_way: Arc<AtomicUsize>,
    max: usize,
}

/// What all calls together may take.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    pub(crate) concurrency: Concurrency,
    pub(crate) memory: Memory,
}

impl Bounds {
    /// A place for one more call of a worker, if there is one.
    pub(crate) fn enter(self: &Rc<Self>) -> Option<UnderWay> {
        let enters = !self.memory.is_used_up() && self.concurrency.enter();
        enters.then(|| UnderWay(Rc::clone(self)))
    }
}

/// One of the calls under way.
#[derive(Debug)]
pub(crate) struct UnderWay(Rc<Bounds>);

impl Concurrency {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            under_way: Arc::default(),
            max,
        }
    }

    fn enter(&self) -> bool {
        let one_more = |count| (count < self.max).then_some(count + 1);
        let entered = self
            .under_way
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        entered.is_ok()
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let count = &self.0.concurrency.under_way;
        count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A call from its arrival to its record. Dropped unfinished, it was left by its client, or cut by the gateway.
pub(crate) struct Call {
    pub(crate) now: Now,
    pub(crate) request_id: RequestId,
    /// The number behind it.
    id: Uuid,
    /// Of the trace it is part of (W3C Trace Context). Nil for what could not be read.
    pub(crate) trace_id: Uuid,
    pub(crate) attribution: Attribution,
    /// Where its connection comes from.
    pub(crate) source: Option<IpAddr>,
    /// What its response says about the end of the version.
    pub(crate) notice: Option<Notice>,
    /// What its operation has besides what every call meets; a count of a reference where it has something.
    pub(crate) policies: Option<Applied>,
    /// Which API it is measured under.
    api: ApiNumber,
    /// Whether it was let through to the backend.
    counted: bool,
    /// When the backend was asked, and heard from, microseconds after the call arrived.
    asked_us: Option<u64>,
    heard_us: Option<u64>,
    /// Bytes of the request body that were read.
    pub(crate) bytes_in: Rc<Cell<u64>>,
    pub(crate) bytes_out: u64,
    pub(crate) under_way: Option<UnderWay>,
    /// Where it is recorded; none when every place is taken.
    place: Option<Place>,
    address: Address,
    /// Over what was stored when it was let through.
    begun: Option<Seal>,
    status: StatusCode,
    ledgers: Ledgers,
    finished: bool,
}

/// What a call is recorded with whose client leaves before any status was decided (as nginx does).
fn left_by_client() -> StatusCode {
    StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST)
}

impl Call {
    /// `bytes_in` counts the bytes of the body that were read; the codec goes on counting.
    pub(crate) fn begin(
        method: &Method,
        path: &str,
        bytes_in: Rc<Cell<u64>>,
        ledgers: &Ledgers,
    ) -> Self {
        let now = Now::of(&ledgers.0.clock);
        let id = ledgers.0.ids.next(now.time);
        let place = ledgers.0.slots.take();
        let address = place.as_ref().map(|place| {
            let (slot, _) = ledgers.0.slots.slot(place);
            record::put_address(slot, method.as_str(), path)
        });
        Self {
            request_id: RequestId::from_uuid(id),
            id,
            trace_id: Uuid::nil(),
            now,
            attribution: Attribution::default(),
            source: None,
            notice: None,
            policies: None,
            api: ApiNumber::default(),
            counted: false,
            asked_us: None,
            heard_us: None,
            bytes_in,
            bytes_out: 0,
            under_way: None,
            place,
            address: address.unwrap_or_default(),
            begun: None,
            status: left_by_client(),
            ledgers: ledgers.clone(),
            finished: false,
        }
    }

    /// From here on it waits for its backend.
    pub(crate) fn asks_backend(&mut self) {
        self.asked_us = Some(self.elapsed_us(steady_ns(&self.ledgers.0.clock)));
    }

    /// The backend has answered, or will not.
    pub(crate) fn heard_from_backend(&mut self) {
        self.heard_us = Some(self.elapsed_us(steady_ns(&self.ledgers.0.clock)));
    }

    /// Microseconds from its arrival to a moment.
    fn elapsed_us(&self, moment_ns: u64) -> u64 {
        moment_ns.saturating_sub(self.now.steady_ns) / 1_000
    }

    pub(crate) fn set_status(&mut self, status: StatusCode) {
        self.status = status;
    }

    /// The address led to this environment.
    pub(crate) fn found_environment(&mut self, environment: &CompiledEnvironment) {
        self.attribution.tenant = Some(environment.object.tenant);
        self.attribution.environment = Some(environment.object.id);
    }

    /// The address led to this version of an API.
    pub(crate) fn found_route(
        &mut self,
        environment: &Arc<CompiledEnvironment>,
        route: &CompiledRoute,
    ) {
        let life = route.life.as_ref();
        self.notice = life.map(|life| Notice::new(life, environment));
        self.attribution.api_version = Some(route.api_version);
        let metrics = &self.ledgers.0.metrics;
        self.api = metrics.api(&route.label, || {
            format!("{}/{}", environment.tenant.object.slug, route.api_slug())
        });
    }

    /// The address and method led to the operation at this place of the route's list.
    pub(crate) fn found_operation(&mut self, route: &CompiledRoute, place: usize) {
        let dictionary = self.ledgers.0.spool.dictionary();
        let key = || route.operation_key(place);
        self.attribution.operation = dictionary.number(&route.numbers, place, key);
    }

    /// Policies that are only tried would have refused it.
    pub(crate) fn would_be_refused(&self, kind: PolicyKind, times: u64) {
        let metrics = &self.ledgers.0.metrics;
        metrics.shadow_refused(self.api, kind, times);
    }

    /// The call was let through: it counts, and is marked as under way until its record is written.
    pub(crate) fn let_through(&mut self) {
        self.counted = true;
        if let Some(place) = &self.place {
            let (slot, seed) = self.ledgers.0.slots.slot(place);
            self.begun = Some(record::start(slot, seed, &self.head()));
        }
    }

    fn head(&self) -> Head<'_> {
        Head {
            request_id: self.id,
            trace_id: self.trace_id,
            arrived_ms: self.now.wall_ms,
            who: &self.attribution,
            address: self.address,
            source: self.source,
            counted: self.counted,
        }
    }

    /// Writes the record. Called before the last byte of the response is handed on, so that a response that was received
    /// whole is on record even if this process is killed the moment after.
    pub(crate) fn finish(&mut self, reason: impl Into<Reason>) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let reason = reason.into();
        let ledger = &self.ledgers.0;
        let ended_ns = steady_ns(&ledger.clock);
        let latency_us = self.elapsed_us(ended_ns);
        // Who left while the backend was silent has waited for it to the end.
        let heard_us = self.heard_us.unwrap_or(latency_us);
        let tail = Tail {
            status: self.status.as_u16(),
            reason: reason.number(),
            latency_us,
            upstream_us: self.asked_us.map_or(0, |asked_us| heard_us - asked_us),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out,
            ended_ns,
        };
        ledger.metrics.observe(self.api, &tail, self.counted);
        let unattributed = self.attribution.application.is_none();
        // Half of the places are for calls that are paid for, as in the spool.
        let crowded = unattributed && ledger.slots.taken() * 2 > ledger.slots.count();
        match &self.place {
            Some(place) if crowded => {
                ledger.slots.give_back(place);
                ledger.spool.drop_calls(1, 1);
            }
            Some(place) => {
                let (slot, seed) = ledger.slots.slot(place);
                record::finish(slot, seed, &self.head(), self.begun, &tail);
                ledger.slots.hand_over(place);
            }
            None => ledger.spool.drop_calls(1, u64::from(unattributed)),
        }
        self.under_way = None;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let reason = if std::thread::panicking() {
            ProblemKind::Internal.into()
        } else if self.ledgers.0.cuts.get() {
            Reason::INTERRUPTED
        } else {
            Reason::CLIENT_CLOSED
        };
        if reason != Reason::CLIENT_CLOSED && self.status == left_by_client() {
            self.status = StatusCode::INTERNAL_SERVER_ERROR;
        }
        self.finish(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_calls_than_the_limit_are_under_way() {
        let concurrency = Concurrency::new(2);
        let bounds = Rc::new(Bounds {
            concurrency: concurrency.clone(),
            memory: Memory::new(usize::MAX),
        });
        let first = bounds.enter();
        let second = bounds.enter();
        assert!(first.is_some() && second.is_some() && bounds.enter().is_none());
        drop(first);
        let third = bounds.enter();
        assert!(third.is_some());
        assert_eq!(concurrency.under_way(), 2);
    }
}
