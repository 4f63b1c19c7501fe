//! Every call arrives at the ledger once: over restarts, refusals, gaps and cut replies.

use std::collections::HashSet;

use gatehouse_domain::id::{CredentialId, EnvironmentId};
use gatehouse_snapshot::usage::CallRecord;

use crate::control_plane::Mood;
use crate::http::until;
use crate::node::{Start, World};
use crate::objects::{
    APPLICATION, CREDENTIAL, PLAN, PRODUCTION, SUBSCRIPTION, TENANT, configuration,
};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets/7?secret=1";

fn records(world: &World) -> Vec<CallRecord> {
    let state = world.control_plane.state();
    state
        .batches
        .iter()
        .flat_map(|batch| batch.records.clone())
        .collect()
}

fn wait_for(world: &World, count: usize) -> Vec<CallRecord> {
    until("the calls arrive", || records(world).len() >= count);
    records(world)
}

#[test]
fn a_record_says_whose_the_call_was_and_how_it_went() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let reply = world.get(PATH);
    let refused = world.node.call("GET", PATH, &[("x-api-key", "x")], b"");
    let nowhere = world.node.call("GET", "/nowhere", &[], b"");
    let all = wait_for(&world, 3);
    let good = &all[0];
    assert_eq!(
        (
            good.status,
            good.reason.as_str(),
            good.counted,
            good.interrupted
        ),
        (200, "ok", true, false)
    );
    assert_eq!(
        (good.method.as_str(), good.path.as_str()),
        ("GET", "/petstore/v1/pets/7"),
        "no query is kept"
    );
    assert_eq!(good.bytes_out, reply.body.len() as u64);
    assert!(good.latency_us >= good.upstream_us && good.upstream_us > 0);
    let whose = &good.attribution;
    assert_eq!(whose.tenant, Some(TENANT));
    assert_eq!(whose.environment, Some::<EnvironmentId>(PRODUCTION));
    assert_eq!(whose.application, Some(APPLICATION));
    assert_eq!(whose.credential, Some::<CredentialId>(CREDENTIAL));
    assert_eq!(
        (whose.subscription, whose.plan),
        (Some(SUBSCRIPTION), Some(PLAN))
    );
    assert_eq!(
        whose.operation.as_ref().map(|key| key.as_str()),
        Some("GET /pets/{}")
    );
    let text = format!(
        "req_{}",
        gatehouse_domain::id::encode(good.request_id.as_u128())
    );
    assert_eq!(reply.header("gatehouse-request-id"), Some(text.as_str()));
    assert_eq!(
        (all[1].status, all[1].reason.as_str(), all[1].counted),
        (401, "key_malformed", false)
    );
    assert_eq!(all[1].bytes_out, refused.body.len() as u64);
    assert_eq!((all[2].status, all[2].reason.as_str()), (404, "no_route"));
    assert_eq!(
        (all[2].attribution.tenant, nowhere.status),
        (Some(TENANT), 404)
    );
    assert!(all[2].attribution.subscription.is_none());
}

#[test]
fn a_response_received_whole_is_on_disk_before_its_last_byte() {
    let upstream = Upstream::echo();
    for _ in 0..5 {
        let world = World::with(&configuration(&[&upstream.url()]));
        world.control_plane.state().usage_mood = Mood::Failing;
        let reply = world.get(PATH);
        // The very moment after the last byte: no flush, no wait. What a sudden end would leave tells of a call that ended.
        let copy = world.copy_as_if_cut();
        world.node.stop();
        world.control_plane.state().usage_mood = Mood::Well;
        let after = world.start_on(copy.path());
        let told = wait_for(&world, 1);
        after.stop();
        assert_eq!(told.len(), 1, "{told:?}");
        let id = gatehouse_domain::id::encode(told[0].request_id.as_u128());
        assert_eq!(
            reply.header("gatehouse-request-id"),
            Some(format!("req_{id}").as_str())
        );
        assert_eq!(
            (told[0].status, told[0].reason.as_str(), told[0].interrupted),
            (200, "ok", false)
        );
    }
}

