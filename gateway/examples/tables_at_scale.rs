//! What a gateway of a million keys costs: memory, start, look-ups, changes.
//!
//! `cargo run --profile ci -p gatehouse-gateway --features measure --example tables_at_scale -- [KEYS [APPLICATIONS [TENANTS [ROUTES]]]]`
//!
//! One process writes the folder of a gateway, a second one loads it as a start does, so that its memory is its own.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use gatehouse_gateway::measure::{Loaded, Scale, write_folder};
use gatehouse_runtime::Clock;

const LOAD: &str = "load";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, folder, numbers @ ..] = arguments.as_slice()
        && verb == LOAD
    {
        return load(Path::new(folder), scale(numbers)?);
    }
    let scale = scale(&arguments)?;
    let folder = tempfile::tempdir()?;
    let mut out = std::io::stdout();
    let began = Instant::now();
    let bytes = write_folder(folder.path(), scale)?;
    let megabytes = bytes / 1_000_000;
    let took = began.elapsed();
    writeln!(
        out,
        "{scale:?}: snapshot of {megabytes} MB written in {took:?}"
    )?;
    let status = Command::new(std::env::current_exe()?)
        .arg(LOAD)
        .arg(folder.path())
        .args(&arguments)
        .status()?;
    anyhow::ensure!(status.success(), "{status}");
    Ok(())
}

fn scale(arguments: &[String]) -> anyhow::Result<Scale> {
    let number = |place: usize, default: u64| -> anyhow::Result<u64> {
        let given = arguments.get(place).map(|text| text.parse());
        Ok(given.transpose()?.unwrap_or(default))
    };
    let keys = number(0, 1_000_000)?;
    Ok(Scale {
        keys,
        applications: number(1, keys)?,
        tenants: number(2, 10_000)?,
        routes: number(3, 50_000)?,
        operations: 4,
    })
}

fn load(folder: &Path, scale: Scale) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "resident at the beginning: {} MB", line("VmRSS:")?)?;
    let mut loaded = Loaded::from_folder(folder, scale)?;
    writeln!(out, "in force: {} MB", line("VmRSS:")?)?;
    let judge_ns = loaded.judge_every_key(folder, &Clock::system())?;
    writeln!(
        out,
        "every limit of every subscription counted in: {} MB",
        line("VmRSS:")?
    )?;
    writeln!(out, "key, subscription and limits judged in {judge_ns} ns")?;
    writeln!(out, "{:#?}", loaded.measure())?;
    let (now, peak) = (line("VmRSS:")?, line("VmHWM:")?);
    writeln!(out, "at the end: {now} MB, at most {peak} MB")?;
    Ok(())
}

/// A line of /proc/self/status, in megabytes.
fn line(name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib = kib.map(str::parse::<u64>).transpose()?.unwrap_or(0);
    Ok(kib * 1_024 / 1_000_000)
}
