//! What is kept, what is dropped, and what a restart finds.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;

use gatehouse_problem::ProblemKind;
use gatehouse_runtime::Clock;
use gatehouse_snapshot::usage::BATCH_RECORDS_MAX;
use http::{Method, StatusCode};
use time::OffsetDateTime;

use super::*;
use crate::call::{Attribution, Call, Ledgers};
use crate::metrics::GatewayMetrics;
use crate::usage::dictionary::OperationNumbers;
use crate::usage::slots::SLOTS;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::usage::{self, Batch, CallRecord};

pub(crate) fn record(number: u64) -> CallRecord {
    CallRecord {
        at: Moment(i64::try_from(number).unwrap()),
        request_id: Uuid::from_u128(number.into()),
        trace_id: None,
        attribution: usage::Attribution {
            application: Some(Uuid::from_u128(60).into()),
            ..usage::Attribution::default()
        },
        method: "GET".to_owned(),
        path: "/petstore/v1/pets/7".to_owned(),
        status: 200,
        reason: "ok".to_owned(),
        counted: true,
        interrupted: false,
        latency_us: 1,
        upstream_us: 1,
        bytes_in: 0,
        bytes_out: 100,
        source: None,
    }
}

fn all(spool: &Spool) -> Vec<Batch> {
    spool
        .closed(true)
        .into_iter()
        .map(|name| name.read(spool.folder()).unwrap())
        .collect()
}

/// Ends a process of tests as kill -9 does: nothing is closed or flushed, and the kernel lets go of its locks.
pub(crate) fn die(spool: Arc<Spool>) {
    spool.dictionary.unlock();
    std::mem::forget(spool);
}

#[test]
fn a_restart_goes_on_where_a_killed_process_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let open = |boot: u128| opened(folder.path(), boot);
    let first = open(1);
    (0..10).for_each(|number| first.append(&record(number)));
    die(first);
    // A frame that was being written.
    let name = SegmentName {
        boot: Uuid::from_u128(1),
        sequence: 1,
    };
    let mut torn = OpenOptions::new()
        .append(true)
        .open(name.path(folder.path()))
        .unwrap();
    torn.write_all(&[40, 0, 0, 0, 1, 2]).unwrap();
    let second = open(2);
    second.append(&record(10));
    let batches = all(&second);
    let shape: Vec<_> = batches
        .iter()
        .map(|batch| (batch.boot.as_u128(), batch.sequence, batch.records.len()))
        .collect();
    assert_eq!(shape, [(1, 1, 10), (2, 1, 1)]);
    assert_eq!(
        batches[0].encode(),
        name.read(folder.path()).unwrap().encode()
    );
    second.delete_through(Uuid::from_u128(1), 1);
    assert_eq!(all(&second).len(), 1);
    second.delete_through(Uuid::from_u128(2), 1);
    assert_eq!(
        (all(&second).len(), second.bytes()),
        (0, 6.min(second.bytes()))
    );
}

#[test]
fn a_full_spool_drops_and_counts_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1_000).unwrap();
    (0..100).for_each(|number| spool.append(&record(number)));
    let kept = 100 - spool.dropped();
    assert!(kept > 0 && spool.bytes() <= 1_000);
    let batches = all(&spool);
    assert_eq!(batches[0].records.len() as u64, kept);
    assert_eq!(batches[0].dropped, 0, "told by the next record that fits");
    spool.delete_through(Uuid::from_u128(1), 1);
    spool.append(&record(100));
    let next = all(&spool);
    assert_eq!(
        (next[0].sequence, next[0].dropped, next[0].records.len()),
        (2, 100 - kept, 1)
    );
}

#[test]
fn calls_of_nobody_leave_half_of_the_spool_to_those_that_are_paid_for() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 10_000).unwrap();
    let nobody = CallRecord {
        attribution: usage::Attribution::default(),
        ..record(0)
    };
    (0..1_000).for_each(|_| spool.append(&nobody));
    let flood = spool.dropped();
    assert!(flood > 0 && spool.bytes() <= 5_000);
    assert_eq!(spool.dropped_unattributed(), flood);
    let before = spool.bytes();
    spool.append(&record(1));
    assert_eq!(spool.dropped(), flood, "it still fits");
    let each = spool.bytes() - before;
    (0..10_000 / each).for_each(|number| spool.append(&record(number)));
    assert!(spool.bytes() > 10_000 - 2 * each && spool.bytes() <= 10_000);
    assert!(spool.dropped() > flood);
    assert_eq!(spool.dropped_unattributed(), flood);
}

