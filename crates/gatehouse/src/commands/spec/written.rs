//! A report of the publish gate, written down, and the exit code it ends with.

use std::path::Path;

use gatehouse_spec::diff::Verdict;
use gatehouse_spec::diff::report::Artifacts;
use gatehouse_spec::gate::{self, Decision, Report};
use serde_json::Value;

use super::arguments::Format;
use crate::output::exit;

/// In the format that was asked for. `json` is what the server answered.
pub(super) fn written(
    format: Format,
    report: &Report,
    json: &Value,
    file: &Path,
) -> anyhow::Result<String> {
    Ok(match format {
        Format::Table => gate::table(report),
        Format::Json => serde_json::to_string_pretty(json)?,
        Format::Yaml => serde_saphyr::to_string(json)?,
        Format::Name => report.decision.as_str().to_owned(),
        // A comparison has its comment with what the report does not hold.
        Format::Markdown => match json["comment"].as_str() {
            Some(comment) => comment.to_owned(),
            None => gate::comment(report, None),
        },
        Format::Sarif => {
            let after = file.to_string_lossy().replace('\\', "/");
            let base = report.compared_with.as_ref();
            let before = base.map_or_else(String::new, |base| {
                format!("{}/revision-{}", base.version, base.revision)
            });
            let artifacts = Artifacts {
                before: &before,
                after: &after,
            };
            serde_json::to_string_pretty(&gate::sarif(report, &artifacts))?
        }
    })
}

/// What a refused publish ends with: a rule that blocks is a plain failure.
pub(super) fn code(report: &Report) -> u8 {
    match (report.decision, report.counts.not_compared) {
        (Decision::Refused, 0) => exit::BREAKING,
        (Decision::Refused, _) => exit::NOT_COMPARED,
        _ => exit::FAILED,
    }
}

/// What a comparison ends with. Whoever only looks at the code never takes one that could not be made for a clean one.
pub(super) fn code_of(verdict: Verdict, tells_changes: bool) -> u8 {
    match verdict {
        Verdict::NotCompared => exit::NOT_COMPARED,
        Verdict::Breaking => exit::BREAKING,
        Verdict::Warning | Verdict::Harmless if tells_changes => exit::CHANGES,
        Verdict::Warning | Verdict::Harmless | Verdict::Unchanged => exit::DONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_breaking_and_not_compared_always_and_other_changes_when_asked() {
        for (verdict, plain, asked) in [
            (Verdict::Unchanged, 0, 0),
            (Verdict::Harmless, 0, 3),
            (Verdict::Warning, 0, 3),
            (Verdict::Breaking, 4, 4),
            (Verdict::NotCompared, 6, 6),
        ] {
            assert_eq!(
                (code_of(verdict, false), code_of(verdict, true)),
                (plain, asked)
            );
        }
    }
}
