//! What must hold, and what is aimed at, of the gateway beside other planes in the same run.

use crate::findings::Finding;
use crate::report::Row;

/// The gateway's CPU per request relative to another plane's.
struct Goal {
    case: &'static str,
    peer: &'static str,
    must: f64,
    aim: f64,
}

const fn goal(case: &'static str, peer: &'static str, must: f64, aim: f64) -> Goal {
    Goal {
        case,
        peer,
        must,
        aim,
    }
}

/// In b-full the gateway runs its whole pipeline, and the others do what they do in b.
const GOALS: &[Goal] = &[
    goal("b", "reference", 1.25, 1.25),
    goal("b", "nginx", 0.90, 0.70),
    goal("b", "haproxy", 0.75, 0.55),
    goal("b", "envoy", 0.35, 0.25),
    goal("b-full", "nginx", 0.90, 0.70),
    goal("b-full", "haproxy", 0.75, 0.55),
    goal("b-full", "envoy", 0.35, 0.25),
];

/// Latency a plane adds at the fixed rate, relative to what nginx adds.
const LATENCY_CASE: &str = "rate-5k";
const LATENCY: (f64, f64) = (1.0, 0.5);

/// The goals whose peers were measured; `at_most` takes the place of what must hold.
pub(crate) fn of(rows: &[Row], at_most: Option<f64>) -> Vec<Finding> {
    let row = |case: &str, peer: &str| rows.iter().find(|row| row.case == case && row.peer == peer);
    let ratios = GOALS.iter().filter_map(|goal| {
        let ratio = row(goal.case, goal.peer)?.ratio_vs_gateway?;
        let found = Finding::told(goal.case, "CPU per request", goal.peer, ratio);
        Some(found.at_most(at_most.unwrap_or(goal.must), goal.aim))
    });
    let mut found: Vec<Finding> = ratios.collect();
    let p99 = |peer| Some(row(LATENCY_CASE, peer)?.p99_us);
    let added = |peer| Some(p99(peer)? - p99("direct")?);
    if let (Some(ours), Some(theirs)) = (added("gatehouse"), added("nginx")) {
        let (must, aim) = LATENCY;
        let ratio = Finding::told(LATENCY_CASE, "added p99", "nginx", ours / theirs.max(1.0));
        found.push(ratio.at_most(must, aim));
    }
    found
}
