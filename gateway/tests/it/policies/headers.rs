//! Fields that policies set and remove, of requests and of responses.

use std::path::Path;

use gatehouse_snapshot::group_seal::{GroupSeal, SealedFor};
use gatehouse_snapshot::object::{Object, PolicySet, Route, SealedField};

use super::{PATH, TIERS, Tier, all, changes, routed, world};
use crate::http::{Connection, request};
use crate::node::{Start, World};
use crate::objects::{self, GROUP_KEY, PRODUCTION, configuration, good_key, route};
use crate::upstream::{Upstream, nobody};

/// A backend that says a lot.
fn talkative() -> Upstream {
    Upstream::start(|mut exchange| {
        while exchange.read().is_some() {
            let head = "HTTP/1.1 200 OK\r\nserver: old/1.0\r\nx-internal: a\r\nX-Internal: b\r\n\
                        cache-control: private\r\ncontent-length: 2\r\n\r\nok";
            if !exchange.write(head.as_bytes()) {
                return;
            }
        }
    })
}

fn set() -> PolicySet {
    PolicySet {
        request_headers: changes(
            &["x-debug", "x-twice"],
            &[("x-region", "eu"), ("x-twice", "anew"), ("x-empty", "")],
        ),
        response_headers: changes(
            &["x-internal"],
            &[("cache-control", "no-store"), ("server", "api")],
        ),
        ..PolicySet::default()
    }
}

#[test]
fn requests_reach_the_backend_changed_and_in_no_other_spelling() {
    let upstream = talkative();
    let (world, _hand) = world(&upstream, &[set()]);
    for tier in TIERS {
        let sent = [
            ("X-Debug", "1"),
            ("x_debug", "2"),
            ("X-Region", "us"),
            ("x_region", "us"),
            ("x-region", "cn"),
            ("x-twice", "old"),
            ("x-other", "stays"),
            ("x-debugger", "stays"),
        ];
        assert_eq!(tier.with_key(&world.node, "GET", PATH, &sent).status, 200);
        let seen = upstream.seen().pop().expect("a call");
        let values = |name: &str| {
            let named = seen.headers.iter().filter(|(known, _)| known == name);
            named.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
        };
        for gone in [
            "x-debug",
            "x_debug",
            "x_region",
            "x-api-key",
            "authorization",
        ] {
            assert!(values(gone).is_empty(), "{tier:?} {gone}: {seen:?}");
        }
        assert_eq!(values("x-region"), ["eu"], "{tier:?}");
        assert_eq!(values("x-twice"), ["anew"], "{tier:?}: removed, then set");
        assert_eq!(values("x-empty"), [""], "{tier:?}");
        assert_eq!(
            (values("x-other"), values("x-debugger")),
            (vec!["stays"], vec!["stays"])
        );
    }
}

/// A field sealed for a route of a group.
fn sealed(route: &Route, name: &str, value: &str, group_key: &[u8; 32]) -> SealedField {
    let place = SealedFor::Route(route.tenant, route.id);
    let value = GroupSeal::new(group_key).seal(place, value.as_bytes());
    SealedField {
        set: 0,
        name: name.to_owned(),
        value: value.expect("sealed"),
    }
}

/// The files below a folder, one after the other.
fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            all.extend(files(&entry.path()));
        } else if kind.is_file() {
            all.extend(std::fs::read(entry.path()).expect("a file"));
        }
    }
    all
}

