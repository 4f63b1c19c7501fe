//! What is measured, case by case; docs/benchmarks.md explains each.

use std::net::SocketAddr;

use gatehouse_domain::plan::LimitRule;

use crate::generator::{Mix, Pace, Request};
use crate::keys::KeyCounts;
use crate::planes::Plane;
use crate::scene::{API_PATH, RATE, Scene};

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
    method: &'static str,
    path: &'static str,
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
            planes: &[Plane::Reference, Plane::Gateway],
            counts: KEYS,
            limits: vec![RATE],
            mix: SOME_REFUSED,
            pace: Pace::Closed,
            connections: CONNECTIONS,
            method: "GET",
            path: "/items/42",
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

    /// Case b at a rate far below what any plane can do: what counts is latency.
    fn rate() -> Self {
        Self {
            name: "rate-5k",
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
        vec![Self::a(), Self::b(), Self::rate()]
    }

    pub(crate) fn scene(&self, upstream: SocketAddr) -> Scene {
        Scene {
            counts: self.counts,
            limits: self.limits.clone(),
            upstream,
        }
    }

    pub(crate) fn request(&self, key_bytes: usize) -> Request {
        Request::new(
            self.method,
            &format!("{API_PATH}{}", self.path),
            key_bytes,
            &[],
        )
    }
}
