//! `/healthz`, `/readyz` and `/metrics`, on their own listener only.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use gatehouse_runtime::telemetry::{Check, Health, StatusPages};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::call::Bounds;
use crate::live_config::{ConfigStatus, Sharing};
use crate::metrics::{GatewayMetrics, Readings};
use crate::tables::Tables;
use crate::usage::spool::Spool;

/// Silence of the control plane after which it is called away.
const AWAY_AFTER: Duration = Duration::from_secs(10);

/// What the pages are made from, when they are asked for.
pub(crate) struct Status {
    pub(crate) pages: StatusPages,
    pub(crate) metrics: Arc<GatewayMetrics>,
    pub(crate) config: Arc<ConfigStatus>,
    pub(crate) sharing: Arc<Sharing>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) bounds: Bounds,
    pub(crate) spool: Arc<Spool>,
    pub(crate) checks: Checks,
}

/// The parts that report.
pub(crate) struct Checks {
    configuration: Check,
    control_plane: Check,
    usage: Check,
}

impl Checks {
    pub(crate) fn register(health: &Health) -> Self {
        Self {
            configuration: health.register("configuration"),
            control_plane: health.register("control_plane"),
            usage: health.register("usage"),
        }
    }
}

impl Status {
    /// Answers a request to the status listener.
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        self.refresh();
        let page = self.pages.answer(request.method(), request.uri().path());
        let page = page.unwrap_or_else(|| {
            let mut missing = Response::new(Bytes::new());
            *missing.status_mut() = StatusCode::NOT_FOUND;
            missing
        });
        page.map(Full::new)
    }

    fn refresh(&self) {
        // So that the pages tell of every call that has ended.
        self.spool.drain();
        let in_force = self.config.in_force();
        let since_contact = self.config.since_contact();
        let shown = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
        let health = &self.pages.health;
        health.rotate(self.config.out_of_rotation.load(Ordering::Relaxed));
        let age_s = since_contact.map(|since| since.as_secs());
        health.set_fact(
            "config",
            serde_json::json!({
                "generation": in_force.generation,
                "seq": in_force.seq,
                "state_hash": in_force.state_hash.to_string(),
                "source": in_force.source,
                "applied_at": shown(in_force.applied_at.into()),
                "seconds_since_contact": age_s,
                "head_seq": self.sharing.head_seq(),
            }),
        );
        self.report_configuration();
        match since_contact {
            Some(since) if since < AWAY_AFTER => self.checks.control_plane.ok(),
            Some(_) => self
                .checks
                .control_plane
                .degraded("does not answer; serving what is in force"),
            None => self
                .checks
                .control_plane
                .degraded("has not answered since the start"),
        }
        self.report_usage();
        self.read_metrics(since_contact);
    }

    fn report_usage(&self) {
        let (dropped, nobodys) = (self.spool.dropped(), self.spool.dropped_unattributed());
        let (.., on_disk) = self.spool.slots();
        let check = &self.checks.usage;
        if self.spool.sync_fails() {
            check.degraded("the disk fails: calls not handed over yet may not survive a power cut");
        } else if dropped > 0 {
            let text = format!(
                "{dropped} calls could not be kept, {nobodys} of them of no application: the spool or the disk is full"
            );
            check.degraded(text);
        } else if !on_disk {
            check.degraded(
                "calls under way are kept in memory only: the disk had no room at the start",
            );
        } else {
            check.ok();
        }
    }

    fn report_configuration(&self) {
        let in_force = self.config.in_force();
        let check = &self.checks.configuration;
        match (&in_force.refused, &in_force.alarm) {
            (refused, alarm) if in_force.source == "none" => {
                let why = refused.as_deref().unwrap_or("none has been received yet");
                match alarm {
                    Some(alarm) => check.failed(format!("{why}; copies on disk are bad: {alarm}")),
                    None => check.failed(why),
                }
            }
            (Some(refused), _) => {
                check.degraded(format!("the newest change is refused: {refused}"))
            }
            (None, Some(alarm)) => check.degraded(format!("copies on disk are bad: {alarm}")),
            (None, None) => check.ok(),
        }
    }

    fn read_metrics(&self, since_contact: Option<Duration>) {
        let in_force = self.config.in_force();
        let set = self.tables.current();
        let (slots, slots_taken, _) = self.spool.slots();
        let readings = Readings {
            generation: in_force.generation,
            seq: in_force.seq,
            head_seq: self.sharing.head_seq(),
            seconds_since_contact: since_contact.map_or(-1.0, |since| since.as_secs_f64()),
            routes: set.as_ref().map_or(0, |set| set.compiled.route_count()),
            credentials: set.as_ref().map_or(0, |set| set.credentials.len()),
            subscriptions: set.as_ref().map_or(0, |set| set.subscriptions.len()),
            live_nodes: self.sharing.live_nodes(),
            under_way: self.bounds.concurrency.under_way(),
            spool_bytes: self.spool.bytes(),
            spool_calls: self.spool.written(),
            spool_syncs: self.spool.syncs(),
            slots,
            slots_taken,
            dropped: self.spool.dropped(),
            dropped_unattributed: self.spool.dropped_unattributed(),
        };
        self.metrics.read(&readings);
    }
}
