//! Long loads on the whole product: real roles, a real Postgres. Each writes a progress file and ends with a verdict.
//!
//! Most are loads of the harness, which the suite runs in a reduced size; docs/benchmarks.md lists them.

mod hostile;
mod progress;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use gatehouse_harness::loads::limits::{self, Settled};
use gatehouse_harness::loads::{Faults, changes, exactness, kills, outage, revocation};

use progress::Progress;

/// A load to run.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// revocation, changes, outage, exactness, limits, kills, abuse or slow.
    name: String,
    /// The product's program; by default the one beside this program.
    #[arg(long)]
    pub(crate) gateway: Option<PathBuf>,
    /// Where progress is written, a line of JSON every ten seconds and one at the end.
    #[arg(long)]
    progress: Option<PathBuf>,
    /// How long, for loads that last.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// How many revocations, changes or calls, for loads that count.
    #[arg(long)]
    count: Option<u64>,
}

/// Runs a load; whether it held.
pub(crate) fn run(args: &LoadArgs, program: &std::path::Path) -> anyhow::Result<bool> {
    let file = args.progress.clone();
    let file = file.unwrap_or_else(|| PathBuf::from(format!("load-{}.jsonl", args.name)));
    let mut progress = Progress::begin(&args.name, &file)?;
    let program = program.to_string_lossy().into_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    // The harness fails by panicking, as tests do.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(Box::pin(one(args, &program, &mut progress)))
    }));
    let outcome =
        outcome.unwrap_or_else(|_| Err(anyhow::anyhow!("the harness gave up; see above")));
    progress.end(&outcome)?;
    Ok(outcome.with_context(|| args.name.clone())?.is_empty())
}

async fn one(args: &LoadArgs, program: &str, progress: &mut Progress) -> anyhow::Result<Faults> {
    let lasts = Duration::try_from_secs_f64(args.minutes * 60.0)?;
    let count = |otherwise| args.count.unwrap_or(otherwise);
    let mut note = |counts| progress.note(counts);
    match args.name.as_str() {
        "revocation" => {
            let size = revocation::Size {
                gateways: 10,
                revocations: count(200),
                p99: Duration::from_millis(250),
                longest: Duration::from_secs(2),
            };
            revocation::run(program, size, &mut note).await
        }
        "changes" => {
            let changes = count(1_000);
            let size = changes::Size {
                changes,
                restarts: changes.div_ceil(10),
            };
            changes::run(program, size, &mut note).await
        }
        "outage" => {
            let restarts = 20;
            outage::run(program, outage::Size { lasts, restarts }, &mut note).await
        }
        "exactness" => {
            let calls = count(5_000_000);
            let size = exactness::Size {
                gateways: 4,
                quiet: calls / 10,
                calls,
                between: 4_000,
            };
            exactness::run(program, size, &mut note).await?;
            Ok(Faults::new())
        }
        "kills" => {
            let size = kills::Size {
                rounds: count(1_000),
                writers: 4,
            };
            kills::run(program, size, &mut note).await
        }
        "limits" => shared_limits(program, count(10_000), progress).await,
        "abuse" => hostile::abuses(program, lasts, progress).await,
        "slow" => hostile::slow(program, count(5_000), progress).await,
        other => {
            anyhow::bail!("there is no load {other}; docs/benchmarks.md lists those there are")
        }
    }
}

/// A quota and a rate, each settled in every way there is, one after the other.
async fn shared_limits(
    program: &str,
    quota: u64,
    progress: &mut Progress,
) -> anyhow::Result<Faults> {
    let size = limits::Size {
        quota,
        rate: 1_000,
        span: Duration::from_secs(120),
        decided_within: Duration::from_millis(50),
    };
    let (mut faults, mut done) = (Faults::new(), Vec::new());
    for settled in [Settled::Alone, Settled::ControlPlane, Settled::Store] {
        for is_rate in [false, true] {
            let mut note = |counts| {
                done.push(counts);
                progress.note(done.clone().into())
            };
            let found = if is_rate {
                limits::rate(program, &size, settled, &mut note).await?
            } else {
                limits::quota(program, &size, settled, &mut note).await?
            };
            let missing = || vec!["neither valkey-server nor redis-server is here".to_owned()];
            faults.extend(found.unwrap_or_else(missing));
        }
    }
    Ok(faults)
}
