//! What policies come to on a route, and what is too much.

use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyLevel};
use serde_json::{Value, json};

use super::*;
use crate::policies::rows::one_on_the_way;

fn policy(number: u128, kind: PolicyKind, operation: Option<&str>, config: Value) -> OnTheWay {
    let attached = Attached {
        kind,
        level: match operation {
            Some(_) => PolicyLevel::Operation,
            None => PolicyLevel::Api,
        },
        in_one_environment: false,
        inherit: PolicyInherit::Default,
    };
    one_on_the_way(number, attached, operation, config)
}

fn compile(policies: &[OnTheWay], operations: &[&str]) -> RoutePolicies {
    let policies: Vec<&OnTheWay> = policies.iter().collect();
    let mut room = Room::of_a_change();
    let (compiled, values) = compiled(&policies, operations.iter().copied(), &mut room).unwrap();
    assert!(values.is_empty());
    compiled
}

fn rate(number: u128, operation: Option<&str>, amount: u32) -> OnTheWay {
    let config = json!({ "amount": amount, "window_s": 1 });
    policy(number, PolicyKind::RateLimit, operation, config)
}

#[test]
fn equal_sets_are_kept_once_in_the_order_of_their_first_operations() {
    let cors = |number, operation| {
        let config = json!({ "any_origin": true });
        policy(number, PolicyKind::Cors, operation, config)
    };
    let policies = [
        rate(1, None, 5),
        rate(2, Some("GET /b"), 7),
        cors(3, Some("GET /c")),
        cors(4, Some("GET /d")),
    ];
    let operations = ["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"];
    let compiled = compile(&policies, &operations);
    assert_eq!(compiled.of_operations, [0, 1, 2, 2, 0]);
    let amounts = |set: &PolicySet| set.rates.iter().map(|rate| rate.amount).collect::<Vec<_>>();
    assert_eq!(
        compiled.sets.iter().map(amounts).collect::<Vec<_>>(),
        [vec![5], vec![5, 7], vec![5]]
    );
    assert!(compiled.sets[2].cors.is_some());
}

#[test]
fn values_that_hold_secrets_are_apart_from_what_anybody_may_read() {
    let value = |number, operation| {
        let field = json!({ "name": "authorization", "value": "Bearer ${vault:token}" });
        let config = json!({ "request": { "set": [field] } });
        let mut made = policy(number, PolicyKind::Headers, operation, config);
        let held = Zeroizing::new(format!("Bearer {number}"));
        made.values = vec![("authorization".to_owned(), held)];
        made
    };
    let mut off = value(3, Some("GET /c"));
    off.mode = PolicyMode::Off;
    let policies = [value(1, None), value(2, Some("GET /b")), off];
    let policies: Vec<&OnTheWay> = policies.iter().collect();
    let operations = ["GET /a", "GET /b", "GET /c", "GET /d"];
    let (made, values) =
        compiled(&policies, operations.into_iter(), &mut Room::of_a_change()).unwrap();
    // The three say the same but for their values.
    assert!(made.sets.iter().all(|set| *set == PolicySet::default()));
    assert_eq!(made.of_operations, [0, 1, 2, 0]);
    let values: Vec<_> = values
        .iter()
        .map(|one| (one.set, one.name.as_str(), one.value.as_str()))
        .collect();
    assert_eq!(
        values,
        [
            (0, "authorization", "Bearer 1"),
            (1, "authorization", "Bearer 2")
        ]
    );
}

#[test]
fn what_is_off_replaces_and_does_nothing() {
    let mut off = policy(
        2,
        PolicyKind::Cors,
        Some("GET /a"),
        json!({ "any_origin": true }),
    );
    off.mode = PolicyMode::Off;
    let on = policy(1, PolicyKind::Cors, None, json!({ "any_origin": true }));
    let both = [on, off];
    let compiled_both = compile(&both, &["GET /a", "GET /b"]);
    assert_eq!(compiled_both.of_operations, [0, 1]);
    assert_eq!(compiled_both.sets[0], PolicySet::default());
    assert!(compiled_both.sets[1].cors.is_some());
    let alone = compile(&both[1..], &["GET /a", "GET /b"]);
    assert!(alone.is_empty() && alone.of_operations.is_empty());
}

#[test]
fn what_a_route_comes_to_is_refused_before_it_is_made() {
    let values: Vec<String> = (0..64).map(|at| format!("{at:0>900}")).collect();
    let claims = json!([{ "name": "long", "values": values }]);
    let document = json!({ "issuer": "https://a.test", "audiences": ["a"], "algorithms": ["EdDSA"], "claims": claims,
        "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg" }] } });
    let keys: Vec<String> = (0..2_000).map(|at| format!("GET /{at}")).collect();
    let policies: Vec<OnTheWay> = std::iter::once(policy(1, PolicyKind::Jwt, None, document))
        .chain((2..).zip(&keys).map(|(id, key)| rate(id, Some(key), 5)))
        .collect();
    let policies: Vec<&OnTheWay> = policies.iter().collect();
    let one = Sets::default().place(Set::of(&policies, &[0, 1]), &mut Room::of_a_change());
    assert_eq!(one.unwrap(), 0);
    let bytes = Set::of(&policies, &[0, 1]).policies.encode().len();
    let fitting = ROUTE_POLICIES_BYTES_MAX / bytes;
    let with = |operations: usize, room: &mut Room| {
        let keys = keys[..operations].iter().map(String::as_str);
        compiled(&policies, keys, room).map(|(made, _)| made.sets.len())
    };
    let mut room = Room::of_a_change();
    assert_eq!(with(fitting, &mut room).unwrap(), fitting);
    for operations in [fitting + 1, 2_000] {
        let mut room = Room::of_a_change();
        assert_eq!(with(operations, &mut room), Err(TooMuch::OfRoute));
        let taken = Room::BYTES - room.left;
        assert!(taken <= ROUTE_POLICIES_BYTES_MAX, "{taken} were made");
    }
}

#[test]
fn a_change_has_room_to_the_byte() {
    let mut room = Room::of_a_change();
    room.take(Room::BYTES - 1).unwrap();
    room.take(1).unwrap();
    room.take(0).unwrap();
    assert_eq!(room.take(1), Err(TooMuch::OfChange));
}

#[test]
fn a_route_that_comes_to_too_much_is_named() {
    let policies = Policies(
        (1..)
            .zip(0..20)
            .map(|(id, at)| {
                let values: Vec<String> = (0..64).map(|value| format!("{value:0>900}")).collect();
                let document = json!({ "issuer": format!("https://{at}.test"), "audiences": ["a"], "algorithms": ["EdDSA"],
                    "claims": [{ "name": "long", "values": values }],
                    "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg" }] } });
                policy(id, PolicyKind::Jwt, Some(&format!("GET /{at}")), document)
            })
            .collect(),
    );
    let route = RouteAt {
        api: Uuid::nil(),
        version: Uuid::nil(),
        environment: Uuid::nil(),
        path: "/pets/v1",
        in_environment: "sandbox",
    };
    let keys: Vec<String> = (0..20).map(|at| format!("GET /{at}")).collect();
    let keys = keys.iter().map(String::as_str);
    let refused = policies.compile(&route, keys, &mut Room::of_a_change());
    let Err(Refusal::Invalid(faults)) = refused else {
        panic!("{refused:?}");
    };
    let words = &faults[0].detail;
    assert!(
        words.contains("policies of /pets/v1 in sandbox come to"),
        "{words}"
    );
}
