//! Memory and time to serve, by the number of keys: each with an application and a subscription of its own and two limits.

use std::time::Duration;

use anyhow::Context;

use crate::bench::{Alone, Bench};
use crate::cases::Case;
use crate::findings::Finding;
use crate::generator::{self, Load, Pace};
use crate::planes::Plane;

const SIZES: [(usize, [&str; 2]); 3] = [
    (
        1_000,
        [
            "resident with 1,000 keys",
            "start to first answer with 1,000 keys",
        ],
    ),
    (
        100_000,
        [
            "resident with 100,000 keys",
            "start to first answer with 100,000 keys",
        ],
    ),
    (
        1_000_000,
        [
            "resident with 1,000,000 keys",
            "start to first answer with 1,000,000 keys",
        ],
    ),
];
/// The load whose first answer is waited for.
const FIRST: Duration = Duration::from_millis(5);
/// Enough calls to give most keys of the largest size their counters.
const LOAD: Duration = Duration::from_secs(15);

pub(super) fn run(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (good, [resident, start]) in SIZES {
        let case = Case::two_limits(good, Pace::Closed);
        let mut alone = Alone::build(bench, &case)?;
        alone.start(Plane::Gateway)?;
        // The first call has the first answer.
        let first = Load {
            connections: 1,
            pace: Pace::Fixed(1_000),
            warm_up: Duration::ZERO,
            ..alone.load(&case, FIRST)?
        };
        generator::run(&first, &mut || {})?;
        let process = alone.running()?.process.as_ref();
        let age = process.context("the gateway is not a process")?.age();
        let serving = age.saturating_sub(FIRST);
        let load = alone.load(&case, LOAD.mul_f64((good as f64 / 1e6).max(0.1)))?;
        let tally = generator::run(&load, &mut || {})?;
        let running = alone.running()?;
        running.judge(&tally)?;
        let rss_mb = running.reading().rss_bytes as f64 / 1e6;
        let mut memory = Finding::told("mem", resident, "MB", rss_mb);
        let mut time = Finding::told("mem", start, "ms", serving.as_secs_f64() * 1e3);
        if good == 1_000_000 {
            memory = memory.at_most(220.0, 160.0);
            time = time.at_most(2_000.0, 500.0);
        }
        found.extend([memory, time]);
    }
    Ok(found)
}
