//! A comment on a pull request, in the Markdown of code hosts.

use std::fmt::Write as _;

use gatehouse_domain::OperationKey;

use super::{headline, unlisted};
use crate::diff::change::{Change, Comparison, Severity, Verdict};

/// By this a later run finds the comment of an earlier one and writes over it.
const MARKER: &str = "<!-- gatehouse spec diff -->";

/// Rows of one table; code hosts refuse comments of more than 65,536 characters.
const ROWS_MAX: usize = 60;

/// Operations named in one row.
const OPERATIONS_MAX: usize = 3;

/// The comment: verdict, what could not be compared, what breaks, what may, and the rest folded.
pub fn markdown(comparison: &Comparison) -> String {
    let sign = match comparison.verdict() {
        Verdict::Unchanged | Verdict::Harmless => "✅",
        Verdict::Warning => "⚠️",
        Verdict::Breaking | Verdict::NotCompared => "❌",
    };
    let mut text = format!("{MARKER}\n### {sign} {}\n", headline(comparison));
    gaps(&mut text, comparison);
    for severity in Severity::ALL {
        let changes: Vec<&Change> = comparison.of(severity).collect();
        if changes.is_empty() {
            continue;
        }
        let title = match severity {
            Severity::Breaking => "Breaking",
            Severity::Warning => "May break",
            Severity::Harmless => "Harmless",
        };
        let count = comparison.counts.of(severity);
        if severity == Severity::Harmless {
            fold(&mut text, title, &changes, count);
        } else {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\n#### {title} ({count})\n");
            rows(&mut text, &changes, count);
        }
    }
    text
}

fn gaps(text: &mut String, comparison: &Comparison) {
    if comparison.gaps.is_empty() {
        return;
    }
    let count = comparison.counts.not_compared;
    let _ = writeln!(text, "\n#### Not compared ({count})\n");
    for gap in comparison.gaps.iter().take(ROWS_MAX) {
        let line = gap.spots.after.location.or(gap.spots.before.location);
        let place = line.map_or_else(String::new, |place| format!(" (line {})", place.line));
        let _ = writeln!(text, "- {}{place}", cell(&gap.message));
    }
    if let Some(more) = unlisted(count, comparison.gaps.len().min(ROWS_MAX)) {
        let _ = writeln!(text, "- {more}");
    }
}

fn fold(text: &mut String, title: &str, changes: &[&Change], count: usize) {
    let _ = writeln!(text, "\n<details><summary>{title} ({count})</summary>\n");
    rows(text, changes, count);
    text.push_str("\n</details>\n");
}

fn rows(text: &mut String, changes: &[&Change], count: usize) {
    text.push_str("| Operation | Change | Rule | Line |\n|---|---|---|---|\n");
    for change in changes.iter().take(ROWS_MAX) {
        let line = change.spots.after.location;
        let line = line.map_or_else(String::new, |place| place.line.to_string());
        let _ = writeln!(
            text,
            "| {} | {} | `{}` | {line} |",
            operations(&change.operations),
            cell(&change.message),
            change.rule.id()
        );
    }
    if let Some(more) = unlisted(count, changes.len().min(ROWS_MAX)) {
        let _ = writeln!(text, "\n{more}");
    }
}

fn operations(keys: &[OperationKey]) -> String {
    if keys.is_empty() {
        return "all".to_owned();
    }
    let named = keys.iter().take(OPERATIONS_MAX);
    let named: Vec<String> = named
        .map(|key| cell(&crate::diff::words::code(key.as_str())))
        .collect();
    let more = keys.len().saturating_sub(OPERATIONS_MAX);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{rest}", named.join("<br>"))
}

/// A sentence of ours holds text of the author's only in backticks that nothing in it can close; a
/// bar would end the cell all the same.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
