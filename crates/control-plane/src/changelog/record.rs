//! Entries that the product writes: for every description and every step in the life of a version.

use gatehouse_domain::ApiVersionState;
use gatehouse_spec::diff::{Change, Severity};
use gatehouse_spec::gate::{Decision, Report};
use uuid::Uuid;

use super::{BODY_MAX, New, insert};
use crate::refusal::Refusal;
use crate::versions::VersionView;
use crate::words::counted;
use crate::work::Work;

/// Changes of one severity that an entry names one by one.
const NAMED_MAX: usize = 20;
/// Operations named with one change.
const OPERATIONS_MAX: usize = 3;

/// Notes a description that came into force, with what it changes for callers.
pub(crate) async fn note_published(
    work: &mut Work<'_>,
    api: Uuid,
    (version, label): (Uuid, &str),
    report: &Report,
) -> Result<(), Refusal> {
    let is_first = matches!(report.decision, Decision::Initial | Decision::NewVersion);
    let title = match is_first {
        true => format!("{label} is published"),
        false => format!("{label}: {}", headline(report)),
    };
    // Nobody calls a new version yet, so nothing in it breaks them.
    let breaking = if is_first { 0 } else { report.counts.breaking };
    let new = New {
        kind: if is_first { "published" } else { "updated" },
        version: Some(version),
        breaking: i32::try_from(breaking).unwrap_or(i32::MAX),
        title: &title,
        markdown: &changes(report),
    };
    insert(work, api, &new).await.map(drop)
}

/// Notes a step in the life of a version.
pub(crate) async fn note_phase(
    work: &mut Work<'_>,
    api: Uuid,
    before: ApiVersionState,
    version: &VersionView,
) -> Result<(), Refusal> {
    let label = &version.label;
    let (kind, title) = match version.state {
        ApiVersionState::Draft => return Ok(()),
        ApiVersionState::Published if before == ApiVersionState::Deprecated => {
            ("published", format!("{label} is no longer deprecated"))
        }
        ApiVersionState::Published => ("published", format!("{label} is published")),
        ApiVersionState::Deprecated => ("deprecated", format!("{label} is deprecated")),
        ApiVersionState::Retired => ("retired", format!("{label} is retired")),
    };
    let mut markdown = String::new();
    if let (ApiVersionState::Deprecated, Some(ends)) = (version.state, version.sunset_at) {
        markdown.push_str(&format!("It ends on {}.", ends.date()));
    }
    if let Some(successor) = &version.successor {
        markdown.push_str(&format!(" Use {successor} instead."));
    }
    let new = New {
        kind,
        version: Some(version.id.uuid()),
        breaking: 0,
        title: &title,
        markdown: markdown.trim_start(),
    };
    insert(work, api, &new).await.map(drop)
}

/// What it is, in a few words.
fn headline(report: &Report) -> String {
    let counts = &report.counts;
    let others = counts.warning + counts.harmless;
    match (counts.breaking, others) {
        (0, 0) => "described anew".to_owned(),
        (0, others) => counted(others, "change"),
        (breaking, 0) => counted(breaking, "breaking change"),
        (breaking, others) => {
            format!(
                "{} and {others} other",
                counted(breaking, "breaking change")
            )
        }
    }
}

/// The changes as a list, worst first. Their sentences hold text of the author's in backticks only.
fn changes(report: &Report) -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        let all = report.counts.of(severity);
        let listed = report.changes.iter().map(|judged| &judged.change);
        let listed = listed.filter(|change| change.severity == severity);
        let mut named = 0;
        for change in listed.take(NAMED_MAX) {
            let line = line(change);
            if text.chars().count() + line.chars().count() > BODY_MAX - 200 {
                break;
            }
            text.push_str(&line);
            named += 1;
        }
        if all > named {
            text.push_str(&format!("- {}{} more\n", mark(severity), all - named));
        }
    }
    text
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "**Breaking:** ",
        Severity::Warning => "**May break:** ",
        Severity::Harmless => "",
    }
}

fn line(change: &Change) -> String {
    let operations = &change.operations;
    let named: Vec<String> = operations
        .iter()
        .take(OPERATIONS_MAX)
        .map(|key| format!("`{key}`"))
        .collect();
    let more = operations.len().saturating_sub(OPERATIONS_MAX);
    let felt_in = match (named.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" ({})", named.join(", ")),
        (false, more) => format!(" ({} and {more} more)", named.join(", ")),
    };
    format!("- {}{}{felt_in}\n", mark(change.severity), change.message)
}
