//! A comparison written down: each format is a pure function of it.

mod json;
mod markdown;
mod sarif;
mod table;

pub use self::json::json;
pub use self::markdown::markdown;
pub use self::sarif::{Artifacts, sarif};
pub use self::table::table;

use super::change::{Comparison, Verdict};

/// `2 breaking, 1 warning, 5 harmless`, parts that are none left out.
fn counts(comparison: &Comparison) -> String {
    let counts = &comparison.counts;
    let parts = [
        (counts.not_compared, "not compared"),
        (counts.breaking, "breaking"),
        (counts.warning, "warning"),
        (counts.harmless, "harmless"),
    ];
    let said = parts.into_iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    said.join(", ")
}

/// The whole in one sentence that also says what to do.
fn headline(comparison: &Comparison) -> String {
    let counts = counts(comparison);
    match comparison.verdict() {
        Verdict::Unchanged => "Unchanged: callers notice nothing.".to_owned(),
        Verdict::Harmless => format!("Harmless: callers are served as before ({counts})."),
        Verdict::Warning => format!("Some callers may fail ({counts}): look at each warning."),
        Verdict::Breaking => format!(
            "Callers will fail ({counts}): publish this as a new version, or undo what breaks."
        ),
        Verdict::NotCompared => format!(
            "Not everything could be compared ({counts}): settle what is listed first and compare again."
        ),
    }
}

/// How many of a kind are not listed.
fn unlisted(count: usize, listed: usize) -> Option<String> {
    let more = count.checked_sub(listed).filter(|more| *more > 0)?;
    Some(format!("and {more} more that are not listed"))
}
