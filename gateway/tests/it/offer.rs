//! What is offered, as calls meet it: versions that end, products of some operations, limits of single operations.

use std::net::SocketAddr;
use std::time::Duration;

use gatehouse_domain::id::{LimitId, ProductId, SubscriptionId};
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::StoredState;
use gatehouse_domain::{ApiVersionState, EnvironmentKind, OperationKey};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::object::{
    LifeDates, Limit, Moment, Object, OperationLimit, Plan, PlanLater, Route, RouteLater,
    Subscription,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{Reply, call};
use crate::node::{Start, World};
use crate::objects::{
    PRODUCT, PRODUCTION, configuration, credential, good_key, key, plan, route, subscription,
};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets";

fn ending(state: ApiVersionState) -> Route {
    let mut ending = route(PRODUCTION, 0);
    ending.state = state;
    ending.later = RouteLater {
        life: Some(LifeDates {
            deprecated_at: Moment(1_688_169_599_000),
            sunset_at: Some(Moment(1_893_456_000_000)),
            successor: Some("/petstore/v2".to_owned()),
        }),
        ..RouteLater::default()
    };
    ending
}

fn words(reply: &Reply) -> [Option<&str>; 3] {
    ["deprecation", "sunset", "link"].map(|name| reply.header(name))
}

const WORDS: [Option<&str>; 3] = [
    Some("@1688169599"),
    Some("Tue, 01 Jan 2030 00:00:00 GMT"),
    Some("</petstore/v2>; rel=\"successor-version\""),
];

fn address(world: &World) -> SocketAddr {
    world.node.gateway
}

#[test]
fn every_response_of_a_deprecated_version_says_so_and_no_other() {
    // A backend that is deprecated itself, behind another gateway: its words are not this version's.
    let upstream = Upstream::start(|mut exchange| {
        while exchange.read().is_some() {
            exchange.write(b"HTTP/1.1 200 OK\r\ndeprecation: @1\r\nsunset: never\r\ncontent-length: 2\r\n\r\nok");
        }
    });
    let world = World::with(&configuration(&[&upstream.url()]));
    assert_eq!(
        words(&world.get(PATH)),
        [Some("@1"), Some("never"), None],
        "of a version that does not end the backend speaks"
    );
    world.put(&[Object::Route(ending(ApiVersionState::Deprecated))]);
    let served = world.get(PATH);
    assert_eq!((served.status, words(&served)), (200, WORDS));
    let refused = call(address(&world), "GET", PATH, &[], b"");
    assert_eq!((refused.status, words(&refused)), (401, WORDS));
    let wrong = call(address(&world), "PATCH", PATH, &[], b"");
    assert_eq!((wrong.status, words(&wrong)), (405, WORDS));
    let methods = call(address(&world), "OPTIONS", PATH, &[], b"");
    assert_eq!((methods.status, words(&methods)), (204, WORDS));
    world.put(&[Object::Route(route(PRODUCTION, 0))]);
    assert_eq!(words(&world.get(PATH))[2], None, "taken back");
}

#[test]
fn a_retired_version_points_to_the_one_that_follows() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    world.put(&[Object::Route(ending(ApiVersionState::Retired))]);
    let gone = world.get(PATH);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (410, "version_retired")
    );
    assert_eq!(words(&gone), WORDS);
    assert!(gone.text().contains("/petstore/v2"), "{}", gone.text());
    let page = "https://portal.test/t/northwind/apis/petstore";
    assert_eq!(gone.json()["help"], page, "of an API without a guide");
    assert!(upstream.seen().is_empty());
}

#[test]
fn a_version_ends_at_its_sunset_though_nobody_retires_it() {
    let upstream = Upstream::echo();
    let sunset = OffsetDateTime::from_unix_timestamp(1_893_456_000).expect("a time");
    let (clock, hand) = Clock::adjustable(sunset - Duration::from_millis(1));
    let mut objects = configuration(&[&upstream.url()]);
    let mut last = ending(ApiVersionState::Deprecated);
    last.later.guide = Some("moving".to_owned());
    objects.push(Object::Route(last));
    let start = Start {
        variables: &[],
        clock,
    };
    let world = World::start(&objects, &start);
    let served = world.get(PATH);
    assert_eq!((served.status, words(&served)), (200, WORDS));
    // Nothing is published from here on: the gateway knows the date.
    hand.advance(Duration::from_millis(1));
    let gone = world.get(PATH);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (410, "version_retired")
    );
    assert_eq!(words(&gone), WORDS);
    let body = gone.json();
    assert_eq!(body["detail"], "Its place was taken by /petstore/v2.");
    assert_eq!(
        body["help"],
        "https://portal.test/t/northwind/apis/petstore/guides/moving"
    );
    // As for a retired version, who asks does not matter.
    let nobody = call(address(&world), "PATCH", PATH, &[], b"");
    assert_eq!(nobody.status, 410);
    assert_eq!(upstream.seen().len(), 1, "what came late never got there");
    // Whoever takes the deprecation back, or the end further away, serves it again.
    world.put(&[Object::Route(route(PRODUCTION, 0))]);
    assert_eq!(world.get(PATH).status, 200);
}

