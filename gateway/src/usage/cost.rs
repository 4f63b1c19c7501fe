//! What recording costs, printed: `cargo test --release -p gatehouse-gateway --lib usage::cost -- --nocapture --test-threads 1`.
//!
//! The bounds asserted here are for unoptimised builds on busy machines: they find a lock or a system call, not a nanosecond.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatehouse_runtime::Clock;
use http::{Method, StatusCode};
use uuid::Uuid;

use super::spool::Spool;
use super::spool::tests::ledgers;
use crate::call::{Attribution, Call};
use crate::reason::Reason;

const ROUND: u32 = 2_000;
const ROUNDS: u32 = 20;

fn attribution() -> Attribution {
    let id = Uuid::from_u128;
    Attribution {
        tenant: Some(id(20).into()),
        environment: Some(id(21).into()),
        api_version: Some(id(22).into()),
        application: Some(id(60).into()),
        credential: Some(id(61).into()),
        subscription: Some(id(62).into()),
        plan: Some(id(63).into()),
        ..Attribution::default()
    }
}

#[test]
fn recording_a_call_costs_nanoseconds() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1 << 30).unwrap();
    let spool = Arc::new(spool);
    let ledgers = ledgers(&spool);
    let mut spent = [Duration::ZERO; 4];
    for _ in 0..ROUNDS {
        let mut lap = Instant::now();
        let mut turn = |spent: &mut Duration| {
            *spent += lap.elapsed();
            lap = Instant::now();
        };
        let mut begun: Vec<_> = (0..ROUND)
            .map(|_| {
                Call::begin(
                    &Method::GET,
                    "/petstore/v1/pets/1234",
                    Rc::default(),
                    &ledgers,
                )
            })
            .collect();
        turn(&mut spent[0]);
        for call in &mut begun {
            call.attribution = attribution();
            call.let_through();
        }
        turn(&mut spent[1]);
        for call in &mut begun {
            call.set_status(StatusCode::OK);
            call.finish(Reason::OK);
        }
        turn(&mut spent[2]);
        spool.drain();
        turn(&mut spent[3]);
    }
    assert_eq!(spool.dropped(), 0);
    let each = spent.map(|spent| spent.as_nanos() / u128::from(ROUND * ROUNDS));
    println!(
        "begin {} ns, let_through {} ns, finish {} ns, drain {} ns a call, {} bytes",
        each[0],
        each[1],
        each[2],
        each[3],
        spool.bytes() / u64::from(ROUND * ROUNDS)
    );
    assert!(each.iter().sum::<u128>() < 200_000, "{each:?}");
}

#[test]
fn flushing_to_the_disk_costs_milliseconds_off_the_request_path() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1 << 30).unwrap();
    let record = super::spool::tests::record(1);
    let clock = Clock::system();
    let mut spent = Vec::new();
    for _ in 0..40 {
        (0..500).for_each(|_| spool.append(&record));
        let began = clock.monotonic();
        spool.sync();
        spent.push(clock.monotonic() - began);
    }
    spent.sort_unstable();
    println!(
        "flush of 500 calls: median {:?}, longest {:?}",
        spent[20], spent[39]
    );
    assert_eq!((spool.syncs(), spool.sync_fails()), (40, false));
}
