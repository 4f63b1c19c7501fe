//! Whether a process lives, and whether it should get traffic.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

/// The readiness of a process: what each of its parts last reported. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    checks: BTreeMap<&'static str, Report>,
    facts: BTreeMap<&'static str, serde_json::Value>,
    draining: bool,
    out_of_rotation: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Report {
    Ok,
    /// Works, with less than it should have; stays in rotation.
    Degraded {
        detail: String,
    },
    /// Cannot serve; is taken out of rotation.
    Failed {
        detail: String,
    },
}

/// The hand by which one part of the process reports. Starts as failed: nothing is ready unasked.
#[derive(Debug, Clone)]
pub struct Check {
    name: &'static str,
    health: Health,
}

#[derive(Serialize)]
struct Page<'a> {
    status: &'static str,
    checks: &'a BTreeMap<&'static str, Report>,
    #[serde(flatten)]
    facts: &'a BTreeMap<&'static str, serde_json::Value>,
}

impl Health {
    /// Healthy with no checks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a named part, failed until it reports. Details are read by anybody who can reach the
    /// page: no addresses, no credentials.
    #[must_use]
    pub fn register(&self, name: &'static str) -> Check {
        let check = Check {
            name,
            health: self.clone(),
        };
        check.failed("has not reported yet");
        check
    }

    /// Shows a fact beside the checks on `/readyz`, such as the configuration revision.
    pub fn set_fact(&self, name: &'static str, value: impl Into<serde_json::Value>) {
        self.lock().facts.insert(name, value.into());
    }

    /// From now on `/readyz` says 503, so that load balancers send nothing new; `/healthz` stays 200.
    pub fn begin_drain(&self) {
        self.lock().draining = true;
    }

    /// While it is out of rotation `/readyz` says 503 as in a drain, from which there is a way back.
    pub fn rotate(&self, out: bool) {
        self.lock().out_of_rotation = out;
    }

    /// Whether `/readyz` says 200.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.lock().status().0 == StatusCode::OK
    }

    /// 200 while the process can answer at all. Restarting it would cure nothing else.
    #[must_use]
    pub fn healthz(&self) -> Response<Bytes> {
        json(StatusCode::OK, br#"{"status":"alive"}"#.as_slice().into())
    }

    /// 200 when traffic is welcome, else 503; with the report of every part.
    #[must_use]
    pub fn readyz(&self) -> Response<Bytes> {
        let state = self.lock();
        let (status, word) = state.status();
        let page = Page {
            status: word,
            checks: &state.checks,
            facts: &state.facts,
        };
        let body = serde_json::to_vec(&page).expect("strings and values are always JSON");
        json(status, body.into())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn status(&self) -> (StatusCode, &'static str) {
        let any = |wanted: fn(&Report) -> bool| self.checks.values().any(wanted);
        if self.draining || self.out_of_rotation {
            (StatusCode::SERVICE_UNAVAILABLE, "draining")
        } else if any(|report| matches!(report, Report::Failed { .. })) {
            (StatusCode::SERVICE_UNAVAILABLE, "failed")
        } else if any(|report| matches!(report, Report::Degraded { .. })) {
            (StatusCode::OK, "degraded")
        } else {
            (StatusCode::OK, "ready")
        }
    }
}

impl Check {
    /// All is well.
    pub fn ok(&self) {
        self.report(&Report::Ok);
    }

    /// It serves, but not as it should; the text says what is missing.
    pub fn degraded(&self, detail: impl Into<String>) {
        self.report(&Report::Degraded {
            detail: detail.into(),
        });
    }

    /// It cannot serve; the text says why.
    pub fn failed(&self, detail: impl Into<String>) {
        self.report(&Report::Failed {
            detail: detail.into(),
        });
    }

    fn report(&self, report: &Report) {
        let before = self.health.lock().checks.insert(self.name, report.clone());
        if before.as_ref() == Some(report) {
            return;
        }
        match (report, before) {
            (Report::Ok, Some(Report::Degraded { .. } | Report::Failed { .. })) => {
                tracing::info!(check = self.name, "check recovered");
            }
            (Report::Degraded { detail }, _) => {
                tracing::warn!(check = self.name, detail, "check degraded");
            }
            (Report::Failed { detail }, Some(_)) => {
                tracing::warn!(check = self.name, detail, "check failed");
            }
            _ => {}
        }
    }
}

fn json(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(health: &Health) -> (u16, serde_json::Value) {
        let response = health.readyz();
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let body = serde_json::from_slice(response.body()).expect("JSON");
        (response.status().as_u16(), body)
    }

    #[test]
    fn a_part_that_has_not_reported_keeps_the_process_out_of_rotation() {
        let health = Health::new();
        assert!(health.is_ready());
        let database = health.register("database");
        assert_eq!(page(&health).0, 503);
        database.ok();
        health.set_fact("config_revision", 7);
        let expected = serde_json::json!({
            "status": "ready", "checks": {"database": {"status": "ok"}}, "config_revision": 7
        });
        assert_eq!(page(&health), (200, expected));
    }

    #[test]
    fn degraded_parts_stay_in_rotation_and_failed_ones_do_not() {
        let health = Health::new();
        let (database, control_plane) = (
            health.register("database"),
            health.register("control_plane"),
        );
        database.ok();
        control_plane.degraded("away since 12:00, serving revision 41 from disk");
        let (status, body) = page(&health);
        assert_eq!((status, &body["status"]), (200, &"degraded".into()));
        assert_eq!(
            body["checks"]["control_plane"]["detail"],
            "away since 12:00, serving revision 41 from disk"
        );
        database.failed("no connection");
        let (status, body) = page(&health);
        assert_eq!((status, &body["status"]), (503, &"failed".into()));
        assert_eq!(health.healthz().status(), 200);
    }

    #[test]
    fn draining_takes_a_healthy_process_out_of_rotation_but_leaves_it_alive() {
        let health = Health::new();
        health.register("database").ok();
        health.begin_drain();
        let (status, body) = page(&health);
        assert_eq!((status, &body["status"]), (503, &"draining".into()));
        assert_eq!(health.healthz().status(), 200);
    }

    #[test]
    fn rotation_has_a_way_back_and_a_drain_has_none() {
        let health = Health::new();
        for (out, ready) in [(true, false), (false, true)] {
            health.rotate(out);
            assert_eq!(
                (health.is_ready(), health.healthz().status().as_u16()),
                (ready, 200)
            );
        }
        health.begin_drain();
        health.rotate(false);
        assert!(!health.is_ready());
    }
}
