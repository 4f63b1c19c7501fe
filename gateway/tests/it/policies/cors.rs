//! Cross-origin calls (Fetch standard, "CORS protocol"), as a browser makes them.

use gatehouse_domain::OperationKey;
use gatehouse_snapshot::object::{Cors, Object, Operation, PolicySet, SharedRate};

use super::{PATH, TIERS, all, rate, routed, world};
use crate::http::Reply;
use crate::upstream::Upstream;

const SHOP: &str = "https://shop.test";
const ALLOWED: &str = "access-control-allow-origin";

fn cors(origins: &[&str]) -> Cors {
    Cors {
        origins: origins.iter().map(|one| (*one).to_owned()).collect(),
        any_origin: origins.is_empty(),
        headers: vec!["content-type".to_owned()],
        expose: vec!["etag".to_owned()],
        // `null` names nobody: any page can be that.
        credentials: !origins.is_empty() && !origins.contains(&"null"),
        max_age_s: 600,
    }
}

fn of(cors: Cors) -> PolicySet {
    PolicySet {
        cors: Some(cors),
        ..PolicySet::default()
    }
}

fn asking<'a>(origin: &'a str, method: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", "x-api-key,x-unknown"),
    ]
}

/// Every field of the protocol, but `Vary`.
fn said(reply: &Reply) -> Vec<&str> {
    let names = reply.headers.iter().map(|(name, _)| name.as_str());
    names
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

/// A backend that has ideas of its own about origins.
fn opinionated() -> Upstream {
    Upstream::start(|mut exchange| {
        while exchange.read().is_some() {
            let head = "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\n\
                        Access-Control-Allow-Credentials: true\r\naccess-control-new: 1\r\n\
                        vary: accept\r\ncontent-length: 2\r\n\r\nok";
            if !exchange.write(head.as_bytes()) {
                return;
            }
        }
    })
}

#[test]
fn preflights_are_answered_by_origin_and_method_without_a_key() {
    let upstream = Upstream::echo();
    // GET for two origins, POST for one of them, everything else for none.
    let sets = [
        of(cors(&[SHOP, "null"])),
        of(cors(&[SHOP])),
        PolicySet::default(),
    ];
    let (world, _hand) = world(&upstream, &sets);
    for tier in TIERS {
        let preflight = |origin, method| {
            let reply = tier.call(&world.node, "OPTIONS", PATH, &asking(origin, method));
            assert_eq!(
                (reply.status, reply.body.len()),
                (204, 0),
                "{tier:?} {origin} {method}"
            );
            assert!(reply.header("gatehouse-request-id").is_some());
            reply
        };
        let allowed = preflight(SHOP, "POST");
        assert_eq!(all(&allowed, ALLOWED), [SHOP]);
        assert_eq!(all(&allowed, "access-control-allow-methods"), ["GET, POST"]);
        assert_eq!(
            all(&allowed, "access-control-allow-headers"),
            ["content-type, x-api-key"],
            "and not what was asked for besides"
        );
        assert_eq!(all(&allowed, "access-control-max-age"), ["600"]);
        assert_eq!(all(&allowed, "access-control-allow-credentials"), ["true"]);
        assert!(all(&allowed, "access-control-expose-headers").is_empty());
        assert_eq!(
            all(&allowed, "vary"),
            ["Origin, Access-Control-Request-Method, Access-Control-Request-Headers"]
        );
        let sandboxed = preflight("null", "GET");
        assert_eq!(all(&sandboxed, ALLOWED), ["null"]);
        assert_eq!(all(&sandboxed, "access-control-allow-methods"), ["GET"]);
        for (origin, method) in [
            ("https://evil.test", "GET"),
            ("https://shop.test.evil.test", "GET"),
            ("http://shop.test", "POST"),
            ("https://shop.test:8443", "GET"),
            ("null", "POST"),
        ] {
            let denied = preflight(origin, method);
            assert!(said(&denied).is_empty(), "{tier:?} {origin}: {denied:?}");
            assert!(
                denied
                    .header("vary")
                    .is_some_and(|vary| vary.starts_with("Origin,"))
            );
        }
        // No policy there: what OPTIONS always was.
        let plain = preflight(SHOP, "DELETE");
        assert_eq!(
            (said(&plain).len(), plain.header("allow")),
            (0, Some("GET, HEAD, OPTIONS, POST"))
        );
        for ordinary in [
            &[("origin", SHOP)][..],
            &[("access-control-request-method", "GET")],
            &[],
        ] {
            let reply = tier.call(&world.node, "OPTIONS", PATH, ordinary);
            assert!(
                reply.header("allow").is_some() && said(&reply).is_empty(),
                "{tier:?} {reply:?}"
            );
        }
        let twice = [
            ("origin", SHOP),
            ("origin", SHOP),
            ("access-control-request-method", "GET"),
        ];
        assert!(said(&tier.call(&world.node, "OPTIONS", PATH, &twice)).is_empty());
        let none = tier.call(
            &world.node,
            "OPTIONS",
            "/petstore/v1/none",
            &asking(SHOP, "GET"),
        );
        assert_eq!(none.code(), "no_route");
    }
    assert!(upstream.seen().is_empty(), "preflights end here");
}

#[test]
fn an_options_that_is_described_stays_one_but_for_preflights() {
    let upstream = Upstream::echo();
    let mut described = routed(&[of(cors(&[SHOP]))]);
    described.operations.push(Operation {
        key: OperationKey::new("OPTIONS", "/pets"),
        method: "OPTIONS".to_owned(),
        path_template: "/pets".to_owned(),
    });
    described.later.policies.of_operations.push(0);
    let (world, _hand) = world(&upstream, &[PolicySet::default()]);
    world.put(&[Object::Route(described)]);
    for tier in TIERS {
        let preflight = tier.call(&world.node, "OPTIONS", PATH, &asking(SHOP, "GET"));
        assert_eq!(
            (preflight.status, all(&preflight, ALLOWED)),
            (204, vec![SHOP])
        );
        let own = tier.call(&world.node, "OPTIONS", PATH, &[("origin", SHOP)]);
        assert_eq!(own.code(), "no_key");
        let own = tier.with_key(&world.node, "OPTIONS", PATH, &[("origin", SHOP)]);
        assert_eq!(own.text(), "OPTIONS /pets HTTP/1.1");
    }
}

#[test]
fn answers_say_who_may_read_them_in_the_gateway_s_words_alone() {
    let upstream = opinionated();
    let (world, _hand) = world(
        &upstream,
        &[of(cors(&[SHOP])), of(cors(&[])), PolicySet::default()],
    );
    for tier in TIERS {
        let get = |origin: &[(&str, &str)]| tier.with_key(&world.node, "GET", PATH, origin);
        let allowed = get(&[("origin", SHOP)]);
        assert_eq!(all(&allowed, ALLOWED), [SHOP], "{tier:?}");
        assert_eq!(all(&allowed, "access-control-allow-credentials"), ["true"]);
        assert_eq!(
            all(&allowed, "access-control-expose-headers"),
            ["etag, gatehouse-request-id, ratelimit, ratelimit-policy, retry-after"]
        );
        assert_eq!(all(&allowed, "vary"), ["accept", "Origin"]);
        assert!(all(&allowed, "access-control-new").is_empty());
        for other in [&[("origin", "https://evil.test")][..], &[]] {
            let reply = get(other);
            assert_eq!(
                (reply.status, said(&reply).len()),
                (200, 0),
                "{tier:?} {reply:?}"
            );
            assert_eq!(all(&reply, "vary"), ["accept", "Origin"]);
        }
        // Any origin: a star, no credentials, and nothing that depends on who asks.
        let any = tier.with_key(&world.node, "POST", PATH, &[("origin", "null")]);
        assert_eq!(
            (all(&any, ALLOWED), all(&any, "vary")),
            (vec!["*"], vec!["accept"])
        );
        assert!(all(&any, "access-control-allow-credentials").is_empty());
        let none = tier.with_key(&world.node, "POST", PATH, &[]);
        assert_eq!(
            (all(&none, ALLOWED), all(&none, "vary")),
            (vec!["*"], vec!["accept"]),
            "a cache may hand this to a page"
        );
        // An operation without a policy is the backend's, as ever.
        let plain = tier.with_key(
            &world.node,
            "GET",
            "/petstore/v1/pets/7",
            &[("origin", SHOP)],
        );
        assert_eq!(
            (all(&plain, ALLOWED), all(&plain, "vary")),
            (vec!["*"], vec!["accept"])
        );
    }
}

#[test]
fn refusals_can_be_read_by_pages_of_allowed_origins() {
    let upstream = Upstream::echo();
    let once = SharedRate {
        ..rate(900, 1, 3_600)
    };
    let set = PolicySet {
        rates: vec![once],
        ..of(cors(&[SHOP]))
    };
    let (world, _hand) = world(&upstream, &[set]);
    assert_eq!(world.get(PATH).status, 200);
    for tier in TIERS {
        let refused = tier.call(&world.node, "GET", PATH, &[("origin", SHOP)]);
        assert_eq!(
            (refused.code().as_str(), all(&refused, ALLOWED)),
            ("no_key", vec![SHOP])
        );
        let limited = tier.with_key(&world.node, "GET", PATH, &[("origin", SHOP)]);
        assert_eq!(
            (limited.code().as_str(), all(&limited, ALLOWED)),
            ("api_rate_limited", vec![SHOP])
        );
        let exposed = limited
            .header("access-control-expose-headers")
            .expect("named");
        assert!(exposed.contains("retry-after") && limited.header("retry-after").is_some());
        let elsewhere = tier.call(&world.node, "GET", PATH, &[("origin", "https://evil.test")]);
        assert_eq!(
            (said(&elsewhere).len(), all(&elsewhere, "vary")),
            (0, vec!["Origin"])
        );
    }
}
