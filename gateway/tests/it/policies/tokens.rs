//! Tokens beside keys: forged ones first.

use std::time::Duration;

use gatehouse_snapshot::object::{Jwt, Object, PolicySet};
use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::signing::{claims, claims_with, header, issuer, message, of, policy, stranger};
use super::{NOON, PATH, TIERS, Tier, all, metric, routed, world};
use crate::http::{Reply, raw, request};
use crate::objects::good_key;
use crate::upstream::Upstream;

fn header_with(name: &str, value: Value) -> Value {
    let mut header = header();
    header[name] = value;
    header
}

/// What must never be taken for a token, and why it could be.
fn forged() -> Vec<(&'static str, String)> {
    let issuer = issuer();
    let good = issuer.token();
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let (first, payload) = head.split_once('.').expect("three parts");
    let none = |alg: &str| message(&header_with("alg", json!(alg)), &claims());
    // RFC 8725 §2.1: the public key, which everybody has, as the secret of an HMAC.
    let secret = EncodingKey::from_secret(&issuer.public_der);
    let confused = message(&header_with("alg", json!("HS256")), &claims());
    let mac = jsonwebtoken::crypto::sign(confused.as_bytes(), &secret, Algorithm::HS256);
    let flipped: String = {
        let middle = signature.len() / 2;
        let other = if signature.as_bytes()[middle] == b'A' {
            "B"
        } else {
            "A"
        };
        format!(
            "{}{other}{}",
            &signature[..middle],
            &signature[middle + 1..]
        )
    };
    let eve = stranger();
    let signed = |claims: &Value| issuer.sign(&header(), claims);
    let signed_as = |name: &str, value: Value| issuer.sign(&header_with(name, value), &claims());
    vec![
        ("alg none without a signature", format!("{}.", none("none"))),
        ("alg None", format!("{}.{signature}", none("None"))),
        (
            "alg none with a good one's signature",
            format!("{}.{signature}", none("none")),
        ),
        (
            "HS256 with the public key",
            format!("{confused}.{}", mac.expect("signed")),
        ),
        (
            "an algorithm that is not allowed",
            signed_as("alg", json!("PS256")),
        ),
        ("no algorithm", signed_as("alg", Value::Null)),
        ("expired", signed(&claims_with("exp", json!(NOON)))),
        ("no end", signed(&claims_with("exp", Value::Null))),
        ("not yet", signed(&claims_with("nbf", json!(NOON + 60)))),
        (
            "another audience",
            signed(&claims_with("aud", json!("shop"))),
        ),
        ("no audience", signed(&claims_with("aud", json!([])))),
        (
            "another issuer",
            signed(&claims_with("iss", json!("https://id.test.evil.test"))),
        ),
        ("another key id", signed_as("kid", json!("2026-10"))),
        ("the key id of another's key", eve.token()),
        (
            "a stranger's that brings its key",
            eve.sign(&header_with("jwk", eve.jwk()), &claims()),
        ),
        ("critical extensions", signed_as("crit", json!(["exp"]))),
        ("an unencoded payload", signed_as("b64", json!(false))),
        ("a token in a token", signed_as("cty", json!("JWT"))),
        ("a flipped signature", format!("{head}.{flipped}")),
        ("a truncated signature", good[..good.len() - 4].to_owned()),
        (
            "another's claims",
            format!(
                "{first}.{}.{signature}",
                message(&claims_with("sub", json!("eve")), &json!({}))
                    .split('.')
                    .next()
                    .unwrap_or_default()
            ),
        ),
        ("two parts", head.to_owned()),
        ("an empty signature", format!("{head}.")),
        ("four parts", format!("{good}.{payload}")),
        (
            "five parts, as if encrypted",
            format!("{first}.{payload}.{payload}.{payload}.{signature}"),
        ),
        ("padding", format!("{good}=")),
        ("a space inside", good.replacen('.', ". ", 1)),
        ("two in one", format!("{good}, {good}")),
        ("an API key", good_key()),
        ("nothing", String::new()),
        (
            "huge",
            format!(
                "{first}.{}.{signature}",
                payload.repeat(1 + 8_192 / payload.len())
            ),
        ),
    ]
}