#[test]
fn no_call_is_lost_or_doubled_by_failures_cut_replies_and_restarts() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    let mut sent = HashSet::new();
    let call = |world: &World| {
        let reply = world.get(PATH);
        reply
            .header("gatehouse-request-id")
            .unwrap_or_default()
            .to_owned()
    };
    let failures = |world: &World| {
        let page = world.node.status_page("/metrics").text();
        let name = "gatehouse_usage_ship_failures_total ";
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|count| count.trim().parse::<u64>().ok())
            .expect("it is counted")
    };
    for round in 0..6 {
        let before = failures(&world);
        {
            let mut state = world.control_plane.state();
            match round % 3 {
                0 => state.usage_mood = Mood::Failing,
                1 => state.cut_reply = true,
                _ => {}
            }
        }
        for _ in 0..7 {
            assert!(sent.insert(call(&world)));
        }
        if round % 3 == 0 {
            until("a batch was offered in vain", || failures(&world) > before);
        }
        if round % 2 == 1 {
            world.restart(&Start::default());
        }
        world.control_plane.state().usage_mood = Mood::Well;
    }
    let all = wait_for(&world, sent.len());
    let arrived: Vec<String> = all
        .iter()
        .map(|record| {
            format!(
                "req_{}",
                gatehouse_domain::id::encode(record.request_id.as_u128())
            )
        })
        .collect();
    let distinct: HashSet<String> = arrived.iter().cloned().collect();
    assert_eq!(arrived.len(), distinct.len(), "none is doubled");
    assert_eq!(distinct, sent, "none is lost");
    until("the spool is empty", || {
        world
            .node
            .status_page("/metrics")
            .text()
            .contains("gatehouse_usage_spool_bytes 0")
    });
}

#[test]
fn a_batch_sent_again_is_byte_for_byte_the_same() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    world.control_plane.state().cut_reply = true;
    assert_eq!(world.get(PATH).status, 200);
    until("the batch was offered twice", || {
        world.control_plane.state().offered.len() >= 2
    });
    let state = world.control_plane.state();
    assert_eq!(state.offered[0], state.offered[1]);
    assert_eq!(state.batches.len(), 1);
}

#[test]
fn a_segment_that_vanished_does_not_hold_up_the_others() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    assert_eq!(world.get(PATH).status, 200);
    wait_for(&world, 1);
    world.control_plane.state().usage_mood = Mood::Failing;
    for _ in 0..3 {
        assert_eq!(world.get(PATH).status, 200);
    }
    world.restart(&Start::default());
    // What this boot sends first is its second batch: somebody removed the first from the disk.
    let folder = world.folder.path().join("usage");
    for file in std::fs::read_dir(&folder)
        .expect("a spool")
        .map_while(Result::ok)
    {
        let name = file
            .file_name()
            .to_string_lossy()
            .replace("00002.calls", "00004.calls");
        std::fs::rename(file.path(), folder.join(name)).expect("renamed");
    }
    world.restart(&Start::default());
    world.control_plane.state().usage_mood = Mood::Well;
    let all = wait_for(&world, 4);
    assert_eq!(all.len(), 4);
    let sequences: Vec<u64> = world
        .control_plane
        .state()
        .batches
        .iter()
        .map(|batch| batch.sequence)
        .collect();
    assert!(
        sequences
            .windows(2)
            .all(|pair| pair[1] == pair[0] + 1 || pair[1] == 1),
        "{sequences:?}"
    );
}

#[test]
fn a_full_spool_answers_on_and_counts_what_it_drops() {
    let upstream = Upstream::echo();
    let start = Start {
        variables: &[("USAGE__SPOOL", "2KiB")],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    world.control_plane.state().usage_mood = Mood::Failing;
    for _ in 0..40 {
        assert_eq!(world.get(PATH).status, 200);
    }
    let dropped = || -> u64 {
        let page = world.node.status_page("/metrics").text();
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("gatehouse_usage_dropped_calls "));
        line.and_then(|count| count.parse().ok()).unwrap_or(0)
    };
    until("what is dropped is counted", || dropped() > 0);
    let ready = world.node.status_page("/readyz");
    assert_eq!(
        (
            ready.status,
            ready.json()["checks"]["usage"]["status"].as_str()
        ),
        (200, Some("degraded"))
    );
    world.control_plane.state().usage_mood = Mood::Well;
    until("the spool is empty", || {
        world
            .node
            .status_page("/metrics")
            .text()
            .contains("gatehouse_usage_spool_bytes 0")
    });
    assert_eq!(world.get(PATH).status, 200);
    until("the next batch tells what was dropped", || {
        let state = world.control_plane.state();
        let kept: usize = state.batches.iter().map(|batch| batch.records.len()).sum();
        let told: u64 = state.batches.iter().map(|batch| batch.dropped).sum();
        kept as u64 + told == 41
    });
}