#[test]
fn segments_close_at_the_size_of_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1 << 30).unwrap();
    let count = BATCH_RECORDS_MAX as u64 + 1;
    (0..count).for_each(|number| spool.append(&record(number)));
    let batches = all(&spool);
    let counts: Vec<_> = batches.iter().map(|batch| batch.records.len()).collect();
    assert_eq!(counts, [BATCH_RECORDS_MAX, 1]);
    assert!(Batch::decode(&batches[0].encode()).is_ok());
}

/// The books of one worker over a spool.
pub(crate) fn ledgers(spool: &Arc<Spool>) -> Ledgers {
    ledgers_by(spool, Clock::system())
}

fn ledgers_by(spool: &Arc<Spool>, clock: Clock) -> Ledgers {
    let metrics = GatewayMetrics::default();
    Ledgers::open(0, clock, Arc::clone(spool), &metrics).unwrap()
}

fn opened(folder: &Path, boot: u128) -> Arc<Spool> {
    Arc::new(Spool::open(folder.to_owned(), Uuid::from_u128(boot), 1 << 30).unwrap())
}

/// A call as far as the permit.
fn call(ledgers: &Ledgers, path: &str) -> Call {
    let mut call = Call::begin(&Method::GET, path, Rc::default(), ledgers);
    call.attribution = Attribution {
        tenant: Some(Uuid::from_u128(20).into()),
        application: Some(Uuid::from_u128(60).into()),
        plan: Some(Uuid::from_u128(61).into()),
        ..Attribution::default()
    };
    call.trace_id = Uuid::from_u128(99);
    call.source = Some(IpAddr::from([192, 0, 2, 7]));
    call.let_through();
    call
}

fn calls(spool: &Spool) -> Vec<CallRecord> {
    all(spool)
        .into_iter()
        .flat_map(|batch| batch.records)
        .collect()
}

fn paths(calls: &[CallRecord]) -> Vec<&str> {
    calls.iter().map(|call| call.path.as_str()).collect()
}

#[test]
fn the_wait_for_a_backend_is_told_from_the_gateways_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let (clock, hand) = Clock::adjustable(OffsetDateTime::UNIX_EPOCH);
    let ledgers = ledgers_by(&spool, clock);
    let mut answered = call(&ledgers, "/answered");
    hand.advance(Duration::from_micros(2));
    answered.asks_backend();
    hand.advance(Duration::from_micros(50));
    answered.heard_from_backend();
    hand.advance(Duration::from_micros(300));
    answered.finish(Reason::OK);
    let mut left = call(&ledgers, "/left");
    hand.advance(Duration::from_micros(4));
    left.asks_backend();
    hand.advance(Duration::from_micros(60));
    drop(left);
    let mut refused = call(&ledgers, "/refused");
    hand.advance(Duration::from_micros(5));
    refused.finish(ProblemKind::NoRoute);
    let calls = calls(&spool);
    let times: Vec<_> = calls
        .iter()
        .map(|call| (call.latency_us, call.upstream_us))
        .collect();
    assert_eq!(times, [(352, 50), (64, 60), (5, 0)]);
}

