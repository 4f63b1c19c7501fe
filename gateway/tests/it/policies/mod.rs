//! Policies as calls meet them, through both readers of requests: plain HTTP/1.1 and HTTP/2.

mod cors;
mod headers;
mod order;
mod rates;
mod signing;
mod tokens;

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::id::{ApplicationId, CredentialId, PolicyId, SubscriptionId};
use gatehouse_runtime::{Clock, ClockHand};
use gatehouse_snapshot::object::{
    Application, Credential, HeaderChanges, Object, PolicySet, Route, RoutePolicies, SharedRate,
    Subscription,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::Reply;
use crate::node::{Node, Start, World};
use crate::objects::{
    PRODUCTION, application, configuration, credential, good_key, key, route, subscription,
};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets";
/// 2026-11-20 12:00 UTC, the moment the gateways of these tests start at.
const NOON: i64 = 1_795_176_000;

/// Which reader of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    /// HTTP/1.1, read in place.
    Strict,
    /// HTTP/2, read by hyper.
    General,
}

const TIERS: [Tier; 2] = [Tier::Strict, Tier::General];

impl Tier {
    fn call(self, node: &Node, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        match self {
            Self::Strict => node.call(method, path, headers, b""),
            Self::General => node.block_on(http2(node, method, path, headers)),
        }
    }

    /// With the good key.
    fn with_key(self, node: &Node, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let key = good_key();
        let headers = [&[("x-api-key", key.as_str())], headers].concat();
        self.call(node, method, path, &headers)
    }
}

async fn http2(node: &Node, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .no_proxy()
        .build()
        .expect("a client");
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = client.request(method, format!("http://{}{path}", node.gateway));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let text = |value: &reqwest::header::HeaderValue| value.to_str().expect("text").to_owned();
    let headers = response.headers().iter();
    Reply {
        status: response.status().as_u16(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body: response.bytes().await.expect("a body").to_vec(),
        whole: true,
    }
}

/// Every value of a field, in the order they came.
fn all<'a>(reply: &'a Reply, name: &str) -> Vec<&'a str> {
    let named = reply.headers.iter().filter(|(known, _)| known == name);
    named.map(|(_, value)| value.as_str()).collect()
}

/// The route of the fixture with a set at each operation: that at the operation's place, or the last.
fn routed(sets: &[PolicySet]) -> Route {
    let mut routed = route(PRODUCTION, 0);
    let places = (0..routed.operations.len()).map(|place| place.min(sets.len() - 1) as u32);
    routed.later.policies = RoutePolicies {
        sets: sets.to_vec(),
        of_operations: places.collect(),
        sealed: Vec::new(),
    };
    routed
}

/// A gateway whose clock stands at [`NOON`], with these sets at its operations.
fn world(backend: &Upstream, sets: &[PolicySet]) -> (World, ClockHand) {
    let mut objects = configuration(&[&backend.url()]);
    objects.push(Object::Route(routed(sets)));
    objects.extend(second_application());
    let noon = OffsetDateTime::from_unix_timestamp(NOON).expect("a time");
    let (clock, hand) = Clock::adjustable(noon);
    let start = Start {
        variables: &[],
        clock,
    };
    (World::start(&objects, &start), hand)
}

/// Another application with access, and a third without.
fn second_application() -> Vec<Object> {
    let id = |number| ApplicationId::from_uuid(Uuid::from_u128(number));
    let with_key = |number: u128| {
        let key = key(EnvironmentKind::Production, number as u64);
        let credential = Credential {
            id: CredentialId::from_uuid(Uuid::from_u128(800 + number)),
            application: id(600 + number),
            ..credential(&key, PRODUCTION, 0)
        };
        let application = Application {
            id: id(600 + number),
            ..application()
        };
        [
            Object::Application(application),
            Object::Credential(credential),
        ]
    };
    let second = Subscription {
        id: SubscriptionId::from_uuid(Uuid::from_u128(702)),
        application: id(602),
        ..subscription(PRODUCTION)
    };
    let mut objects: Vec<Object> = [2, 3].into_iter().flat_map(with_key).collect();
    objects.push(Object::Subscription(second));
    objects
}

/// The keys of the applications of [`second_application`].
fn key_of(number: u64) -> String {
    key(EnvironmentKind::Production, number)
        .reveal()
        .to_string()
}

fn rate(policy: u128, amount: u32, window_s: u32) -> SharedRate {
    SharedRate {
        policy: PolicyId::from_uuid(Uuid::from_u128(policy)),
        shadow: false,
        amount,
        window_s,
        burst: amount,
    }
}

fn changes(remove: &[&str], set: &[(&str, &str)]) -> HeaderChanges {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    HeaderChanges {
        remove: remove.iter().map(|name| (*name).to_owned()).collect(),
        set: set.iter().map(pair).collect(),
        ..HeaderChanges::default()
    }
}

/// A line of the page of metrics.
fn metric(world: &World, series: &str) -> Option<u64> {
    let page = world.node.status_page("/metrics").text();
    let mut lines = page.lines();
    let number = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    number.and_then(|number| number.parse().ok())
}
