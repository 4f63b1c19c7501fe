//! A comment on a pull request, in the Markdown of code hosts.

use std::fmt::Write as _;

use gatehouse_domain::OperationKey;

use crate::diff::{Severity, Verdict, quoted};
use crate::gate::{ACCEPT_KEY, ChangeUse, Decision, JudgedChange, Report};

/// By this a later run finds the comment of an earlier one and writes over it.
const MARKER: &str = "<!-- gatehouse publish gate -->";

/// Rows of one table; code hosts refuse comments of more than 65,536 characters.
const ROWS_MAX: usize = 40;
/// What a comment may hold in all.
const CHARACTERS_MAX: usize = 60_000;
/// Operations named in one row.
const OPERATIONS_MAX: usize = 3;
/// Applications named in one row.
const NAMES_MAX: usize = 5;

/// Verdict, what breaks with the applications that call it, the rest folded, lint, and how to accept. `preview` is a link
/// to a page that shows the new description.
pub fn comment(report: &Report, preview: Option<&str>) -> String {
    let mut text = format!("{MARKER}\n### {} {}\n", sign(report), report.headline());
    if let Some(base) = &report.compared_with {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\nCompared with {} revision {}.",
            quoted(&base.version),
            base.revision
        );
    }
    gaps(&mut text, report);
    for (severity, title) in [
        (Severity::Breaking, "Breaking"),
        (Severity::Warning, "May break"),
    ] {
        felt(&mut text, report, severity, title);
    }
    applications(&mut text, report);
    additive(&mut text, report);
    lint(&mut text, report);
    if let Some(url) = preview.filter(|url| url.starts_with("http")) {
        let _ = writeln!(text, "\n[Preview]({})", url.replace([')', ' ', '\n'], ""));
    }
    how_to_accept(&mut text, report);
    if text.chars().count() > CHARACTERS_MAX {
        text = text.chars().take(CHARACTERS_MAX).collect();
        text.push_str("\n\n… cut: the whole is in the JSON report.\n");
    }
    text
}

fn sign(report: &Report) -> &'static str {
    match (report.decision, report.verdict) {
        (Decision::Refused, _) => "❌",
        (Decision::NotEnforced, _) | (_, Verdict::Warning) => "⚠️",
        (Decision::NewVersion, Verdict::Breaking | Verdict::NotCompared) => "⚠️",
        _ => "✅",
    }
}

fn gaps(text: &mut String, report: &Report) {
    if report.counts.not_compared == 0 {
        return;
    }
    let _ = writeln!(
        text,
        "\n#### Not compared ({})\n",
        report.counts.not_compared
    );
    for judged in report.not_compared.iter().take(ROWS_MAX) {
        let spots = &judged.gap.spots;
        let place = spots.after.location.or(spots.before.location);
        let place = place.map_or_else(String::new, |place| format!(" (line {})", place.line));
        let done = if judged.accepted.is_some() {
            " (accepted)"
        } else {
            ""
        };
        let _ = writeln!(text, "- {}{place}{done}", cell(&judged.gap.message));
    }
    more(
        text,
        report.counts.not_compared,
        report.not_compared.len().min(ROWS_MAX),
    );
}

fn felt(text: &mut String, report: &Report, severity: Severity, title: &str) {
    let count = report.counts.of(severity);
    if count == 0 {
        return;
    }
    let _ = writeln!(
        text,
        "\n#### {title} ({count})\n\n| Operation | Change | Rule | Calls in {} days | Line |\n|---|---|---|---|---|",
        crate::gate::USE_DAYS
    );
    let mut rows = 0;
    for judged in report.of(severity).take(ROWS_MAX) {
        rows += 1;
        let done = judged.accepted.as_deref();
        let done = done.map_or_else(String::new, |reason| {
            format!("<br>Accepted: {}", cell(&quoted(reason)))
        });
        let _ = writeln!(
            text,
            "| {} | {}{done} | `{}` | {} | {} |",
            operations(judged),
            cell(&judged.change.message),
            judged.change.rule.id(),
            judged.calls.as_ref().map_or_else(String::new, callers),
            line(judged),
        );
    }
    more(text, count, rows);
}

