//! What must hold, and what is aimed at: the gateway's CPU per request relative to another plane's, in the same run.

use std::io::{self, Write};

use crate::report::Row;

/// A ratio that must not be exceeded.
struct Goal {
    case: &'static str,
    peer: &'static str,
    must: f64,
    aim: f64,
}

const GOALS: &[Goal] = &[Goal {
    case: "b",
    peer: "reference",
    must: 1.25,
    aim: 1.15,
}];

/// Ratios reproduce within a few percent; a goal is missed beyond that.
const TOLERANCE: f64 = 1.05;

/// Says of each goal whether it was reached; whether none was missed.
pub(crate) fn judge(rows: &[Row]) -> anyhow::Result<bool> {
    let mut all_reached = true;
    let mut out = io::stdout().lock();
    for goal in GOALS {
        let row = rows
            .iter()
            .find(|row| row.case == goal.case && row.peer == goal.peer);
        let Some(ratio) = row.and_then(|row| row.ratio_vs_gateway) else {
            continue;
        };
        let said = match ratio {
            ratio if ratio <= goal.aim => "reached, and what was aimed at",
            ratio if ratio <= goal.must => "reached",
            ratio if ratio <= goal.must * TOLERANCE => "reached within 5 %",
            _ => "MISSED",
        };
        all_reached &= ratio <= goal.must * TOLERANCE;
        let Goal {
            case,
            peer,
            must,
            aim,
        } = goal;
        writeln!(
            out,
            "{case}: {ratio:.2} of {peer}'s CPU per request; must {must:.2}, aim {aim:.2}: {said}"
        )?;
    }
    Ok(all_reached)
}
