//! Two gateways and one quota, with the control plane and with a store between them, and kill -9 of everything in turn.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatehouse_harness::callers::Consumer;
use gatehouse_harness::{Role, StackPlan, TestStack, TestUpstream, eventually, ports, skipped};
use serde_json::json;
use tokio::task::JoinSet;

use crate::GATEHOUSE;

const QUOTA: u64 = 2_000;
const SETTLES_WITHIN: Duration = Duration::from_secs(60);
/// Refusals in a row, a quarter of a second apart, after which a gateway is taken to be done.
const DONE_AFTER: u32 = 20;

/// A Redis or Valkey of this test's own, that keeps nothing.
struct Store(Child);

impl Store {
    fn start(address: SocketAddr) -> Option<Self> {
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

/// Calls one gateway until it refuses for good; counts what passed, and what was cut.
async fn call_until_refused(
    consumer: Consumer,
    url: String,
    passed: Arc<AtomicU64>,
    cut: Arc<AtomicU64>,
) {
    let mut refused = 0;
    while refused < DONE_AFTER {
        match consumer.try_get(&url).await {
            Ok(answer) if answer.status.as_u16() == 200 => {
                refused = 0;
                passed.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => {
                answer.assert_problem(429, "quota_exceeded");
                refused += 1;
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            Err(_) => {
                cut.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Uses a quota up on so many gateways while `trouble` happens; returns what passed and what was cut.
async fn use_up(
    stack: &TestStack,
    gateways: usize,
    trouble: impl AsyncFnOnce(&TestStack, &AtomicU64),
) -> (u64, u64) {
    let upstream = TestUpstream::start().await;
    let acme = stack.first_tenant();
    let root = acme.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let limits = json!([{"kind": "quota", "amount": QUOTA, "period": "month"}]);
    root.add_plan("petstore", "limited", "auto", &limits).await;
    let granted = root
        .grant("acme", "Busy", "petstore", "limited", "production")
        .await;
    let (passed, cut) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut callers = JoinSet::new();
    for gateway in 0..gateways {
        let url = acme.production_url(gateway, "/petstore/v1/pets");
        let (passed, cut) = (Arc::clone(&passed), Arc::clone(&cut));
        callers.spawn(call_until_refused(
            granted.consumer.clone(),
            url,
            passed,
            cut,
        ));
    }
    trouble(stack, &passed).await;
    callers.join_all().await;
    let passed = passed.load(Ordering::Relaxed);
    let cut = cut.load(Ordering::Relaxed);
    // Nothing that passed is lost, nothing is counted twice: at most the cut calls come on top.
    let mut conn = stack.sql().await;
    eventually(SETTLES_WITHIN, "the ledger has every call", async || {
        let sum = "select coalesce(sum(used), 0)::bigint from quota_counter where period = 'month'";
        let used: i64 = sqlx::query_scalar(sum).fetch_one(&mut conn).await.unwrap();
        match used.unsigned_abs() {
            used if (passed..=passed + cut).contains(&used) => Ok(()),
            used => Err(format!("{used} in the ledger, {passed} passed, {cut} cut")),
        }
    })
    .await;
    (passed, cut)
}

async fn until_passed(passed: &AtomicU64, count: u64) {
    eventually(SETTLES_WITHIN, "calls pass", async || {
        match passed.load(Ordering::Relaxed) {
            now if now >= count => Ok(()),
            now => Err(format!("{now} of {count}")),
        }
    })
    .await;
}

/// The bound of `docs/limits.md` for two gateways of which each is killed once and the control plane is away for a while:
/// what each was leased at the kill, and the first part of each.
const WITHIN: u64 = QUOTA + 4 * QUOTA.div_ceil(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_is_exact_on_one_gateway_though_the_control_plane_is_killed() {
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    stack.expects_server_errors();
    let (passed, cut) = use_up(&stack, 1, async |stack: &TestStack, passed: &AtomicU64| {
        until_passed(passed, QUOTA / 4).await;
        stack.kill9(Role::AdminApi);
        until_passed(passed, QUOTA / 2).await;
        stack.restart(Role::AdminApi);
    })
    .await;
    assert_eq!((passed, cut), (QUOTA, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_over_two_gateways_stays_within_its_bound_though_each_process_is_killed() {
    let stack = TestStack::start(StackPlan::of(GATEHOUSE).gateways(2)).await;
    stack.expects_server_errors();
    let (passed, _) = use_up(&stack, 2, async |stack: &TestStack, passed: &AtomicU64| {
        until_passed(passed, QUOTA / 8).await;
        stack.kill9(Role::Gateway(0));
        stack.restart(Role::Gateway(0));
        until_passed(passed, QUOTA / 4).await;
        stack.kill9(Role::AdminApi);
        stack.restart(Role::AdminApi);
        until_passed(passed, QUOTA / 2).await;
        stack.kill9(Role::Gateway(1));
        stack.restart(Role::Gateway(1));
    })
    .await;
    // What a killed gateway held of the quota is free again after ten seconds; callers that give up before leave it.
    let at_least = QUOTA - 2 * QUOTA.div_ceil(4);
    assert!((at_least..=WITHIN).contains(&passed), "{passed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_shared_through_a_store_stays_within_its_bound_though_the_store_is_killed() {
    let address = ports::free();
    let Some(store) = Store::start(address) else {
        return skipped("limits through a store: neither valkey-server nor redis-server is here");
    };
    let url = format!("redis://{address}");
    let plan = StackPlan::of(GATEHOUSE)
        .gateways(2)
        .setting("GATEHOUSE_GATEWAY__SHARING__STORE", &url);
    let stack = TestStack::start(plan).await;
    stack.expects_server_errors();
    let (passed, _) = use_up(&stack, 2, async |stack: &TestStack, passed: &AtomicU64| {
        until_passed(passed, QUOTA / 8).await;
        stack.kill9(Role::AdminApi);
        until_passed(passed, QUOTA / 4).await;
        drop(store);
        until_passed(passed, QUOTA * 3 / 8).await;
        let store = Store::start(address);
        stack.restart(Role::AdminApi);
        until_passed(passed, QUOTA * 7 / 8).await;
        drop(store);
    })
    .await;
    assert!((QUOTA * 7 / 8..=WITHIN).contains(&passed), "{passed}");
}
