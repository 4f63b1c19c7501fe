//! Ordinary callers that go on until they are told to stop.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::callers::Consumer;

/// Between two calls of a caller: a load that leaves the machine room for what is measured beside it.
const PAUSE: Duration = Duration::from_millis(5);

/// Durations of calls, or of anything else.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans(Vec<Duration>);

impl Spans {
    pub(super) fn add(&mut self, span: Duration) {
        self.0.push(span);
    }

    /// What `share` (0 to 1) of all stay at or below, milliseconds.
    pub(super) fn quantile_ms(&self, share: f64) -> f64 {
        let mut spans = self.0.clone();
        let place = (spans.len() as f64 * share).ceil() as usize;
        let Some(last) = spans.len().checked_sub(1) else {
            return 0.0;
        };
        let (_, found, _) = spans.select_nth_unstable(place.saturating_sub(1).min(last));
        found.as_secs_f64() * 1e3
    }
}

/// What callers met.
#[derive(Debug, Default)]
pub(super) struct Heard {
    served: AtomicU64,
    /// Answers other than 200, by status and code.
    refused: Mutex<BTreeMap<String, u64>>,
    /// Calls whose connection failed or broke, by what the client says.
    broken: Mutex<BTreeMap<String, u64>>,
    latency: Mutex<Spans>,
}

impl Heard {
    /// Calls that were not served.
    pub(super) fn failures(&self) -> u64 {
        self.refusals() + lock(&self.broken).values().sum::<u64>()
    }

    pub(super) fn refusals(&self) -> u64 {
        lock(&self.refused).values().sum()
    }

    pub(super) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    pub(super) fn shown(&self) -> Value {
        let latency = lock(&self.latency);
        json!({
            "served": self.served(),
            "refused": lock(&self.refused).clone(),
            "broken": lock(&self.broken).clone(),
            "p99_ms": latency.quantile_ms(0.99),
            "max_ms": latency.quantile_ms(1.0),
        })
    }

    /// Waits until so many more calls were served.
    pub(super) async fn more_served(&self, count: u64) {
        let until = self.served() + count;
        crate::eventually(
            crate::wait::PATIENCE,
            "calls are served",
            async || match self.served() {
                served if served >= until => Ok(()),
                served => Err(format!("{served} of {until}")),
            },
        )
        .await;
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Callers at work.
#[derive(Debug)]
pub(super) struct Callers {
    pub(super) heard: Arc<Heard>,
    stop: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Callers {
    /// So many callers on each gateway, each with a connection of its own; one whose gateway does not answer goes on with the
    /// next.
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
            let consumer = Consumer::with_key(consumer.key());
            callers.tasks.spawn(call(consumer, urls, heard, stop));
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
                lock(&heard.latency).add(begun.elapsed());
            }
            Ok(answer) => {
                let met = format!("{} {}", answer.status.as_u16(), answer.code());
                *lock(&heard.refused).entry(met).or_default() += 1;
            }
            Err(error) => {
                // Without the address, which differs from gateway to gateway.
                let cause = error.rsplit("source: ").next().unwrap_or_default();
                *lock(&heard.broken).entry(cause.to_owned()).or_default() += 1;
                at = (at + 1) % urls.len();
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