#[test]
fn a_call_that_is_dropped_is_told_by_who_dropped_it() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let ledgers = ledgers(&spool);
    drop(call(&ledgers, "/left"));
    let panicking = std::panic::AssertUnwindSafe(|| {
        let _call = call(&ledgers, "/broken");
        panic!("on purpose");
    });
    assert!(std::panic::catch_unwind(panicking).is_err());
    ledgers.begin_to_cut();
    drop(call(&ledgers, "/cut"));
    let mut decided = call(&ledgers, "/cut-later");
    decided.set_status(StatusCode::OK);
    drop(decided);
    let told: Vec<_> = calls(&spool)
        .into_iter()
        .map(|call| (call.status, call.reason, call.interrupted))
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(status, reason, interrupted)| (*status, reason.as_str(), *interrupted))
        .collect();
    let wanted = [
        (499, "client_closed", false),
        (500, "internal", false),
        (500, "interrupted", true),
        (200, "interrupted", true),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_call_is_recorded_as_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let ledgers = ledgers(&spool);
    let mut good = call(&ledgers, "/petstore/v1/pets");
    good.set_status(StatusCode::CREATED);
    good.bytes_out = 9;
    good.bytes_in.set(8);
    good.finish(Reason::OK);
    good.finish(Reason::CLIENT_CLOSED);
    let long = format!("/{}", "x".repeat(300));
    let mut refused = Call::begin(&Method::POST, &long, Rc::default(), &ledgers);
    refused.set_status(StatusCode::NOT_FOUND);
    refused.finish(ProblemKind::NoRoute);
    let strange = Call::begin(&Method::GET, "/a b\u{e9}\n\u{0}", Rc::default(), &ledgers);
    drop(strange);
    let calls = calls(&spool);
    let [good, refused, left] = calls.as_slice() else {
        panic!("{calls:?}");
    };
    assert_eq!(
        (good.method.as_str(), good.path.as_str()),
        ("GET", "/petstore/v1/pets")
    );
    assert_eq!(
        (good.status, good.reason.as_str(), good.counted),
        (201, "ok", true)
    );
    assert_eq!((good.bytes_in, good.bytes_out), (8, 9));
    assert_eq!(good.source, Some(IpAddr::from([192, 0, 2, 7])));
    assert_eq!(
        (refused.source, left.source),
        (None, None),
        "of a place that was used before"
    );
    assert_eq!(
        good.attribution.application,
        Some(Uuid::from_u128(60).into())
    );
    assert_eq!(good.attribution.environment, None);
    assert_eq!(good.trace_id, Some(Uuid::from_u128(99)));
    assert_eq!(
        (refused.reason.as_str(), refused.counted),
        ("no_route", false)
    );
    assert_eq!(refused.path, long[..256]);
    assert_eq!((left.status, left.reason.as_str()), (499, "client_closed"));
    assert_eq!(left.path, "/a?b????");
}

#[test]
fn calls_are_kept_in_the_order_in_which_they_ended() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let (clock, hand) = Clock::adjustable(OffsetDateTime::UNIX_EPOCH);
    let metrics = GatewayMetrics::default();
    let workers = [0, 1]
        .map(|worker| Ledgers::open(worker, clock.clone(), Arc::clone(&spool), &metrics).unwrap());
    let begin = |number: usize| call(&workers[number % 2], "/");
    let mut begun: Vec<_> = (0..100).map(begin).collect();
    for place in 0..100 {
        let call = &mut begun[place * 37 % 100];
        call.bytes_out = place as u64;
        hand.advance(Duration::from_nanos(1));
        call.finish(Reason::OK);
    }
    let ends: Vec<u64> = calls(&spool).iter().map(|call| call.bytes_out).collect();
    assert_eq!(ends, (0..100).collect::<Vec<_>>());
}

