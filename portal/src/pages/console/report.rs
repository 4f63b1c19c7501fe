//! A report of the publish gate as rows: the verdict, what breaks, who is hit, the lines, what the rules find.

use crate::pages::console::version::LISTED_MAX;
use crate::pages::method_class;
use crate::view::parts::Badge;
use crate::view::words::grouped;
use gatehouse_control_plane::publishing::RevisionLines;
use gatehouse_domain::Language;
use gatehouse_language::{spoken, t};
use gatehouse_spec::diff::{Line, Severity, Verdict as Found};
use gatehouse_spec::gate::{ApplicationUse, JudgedChange, Report};
use gatehouse_spec::lint::Lint;

/// Changed lines on the page.
const LINES_MAX: usize = 400;
/// Operations named in one row.
const OPERATIONS_MAX: usize = 3;

/// The whole in a badge, a sentence and what to do.
pub(crate) struct Verdict {
    pub(crate) badge: Badge,
    pub(crate) counts: String,
    pub(crate) sentence: String,
    pub(crate) words: String,
}

impl Verdict {
    pub(crate) fn of(report: &Report) -> Self {
        let counts = &report.counts;
        let badge = match report.verdict {
            Found::Breaking => Badge::stopped(t!("apis-verdict-breaking")),
            Found::NotCompared => Badge::stopped(t!("apis-not-compared")),
            Found::Warning => Badge::care(t!("apis-verdict-warning")),
            Found::Harmless => Badge::good(t!("apis-verdict-harmless")),
            Found::Unchanged => Badge::plain(t!("apis-verdict-unchanged")),
        };
        let impact = &report.impact;
        Self {
            badge,
            counts: t!(
                "apis-verdict-counts",
                breaking = counts.breaking,
                warning = counts.warning,
                harmless = counts.harmless,
                gaps = counts.not_compared,
            ),
            sentence: match (counts.breaking, impact.applications) {
                (0, _) => t!("apis-verdict-none"),
                (_, 0) => t!("apis-verdict-nobody", days = impact.days),
                _ => t!(
                    "apis-verdict-hit",
                    count = impact.applications,
                    calls = impact.calls,
                    days = impact.days,
                ),
            },
            words: report.headline(),
        }
    }
}

/// One breaking change.
pub(crate) struct BreakingRow {
    pub(crate) operations: Vec<OperationName>,
    pub(crate) more: String,
    pub(crate) change: String,
    pub(crate) rule: &'static str,
    pub(crate) accepted: String,
    pub(crate) applications: String,
    pub(crate) calls: String,
}

pub(crate) struct OperationName {
    pub(crate) method: String,
    pub(crate) class: &'static str,
    pub(crate) path: String,
}

impl OperationName {
    fn of(key: &str) -> Self {
        let (method, path) = key.split_once(' ').unwrap_or(("", key));
        Self {
            class: method_class(method),
            method: method.to_owned(),
            path: path.to_owned(),
        }
    }
}

impl BreakingRow {
    pub(crate) fn all(report: &Report) -> Vec<Self> {
        let breaking = report.of(Severity::Breaking).take(LISTED_MAX);
        breaking.map(Self::of).collect()
    }

    fn of(judged: &JudgedChange) -> Self {
        let named = judged.change.operations.iter().take(OPERATIONS_MAX);
        let more = judged.operations_total.saturating_sub(OPERATIONS_MAX);
        let calls = judged.calls.clone().unwrap_or_default();
        Self {
            operations: named.map(|key| OperationName::of(key.as_str())).collect(),
            more: match (judged.operations_total, more) {
                (0, _) => t!("apis-whole-api"),
                (_, 0) => String::new(),
                (_, more) => t!("apis-and-more", count = more),
            },
            change: said(judged),
            rule: judged.change.rule.id(),
            accepted: judged.accepted.clone().unwrap_or_default(),
            applications: grouped(i128::try_from(calls.applications).unwrap_or(0)),
            calls: grouped(i128::from(calls.calls)),
        }
    }
}

/// What changed: in another language than English the rule goes before, for the message is as the pipeline was told it.
pub(crate) fn said(judged: &JudgedChange) -> String {
    let message = &judged.change.message;
    match spoken() {
        Language::English | Language::Pseudo => message.clone(),
        Language::German => format!("{} {message}", judged.change.rule.said()),
    }
}

/// An application that calls what breaks.
pub(crate) struct AffectedRow {
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) uses: String,
    pub(crate) calls: String,
}

impl AffectedRow {
    pub(crate) fn all(report: &Report) -> Vec<Self> {
        report.impact.listed.iter().map(Self::of).collect()
    }

    fn of(hit: &ApplicationUse) -> Self {
        let named = hit.operations.iter().take(OPERATIONS_MAX).cloned();
        let named = named.collect::<Vec<_>>().join(", ");
        let more = hit.operations.len().saturating_sub(OPERATIONS_MAX);
        Self {
            name: hit.name.clone(),
            team: hit.team.clone(),
            uses: match more {
                0 => named,
                more => t!("apis-named-and-more", named = named, count = more),
            },
            calls: grouped(i128::from(hit.calls)),
        }
    }
}

/// Changed lines, by the part of the document they are in.
#[derive(Default)]
pub(crate) struct DiffView {
    pub(crate) hunks: Vec<HunkView>,
    pub(crate) added: String,
    pub(crate) removed: String,
    pub(crate) note: String,
}

pub(crate) struct HunkView {
    pub(crate) part: String,
    pub(crate) lines: Vec<LineView>,
}

pub(crate) struct LineView {
    pub(crate) before: String,
    pub(crate) after: String,
    /// `+`, `−` or a space, which the class says once more.
    pub(crate) sign: &'static str,
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

impl DiffView {
    pub(crate) fn of(lines: &RevisionLines) -> Self {
        let mut left = LINES_MAX;
        let mut hunks = Vec::new();
        for hunk in &lines.diff.hunks {
            if hunk.lines.len() > left {
                break;
            }
            left -= hunk.lines.len();
            hunks.push(HunkView {
                part: hunk.part.clone(),
                lines: hunk.lines.iter().map(LineView::of).collect(),
            });
        }
        let is_short = hunks.len() < lines.diff.hunks.len() || lines.diff.cut;
        let number = |n: usize| grouped(i128::try_from(n).unwrap_or(0));
        Self {
            note: match (hunks.is_empty(), is_short) {
                (true, true) => t!("apis-diff-too-much"),
                (true, false) => t!("apis-diff-none"),
                (false, true) => t!("apis-diff-cut"),
                (false, false) => String::new(),
            },
            hunks,
            added: number(lines.diff.added),
            removed: number(lines.diff.removed),
        }
    }
}

impl LineView {
    fn of(line: &Line) -> Self {
        let number = |at: Option<usize>| at.map(|at| at.to_string()).unwrap_or_default();
        let (sign, class) = match (line.before, line.after) {
            (Some(_), None) => ("\u{2212}", "gone"),
            (None, Some(_)) => ("+", "new"),
            _ => (" ", ""),
        };
        Self {
            before: number(line.before),
            after: number(line.after),
            sign,
            class,
            text: line.text.clone(),
        }
    }
}

/// What the rules find, with the line it stands in.
pub(crate) fn lint_lines(lint: &Lint) -> Vec<String> {
    let findings = lint.findings.iter().take(LISTED_MAX);
    let lines = findings.map(|finding| match finding.location {
        None => finding.message.clone(),
        Some(place) => t!(
            "apis-lint-line",
            line = place.line.to_string(),
            words = &finding.message,
        ),
    });
    lines.collect()
}
