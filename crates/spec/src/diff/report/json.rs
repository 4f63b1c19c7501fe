//! JSON, for programs.

use serde::Serialize;
use serde_json::Value;

use crate::diff::change::{Change, Comparison, Counts, Gap, Verdict};

/// The root of the document. Fields are only ever added.
#[derive(Serialize)]
struct Document<'c> {
    verdict: Verdict,
    counts: Counts,
    changes: &'c [Change],
    not_compared: &'c [Gap],
}

/// Verdict, counts, changes and what was not compared.
pub fn json(comparison: &Comparison) -> Value {
    let document = Document {
        verdict: comparison.verdict(),
        counts: comparison.counts,
        changes: &comparison.changes,
        not_compared: &comparison.gaps,
    };
    // Nothing in it can fail to serialise: keys are text and numbers are finite.
    serde_json::to_value(document).unwrap_or_default()
}