#[test]
fn a_value_sealed_for_the_group_reaches_the_backend_and_no_file() {
    let upstream = talkative();
    let mut own = routed(&[set()]);
    let first = [
        sealed(&own, "authorization", "Bearer canary-one", &GROUP_KEY),
        sealed(&own, "x-api-key", "of the backend", &GROUP_KEY),
    ];
    own.later.policies.sealed = first.to_vec();
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Route(own.clone()));
    let world = World::start(&objects, &Start::default());
    let received = |name: &str| {
        let seen = upstream.seen();
        let headers = &seen.last().expect("a call").headers;
        let named = headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    for tier in TIERS {
        assert_eq!(tier.with_key(&world.node, "GET", PATH, &[]).status, 200);
        assert_eq!(received("authorization"), ["Bearer canary-one"], "{tier:?}");
        assert_eq!(
            received("x-api-key"),
            ["of the backend"],
            "{tier:?}: not the caller's"
        );
        assert_eq!(received("x-region"), ["eu"], "{tier:?}");
    }
    // Another value comes while it runs.
    own.later.policies.sealed = vec![sealed(
        &own,
        "authorization",
        "Bearer canary-two",
        &GROUP_KEY,
    )];
    world.put(&[Object::Route(own.clone())]);
    for tier in TIERS {
        assert_eq!(tier.with_key(&world.node, "GET", PATH, &[]).status, 200);
        assert_eq!(received("authorization"), ["Bearer canary-two"], "{tier:?}");
        assert!(received("x-api-key").is_empty(), "{tier:?}");
    }
    // From what it kept.
    let (copy, _folder) = world.start_on_copy();
    let answer = copy.call("GET", PATH, &[("x-api-key", &good_key())], b"");
    assert_eq!(answer.status, 200);
    assert_eq!(received("authorization"), ["Bearer canary-two"]);
    let kept = files(world.folder.path());
    assert!(kept.len() > 100);
    let shows = |text: &[u8]| kept.windows(text.len()).any(|part| part == text);
    assert!(shows(b"authorization") && !shows(b"canary"));
}

#[test]
fn a_value_that_does_not_open_changes_nothing_and_no_call_goes_without() {
    let upstream = talkative();
    let mut own = routed(&[set()]);
    own.later.policies.sealed = vec![sealed(&own, "authorization", "Bearer one", &GROUP_KEY)];
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Route(own.clone()));
    let world = World::start(&objects, &Start::default());
    own.later.policies.sealed = vec![sealed(&own, "authorization", "Bearer two", &[43; 32])];
    world.control_plane.upsert(&[Object::Route(own)]);
    let said = world.wait_for_refusal();
    assert!(said.contains("not sealed for this group"), "{said}");
    assert_eq!(
        Tier::Strict.with_key(&world.node, "GET", PATH, &[]).status,
        200
    );
    let seen = upstream.seen().pop().expect("a call");
    assert_eq!(seen.header("authorization"), Some("Bearer one"));
}

#[test]
fn a_gateway_that_begins_with_a_value_that_does_not_open_serves_nobody_until_one_does() {
    let upstream = talkative();
    let mut own = routed(&[set()]);
    own.later.policies.sealed = vec![sealed(&own, "authorization", "Bearer one", &[43; 32])];
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Route(own.clone()));
    let world = World::unconfigured(&Start::default());
    world.control_plane.upsert(&objects);
    let said = world.wait_for_refusal();
    assert!(said.contains("not sealed for this group"), "{said}");
    assert_eq!(world.node.status_page("/readyz").status, 503);
    for tier in TIERS {
        assert_eq!(tier.with_key(&world.node, "GET", PATH, &[]).status, 503);
    }
    assert!(upstream.seen().is_empty(), "no call goes without");
    own.later.policies.sealed = vec![sealed(&own, "authorization", "Bearer two", &GROUP_KEY)];
    world.put(&[Object::Route(own)]);
    for tier in TIERS {
        assert_eq!(tier.with_key(&world.node, "GET", PATH, &[]).status, 200);
        let seen = upstream.seen().pop().expect("a call");
        assert_eq!(seen.header("authorization"), Some("Bearer two"), "{tier:?}");
    }
}

#[test]
fn the_value_goes_with_a_call_to_a_second_target_and_with_one_that_changes_protocol() {
    let upstream = talkative();
    let mut own = routed(&[set()]);
    own.later.policies.sealed = vec![sealed(&own, "authorization", "Bearer one", &GROUP_KEY)];
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Upstream(objects::upstream(&[
        &nobody(),
        &upstream.url(),
    ])));
    objects.push(Object::Route(own));
    let world = World::start(&objects, &Start::default());
    // Whichever of both a call begins with, and again at what answers.
    for tier in TIERS {
        for _ in 0..4 {
            assert_eq!(tier.with_key(&world.node, "GET", PATH, &[]).status, 200);
            let seen = upstream.seen().pop().expect("a call");
            assert_eq!(seen.header("authorization"), Some("Bearer one"), "{tier:?}");
        }
    }
    let page = world.node.status_page("/metrics").text();
    let moved = page
        .lines()
        .find_map(|line| line.strip_prefix("gatehouse_upstream_failovers_total "));
    assert!(moved.is_some_and(|count| count != "0"), "{page}");

    let handshake = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    // The backend goes on as before; what it was asked is what counts.
    let answer = Tier::Strict.with_key(&world.node, "GET", PATH, &handshake);
    assert_eq!(answer.status, 200);
    let seen = upstream.seen().pop().expect("a call");
    assert_eq!(seen.header("upgrade"), Some("websocket"));
    let named = |(known, _): &&(String, String)| known == "authorization";
    let values: Vec<_> = seen.headers.iter().filter(named).collect();
    assert_eq!(values.len(), 1, "{values:?}");
    assert_eq!(values[0].1, "Bearer one");
}

