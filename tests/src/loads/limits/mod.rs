//! Limits over gateways, settled by the control plane and through a store, with kill -9 of everything in turn. What passes stays
//! within the bounds of docs/limits.md, calls are decided meanwhile, and the ledger has each once.

mod stage;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Faults, Note};
use crate::eventually;
use crate::stack::{Role, TestStack};
use stage::{Calling, Counts, Stage, Store, Until};

const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// How large a run is, and how soon calls must be decided in the midst of kills.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// A month.
    pub quota: u64,
    /// A minute, and at once after a pause.
    pub rate: u64,
    /// How long a rate is called for.
    pub span: Duration,
    /// Beyond what 99 of 100 calls take while nothing is killed.
    pub decided_within: Duration,
}

/// What settles a limit between gateways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Nothing has to: there is one gateway.
    Alone,
    ControlPlane,
    Store,
}

/// Uses a quota up while everything is killed in turn. `None` when there is no store to be had.
pub async fn quota(
    program: &str,
    size: &Size,
    settled: Settled,
    note: Note<'_>,
) -> anyhow::Result<Option<Faults>> {
    let Some(mut stage) = Stage::set(program, settled).await else {
        return Ok(None);
    };
    let amount = size.quota;
    let limit = json!({"kind": "quota", "amount": amount, "period": "month"});
    let Calling {
        counts, callers, ..
    } = stage.call(limit, Until::Refused).await;
    counts.until_passed(amount / 8).await;
    let calm_ms = counts.p99_ms();
    match settled {
        Settled::Alone => {
            stage.stack().kill9(Role::AdminApi);
            counts.until_passed(amount / 2).await;
            stage.stack().restart(Role::AdminApi);
        }
        Settled::ControlPlane => {
            stage.kill_and_restart(Role::Gateway(0));
            counts.until_passed(amount / 4).await;
            stage.kill_and_restart(Role::AdminApi);
            counts.until_passed(amount / 2).await;
            stage.kill_and_restart(Role::Gateway(1));
        }
        Settled::Store => {
            stage.stack().kill9(Role::AdminApi);
            counts.until_passed(amount / 4).await;
            drop(stage.store.take());
            counts.until_passed(amount * 3 / 8).await;
            stage.store = Store::start(stage.store_address);
            stage.stack().restart(Role::AdminApi);
            counts.until_passed(amount * 7 / 8).await;
            drop(stage.store.take());
        }
    }
    callers.join_all().await;
    let (passed, among_kills_ms) = (counts.passed(), counts.p99_ms());
    note(json!({
        "quota": amount, "settled": format!("{settled:?}"), "calls": counts.shown(),
        "calm_p99_ms": calm_ms, "among_kills_p99_ms": among_kills_ms,
    }))?;
    // The bound of docs/limits.md for two gateways of which each is killed once and cut off from what settles for a while:
    // what each was leased then, and the first part of each. What a killed gateway held is free again after ten seconds;
    // callers that give up before leave it.
    let within = match settled {
        Settled::Alone => amount..=amount,
        Settled::ControlPlane => amount - 2 * amount.div_ceil(4)..=amount + 4 * amount.div_ceil(4),
        Settled::Store => amount * 7 / 8..=amount + 4 * amount.div_ceil(4),
    };
    let mut faults = late(size, calm_ms, among_kills_ms);
    if !within.contains(&passed) {
        faults.push(format!("{passed} passed, not {within:?}"));
    }
    if settled == Settled::Alone && counts.cut.load(Ordering::Relaxed) > 0 {
        faults.push("calls were cut though no gateway was killed".to_owned());
    }
    let used = "select coalesce(sum(used), 0)::bigint from quota_counter where period = 'month'";
    in_the_ledger(stage.stack(), used, &counts).await;
    Ok(Some(faults))
}