fn callers(calls: &ChangeUse) -> String {
    if calls.applications == 0 {
        return "none".to_owned();
    }
    let names: Vec<String> = calls
        .names
        .iter()
        .take(NAMES_MAX)
        .map(|name| cell(&quoted(name)))
        .collect();
    let rest = calls.applications - names.len();
    let rest = match (rest, names.is_empty()) {
        (0, _) => String::new(),
        (rest, true) => format!("{rest} applications"),
        (rest, false) => format!(" and {rest} more"),
    };
    format!(
        "{} by {}{rest}",
        super::super::grouped(calls.calls),
        names.join(", ")
    )
}

fn applications(text: &mut String, report: &Report) {
    let listed = &report.impact.listed;
    if listed.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n#### Applications that call what breaks ({})\n\n| Application | Team | Calls | Operations |\n|---|---|---|---|",
        report.impact.applications
    );
    for caller in listed.iter().take(ROWS_MAX) {
        let keys: Vec<String> = caller
            .operations
            .iter()
            .take(OPERATIONS_MAX)
            .map(|key| cell(&quoted(key)))
            .collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(&quoted(&caller.name)),
            cell(&quoted(&caller.team)),
            super::super::grouped(caller.calls),
            keys.join("<br>")
        );
    }
    more(text, report.impact.applications, listed.len().min(ROWS_MAX));
}

fn additive(text: &mut String, report: &Report) {
    let count = report.counts.harmless;
    if count == 0 {
        return;
    }
    let _ = writeln!(
        text,
        "\n<details><summary>Additive and harmless ({count})</summary>\n\n| Operation | Change | Rule |\n|---|---|---|"
    );
    let mut rows = 0;
    for judged in report.of(Severity::Harmless).take(ROWS_MAX) {
        rows += 1;
        let _ = writeln!(
            text,
            "| {} | {} | `{}` |",
            operations(judged),
            cell(&judged.change.message),
            judged.change.rule.id()
        );
    }
    more(text, count, rows);
    text.push_str("\n</details>\n");
}

fn lint(text: &mut String, report: &Report) {
    let lint = &report.lint;
    if lint.findings.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n<details{}><summary>Lint: {} that block, {} warnings</summary>\n",
        if lint.blocking > 0 { " open" } else { "" },
        lint.blocking,
        lint.warnings
    );
    for finding in lint.findings.iter().take(ROWS_MAX) {
        let _ = writeln!(text, "- {}", cell(&finding.line()));
    }
    let listed = lint.findings.len().min(ROWS_MAX);
    more(text, lint.blocking + lint.warnings, listed);
    text.push_str("\n</details>\n");
}

/// With the first entry ready to be copied.
fn how_to_accept(text: &mut String, report: &Report) {
    if report.decision != Decision::Refused {
        return;
    }
    let mut open = report
        .of(Severity::Breaking)
        .filter(|judged| judged.accepted.is_none());
    let Some(first) = open.next() else { return };
    let spots = &first.change.spots;
    let place = [&spots.after.pointer, &spots.before.pointer];
    let place = place.into_iter().find(|pointer| !pointer.is_empty());
    let _ = writeln!(
        text,
        "\n#### How to publish it all the same\n\n1. Publish under a new version label, so that nobody has to move today; or\n\
         2. let an approver accept this revision in the console or with `gatehouse spec accept`; or\n\
         3. accept each change in the description, with a reason, at its root:\n\n```yaml\n{ACCEPT_KEY}:\n  - rule: {}\n    \
         location: {}\n    reason: why callers can bear it\n```",
        first.change.rule.id(),
        serde_json::Value::from(place.map_or("", String::as_str)),
    );
}

fn line(judged: &JudgedChange) -> String {
    let place = judged.change.spots.after.location;
    place.map_or_else(String::new, |place| place.line.to_string())
}

fn operations(judged: &JudgedChange) -> String {
    let keys: &[OperationKey] = &judged.change.operations;
    if judged.operations_total == 0 {
        return "all".to_owned();
    }
    let named: Vec<String> = keys
        .iter()
        .take(OPERATIONS_MAX)
        .map(|key| cell(&quoted(key.as_str())))
        .collect();
    let rest = judged.operations_total - named.len();
    let rest = if rest > 0 {
        format!(" and {rest} more")
    } else {
        String::new()
    };
    format!("{}{rest}", named.join("<br>"))
}

fn more(text: &mut String, count: usize, listed: usize) {
    if count > listed {
        let _ = writeln!(text, "\nand {} more that are not listed", count - listed);
    }
}

/// Text of the author's stands in backticks that nothing in it can close; a bar would end the cell all the same.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