#[test]
fn calls_of_the_last_moment_are_handed_over_at_shutdown() {
    let upstream = Upstream::echo();
    let start = Start {
        variables: &[("USAGE__SHIP_EVERY", "1h")],
        ..Start::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    for _ in 0..5 {
        assert_eq!(world.get(PATH).status, 200);
    }
    assert!(records(&world).is_empty());
    world.node.stop();
    assert_eq!(records(&world).len(), 5);
}

/// Keeps a request and never answers it.
fn silent() -> (Upstream, World) {
    let upstream = Upstream::start(|mut exchange| {
        exchange.read();
        let _ = exchange.read();
    });
    let mut patient = crate::objects::upstream(&[&upstream.url()]);
    patient.response_timeout_ms = 60_000;
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(gatehouse_snapshot::object::Object::Upstream(patient));
    let world = World::with(&objects);
    (upstream, world)
}

#[test]
fn calls_that_the_end_of_the_drain_cuts_are_not_told_as_left_by_their_clients() {
    let (upstream, world) = silent();
    let key = crate::objects::good_key();
    let strict = crate::http::request("GET", PATH, &[("x-api-key", &key)], b"");
    let general = format!("GET {PATH} HTTP/1.0\r\nhost: a\r\nx-api-key: {key}\r\n\r\n");
    let waiting: Vec<_> = [strict.as_slice(), general.as_bytes()]
        .into_iter()
        .map(|request| {
            let mut connection = crate::http::Connection::open(world.node.gateway);
            connection.write(request).expect("written");
            connection
        })
        .collect();
    until("the backend has the calls", || upstream.seen().len() == 2);
    world.node.stop();
    drop(waiting);
    let told = records(&world);
    assert_eq!(told.len(), 2);
    for call in told {
        assert_eq!((call.reason.as_str(), call.status), ("interrupted", 500));
        assert!(call.interrupted && call.counted);
        // All but a moment of it was spent waiting for the backend.
        assert!(call.upstream_us * 2 > call.latency_us, "{call:?}");
    }
}

#[test]
fn a_record_names_the_trace_that_its_backend_was_told() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let key = crate::objects::good_key();
    let given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [("x-api-key", key.as_str()), ("traceparent", given)];
    assert_eq!(world.node.call("GET", PATH, &headers, b"").status, 200);
    assert_eq!(world.get(PATH).status, 200);
    let told = wait_for(&world, 2);
    let sent: Vec<_> = upstream
        .seen()
        .iter()
        .map(|seen| {
            seen.header("traceparent")
                .map(|trace| trace[3..35].to_owned())
        })
        .collect();
    assert_eq!(sent[0].as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
    for (call, sent) in told.iter().zip(sent) {
        let trace_id = call.trace_id.map(|id| id.simple().to_string());
        assert_eq!(trace_id, sent);
    }
}

#[test]
fn a_call_cut_by_a_sudden_end_is_told_once_as_interrupted() {
    let (upstream, world) = silent();
    world.control_plane.state().usage_mood = Mood::Failing;
    let mut waiting = crate::http::Connection::open(world.node.gateway);
    let key = crate::objects::good_key();
    let request = crate::http::request("GET", PATH, &[("x-api-key", &key)], b"");
    waiting.write(&request).expect("written");
    until("the backend has the call", || upstream.seen().len() == 1);
    let (second, copy) = world.start_on_copy();
    second.stop();
    // The first start has put it into the spool and removed the mark; the next one must not tell it again.
    let files: Vec<_> = std::fs::read_dir(copy.path().join("usage"))
        .expect("a spool")
        .map_while(Result::ok)
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        files.iter().filter(|name| name.ends_with(".calls")).count(),
        1,
        "{files:?}"
    );
    world.control_plane.state().usage_mood = Mood::Well;
    let (third, _copy) = (world.start_on(copy.path()), &copy);
    until("the call arrives", || {
        records(&world).iter().any(|record| record.interrupted)
    });
    third.stop();
    let told: Vec<_> = records(&world)
        .into_iter()
        .filter(|record| record.interrupted)
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].reason.as_str(), told[0].counted),
        ("interrupted", true)
    );
    assert_eq!(told[0].attribution.subscription, Some(SUBSCRIPTION));
}
