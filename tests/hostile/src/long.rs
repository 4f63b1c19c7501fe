//! The long forms: every abuse of HTTP/2 for a minute, thousands of slow sockets.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use gatehouse_hostile::h2::{PROBES, Target, abuse, clean_calls};
use gatehouse_hostile::process::{open_files, resident_bytes};
use gatehouse_hostile::slow::{Kind, Plan, ordinary_calls, run};

/// How long an idle server is looked at for comparison.
const IDLE: Duration = Duration::from_secs(5);

pub(crate) fn target(address: &str, path: &str, credential: &str) -> anyhow::Result<Target> {
    Ok(Target {
        address: address.parse().context("ADDRESS is host:port")?,
        path: path.to_owned(),
        credential: credential.to_owned(),
    })
}

fn number(text: Option<&&str>, otherwise: u64) -> anyhow::Result<u64> {
    text.map_or(Ok(otherwise), |text| Ok(text.parse()?))
}

fn pid(text: Option<&&str>) -> anyhow::Result<Option<u32>> {
    text.map(|text| Ok(text.parse()?)).transpose()
}

pub(crate) fn h2(out: &mut dyn Write, target: &Target, more: &[&str]) -> anyhow::Result<ExitCode> {
    let span = Duration::from_secs(number(more.first(), 60)?);
    let pid = pid(more.get(1))?;
    let idle = clean_calls(target, Instant::now() + IDLE).p99();
    writeln!(out, "idle: p99 {idle:?}")?;
    let mut good = true;
    let named = more.get(2).copied();
    let probes = PROBES.iter();
    for probe in probes.filter(|probe| named.is_none_or(|name| name == probe.name)) {
        let before = resident_bytes(pid);
        let abused = abuse(probe, target, span);
        let (p99, failed) = (abused.clean.p99(), abused.clean.failed.len());
        let ended = !probe.ends || abused.ended > 0;
        let fine = failed == 0 && p99 < idle * 5 && ended;
        good &= fine;
        writeln!(
            out,
            "{} {}: {} of {} connections ended, the longest after {:?}, {} KiB; clean: {} calls, {failed} failed, p99 {p99:?}; {:+} KiB resident",
            if fine { "good" } else { "BAD " },
            probe.name,
            abused.ended,
            abused.connections,
            abused.longest,
            abused.bytes >> 10,
            abused.clean.all.len(),
            (resident_bytes(pid) as i64 - before as i64) >> 10,
        )?;
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub(crate) fn slow(
    out: &mut dyn Write,
    target: &Target,
    large_path: &str,
    more: &[&str],
) -> anyhow::Result<ExitCode> {
    let plan = Plan {
        each: number(more.first(), 5_000)? as usize / Kind::ALL.len(),
        pace: Duration::from_secs(1),
        span: Duration::from_secs(number(more.get(1), 60)?),
        large_path: large_path.to_owned(),
    };
    let pid = pid(more.get(2))?;
    let idle = ordinary_calls(target, Instant::now() + IDLE).p99();
    let (memory, files) = (resident_bytes(pid), open_files(pid));
    let report = run(&plan, target);
    let (p99, failed) = (report.ordinary.p99(), report.ordinary.failed.len());
    for outcome in &report.outcomes {
        let (opened, closed, longest) = (outcome.opened, outcome.closed, outcome.longest);
        writeln!(
            out,
            "{:?}: {closed} of {opened} ended, the last after {longest:?}",
            outcome.kind
        )?;
    }
    writeln!(
        out,
        "ordinary: {} calls, {failed} failed, p99 {p99:?} (idle {idle:?}); {:+} KiB resident, {:+} descriptors",
        report.ordinary.all.len(),
        (resident_bytes(pid) as i64 - memory as i64) >> 10,
        open_files(pid) as i64 - files as i64,
    )?;
    let good = failed == 0 && p99 < idle * 2;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
