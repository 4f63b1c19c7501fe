//! What is measured, case by case; docs/benchmarks.md explains each.

use std::net::SocketAddr;

use gatehouse_domain::plan::{LimitRule, QuotaPeriod};

use crate::backend::{BLOB_BYTES, EVENTS};
use crate::generator::{Mix, Pace, Protocol, Request};
use crate::keys::KeyCounts;
use crate::planes::Plane;
use crate::scene::{API_PATH, RATE, Scene};

const PROXIES: [Plane; 5] = [
    Plane::Reference,
    Plane::Gateway,
    Plane::Nginx,
    Plane::Haproxy,
    Plane::Envoy,
];

/// The reference relays what fits a buffer, and speaks HTTP/1.1 only.
const PEERS_AND_GATEWAY: [Plane; 4] = [Plane::Gateway, Plane::Nginx, Plane::Haproxy, Plane::Envoy];

/// Added latency is what a plane has beyond no plane at all.
const WITH_DIRECT: [Plane; 6] = [
    Plane::Direct,
    Plane::Reference,
    Plane::Gateway,
    Plane::Nginx,
    Plane::Haproxy,
    Plane::Envoy,
];

/// Connections of the closed loop.
const CONNECTIONS: usize = 64;

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) planes: &'static [Plane],
    pub(crate) counts: KeyCounts,
    pub(crate) limits: Vec<LimitRule>,
    pub(crate) mix: Mix,
    pub(crate) pace: Pace,
    pub(crate) connections: usize,
    pub(crate) protocol: Protocol,
    /// Whether calls carry a trace context.
    traced: bool,
    method: &'static str,
    path: &'static str,
    /// Bytes of each request's body.
    body_bytes: usize,
    /// Figures are per part of an answer: a stream has many.
    pub(crate) parts: u32,
}

const KEYS: KeyCounts = KeyCounts {
    good: 100_000,
    revoked: 64,
    over_limit: 64,
};

/// One call in 256 with a revoked key and one with a key over its limit: too few to shift a figure, enough to see that they
/// are refused.
const SOME_REFUSED: Mix = Mix {
    of: 512,
    revoked: 2,
    over_limit: 2,
};

impl Case {
    /// Key lookup among 100,000, a limit per key, a record of each call.
    fn b() -> Self {
        Self {
            name: "b",
            planes: &PROXIES,
            counts: KEYS,
            limits: vec![RATE],
            mix: SOME_REFUSED,
            pace: Pace::Closed,
            connections: CONNECTIONS,
            protocol: Protocol::Plain,
            traced: false,
            method: "GET",
            path: "/items/42",
            body_bytes: 0,
            parts: 1,
        }
    }

    /// Forwarding alone; the gateway, which has no such mode, with one key and no limit.
    fn a() -> Self {
        Self {
            name: "a",
            counts: KeyCounts {
                good: 1,
                revoked: 0,
                over_limit: 0,
            },
            limits: Vec::new(),
            mix: Mix::NONE,
            ..Self::b()
        }
    }

    /// Case b with two rates and two quotas per subscription and the caller's trace context.
    fn b_full() -> Self {
        let per_minute = LimitRule::Rate {
            amount: 50_000,
            window_s: 60,
            burst: 1_000,
        };
        let quota = |period| LimitRule::Quota {
            amount: 1_000_000_000,
            period,
        };
        Self {
            name: "b-full",
            limits: vec![
                RATE,
                per_minute,
                quota(QuotaPeriod::Day),
                quota(QuotaPeriod::Month),
            ],
            traced: true,
            ..Self::b()
        }
    }

    /// A storm of calls that are refused: nine of ten, half as revoked and half as over their limit.
    fn b_deny() -> Self {
        Self {
            name: "b-deny",
            mix: Mix {
                of: 20,
                revoked: 9,
                over_limit: 9,
            },
            ..Self::b()
        }
    }

    /// Case b inside TLS 1.3, on connections that stay.
    fn tls() -> Self {
        Self {
            name: "tls",
            planes: &PEERS_AND_GATEWAY,
            protocol: Protocol::Tls,
            ..Self::b()
        }
    }

    /// Case b over HTTP/2 without TLS.
    fn h2() -> Self {
        Self {
            name: "h2",
            planes: &PEERS_AND_GATEWAY,
            protocol: Protocol::Http2,
            mix: Mix::NONE,
            ..Self::b()
        }
    }

    /// Answers of 64 KiB.
    fn body_down() -> Self {
        Self {
            name: "body-down",
            planes: &PEERS_AND_GATEWAY,
            path: "/blob",
            ..Self::b()
        }
    }

    /// Requests of 64 KiB.
    fn body_up() -> Self {
        Self {
            name: "body-up",
            planes: &PEERS_AND_GATEWAY,
            method: "POST",
            path: "/upload",
            body_bytes: BLOB_BYTES,
            ..Self::b()
        }
    }

    /// Streams of events that come one by one, each of which must leave at once; per event.
    fn sse() -> Self {
        Self {
            name: "sse",
            path: "/stream",
            parts: EVENTS,
            ..Self::b()
        }
    }

    /// Two limits per subscription, only good keys: what is asked of the gateway alone.
    pub(crate) fn two_limits(good: usize, pace: Pace) -> Self {
        Self {
            counts: KeyCounts { good, ..KEYS },
            pace,
            limits: vec![
                RATE,
                LimitRule::Quota {
                    amount: 1_000_000_000,
                    period: QuotaPeriod::Month,
                },
            ],
            mix: Mix::NONE,
            ..Self::b()
        }
    }

    /// Case b at a rate far below what any plane can do: what counts is latency.
    fn rate() -> Self {
        Self {
            name: "rate-5k",
            planes: &WITH_DIRECT,
            pace: Pace::Fixed(5_000),
            ..Self::b()
        }
    }

    /// The case of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|case| case.name == name)
    }

    /// Every case, in the order they run.
    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self::a(),
            Self::b(),
            Self::b_full(),
            Self::b_deny(),
            Self::tls(),
            Self::h2(),
            Self::body_down(),
            Self::body_up(),
            Self::sse(),
            Self::rate(),
        ]
    }

    pub(crate) fn scene(&self, upstream: SocketAddr) -> Scene {
        Scene {
            counts: self.counts,
            limits: self.limits.clone(),
            protocol: self.protocol,
            upstream,
        }
    }

    pub(crate) fn request(&self, key_bytes: usize) -> anyhow::Result<Request> {
        let fields = if self.traced { TRACED } else { "" };
        let path = format!("{API_PATH}{}", self.path);
        let body = vec![b'u'; self.body_bytes];
        let http1 = Request::new(self.method, &path, fields, key_bytes, &body);
        match self.protocol {
            Protocol::Plain => Ok(http1),
            Protocol::Tls => http1.inside_tls(),
            Protocol::Http2 => Ok(Request::http2(&path, key_bytes)),
        }
    }
}

/// W3C trace context, as an instrumented client sends it.
const TRACED: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
                      tracestate: vendor=00f067aa0ba902b7\r\n";