#[test]
fn a_restart_tells_calls_under_way_as_interrupted_and_those_that_ended_as_they_went() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let ledgers = ledgers(&spool);
    let numbers = OperationNumbers::new(1);
    let key = OperationKey::new("GET", "/pets/{id}");
    let operation = spool.dictionary().number(&numbers, 0, || Some(key.clone()));
    call(&ledgers, "/drained").finish(Reason::OK);
    spool.drain();
    let mut ended = call(&ledgers, "/ended");
    ended.finish(ProblemKind::UpstreamFailed);
    let mut under_way = Call::begin(&Method::GET, "/under-way", Rc::default(), &ledgers);
    under_way.attribution.operation = operation;
    under_way.source = "2001:db8::7".parse().ok();
    under_way.let_through();
    let judged = Call::begin(&Method::GET, "/being-judged", Rc::default(), &ledgers);
    std::mem::forget((ended, under_way, judged, ledgers));
    die(spool);
    // The second start is cut after it has taken the calls in and before it has removed the slots.
    let copy = tempfile::tempdir().unwrap();
    copy_files(folder.path(), copy.path());
    let second = opened(folder.path(), 2);
    second.append(&record(7));
    copy_files(folder.path(), copy.path());
    die(second);
    for (folder, boot) in [(folder.path(), 3), (copy.path(), 4)] {
        let told = calls(&opened(folder, boot));
        let mut sorted = paths(&told);
        sorted.sort_unstable();
        assert_eq!(
            sorted,
            ["/drained", "/ended", "/petstore/v1/pets/7", "/under-way"]
        );
        let of = |path: &str| told.iter().find(|call| call.path == path).unwrap();
        let cut = of("/under-way");
        assert_eq!(
            (cut.interrupted, cut.counted, cut.status),
            (true, true, 500)
        );
        assert_eq!(cut.reason, "interrupted");
        assert_eq!(cut.source, "2001:db8::7".parse().ok());
        assert_eq!(cut.attribution.operation, Some(key.clone()));
        let ended = of("/ended");
        assert_eq!(
            (ended.interrupted, ended.reason.as_str()),
            (false, "upstream_failed")
        );
    }
}

fn copy_files(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn nothing_of_a_boot_that_still_runs_is_touched_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let old = opened(folder.path(), 1);
    let ledgers = ledgers(&old);
    let mut under_way = call(&ledgers, "/of-the-old");
    old.append(&record(1));
    let new = opened(folder.path(), 2);
    new.adopt().unwrap();
    assert!(calls(&new).is_empty());
    under_way.finish(Reason::OK);
    std::mem::forget((under_way, ledgers));
    die(old);
    new.adopt().unwrap();
    assert_eq!(paths(&calls(&new)), ["/petstore/v1/pets/7", "/of-the-old"]);
    new.adopt().unwrap();
    assert_eq!(calls(&new).len(), 2, "once");
}

#[test]
fn without_a_free_slot_calls_go_on_and_are_counted_as_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let ledgers = ledgers(&spool);
    let mut begun: Vec<_> = (0..SLOTS + 3).map(|_| call(&ledgers, "/")).collect();
    begun.iter_mut().for_each(|call| call.finish(Reason::OK));
    assert_eq!((spool.dropped(), spool.dropped_unattributed()), (3, 0));
    let kept = all(&spool);
    assert_eq!(
        kept.iter().map(|batch| batch.records.len()).sum::<usize>(),
        SLOTS
    );
    assert_eq!(
        kept.iter().map(|batch| batch.dropped).sum::<u64>(),
        3,
        "told"
    );
    assert_eq!(spool.slots().1, 0, "all are free again");
}

#[test]
fn calls_of_nobody_leave_half_of_the_slots_to_those_that_are_paid_for() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let ledgers = ledgers(&spool);
    for _ in 0..SLOTS + 10 {
        drop(Call::begin(&Method::GET, "/", Rc::default(), &ledgers));
    }
    let flood = spool.dropped_unattributed();
    assert_eq!(flood, (SLOTS / 2 + 10) as u64);
    (0..SLOTS / 2).for_each(|_| drop(call(&ledgers, "/")));
    assert_eq!(spool.dropped(), flood, "all of these are kept");
}

#[test]
fn a_call_of_an_hour_holds_one_slot_and_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    let ledgers = ledgers(&spool);
    let mut long = call(&ledgers, "/long");
    for _ in 0..3 {
        (0..SLOTS - 1).for_each(|_| drop(call(&ledgers, "/short")));
        spool.drain();
        assert_eq!(spool.slots().1, 1);
    }
    assert_eq!(spool.dropped(), 0);
    long.finish(Reason::OK);
    assert_eq!(calls(&spool).len(), 3 * (SLOTS - 1) + 1);
}

#[test]
fn what_is_written_is_flushed_and_only_when_there_is_something() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path(), 1);
    spool.sync();
    assert_eq!(spool.syncs(), 0);
    spool.append(&record(1));
    spool.sync();
    spool.sync();
    assert_eq!((spool.syncs(), spool.sync_fails()), (1, false));
    spool.append(&record(2));
    spool.closed(true);
    spool.sync();
    assert_eq!(spool.syncs(), 2);
}
