//! Regenerates the files that are checked in but made by a program: `cargo xtask prepare [--check]`. Runs fuzz targets for
//! longer than the suite does: `cargo xtask fuzz --seconds N`.
//!
//! Depends on no crate that uses `query!`, since those do not compile while `.sqlx/` is out of date,
//! which is when this program is needed.

mod prepare;
mod query_sources;
mod saved_queries;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask prepare [--check]
       cargo xtask fuzz --seconds N

  prepare          check every query! against a fresh database and rewrite .sqlx/
  prepare --check  the same, and fail when git then sees a difference in .sqlx/
  fuzz --seconds N every fuzz target for so long, one after the other";

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["prepare"] => prepare::prepare(&workspace()).await,
        ["prepare", "--check"] => prepare::check(&workspace()).await,
        ["fuzz", "--seconds", seconds] => fuzz(seconds),
        _ => bail!("{USAGE}"),
    }
}

/// The packages that have parsers which others feed, and the variable their targets are told the time by.
const FUZZED: [&str; 3] = [
    "gatehouse-domain",
    "gatehouse-snapshot",
    "gatehouse-gateway",
];
const FUZZ_SECONDS: &str = "GATEHOUSE_FUZZ_SECONDS";

fn fuzz(seconds: &str) -> Result<()> {
    let seconds: u64 = seconds.parse()?;
    let packages = FUZZED.iter().flat_map(|package| ["--package", package]);
    let status = std::process::Command::new(env!("CARGO"))
        .args(["test", "--release"])
        .args(packages)
        .args(["fuzz_", "--", "--test-threads", "1", "--nocapture"])
        .env(FUZZ_SECONDS, seconds.to_string())
        .current_dir(workspace())
        .status()?;
    if !status.success() {
        bail!("a fuzz target failed: its name and the number of its input stand above");
    }
    Ok(())
}

fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
