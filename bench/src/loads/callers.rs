//! Ordinary callers that go on until they are told to stop.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gatehouse_harness::callers::Consumer;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::histogram::Histogram;

/// Between two calls of a caller: a load that leaves the machine room for what is measured beside it.
const PAUSE: Duration = Duration::from_millis(5);

/// What callers met.
#[derive(Default)]
pub(super) struct Heard {
    served: AtomicU64,
    /// Answers other than 200, by code and status.
    refused: Mutex<BTreeMap<String, u64>>,
    /// Calls whose connection failed or broke.
    broken: AtomicU64,
    latency: Mutex<Histogram>,
}

impl Heard {
    /// Calls that were not served.
    pub(super) fn failures(&self) -> u64 {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.broken.load(Ordering::Relaxed) + refused.values().sum::<u64>()
    }

    pub(super) fn refusals(&self) -> u64 {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.values().sum()
    }

    pub(super) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    pub(super) fn shown(&self) -> Value {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "served": self.served(),
            "refused": refused.clone(),
            "broken": self.broken.load(Ordering::Relaxed),
            "p99_ms": latency.quantile_us(0.99) / 1e3,
            "max_ms": latency.max_us() / 1e3,
        })
    }
}

/// Callers at work.
pub(super) struct Callers {
    pub(super) heard: Arc<Heard>,
    stop: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Callers {
    /// So many callers on each gateway; one whose gateway does not answer goes on with the next.
    pub(super) fn start(consumer: &Consumer, urls: &[String], on_each: usize) -> Self {
        let mut callers = Self {
            heard: Arc::default(),
            stop: Arc::default(),
            tasks: JoinSet::new(),
        };
        for caller in 0..urls.len() * on_each {
            let mut urls = urls.to_vec();
            let first = caller % urls.len();
            urls.rotate_left(first);
            let (heard, stop) = (Arc::clone(&callers.heard), Arc::clone(&callers.stop));
            callers
                .tasks
                .spawn(call(consumer.clone(), urls, heard, stop));
        }
        callers
    }

    /// Waits for the last answers.
    pub(super) async fn stop(self) -> Arc<Heard> {
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
        self.heard
    }
}

async fn call(consumer: Consumer, urls: Vec<String>, heard: Arc<Heard>, stop: Arc<AtomicBool>) {
    let mut at = 0;
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        match consumer.try_get(&urls[at]).await {
            Ok(answer) if answer.status == 200 => {
                heard.served.fetch_add(1, Ordering::Relaxed);
                let mut latency = heard.latency.lock().unwrap_or_else(PoisonError::into_inner);
                latency.add(begun.elapsed());
            }
            Ok(answer) => {
                let mut refused = heard.refused.lock().unwrap_or_else(PoisonError::into_inner);
                *refused
                    .entry(format!("{} {}", answer.status, answer.text()))
                    .or_default() += 1;
            }
            Err(_) => {
                heard.broken.fetch_add(1, Ordering::Relaxed);
                at = (at + 1) % urls.len();
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
