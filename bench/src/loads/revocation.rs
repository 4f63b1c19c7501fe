//! How soon ten gateways refuse a revoked key, while others call.

use std::time::{Duration, Instant};

use gatehouse_harness::StackPlan;
use gatehouse_harness::callers::Consumer;
use serde_json::json;
use tokio::task::JoinSet;

use super::Scene;
use super::callers::Callers;
use super::progress::Progress;
use crate::histogram::Histogram;

const GATEWAYS: usize = 10;
const P99_MS: f64 = 250.0;
const MAX_MS: f64 = 2_000.0;
const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN_PROBES: Duration = Duration::from_millis(2);

pub(super) async fn run(
    program: &str,
    count: u64,
    progress: &mut Progress,
) -> anyhow::Result<bool> {
    let scene = Scene::start(StackPlan::of(program).gateways(GATEWAYS)).await;
    let callers = Callers::start(&scene.steady.consumer, &scene.urls(), 1);
    let mut taken = Histogram::default();
    for revocation in 1..=count {
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
        progress.note(json!({
            "revocations": revocation,
            "gateways": GATEWAYS,
            "p50_ms": taken.quantile_us(0.5) / 1e3,
            "p99_ms": taken.quantile_us(0.99) / 1e3,
            "max_ms": taken.max_us() / 1e3,
            "load": callers.heard.shown(),
        }))?;
    }
    let heard = callers.stop().await;
    Ok(heard.failures() == 0
        && taken.quantile_us(0.99) / 1e3 < P99_MS
        && taken.max_us() / 1e3 < MAX_MS)
}

/// Calls until it is refused; how long that took since `begun`.
async fn refused_after(consumer: Consumer, url: String, begun: Instant) -> Option<Duration> {
    while begun.elapsed() < PATIENCE {
        let called = Instant::now();
        let answer = consumer.try_get(&url).await.ok()?;
        if answer.status == 401 {
            return Some(called - begun);
        }
        tokio::time::sleep(BETWEEN_PROBES).await;
    }
    None
}
