//! Abuses of HTTP/2 beside a client that keeps to the rules. The long form is `gatehouse-hostile h2` (docs/hostile.md).

use std::time::{Duration, Instant};

use gatehouse_hostile::h2::{PROBES, Probe, Target, abuse, bad_preface, clean_calls};
use gatehouse_hostile::process::resident_bytes;

use crate::node::{Start, World};
use crate::objects::{configuration, good_key};
use crate::upstream::Upstream;

/// What a loaded machine and an unoptimised build may add to any latency.
const FLOOR: Duration = Duration::from_millis(400);
const SPAN: Duration = Duration::from_millis(300);
const TRIES: usize = 4;

/// Answers every request, and keeps nothing of it.
pub(super) fn forgetful() -> Upstream {
    Upstream::start(|mut exchange| {
        while let Some(seen) = exchange.read_head() {
            if seen.line.is_empty() || !exchange.answer("seen") {
                return;
            }
        }
    })
}

pub(super) fn target(world: &World) -> Target {
    Target {
        address: world.node.gateway,
        path: "/petstore/v1/pets".to_owned(),
        credential: format!("x-api-key: {}", good_key()),
    }
}

#[test]
fn abuses_of_http2_neither_harm_other_clients_nor_fill_memory() {
    let upstream = forgetful();
    let world = World::start(&configuration(&[&upstream.url()]), &Start::default());
    let target = target(&world);
    let idle = clean_calls(&target, Instant::now() + SPAN);
    assert!(idle.failed.is_empty() && !idle.all.is_empty(), "{idle:?}");
    let bound = FLOOR.max(idle.p99() * 5);
    let mut faults = Vec::new();
    for probe in PROBES {
        // Other tests run beside this one and are measured with it: only what shows again and again is the probe's doing.
        let tries = (0..TRIES).map(|_| try_probe(probe, &target, bound));
        let mut tries = tries.take_while(|found| !found.is_empty());
        if let Some(found) = tries.nth(TRIES - 1) {
            faults.extend(found);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What one run of a probe did to others.
fn try_probe(probe: &Probe, target: &Target, bound: Duration) -> Vec<String> {
    let before = resident_bytes(None);
    let abused = abuse(probe, target, SPAN);
    let (name, clean) = (probe.name, &abused.clean);
    let mut faults = Vec::new();
    if !clean.failed.is_empty() || clean.all.is_empty() {
        faults.push(format!("{name}: clean calls failed: {:?}", clean.failed));
    }
    if clean.p99() > bound {
        faults.push(format!("{name}: p99 {:?} of {bound:?}", clean.p99()));
    }
    if probe.ends && abused.ended == 0 {
        faults.push(format!("{name}: was never ended"));
    }
    let grown = resident_bytes(None).saturating_sub(before) >> 20;
    if grown > 64 {
        faults.push(format!("{name}: {grown} MiB more"));
    }
    faults
}

#[test]
fn what_is_no_preface_ends_its_connection() {
    let upstream = forgetful();
    let start = Start {
        variables: &[
            ("LISTENER__HEADER", "500ms"),
            ("LISTENER__FIRST_BYTE", "500ms"),
        ],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let target = target(&world);
    let longest = Duration::from_secs(10);
    for bytes in [
        &b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x06\x00\x00\x00\x00\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x01\x04\x00\x00\x00\x00\x00a",
        b"PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n",
        b"PRI",
        b"\x00",
    ] {
        let ended = bad_preface(&target, bytes, longest).expect("the gateway listens");
        assert!(ended, "{:?}", String::from_utf8_lossy(bytes));
    }
}