/// Sends a token as the field wants it.
fn send(tier: Tier, world: &crate::node::World, field: &str, token: &str) -> Reply {
    let value = match field {
        "authorization" => format!("Bearer {token}"),
        _ => token.to_owned(),
    };
    tier.with_key(&world.node, "GET", PATH, &[(field, &value)])
}

#[test]
fn no_forged_token_reaches_the_backend() {
    let upstream = Upstream::echo();
    for field in ["authorization", "x-user-token"] {
        let (world, _hand) = world(&upstream, &[of(policy(field, &[]))]);
        for tier in TIERS {
            for (what, token) in forged() {
                let refused = send(tier, &world, field, &token);
                let missing = token.is_empty() && field == "authorization";
                let code = refused.code();
                assert_eq!(refused.status, 401, "{tier:?} {field} {what}");
                assert!(
                    missing || code == "token_invalid",
                    "{tier:?} {field} {what}: {code}"
                );
                let challenge = refused.header("www-authenticate").expect("a challenge");
                assert!(
                    missing || challenge.contains("error=\"invalid_token\""),
                    "{challenge}"
                );
                let longest = token.split('.').max_by_key(|part| part.len());
                let quoted =
                    longest.is_some_and(|part| part.len() > 9 && refused.text().contains(part));
                assert!(!quoted, "{what}: {}", refused.text());
            }
            let good = issuer().token();
            let value = format!("Bearer {good}");
            let value = if field == "authorization" {
                &value
            } else {
                &good
            };
            let twice = [(field, value.as_str()), (field, value.as_str())];
            let refused = tier.with_key(&world.node, "GET", PATH, &twice);
            assert_eq!(refused.code(), "token_invalid", "{tier:?} {field} twice");
        }
        assert!(
            upstream.seen().is_empty(),
            "nothing of that is for the backend"
        );
        for tier in TIERS {
            assert_eq!(
                send(tier, &world, field, &issuer().token()).status,
                200,
                "{field}"
            );
        }
        let mut seen = upstream.seen();
        assert_eq!(seen.len(), 2);
        for call in seen.drain(..) {
            let named = |name| call.header(name).is_some();
            assert!(
                !named("authorization") && !named("x-user-token"),
                "{call:?}"
            );
        }
    }
}

#[test]
fn a_call_without_a_token_says_where_it_goes() {
    let upstream = Upstream::echo();
    let (world, _hand) = world(&upstream, &[of(policy("authorization", &[]))]);
    for tier in TIERS {
        let key = format!("Bearer {}", good_key());
        for (headers, code) in [
            (vec![("x-api-key", good_key())], "token_missing"),
            (vec![("authorization", key.clone())], "token_missing"),
            (
                vec![
                    ("x-api-key", good_key()),
                    ("authorization", "Basic dTpw".to_owned()),
                ],
                "token_missing",
            ),
            (
                vec![("x-api-key", good_key()), ("authorization", key.clone())],
                "token_invalid",
            ),
            (
                vec![("authorization", format!("Bearer {}", issuer().token()))],
                "no_key",
            ),
        ] {
            let lines: Vec<_> = headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let refused = tier.call(&world.node, "GET", PATH, &lines);
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (401, code),
                "{tier:?} {headers:?}"
            );
        }
    }
    // Everywhere else two are one too many, as ever.
    world.put(&[Object::Route(routed(&[of(policy("x-user-token", &[]))]))]);
    let token = issuer().token();
    let both = format!("Bearer {token}");
    for tier in TIERS {
        let lines = [
            ("authorization", both.as_str()),
            ("x-user-token", token.as_str()),
        ];
        assert_eq!(
            tier.with_key(&world.node, "GET", PATH, &lines).code(),
            "ambiguous_key"
        );
        let key = format!("Bearer {}", good_key());
        let lines = [
            ("authorization", key.as_str()),
            ("x-user-token", token.as_str()),
        ];
        assert_eq!(tier.call(&world.node, "GET", PATH, &lines).status, 200);
    }
    assert_eq!(upstream.seen().len(), 2);
}

