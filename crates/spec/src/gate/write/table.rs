//! Text for a terminal.

use std::fmt::Write as _;

use crate::diff::{Severity, Spots};
use crate::gate::Report;

/// The headline, then one line per change, worst first: severity, rule, lines, sentence, callers.
pub fn table(report: &Report) -> String {
    let mut text = format!("{}\n", report.headline());
    if let Some(base) = &report.compared_with {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "Compared with {} revision {}.",
            base.version, base.revision
        );
    }
    changes(&mut text, report);
    callers(&mut text, report);
    for finding in &report.lint.findings {
        let _ = writeln!(text, "{}", finding.line());
    }
    text
}

fn changes(text: &mut String, report: &Report) {
    let ids = report.changes.iter().map(|judged| judged.change.rule.id());
    let reasons = report
        .not_compared
        .iter()
        .map(|judged| judged.gap.reason.as_str());
    let width = ids.chain(reasons).map(str::len).max().unwrap_or(0);
    let mut line = |severity: &str, id: &str, spots: &Spots, words: &str| {
        let _ = writeln!(
            text,
            "{severity:<12}  {id:<width$}  {:<10}  {words}",
            lines(spots)
        );
    };
    for judged in &report.not_compared {
        let gap = &judged.gap;
        let words = format!("{}{}", gap.message, accepted(judged.accepted.as_deref()));
        line("NOT COMPARED", gap.reason.as_str(), &gap.spots, &words);
    }
    for severity in Severity::ALL {
        for judged in report.of(severity) {
            let change = &judged.change;
            let mut words = change.message.clone();
            if let Some(calls) = &judged.calls {
                let _ = write!(words, " {}", calls.words());
                if !calls.names.is_empty() {
                    let _ = write!(words, ": {}", calls.names.join(", "));
                }
                words.push('.');
            }
            words.push_str(&accepted(judged.accepted.as_deref()));
            line(severity.as_str(), change.rule.id(), &change.spots, &words);
        }
    }
    for severity in Severity::ALL {
        let more = report
            .counts
            .of(severity)
            .saturating_sub(report.of(severity).count());
        if more > 0 {
            let _ = writeln!(
                text,
                "{:<12}  and {more} more that are not listed",
                severity.as_str()
            );
        }
    }
}

fn callers(text: &mut String, report: &Report) {
    if report.impact.listed.is_empty() {
        return;
    }
    text.push_str("Applications that call what breaks:\n");
    for caller in &report.impact.listed {
        let _ = writeln!(
            text,
            "  {} (team {}): {} calls of {}",
            caller.name,
            caller.team,
            super::super::grouped(caller.calls),
            caller.operations.join(", ")
        );
    }
    let hidden = report
        .impact
        .applications
        .saturating_sub(report.impact.listed.len());
    if hidden > 0 {
        let _ = writeln!(text, "  and {hidden} more");
    }
}

fn accepted(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| {
        format!(" Accepted: {}", one_line(reason))
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines in the old and the new description.
fn lines(spots: &Spots) -> String {
    let line = |place: Option<crate::Location>| {
        place.map_or_else(|| "-".to_owned(), |place| place.line.to_string())
    };
    format!(
        "{}>{}",
        line(spots.before.location),
        line(spots.after.location)
    )
}
