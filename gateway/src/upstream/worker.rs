//! What one worker thread has for all its calls to backends.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::connect::Connector;
use super::connections::{Bounds, Connections};
use super::counts::UpstreamCounts;
use super::health::EjectionRules;
use super::http1::{HeadText, Scratch, Shelf};
use super::target::Target;
use crate::settings::UpstreamSettings;

/// Between two looks at connections that nobody uses.
const HOUSE_KEPT_EVERY: Duration = Duration::from_millis(500);

/// Connections, buffers and rules of one worker. Never borrowed over an await.
pub(crate) struct Upstreams {
    pub(super) connector: Arc<Connector>,
    pub(super) counts: Arc<UpstreamCounts>,
    pub(super) ejection: EjectionRules,
    pub(super) head_bytes_max: usize,
    pub(super) scratch: Rc<Shelf<Scratch>>,
    pub(super) heads: Rc<Shelf<HeadText>>,
    bounds: Bounds,
    connections: RefCell<HashMap<u64, Rc<Connections>, BuildHasherDefault<ByNumber>>>,
}

impl Upstreams {
    /// For one of so many workers: what the settings allow for a target is shared out among them.
    pub(crate) fn new(
        connector: Arc<Connector>,
        settings: &UpstreamSettings,
        workers: usize,
        counts: Arc<UpstreamCounts>,
    ) -> Self {
        let share = |whole: usize| whole.div_ceil(workers.max(1));
        Self {
            connector,
            counts,
            ejection: EjectionRules {
                after: settings.eject_after,
                window: settings.eject_window,
                first: settings.eject_first,
                max: settings.eject_max,
            },
            head_bytes_max: usize::try_from(settings.response_head).unwrap_or(usize::MAX),
            scratch: Rc::default(),
            heads: Rc::default(),
            bounds: Bounds {
                calls: share(settings.connections).max(1),
                waiting: share(settings.waiting),
                wait: settings.wait,
                idle: share(settings.idle_connections),
                idle_for: settings.idle,
            },
            connections: RefCell::default(),
        }
    }

    /// This worker's connections to a target.
    pub(super) fn connections(&self, target: &Arc<Target>) -> Rc<Connections> {
        let mut all = self.connections.borrow_mut();
        let known = all.entry(target.number).or_insert_with(|| {
            let (target, counts) = (Arc::clone(target), Arc::clone(&self.counts));
            Rc::new(Connections::new(target, self.bounds, counts))
        });
        Rc::clone(known)
    }

    /// Closes connections that nobody uses, for as long as the worker runs: one timer for all of them.
    pub(crate) async fn keep_house(&self) {
        loop {
            tokio::time::sleep(HOUSE_KEPT_EVERY).await;
            self.tidy(Instant::now());
        }
    }

    fn tidy(&self, now: Instant) {
        let mut all = self.connections.borrow_mut();
        all.retain(|_, connections| connections.keep_house(now));
        let idle = all.values().map(|connections| connections.idle()).sum();
        let in_flight = all
            .values()
            .map(|connections| connections.in_flight())
            .sum();
        UpstreamCounts::set(&self.counts.idle, idle);
        UpstreamCounts::set(&self.counts.in_flight, in_flight);
    }
}

/// Numbers of targets are unlike each other already.
#[derive(Default)]
struct ByNumber(u64);

impl Hasher for ByNumber {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The table looks at the highest bits too.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
