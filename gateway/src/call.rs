//! One call: when it arrived, what it turned out to be about, and the record that is written of it exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use gatehouse_domain::id;
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::{Clock, RequestId};
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::usage::{Attribution, CallRecord};
use http::{Method, StatusCode};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::metrics::GatewayMetrics;
use crate::tables::{CompiledEnvironment, CompiledRoute};
use crate::usage::marks::Mark;
use crate::usage::spool::Spool;

/// The reason label of a call that went well.
pub(crate) const OK: &str = "ok";
/// The reason label of a call whose client left before the end of the response.
pub(crate) const CLIENT_CLOSED: &str = "client_closed";
const METHOD_CHARACTERS_MAX: usize = 16;
const PATH_CHARACTERS_MAX: usize = 256;

/// The moment a call arrived: everything about it is judged by this one, so that no step disagrees with another.
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

fn steady_ns(clock: &Clock) -> u64 {
    u64::try_from(clock.monotonic().as_nanos()).unwrap_or(u64::MAX)
}

/// What the address of a call led to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) environment: &'a Arc<CompiledEnvironment>,
    pub(crate) route: &'a Arc<CompiledRoute>,
    /// For links in refusals.
    pub(crate) portal: Option<&'a PublicUrl>,
}

/// Where records and measurements of calls go.
#[derive(Clone)]
pub(crate) struct Ledgers {
    pub(crate) clock: Clock,
    pub(crate) spool: Arc<Spool>,
    pub(crate) metrics: Arc<GatewayMetrics>,
}

/// Calls under way, bounded.
#[derive(Debug, Clone)]
pub(crate) struct Concurrency {
    under_way: Arc<AtomicUsize>,
    max: usize,
}

/// The place of one call under way.
#[derive(Debug)]
pub(crate) struct Slot(Arc<AtomicUsize>);

impl Concurrency {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            under_way: Arc::default(),
            max,
        }
    }

    pub(crate) fn enter(&self) -> Option<Slot> {
        let entered = self
            .under_way
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                (count < self.max).then_some(count + 1)
            });
        entered.is_ok().then(|| Slot(Arc::clone(&self.under_way)))
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A call from its arrival to its record. Dropped unfinished, it was left by its client.
pub(crate) struct Call {
    pub(crate) now: Now,
    pub(crate) request_id: RequestId,
    pub(crate) attribution: Attribution,
    /// Whether it was let through to the backend.
    counted: bool,
    /// Spent waiting for the backend, microseconds.
    pub(crate) upstream_us: u64,
    /// Bytes of the request body that were read.
    pub(crate) bytes_in: Arc<AtomicU64>,
    pub(crate) bytes_out: u64,
    pub(crate) slot: Option<Slot>,
    mark: Option<Mark>,
    method: String,
    path: String,
    status: StatusCode,
    ledgers: Ledgers,
    finished: bool,
}

impl Call {
    pub(crate) fn begin(method: &Method, path: &str, ledgers: Ledgers) -> Self {
        let now = Now::of(&ledgers.clock);
        Self {
            request_id: RequestId::new(now.time),
            now,
            attribution: Attribution::default(),
            counted: false,
            upstream_us: 0,
            bytes_in: Arc::default(),
            bytes_out: 0,
            slot: None,
            mark: None,
            method: cut(method.as_str(), METHOD_CHARACTERS_MAX),
            path: cut(path, PATH_CHARACTERS_MAX),
            // What a call is recorded with whose client leaves before any status was decided (as nginx does).
            status: StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
            ledgers,
            finished: false,
        }
    }

    /// Microseconds since the call arrived.
    pub(crate) fn elapsed_us(&self) -> u64 {
        steady_ns(&self.ledgers.clock).saturating_sub(self.now.steady_ns) / 1_000
    }

    pub(crate) fn set_status(&mut self, status: StatusCode) {
        self.status = status;
    }

    /// The call was let through: it counts, and is marked as under way until its record is written.
    pub(crate) fn let_through(&mut self) {
        self.counted = true;
        self.mark = self.ledgers.spool.marks().begin(&self.record(OK));
    }

    fn record(&self, reason: &str) -> CallRecord {
        CallRecord {
            at: Moment(self.now.wall_ms),
            request_id: uuid_of(&self.request_id),
            attribution: self.attribution.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            status: self.status.as_u16(),
            reason: reason.to_owned(),
            counted: self.counted,
            interrupted: false,
            latency_us: self.elapsed_us(),
            upstream_us: self.upstream_us,
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.bytes_out,
        }
    }

    /// Writes the record. Called before the last byte of the response is handed on, so that a response that was received
    /// whole is on record even if this process is killed the moment after.
    pub(crate) fn finish(&mut self, reason: &'static str) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let record = self.record(reason);
        // The mark goes first. Cut between the two, the call leaves no record, and its client has not received the whole;
        // the other way round it could be counted twice.
        self.mark = None;
        self.ledgers.metrics.observe(&record, reason);
        self.ledgers.spool.append(&record);
        self.slot = None;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.finish(CLIENT_CLOSED);
    }
}

/// The number behind the text of a request id.
pub(crate) fn uuid_of(request_id: &RequestId) -> Uuid {
    let digits = request_id.as_str().trim_start_matches("req_");
    id::decode(digits).map(Uuid::from_u128).unwrap_or_default()
}

/// The first characters of a text that came from outside: ASCII only, so that a record's size is known.
fn cut(text: &str, characters_max: usize) -> String {
    text.chars()
        .take(characters_max)
        .map(|c| if c.is_ascii_graphic() { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_calls_than_the_limit_are_under_way() {
        let concurrency = Concurrency::new(2);
        let first = concurrency.enter();
        let second = concurrency.enter();
        assert!(first.is_some() && second.is_some() && concurrency.enter().is_none());
        drop(first);
        assert!(concurrency.enter().is_some());
        assert_eq!(concurrency.under_way(), 1);
    }

    #[test]
    fn a_request_id_is_its_number() {
        let id = RequestId::new(OffsetDateTime::UNIX_EPOCH);
        let text = format!("req_{}", id::encode(uuid_of(&id).as_u128()));
        assert_eq!(text, id.as_str());
    }
}