/// The places of the operations that the fixture's route has.
const LIST: u32 = 0;
const READ: u32 = 2;

#[test]
fn a_product_of_some_operations_opens_only_these() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let other = ProductId::from_uuid(Uuid::from_u128(41));
    let mut narrow = route(PRODUCTION, 0);
    narrow.products = vec![PRODUCT, other];
    narrow.later.narrowed = vec![(0, vec![LIST, READ])];
    world.put(&[Object::Route(narrow)]);
    assert_eq!(world.get(PATH).status, 200);
    assert_eq!(world.get("/petstore/v1/pets/7").status, 200);
    let key = good_key();
    let add = || call(address(&world), "POST", PATH, &[("x-api-key", &key)], b"");
    let refused = add();
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "operation_not_subscribed")
    );
    assert!(refused.text().contains("POST /pets"), "{}", refused.text());
    // A second product opens the rest, if access to it is granted.
    let mut second = Subscription {
        id: SubscriptionId::from_uuid(Uuid::from_u128(71)),
        product: other,
        state: StoredState::Pending,
        ..subscription(PRODUCTION)
    };
    world.put(&[Object::Subscription(second.clone())]);
    assert_eq!(add().code(), "operation_not_subscribed");
    second.state = StoredState::Active;
    world.put(&[Object::Subscription(second)]);
    assert_eq!(add().status, 200);
    assert_eq!(upstream.seen().len(), 3, "what was refused never got there");
}

const fn rate(amount: u32) -> LimitRule {
    LimitRule::Rate {
        amount,
        window_s: 3_600,
        burst: amount,
    }
}

/// Ten of all, four of the list, three of single pets.
fn limited() -> Plan {
    let limit = |operation: &str, number: u128, amount| OperationLimit {
        operation: OperationKey::from_stored(operation),
        limit: Limit {
            id: LimitId::from_uuid(Uuid::from_u128(number)),
            rule: rate(amount).into(),
        },
    };
    Plan {
        later: PlanLater {
            operation_limits: vec![limit("GET /pets", 600, 4), limit("GET /pets/{}", 601, 3)],
        },
        ..plan(&[rate(10)])
    }
}

#[test]
fn operations_are_limited_each_by_itself_and_all_together_by_the_plan() {
    let upstream = Upstream::echo();
    let now = OffsetDateTime::from_unix_timestamp(1_795_176_000).expect("a time");
    let (clock, _hand) = Clock::adjustable(now);
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Plan(limited()));
    let start = Start {
        variables: &[],
        clock,
    };
    let world = World::start(&objects, &start);
    let passed = |path: &str, calls: usize| {
        let calls = (0..calls).filter(|_| world.get(path).status == 200);
        calls.count()
    };
    let first = world.get(PATH);
    assert_eq!(
        first.header("ratelimit-policy"),
        Some("\"hour\";q=10;w=3600, \"hour-2\";q=4;w=3600"),
        "the limit of another operation says nothing here"
    );
    assert_eq!(passed(PATH, 5), 3, "four in all");
    let refused = world.get(PATH);
    assert_eq!(refused.code(), "rate_limited");
    assert!(
        refused.text().contains("of GET /pets."),
        "{}",
        refused.text()
    );
    // What its own limit refused has cost nothing of the plan's.
    assert_eq!(passed("/petstore/v1/pets/7", 5), 3);
    // Seven of ten are used; an operation without a limit of its own has what is left.
    assert_eq!(passed("/petstore/v1/admin", 9), 3);
    assert_eq!(upstream.seen().len(), 10);
}

#[test]
fn a_scoped_key_opens_its_products_alone_and_follows_when_they_change() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let other = ProductId::from_uuid(Uuid::from_u128(41));
    let mut scoped = credential(&key(EnvironmentKind::Production, 1), PRODUCTION, 0);
    assert_eq!(world.get(PATH).status, 200);
    scoped.later.products = vec![other];
    world.put(&[Object::Credential(scoped.clone())]);
    let refused = world.get(PATH);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "key_not_for_api")
    );
    // It narrows and never widens: access through the other product is needed all the same.
    let mut both = route(PRODUCTION, 0);
    both.products = vec![PRODUCT, other];
    world.put(&[Object::Route(both)]);
    assert_eq!(world.get(PATH).code(), "not_subscribed");
    let second = Subscription {
        id: SubscriptionId::from_uuid(Uuid::from_u128(71)),
        product: other,
        ..subscription(PRODUCTION)
    };
    world.put(&[Object::Subscription(second)]);
    assert_eq!(world.get(PATH).status, 200);
    scoped.later.products = vec![PRODUCT, other];
    world.put(&[Object::Credential(scoped.clone())]);
    assert_eq!(world.get(PATH).status, 200);
    scoped.later.products = Vec::new();
    world.put(&[Object::Credential(scoped)]);
    assert_eq!(world.get(PATH).status, 200);
    assert_eq!(upstream.seen().len(), 4, "what was refused never got there");
}
