//! The whole set at once: each judgement in its place, and none after one that refused.

use std::time::Duration;

use gatehouse_domain::plan::LimitRule;
use gatehouse_snapshot::object::{Cors, Object, PolicySet};

use super::signing::{claims_with, header, issuer, of, policy};
use super::{PATH, TIERS, Tier, all, changes, key_of, rate, world};
use crate::http::Reply;
use crate::node::World;
use crate::objects::plan;
use crate::upstream::Upstream;

const SHOP: &str = "https://shop.test";

fn whole() -> PolicySet {
    PolicySet {
        cors: Some(Cors {
            origins: vec![SHOP.to_owned()],
            any_origin: false,
            headers: vec!["content-type".to_owned()],
            expose: Vec::new(),
            credentials: false,
            max_age_s: 60,
        }),
        rates: vec![rate(900, 3, 1)],
        request_headers: changes(&["x-debug"], &[("x-region", "eu")]),
        response_headers: changes(&["content-type"], &[("x-served-by", "petstore")]),
        ..of(policy("authorization", &["pets:read"]))
    }
}

/// A call as a page of the shop makes it.
fn page(tier: Tier, world: &World, path: &str, more: &[(&str, &str)]) -> Reply {
    let headers = [&[("origin", SHOP), ("x-debug", "1")], more].concat();
    tier.call(&world.node, "GET", path, &headers)
}

/// Refused with this, readably, and with nothing on it that only backends' answers have.
fn is_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code));
    assert_eq!(all(reply, "access-control-allow-origin"), [SHOP], "{code}");
    assert_eq!(all(reply, "vary"), ["Origin"], "{code}");
    assert!(all(reply, "x-served-by").is_empty(), "{code}");
}

#[test]
fn a_whole_set_is_judged_in_the_stated_order() {
    let upstream = Upstream::echo();
    let (world, hand) = world(&upstream, &[whole()]);
    let two = LimitRule::Rate {
        amount: 2,
        window_s: 3_600,
        burst: 2,
    };
    world.put(&[Object::Plan(plan(&[two]))]);
    let [first, second, third] = [1, 2, 3].map(key_of);
    let bearer = |token: String| format!("Bearer {token}");
    let good = bearer(issuer().token());
    let narrow = bearer(issuer().sign(&header(), &claims_with("scope", "pets".into())));
    for tier in TIERS {
        // Route and operation come before everything: nobody is asked who they are, and no page is told anything.
        let nowhere = page(
            tier,
            &world,
            "/petstore/v1/none",
            &[("authorization", &good)],
        );
        assert_eq!(
            (nowhere.code().as_str(), all(&nowhere, "vary").len()),
            ("no_route", 0)
        );
        let asking = [("origin", SHOP), ("access-control-request-method", "GET")];
        let preflight = tier.call(&world.node, "OPTIONS", PATH, &asking);
        assert_eq!(
            (
                preflight.status,
                all(&preflight, "access-control-allow-origin")
            ),
            (204, vec![SHOP])
        );
        assert_eq!(
            all(&preflight, "access-control-allow-headers"),
            ["content-type, x-api-key, authorization"]
        );
        // Each of these would be refused by all that follows, too, and says the first of it. None takes anything of a limit.
        for _ in 0..5 {
            is_refused(&page(tier, &world, PATH, &[]), 401, "no_key");
            let unknown = [("x-api-key", third.as_str()), ("authorization", "Bearer x")];
            is_refused(&page(tier, &world, PATH, &unknown), 403, "not_subscribed");
            is_refused(
                &page(tier, &world, PATH, &[("x-api-key", &first)]),
                401,
                "token_missing",
            );
            let forged = [("x-api-key", first.as_str()), ("authorization", "Bearer x")];
            is_refused(&page(tier, &world, PATH, &forged), 401, "token_invalid");
            let narrow = [
                ("x-api-key", first.as_str()),
                ("authorization", narrow.as_str()),
            ];
            is_refused(
                &page(tier, &world, PATH, &narrow),
                403,
                "token_insufficient",
            );
        }
    }
    assert!(upstream.seen().is_empty(), "none of them got there");
    let call = |key: &str, tier| {
        page(
            tier,
            &world,
            PATH,
            &[("x-api-key", key), ("authorization", &good)],
        )
    };
    for tier in TIERS {
        let served = call(&first, tier);
        assert_eq!(
            (served.status, served.text().as_str()),
            (200, "GET /pets HTTP/1.1")
        );
        assert_eq!(all(&served, "access-control-allow-origin"), [SHOP]);
        assert_eq!(all(&served, "x-served-by"), ["petstore"]);
    }
    // The plan's rate refuses, and gives back what the shared one had counted: a third call passes, of somebody else.
    for tier in TIERS {
        is_refused(&call(&first, tier), 429, "rate_limited");
    }
    assert_eq!(call(&second, Tier::Strict).status, 200);
    // Then what all share is used up, and nobody's plan is asked any more.
    for tier in TIERS {
        is_refused(&call(&first, tier), 429, "api_rate_limited");
        is_refused(&call(&second, tier), 429, "api_rate_limited");
    }
    hand.advance(Duration::from_secs(1));
    let last = call(&second, Tier::General);
    assert_eq!(last.status, 200, "its plan still had one: {}", last.text());
    is_refused(&call(&second, Tier::General), 429, "rate_limited");
    let seen = upstream.seen();
    assert_eq!(seen.len(), 4);
    for seen in seen.iter() {
        assert_eq!(
            (seen.header("x-debug"), seen.header("x-region")),
            (None, Some("eu"))
        );
        assert_eq!(
            (seen.header("authorization"), seen.header("x-api-key")),
            (None, None)
        );
    }
}