/// Calls a rate for a time while everything is killed in turn. `None` when there is no store to be had.
pub async fn rate(
    program: &str,
    size: &Size,
    settled: Settled,
    note: Note<'_>,
) -> anyhow::Result<Option<Faults>> {
    let Some(mut stage) = Stage::set(program, settled).await else {
        return Ok(None);
    };
    let amount = size.rate;
    let limit = json!({"kind": "rate", "amount": amount, "window_s": 60, "burst": amount});
    let until = Instant::now() + size.span;
    let Calling {
        begun,
        counts,
        callers,
    } = stage.call(limit, Until::Then(until)).await;
    let eighth = |number: u32| until - size.span * (8 - number) / 8;
    tokio::time::sleep_until(eighth(1).into()).await;
    let calm_ms = counts.p99_ms();
    let (mut joined_and_left, mut store) = (0, stage.store.take());
    stage.stack().kill9(Role::AdminApi);
    tokio::time::sleep_until(eighth(2).into()).await;
    drop(store.take());
    tokio::time::sleep_until(eighth(4).into()).await;
    if settled == Settled::Store {
        stage.store = Store::start(stage.store_address);
    }
    stage.stack().restart(Role::AdminApi);
    if settled != Settled::Alone {
        tokio::time::sleep_until(eighth(5).into()).await;
        stage.kill_and_restart(Role::Gateway(0));
        joined_and_left = 2;
    }
    callers.join_all().await;
    let took = begun.elapsed();
    let (passed, among_kills_ms) = (counts.passed(), counts.p99_ms());
    let (amount, nodes) = (amount as f64, stage.gateways as f64);
    let pace = amount / 60.0;
    // docs/limits.md: all are heard from throughout, but for the one that was killed and came back.
    let bound = amount
        + pace * took.as_secs_f64()
        + f64::from(joined_and_left) * amount / nodes
        + pace * f64::from(joined_and_left / 2) / nodes
        + if settled == Settled::Alone {
            0.0
        } else {
            nodes
        };
    note(json!({
        "rate": amount, "settled": format!("{settled:?}"), "calls": counts.shown(), "seconds": took.as_secs_f64(),
        "bound": bound, "calm_p99_ms": calm_ms, "among_kills_p99_ms": among_kills_ms,
    }))?;
    let mut faults = late(size, calm_ms, among_kills_ms);
    // A caller pauses after a refusal and may be in between when the time is over.
    let called = took.min(until - begun);
    let least = amount + pace * (called.as_secs_f64() - 1.0);
    let is_exact = settled == Settled::Alone;
    if passed as f64 > bound || is_exact && (passed as f64) < least {
        faults.push(format!("{passed} passed, not {least} to {bound}"));
    }
    let used = "select count(*) from call_log where status = 200 or interrupted";
    in_the_ledger(stage.stack(), used, &counts).await;
    Ok(Some(faults))
}

/// Whether calls were decided in time.
fn late(size: &Size, calm_ms: f64, among_kills_ms: f64) -> Faults {
    let within = size.decided_within.as_secs_f64() * 1e3;
    let more = among_kills_ms - calm_ms;
    (more > within)
        .then(|| format!("calls were decided {more} ms later among kills, not {within}"))
        .into_iter()
        .collect()
}

/// Nothing that passed is lost, nothing is counted twice: at most the cut calls come on top.
async fn in_the_ledger(stack: &TestStack, used: &'static str, counts: &Counts) {
    let (passed, cut) = (counts.passed(), counts.cut.load(Ordering::Relaxed));
    let mut conn = stack.sql().await;
    eventually(SETTLES_WITHIN, "the ledger has every call", async || {
        let used: i64 = sqlx::query_scalar(used)
            .fetch_one(&mut conn)
            .await
            .expect("the ledger");
        match used.unsigned_abs() {
            used if (passed..=passed + cut).contains(&used) => Ok(()),
            used => Err(format!("{used} in the ledger, {passed} passed, {cut} cut")),
        }
    })
    .await;
}