#[test]
fn a_scope_opens_the_operations_that_name_it() {
    let upstream = Upstream::echo();
    let sets = [
        of(policy("authorization", &["pets:read"])),
        of(policy("authorization", &["pets:read", "pets:write"])),
        of(Jwt {
            claims: vec![("team".to_owned(), vec!["blue".to_owned()])],
            ..policy("authorization", &[])
        }),
    ];
    let (world, _hand) = world(&upstream, &sets);
    let bearer = format!("Bearer {}", issuer().token());
    for tier in TIERS {
        let call = |method: &str, path: &str| {
            tier.with_key(&world.node, method, path, &[("authorization", &bearer)])
        };
        assert_eq!(call("GET", PATH).status, 200);
        assert_eq!(call("HEAD", PATH).status, 200);
        let refused = call("POST", PATH);
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "token_insufficient")
        );
        assert!(
            refused.text().contains("'pets:write'"),
            "{}",
            refused.text()
        );
        assert_eq!(
            all(&refused, "www-authenticate"),
            ["Bearer realm=\"gatehouse\", error=\"insufficient_scope\", scope=\"pets:write\""]
        );
        let refused = call("GET", "/petstore/v1/pets/7");
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "token_insufficient")
        );
        assert!(refused.text().contains("'team'"), "{}", refused.text());
    }
    assert_eq!(upstream.seen().len(), 4);
}

#[test]
fn a_token_ends_while_it_is_used_and_the_leeway_forgives_so_much() {
    let upstream = Upstream::echo();
    let lenient = Jwt {
        leeway_s: 30,
        ..policy("authorization", &[])
    };
    let (world, hand) = world(&upstream, &[of(lenient)]);
    let token = issuer().sign(&header(), &claims_with("exp", json!(NOON + 10)));
    let status = || send(Tier::Strict, &world, "authorization", &token).status;
    assert_eq!(status(), 200);
    hand.advance(Duration::from_millis(39_999));
    assert_eq!(status(), 200);
    hand.advance(Duration::from_millis(1));
    assert_eq!(status(), 401);
}

#[test]
fn keys_change_with_the_configuration() {
    let upstream = Upstream::echo();
    let (world, _hand) = world(&upstream, &[of(policy("authorization", &[]))]);
    let next = stranger();
    let renewed = next.sign(&json!({ "alg": "RS256", "kid": "2026-12" }), &claims());
    let statuses = || {
        [&issuer().token(), &renewed]
            .map(|token| send(Tier::Strict, &world, "authorization", token).status)
    };
    assert_eq!(statuses(), [200, 401]);
    let mut both = policy("authorization", &[]);
    both.keys.push(next.public("2026-12"));
    world.put(&[Object::Route(routed(&[of(both)]))]);
    assert_eq!(statuses(), [200, 200]);
    let mut renewed_only = policy("authorization", &[]);
    renewed_only.keys = vec![next.public("2026-12")];
    world.put(&[Object::Route(routed(&[of(renewed_only)]))]);
    assert_eq!(statuses(), [401, 200]);
}

#[test]
fn a_policy_that_is_tried_counts_and_lets_pass_what_it_would_refuse() {
    let upstream = Upstream::echo();
    let tried = Jwt {
        shadow: true,
        ..policy("x-user-token", &["pets:write"])
    };
    let (world, _hand) = world(&upstream, &[of(tried)]);
    for tier in TIERS {
        for token in [issuer().token().as_str(), "junk"] {
            assert_eq!(send(tier, &world, "x-user-token", token).status, 200);
        }
        assert_eq!(tier.with_key(&world.node, "GET", PATH, &[]).status, 200);
        let good = issuer().sign(&header(), &claims_with("scope", json!("pets:write")));
        assert_eq!(send(tier, &world, "x-user-token", &good).status, 200);
    }
    let series = "gatehouse_policy_shadow_refusals_total{api=\"northwind/petstore\",kind=\"jwt\"}";
    assert_eq!(metric(&world, series), Some(6));
    let seen = upstream.seen();
    assert_eq!(seen.len(), 8);
    assert!(
        seen[0].header("x-user-token").is_some(),
        "nothing changes for anybody yet"
    );
}

