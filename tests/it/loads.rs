//! The loads of `gatehouse-bench load`, in a size that finds the fault and not the time.

use std::time::Duration;

use gatehouse_harness::loads::limits::{self, Settled};
use gatehouse_harness::loads::{Faults, changes, exactness, kills, outage, revocation};
use gatehouse_harness::skipped;

use crate::GATEHOUSE;

/// What a machine that does other things too, and an unoptimised build, may add to any latency.
const FLOOR: Duration = Duration::from_secs(5);

const LIMITS: limits::Size = limits::Size {
    quota: 2_000,
    rate: 600,
    span: Duration::from_secs(16),
    decided_within: FLOOR,
};

fn held(faults: &Faults) {
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_while_configuration_changes_and_gateways_hand_over() {
    let size = changes::Size {
        changes: 24,
        restarts: 6,
    };
    let found = changes::run(GATEHOUSE, size, &mut |_| Ok(())).await;
    held(&found.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_refused_while_the_control_plane_and_its_database_are_away_and_gateways_restart()
{
    let size = outage::Size {
        lasts: Duration::from_secs(8),
        restarts: 4,
    };
    let found = outage::run(GATEHOUSE, size, &mut |_| Ok(())).await;
    held(&found.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_gateway_refuses_a_revoked_key_soon_while_others_call() {
    let size = revocation::Size {
        gateways: 3,
        revocations: 5,
        p99: FLOOR,
        longest: FLOOR,
    };
    let found = revocation::run(GATEHOUSE, size, &mut |_| Ok(())).await;
    held(&found.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_gateways_and_admin_api_loses_no_whole_response_and_doubles_none() {
    let size = exactness::Size {
        gateways: 2,
        quiet: 200,
        calls: 6_000,
        between: 40,
    };
    let found = exactness::run(GATEHOUSE, size, &mut |_| Ok(())).await;
    found.unwrap();
}

async fn limits_hold(settled: Settled) {
    let quota = limits::quota(GATEHOUSE, &LIMITS, settled, &mut |_| Ok(())).await;
    let rate = limits::rate(GATEHOUSE, &LIMITS, settled, &mut |_| Ok(())).await;
    match quota.unwrap().zip(rate.unwrap()) {
        Some((quota, rate)) => held(&[quota, rate].concat()),
        None => skipped("limits through a store: neither valkey-server nor redis-server is here"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_are_exact_on_one_gateway_though_the_control_plane_is_killed() {
    limits_hold(Settled::Alone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_over_two_gateways_stay_within_their_bounds_though_each_process_is_killed() {
    limits_hold(Settled::ControlPlane).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_through_a_store_stay_within_their_bounds_though_the_store_is_killed() {
    limits_hold(Settled::Store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_of_admin_api_and_postgres_once_and_whole() {
    let size = kills::Size {
        rounds: 200,
        writers: 4,
    };
    let mut last = serde_json::Value::Null;
    let found = kills::run(GATEHOUSE, size, &mut |said| {
        last = said;
        Ok(())
    })
    .await;
    held(&found.unwrap());
    println!("{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_kills_do_lose_writes_where_the_database_acknowledges_before_it_flushes() {
    let lost = kills::control(GATEHOUSE, 20, &mut |_| Ok(()))
        .await
        .unwrap();
    assert!(
        lost > 0,
        "twenty kills lost nothing: the harness would not see a loss"
    );
}
