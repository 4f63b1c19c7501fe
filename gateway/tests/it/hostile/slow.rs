//! Clients that take their time. The full form, 5,000 sockets, is `gatehouse-hostile slow` (docs/hostile.md).

use std::time::{Duration, Instant};

use gatehouse_hostile::process::{open_files, resident_bytes};
use gatehouse_hostile::slow::{Kind, Plan, ordinary_calls, run};

use super::http2::target;
use crate::http::until;
use crate::node::{Start, World};
use crate::objects::configuration;
use crate::upstream::Upstream;

/// What a loaded machine and an unoptimised build may add to any latency.
const FLOOR: Duration = Duration::from_millis(200);
/// The deadline of everything a client may be slow at.
const DEADLINE: &str = "1s";
/// With time to look, and for the end to arrive.
const ENDED_WITHIN: Duration = Duration::from_millis(3_500);

#[test]
fn slow_clients_are_ended_in_time_and_nobody_waits_for_them() {
    let large = vec![b'v'; 16 << 20];
    let upstream = Upstream::start(move |mut exchange| {
        while let Some(seen) = exchange.read_head().filter(|seen| !seen.line.is_empty()) {
            if seen.line.contains("/pets/large") {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", large.len());
                if !exchange.write(head.as_bytes()) || !exchange.write(&large) {
                    return;
                }
            } else if seen.header("content-length").is_some() || !exchange.answer("seen") {
                // A slow body never ends: its connection is given up by the gateway.
                let _ = std::io::copy(&mut exchange.stream, &mut std::io::sink());
                return;
            }
        }
    });
    let start = Start {
        variables: &[
            ("LISTENER__FIRST_BYTE", DEADLINE),
            ("LISTENER__HEADER", DEADLINE),
            ("LISTENER__BODY_PROGRESS", DEADLINE),
            ("LISTENER__WRITE_PROGRESS", DEADLINE),
        ],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let target = target(&world);
    let idle = ordinary_calls(&target, Instant::now() + Duration::from_millis(500));
    assert!(idle.failed.is_empty(), "{idle:?}");
    let (files, memory) = (open_files(None), resident_bytes(None));
    let plan = Plan {
        each: 50,
        pace: Duration::from_millis(100),
        span: Duration::from_secs(4),
        large_path: "/petstore/v1/pets/large".to_owned(),
    };
    // Other tests run beside this one and take their time, too: only what shows every time is the slow clients' doing.
    let bound = FLOOR.max(idle.p99() * 2);
    let mut tries = (0..3).map(|_| run(&plan, &target));
    let good = tries.any(|report| {
        println!("{report:?}");
        let ordinary = &report.ordinary;
        ordinary.failed.is_empty()
            && ordinary.p99() <= bound
            && report
                .outcomes
                .iter()
                .filter(|one| one.kind != Kind::Reader)
                .all(|one| one.closed == plan.each && one.longest < ENDED_WITHIN)
    });
    assert!(
        good,
        "no try in which ordinary calls went on within {bound:?} and every slow client was ended in time"
    );
    // Those who do not read do not see their end; the descriptors of the gateway and of its backend show it.
    until("the descriptors are back", || {
        open_files(None) <= files + 10
    });
    let grown = resident_bytes(None).saturating_sub(memory) >> 20;
    assert!(grown < 128, "{grown} MiB more");
}
