//! Text for a terminal.

use std::fmt::Write as _;

use super::{headline, unlisted};
use crate::diff::change::{Comparison, Severity, Spot, Spots};

/// One line per change, worst first: severity, rule, place in the new description, sentence.
pub fn table(comparison: &Comparison) -> String {
    let mut text = format!("{}\n", headline(comparison));
    let ids = comparison.changes.iter().map(|change| change.rule.id());
    let reasons = comparison.gaps.iter().map(|gap| gap.reason.as_str());
    let width = ids.chain(reasons).map(str::len).max().unwrap_or(0);
    let mut line = |severity: &str, id: &str, spots: &Spots, message: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{severity:<12}  {id:<width$}  {:<10}  {message}",
            lines(spots)
        );
    };
    for gap in &comparison.gaps {
        line(
            "NOT COMPARED",
            gap.reason.as_str(),
            &gap.spots,
            &gap.message,
        );
    }
    for severity in Severity::ALL {
        for change in comparison.of(severity) {
            line(
                severity.as_str(),
                change.rule.id(),
                &change.spots,
                &change.message,
            );
        }
    }
    let kinds = Severity::ALL.map(|severity| {
        let listed = comparison.of(severity).count();
        (severity.as_str(), comparison.counts.of(severity), listed)
    });
    for (kind, count, listed) in kinds {
        if let Some(more) = unlisted(count, listed) {
            let _ = writeln!(text, "{kind:<12}  {more}");
        }
    }
    text
}

/// The lines in the old and the new description.
fn lines(spots: &Spots) -> String {
    let line = |spot: &Spot| {
        let location = spot.location;
        location.map_or_else(|| "-".to_owned(), |location| location.line.to_string())
    };
    format!("{}>{}", line(&spots.before), line(&spots.after))
}
