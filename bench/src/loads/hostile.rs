//! Clients that mean harm, for longer and in greater number than in the suite, beside one that keeps to the rules.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use gatehouse_harness::loads::{Faults, Scene};
use gatehouse_harness::{Role, StackPlan};
use gatehouse_hostile::h2::{Latencies, PROBES, Target, abuse, clean_calls};
use gatehouse_hostile::process::{open_files, resident_bytes};
use gatehouse_hostile::slow::{Kind, Plan, ordinary_calls, run};
use serde_json::json;

use super::progress::Progress;

/// How long the idle gateway is looked at for comparison.
const IDLE: Duration = Duration::from_secs(5);
/// What one abuse may add to the memory of a gateway.
const GROWTH_MAX: u64 = 64 << 20;
const MIB: f64 = 1_048_576.0;

async fn scene(program: &str) -> anyhow::Result<(Scene, Target, u32)> {
    // All of it comes from one address: the cap per source would end most of it at once.
    let plan = StackPlan::of(program).gateways(1).setting(
        "GATEHOUSE_GATEWAY__LISTENER__CONNECTIONS_PER_SOURCE_MAX",
        "10000",
    );
    let scene = Scene::start(plan).await;
    let url = scene.urls().remove(0);
    let rest = url.strip_prefix("http://").context("a plain URL")?;
    let (authority, path) = rest.split_once('/').context("a path")?;
    let address: SocketAddr = authority.parse().context("an address")?;
    let target = Target {
        address,
        path: format!("/{path}"),
        credential: format!("x-api-key: {}", scene.steady.consumer.key()),
    };
    let pid = scene.stack.pid(Role::Gateway(0));
    Ok((scene, target, pid))
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Every abuse of HTTP/2 for an equal part of the time, after a quarter of that part without any: all quarters together say
/// what a call takes while the gateway is idle, whatever else the machine does. Holds when no clean call fails, their p99 stays
/// below five times that, no abuse adds 64 MiB, and those end that must.
pub(super) async fn abuses(
    program: &str,
    lasts: Duration,
    progress: &mut Progress,
) -> anyhow::Result<Faults> {
    let (_scene, target, pid) = scene(program).await?;
    tokio::task::block_in_place(|| {
        let (mut faults, mut abuses) = (Faults::new(), Vec::new());
        let (mut idle, mut p99s) = (Latencies::default(), Vec::new());
        let part = lasts / PROBES.len() as u32;
        for probe in PROBES {
            let calm = clean_calls(&target, Instant::now() + part / 4);
            idle.all.extend(calm.all);
            let before = resident_bytes(Some(pid));
            let abused = abuse(probe, &target, part * 3 / 4);
            let grown = resident_bytes(Some(pid)).saturating_sub(before);
            let (p99, failed) = (abused.clean.p99(), abused.clean.failed.len());
            let ended = !probe.ends || abused.ended > 0;
            if failed > 0 || grown >= GROWTH_MAX || !ended {
                faults.push(probe.name.to_owned());
            }
            p99s.push((probe.name, p99));
            abuses.push(json!({
                "abuse": probe.name, "clean": abused.clean.all.len(), "failed": failed,
                "p99_ms": milliseconds(p99), "connections": abused.connections, "ended": abused.ended,
                "longest_ms": milliseconds(abused.longest), "grown_mib": grown as f64 / MIB,
            }));
            progress.note(json!({ "abuses": abuses }))?;
        }
        idle.all.sort_unstable();
        let idle = idle.p99();
        progress.note(json!({ "idle_p99_ms": milliseconds(idle), "abuses": abuses }))?;
        let slow = p99s.into_iter().filter(|(_, p99)| *p99 >= idle * 5);
        faults.extend(slow.map(|(name, p99)| format!("{name}: p99 {p99:?}, idle {idle:?}")));
        Ok(faults)
    })
}

/// So many sockets that are slow at everything. Holds when no ordinary call fails, their p99 stays below twice that of the
/// idle gateway, and those who send too slowly have been ended.
pub(super) async fn slow(
    program: &str,
    sockets: u64,
    progress: &mut Progress,
) -> anyhow::Result<Faults> {
    gatehouse_os::raise_nofile_limit()?;
    let (_scene, target, pid) = scene(program).await?;
    tokio::task::block_in_place(|| {
        let idle = ordinary_calls(&target, Instant::now() + IDLE).p99();
        let (memory, files) = (resident_bytes(Some(pid)), open_files(Some(pid)));
        let plan = Plan {
            each: sockets as usize / Kind::ALL.len(),
            pace: Duration::from_secs(1),
            span: Duration::from_secs(40),
            large_path: target.path.clone(),
        };
        let report = run(&plan, &target);
        let (p99, failed) = (report.ordinary.p99(), report.ordinary.failed.len());
        let senders = report
            .outcomes
            .iter()
            .filter(|one| one.kind != Kind::Reader);
        let ended = senders
            .clone()
            .all(|one| one.opened == plan.each && one.closed == one.opened);
        let outcomes: Vec<_> = senders
            .map(|one| {
                json!({
                    "kind": format!("{:?}", one.kind), "opened": one.opened, "ended": one.closed,
                    "last_ms": milliseconds(one.longest),
                })
            })
            .collect();
        progress.note(json!({
            "ordinary": report.ordinary.all.len(), "failed": failed, "p99_ms": milliseconds(p99),
            "idle_p99_ms": milliseconds(idle), "slow": outcomes,
            "grown_mib": resident_bytes(Some(pid)).saturating_sub(memory) as f64 / MIB,
            "descriptors": open_files(Some(pid)) as i64 - files as i64,
        }))?;
        let rules = [
            (failed == 0, "ordinary calls failed"),
            (p99 < idle * 2, "ordinary calls took longer"),
            (ended, "slow senders were not ended"),
        ];
        let broken = rules.into_iter().filter(|(holds, _)| !holds);
        Ok(broken.map(|(_, fault)| fault.to_owned()).collect())
    })
}