#[test]
fn a_token_of_the_longest_length_is_read_and_a_longer_one_is_not() {
    let upstream = Upstream::echo();
    let (world, _hand) = world(&upstream, &[of(policy("authorization", &[]))]);
    let of_length = |wanted: usize| {
        // Each byte more is one or two more in base64, of header and claims apart: every length can be had.
        let near = 3 * (wanted - issuer().token().len()) / 4;
        let mut tried = (near.saturating_sub(32)..near + 4)
            .flat_map(|bytes| (0..3).map(move |more| (bytes, more)));
        tried.find_map(|(bytes, more)| {
            let mut header = header();
            header["x"] = json!("a".repeat(more));
            let token = issuer().sign(&header, &claims_with("x", json!("a".repeat(bytes))));
            (token.len() == wanted).then_some(token)
        })
    };
    for (length, status) in [(8_191, 200), (8_192, 200), (8_193, 401)] {
        let token = of_length(length).expect("a token of that length");
        for tier in TIERS {
            let reply = send(tier, &world, "authorization", &token);
            assert_eq!(reply.status, status, "{tier:?} {length}: {}", reply.text());
        }
    }
}

#[test]
fn no_call_with_arbitrary_fields_ends_anything() {
    let upstream = Upstream::echo();
    let whole = PolicySet {
        cors: Some(gatehouse_snapshot::object::Cors {
            origins: vec!["https://shop.test".to_owned()],
            any_origin: false,
            headers: Vec::new(),
            expose: Vec::new(),
            credentials: false,
            max_age_s: 0,
        }),
        request_headers: super::changes(&["x-debug"], &[("x-region", "eu")]),
        ..of(policy("authorization", &["pets:read"]))
    };
    let (world, _hand) = world(&upstream, &[whole]);
    let good = format!("Bearer {}", issuer().token());
    let values = prop_oneof![
        Just(good.clone()),
        "Bearer [A-Za-z0-9_.=-]{0,60}",
        "[!-~]{0,60}",
        Just("https://shop.test".to_owned()),
        Just("GET".to_owned()),
    ];
    let names = prop::sample::select(vec![
        "authorization",
        "origin",
        "access-control-request-method",
        "access-control-request-headers",
        "x-debug",
        "x_region",
        "vary",
    ]);
    let fields = prop::collection::vec((names, values), 0..6);
    let methods = prop::sample::select(vec!["GET", "OPTIONS", "HEAD", "POST"]);
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let key = good_key();
    let ran = runner.run(&(methods, fields), |(method, fields)| {
        let lines = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let lines: Vec<_> = [("x-api-key", key.as_str())]
            .into_iter()
            .chain(lines)
            .collect();
        let reply = raw(world.node.gateway, &request(method, PATH, &lines, b""));
        let status = reply.expect("an answer").status;
        prop_assert!([200, 204, 400, 401].contains(&status), "{status}");
        let has_good = fields
            .iter()
            .any(|(name, value)| *name == "authorization" && *value == good);
        prop_assert!(status != 200 || has_good);
        Ok(())
    });
    ran.expect("every call is answered");
    let call = [("authorization", good.as_str())];
    assert_eq!(
        Tier::Strict
            .with_key(&world.node, "GET", PATH, &call)
            .status,
        200
    );
    let internal = world.node.status_page("/metrics").text();
    assert!(!internal.contains("reason=\"internal\""), "{internal}");
}
