//! How soon all gateways refuse a revoked key, while others call.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::callers::{Callers, Spans};
use super::{Faults, Note, Scene};
use crate::callers::Consumer;
use crate::stack::StackPlan;

const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN_PROBES: Duration = Duration::from_millis(2);

/// How large a run is, and what must hold.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub gateways: usize,
    pub revocations: u64,
    pub p99: Duration,
    pub longest: Duration,
}

/// Revokes one key after another; each gateway is watched with each.
pub async fn run(program: &str, size: Size, note: Note<'_>) -> anyhow::Result<Faults> {
    let scene = Scene::start(StackPlan::of(program).gateways(size.gateways)).await;
    let callers = Callers::start(&scene.steady.consumer, &scene.urls(), 1);
    let mut taken = Spans::default();
    for revocation in 1..=size.revocations {
        let (consumer, key) = scene
            .root
            .issue_key(&scene.steady.application, "production")
            .await;
        // From before the request: the commit lies somewhere inside it, so this is an upper bound.
        let begun = Instant::now();
        let mut watchers = JoinSet::new();
        for url in scene.urls() {
            watchers.spawn(refused_after(consumer.clone(), url, begun));
        }
        let revoked = scene
            .root
            .post(&format!("/v1/keys/{key}/revoke"), &json!({}))
            .await;
        revoked.assert_ok();
        for after in watchers.join_all().await {
            taken.add(
                after.ok_or_else(|| anyhow::anyhow!("a revoked key worked for {PATIENCE:?}"))?,
            );
        }
        note(json!({
            "revocations": revocation,
            "gateways": size.gateways,
            "p50_ms": taken.quantile_ms(0.5),
            "p99_ms": taken.quantile_ms(0.99),
            "max_ms": taken.quantile_ms(1.0),
            "load": callers.heard.shown(),
        }))?;
    }
    let heard = callers.stop().await;
    let mut faults = Faults::new();
    if heard.failures() > 0 || heard.served() == 0 {
        faults.push(format!("calls failed: {}", heard.shown()));
    }
    for (share, within) in [(0.99, size.p99), (1.0, size.longest)] {
        let took = taken.quantile_ms(share);
        if took >= within.as_secs_f64() * 1e3 {
            faults.push(format!(
                "{share} of all took up to {took} ms, not {within:?}"
            ));
        }
    }
    Ok(faults)
}

/// Calls until it is refused; how long that took since `begun`.
async fn refused_after(consumer: Consumer, url: String, begun: Instant) -> Option<Duration> {
    while begun.elapsed() < PATIENCE {
        let called = Instant::now();
        // A connection that broke says nothing of the key.
        let answer = consumer.try_get(&url).await;
        if answer.is_ok_and(|answer| answer.status == 401) {
            return Some(called - begun);
        }
        tokio::time::sleep(BETWEEN_PROBES).await;
    }
    None
}
