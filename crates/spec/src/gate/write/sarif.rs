//! SARIF 2.1.0: the comparison's own log, with callers, acceptances and lint beside it.

use serde_json::{Value, json};

use crate::diff::report::{self, Artifacts};
use crate::diff::{Change, Comparison, Gap};
use crate::gate::Report;
use crate::lint::Level;

/// A SARIF log with one run. A report with gaps is a run that did not succeed.
pub fn sarif(report: &Report, artifacts: &Artifacts<'_>) -> Value {
    let changes: Vec<Change> = report
        .changes
        .iter()
        .map(|judged| judged.change.clone())
        .collect();
    let gaps: Vec<Gap> = report
        .not_compared
        .iter()
        .map(|judged| judged.gap.clone())
        .collect();
    let comparison = Comparison {
        changes,
        gaps,
        counts: report.counts,
    };
    let mut log = report::sarif(&comparison, artifacts);
    let run = &mut log["runs"][0];
    run["properties"]["decision"] = report.decision.as_str().into();
    run["properties"]["impact"] = json!(report.impact);
    let accepted = report
        .not_compared
        .iter()
        .map(|judged| (&judged.accepted, None));
    let accepted = accepted.chain(
        report
            .changes
            .iter()
            .map(|judged| (&judged.accepted, judged.calls.as_ref())),
    );
    if let Some(results) = run["results"].as_array_mut() {
        for (result, (reason, calls)) in results.iter_mut().zip(accepted) {
            if let Some(reason) = reason {
                result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
            }
            if let Some(calls) = calls {
                result["properties"] = json!({ "calls": calls });
                if calls.applications > 0 {
                    let text = result["message"]["text"].as_str().unwrap_or_default();
                    result["message"]["text"] = format!("{text} {}.", calls.words()).into();
                }
            }
        }
        results.extend(report.lint.findings.iter().map(|finding| {
            let mut physical = json!({ "artifactLocation": { "uri": artifacts.after } });
            if let Some(place) = finding.location {
                physical["region"] =
                    json!({ "startLine": place.line, "startColumn": place.column });
            }
            json!({
                "ruleId": finding.rule,
                "level": if finding.level == Level::Block { "error" } else { "warning" },
                "message": { "text": finding.message },
                "locations": [{
                    "physicalLocation": physical,
                    "logicalLocations": [{ "fullyQualifiedName": finding.pointer }],
                }],
            })
        }));
    }
    log
}
