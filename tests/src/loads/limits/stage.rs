//! What limits are called with: gateways, perhaps a store between them, and callers that count.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{SETTLES_WITHIN, Settled};
use crate::callers::Consumer;
use crate::loads::Scene;
use crate::loads::callers::{Spans, lock};
use crate::stack::{Role, StackPlan, TestStack};
use crate::{eventually, ports};

/// A gateway that has refused for so long is taken to be done with a quota: longer than it asks a control plane that does not
/// answer, and than it takes to decide alone.
const DONE_AFTER: Duration = Duration::from_secs(12);
const PAUSE_WHEN_REFUSED: Duration = Duration::from_millis(50);
const PAUSE_WHEN_CUT: Duration = Duration::from_millis(20);

/// A Redis or Valkey of this run's own, that keeps nothing.
pub(super) struct Store(Child);

impl Store {
    pub(super) fn start(address: SocketAddr) -> Option<Self> {
        let port = address.port().to_string();
        let start = |program| {
            Command::new(program)
                .args(["--port", &port, "--bind", "127.0.0.1"])
                .args(["--save", "", "--dir", "/tmp"])
                .stdout(Stdio::null())
                .spawn()
        };
        let child = start("valkey-server").or_else(|_| start("redis-server"));
        child.ok().map(Self)
    }
}

impl Drop for Store {
    /// SIGKILL.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A run's processes; the store is there when it settles.
pub(super) struct Stage {
    scene: Scene,
    pub(super) store: Option<Store>,
    pub(super) store_address: SocketAddr,
    pub(super) gateways: usize,
}

impl Stage {
    /// `None` when there is no store to be had.
    pub(super) async fn set(program: &str, settled: Settled) -> Option<Self> {
        let store_address = ports::free();
        let gateways = if settled == Settled::Alone { 1 } else { 2 };
        let mut plan = StackPlan::of(program).gateways(gateways);
        let mut store = None;
        if settled == Settled::Store {
            store = Some(Store::start(store_address)?);
            let url = format!("redis://{store_address}");
            plan = plan.setting("GATEHOUSE_GATEWAY__SHARING__STORE", &url);
        }
        let scene = Scene::start(plan).await;
        scene.stack.expects_server_errors();
        Some(Self {
            scene,
            store,
            store_address,
            gateways,
        })
    }

    /// Callers of a plan with one limit, one on each gateway.
    pub(super) async fn call(&self, limit: Value, until: Until) -> Calling {
        let (root, stack) = (&self.scene.root, &self.scene.stack);
        root.add_plan("petstore", "limited", "auto", &json!([limit]))
            .await;
        let granted = root
            .grant("acme", "Busy", "petstore", "limited", "production")
            .await;
        let counts = Arc::<Counts>::default();
        let mut callers = JoinSet::new();
        let begun = Instant::now();
        for gateway in 0..self.gateways {
            let url = stack
                .first_tenant()
                .production_url(gateway, "/petstore/v1/pets");
            let consumer = Consumer::with_key(granted.consumer.key());
            callers.spawn(call(consumer, url, until, Arc::clone(&counts)));
        }
        Calling {
            begun,
            counts,
            callers,
        }
    }

    pub(super) fn kill_and_restart(&self, role: Role) {
        tokio::task::block_in_place(|| {
            self.scene.stack.kill9(role);
            self.scene.stack.restart(role);
        });
    }

    pub(super) fn stack(&self) -> &TestStack {
        &self.scene.stack
    }
}

/// When a caller ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// Refused for [`DONE_AFTER`].
    Refused,
    Then(Instant),
}

#[derive(Default)]
pub(super) struct Counts {
    passed: AtomicU64,
    refused: AtomicU64,
    pub(super) cut: AtomicU64,
    decided: std::sync::Mutex<Spans>,
}

impl Counts {
    pub(super) fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    pub(super) fn shown(&self) -> Value {
        json!({
            "passed": self.passed(),
            "refused": self.refused.load(Ordering::Relaxed),
            "cut": self.cut.load(Ordering::Relaxed),
        })
    }

    pub(super) async fn until_passed(&self, count: u64) {
        eventually(SETTLES_WITHIN, "calls pass", async || match self.passed() {
            now if now >= count => Ok(()),
            now => Err(format!("{now} of {count}")),
        })
        .await;
    }

    /// What 99 of 100 calls took since this was asked last, milliseconds.
    pub(super) fn p99_ms(&self) -> f64 {
        std::mem::take(&mut *lock(&self.decided)).quantile_ms(0.99)
    }
}

pub(super) struct Calling {
    /// Before the first call.
    pub(super) begun: Instant,
    pub(super) counts: Arc<Counts>,
    pub(super) callers: JoinSet<()>,
}

/// Calls one gateway; a refusal by a limit is an answer, every other one a fault of the run.
async fn call(consumer: Consumer, url: String, until: Until, counts: Arc<Counts>) {
    let mut passed_last = Instant::now();
    loop {
        let is_over = match until {
            Until::Refused => passed_last.elapsed() > DONE_AFTER,
            Until::Then(end) => Instant::now() >= end,
        };
        if is_over {
            return;
        }
        let begun = Instant::now();
        let pause = match consumer.try_get(&url).await {
            Ok(answer) if answer.status.as_u16() == 200 => {
                passed_last = Instant::now();
                counts.passed.fetch_add(1, Ordering::Relaxed);
                Duration::ZERO
            }
            Ok(answer) => {
                answer.assert_status(429);
                counts.refused.fetch_add(1, Ordering::Relaxed);
                PAUSE_WHEN_REFUSED
            }
            Err(_) => {
                counts.cut.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(PAUSE_WHEN_CUT).await;
                continue;
            }
        };
        lock(&counts.decided).add(begun.elapsed());
        tokio::time::sleep(pause).await;
    }
}
