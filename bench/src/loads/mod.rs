//! Long loads on the whole product: real roles, a real Postgres. Each writes a progress file and ends with a verdict.
//!
//! The suite in `tests/it` has a reduced form of each; docs/benchmarks.md lists them.

mod callers;
mod changes;
mod hostile;
mod outage;
mod progress;
mod revocation;
mod suite;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use gatehouse_harness::callers::{CiToken, Granted};
use gatehouse_harness::{StackPlan, TestStack, TestUpstream};

use progress::Progress;

/// A load to run.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// revocation, changes, outage, exactness, limits, abuse or slow.
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
    outcome.with_context(|| args.name.clone())
}

async fn one(args: &LoadArgs, program: &str, progress: &mut Progress) -> anyhow::Result<bool> {
    let lasts = Duration::try_from_secs_f64(args.minutes * 60.0)?;
    match args.name.as_str() {
        "revocation" => revocation::run(program, args.count.unwrap_or(200), progress).await,
        "changes" => changes::run(program, args.count.unwrap_or(1_000), progress).await,
        "outage" => outage::run(program, lasts, progress).await,
        "exactness" => {
            let calls = args.count.unwrap_or(5_000_000).to_string();
            suite::run(
                &["exactness"],
                &[("GATEHOUSE_EXACTNESS_CALLS", &calls)],
                progress,
            )
        }
        "limits" => suite::run(&["shared_limits"], &[], progress),
        "abuse" => hostile::abuses(program, lasts, progress).await,
        "slow" => hostile::slow(program, args.count.unwrap_or(5_000), progress).await,
        other => anyhow::bail!("there is no load {other}"),
    }
}

/// The product with an API behind it and somebody who may call it.
struct Scene {
    stack: TestStack,
    root: CiToken,
    steady: Granted,
    upstream: TestUpstream,
}

impl Scene {
    async fn start(plan: StackPlan) -> Self {
        let upstream = TestUpstream::start().await;
        let stack = TestStack::start(plan).await;
        let root = stack.first_tenant().root().await;
        root.offer_petstore("petstore", &upstream.url()).await;
        let steady = root
            .grant("acme", "Steady", "petstore", "open", "production")
            .await;
        Self {
            stack,
            root,
            steady,
            upstream,
        }
    }

    /// Where the API is called on each gateway.
    fn urls(&self) -> Vec<String> {
        let acme = self.stack.first_tenant();
        (0..self.stack.gateway_count())
            .map(|gateway| acme.production_url(gateway, "/petstore/v1/pets"))
            .collect()
    }
}