#[test]
fn bodies_of_either_framing_arrive_whole_beside_changed_fields() {
    let upstream = talkative();
    let (world, _hand) = world(&upstream, &[set()]);
    let key = good_key();
    let headers = [("x-api-key", key.as_str()), ("x-debug", "1")];
    let sized = world.node.call("POST", PATH, &headers, b"body");
    assert_eq!(sized.status, 200);
    let chunked = [&headers[..], &[("transfer-encoding", "chunked")]].concat();
    let mut connection = Connection::open(world.node.gateway);
    let mut bytes = request("POST", PATH, &chunked, b"");
    bytes.extend_from_slice(b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n");
    connection.write(&bytes).expect("written");
    let answer = connection.read(false).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
    let seen = upstream.seen();
    assert_eq!(seen.len(), 2);
    for seen in seen.iter() {
        assert_eq!(seen.body, b"body");
        assert_eq!(
            (seen.header("x-debug"), seen.header("x-region")),
            (None, Some("eu"))
        );
    }
}

#[test]
fn answers_of_backends_are_changed_and_the_gateway_s_own_are_not() {
    let upstream = talkative();
    let (world, _hand) = world(&upstream, &[set(), PolicySet::default()]);
    for tier in TIERS {
        let served = tier.with_key(&world.node, "GET", PATH, &[]);
        assert_eq!(served.text(), "ok");
        assert!(all(&served, "x-internal").is_empty(), "{tier:?} {served:?}");
        assert_eq!(all(&served, "cache-control"), ["no-store"], "{tier:?}");
        assert_eq!(all(&served, "server"), ["api"], "{tier:?}");
        let refused = tier.call(&world.node, "GET", PATH, &[]);
        assert_eq!(refused.code(), "no_key");
        assert!(all(&refused, "server").is_empty(), "{tier:?} {refused:?}");
        // The next operation has a set of its own, which does nothing.
        let other = tier.with_key(&world.node, "POST", PATH, &[]);
        assert_eq!(all(&other, "x-internal"), ["a", "b"], "{tier:?}");
        assert_eq!(all(&other, "server"), ["old/1.0"], "{tier:?}");
    }
    let seen = upstream.seen();
    let posted = seen.iter().find(|seen| seen.line.starts_with("POST"));
    assert_eq!(posted.and_then(|seen| seen.header("x-region")), None);
}

#[test]
fn a_policy_that_names_what_frames_or_identifies_is_never_put_in_force() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let forbidden = [
        "content-length",
        "transfer-encoding",
        "host",
        "connection",
        "x-consumer-application",
        "gatehouse-request-id",
        "authorization",
        "access-control-allow-origin",
        "X-Upper",
        "x_region",
    ];
    let pairs: Vec<_> = forbidden.map(|name| (name, "1")).to_vec();
    let named = PolicySet {
        request_headers: changes(&[], &pairs),
        response_headers: changes(&forbidden, &[("x-split", "a\r\nx-b: c")]),
        ..PolicySet::default()
    };
    world
        .control_plane
        .upsert(&[Object::Route(routed(&[named]))]);
    let said = world.wait_for_refusal();
    let faults = format!("{} fault(s)", 2 * forbidden.len() + 1);
    assert!(said.contains(&faults), "{said}");
    // It goes on with what it has.
    assert_eq!(world.get(PATH).status, 200);
}

#[test]
fn changes_come_and_go_with_the_configuration() {
    let upstream = talkative();
    let (world, _hand) = world(&upstream, &[set()]);
    let server = || {
        let served = Tier::Strict.with_key(&world.node, "GET", PATH, &[]);
        served.header("server").map(str::to_owned)
    };
    assert_eq!(server().as_deref(), Some("api"));
    world.put(&[Object::Route(route(PRODUCTION, 0))]);
    assert_eq!(server().as_deref(), Some("old/1.0"));
    world.put(&[Object::Route(routed(&[set()]))]);
    assert_eq!(server().as_deref(), Some("api"));
}
