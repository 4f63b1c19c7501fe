//! SARIF 2.1.0, for code hosts that show findings beside the lines they are about.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::diff::change::{Comparison, GapReason, Severity, Spot, Spots};
use crate::diff::rule::Rule;

/// What the two descriptions are called in the report: paths relative to the repository.
#[derive(Debug, Clone, Copy)]
pub struct Artifacts<'a> {
    pub before: &'a str,
    pub after: &'a str,
}

/// A SARIF log with one run. A comparison with gaps is a run that did not succeed.
pub fn sarif(comparison: &Comparison, artifacts: &Artifacts<'_>) -> Value {
    let changes = comparison.changes.iter().map(|change| {
        let level = level(change.severity);
        let id = change.rule.id();
        result(id, level, &change.message, &change.spots, artifacts)
    });
    let gaps = comparison.gaps.iter().map(|gap| {
        let id = gap_id(gap.reason);
        result(&id, "error", &gap.message, &gap.spots, artifacts)
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gatehouse",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(comparison),
            } },
            "invocations": [{ "executionSuccessful": comparison.counts.not_compared == 0 }],
            "columnKind": "unicodeCodePoints",
            "properties": {
                "verdict": comparison.verdict().as_str(),
                "counts": comparison.counts,
            },
            "results": gaps.chain(changes).collect::<Vec<Value>>(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "error",
        Severity::Warning => "warning",
        Severity::Harmless => "note",
    }
}

fn gap_id(reason: GapReason) -> String {
    format!("not-compared-{}", reason.as_str().replace('_', "-"))
}

/// Those that were met, each once.
fn rules(comparison: &Comparison) -> Vec<Value> {
    let mut met: Vec<Rule> = comparison
        .changes
        .iter()
        .map(|change| change.rule)
        .collect();
    met.sort_unstable();
    met.dedup();
    let mut reasons: Vec<GapReason> = comparison.gaps.iter().map(|gap| gap.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let rules = met.into_iter().map(|rule| {
        json!({
            "id": rule.id(),
            "shortDescription": { "text": rule.summary() },
            "defaultConfiguration": { "level": level(rule.severity()) },
            "properties": { "area": rule.area().title() },
        })
    });
    let gaps = reasons.into_iter().map(|reason| {
        json!({
            "id": gap_id(reason),
            "shortDescription": { "text": "Something could not be compared." },
            "defaultConfiguration": { "level": "error" },
        })
    });
    rules.chain(gaps).collect()
}

fn result(id: &str, level: &str, message: &str, spots: &Spots, artifacts: &Artifacts<'_>) -> Value {
    json!({
        "ruleId": id,
        "level": level,
        "message": { "text": message },
        "locations": [location(&spots.after, artifacts.after)],
        "relatedLocations": [location(&spots.before, artifacts.before)],
        "partialFingerprints": { "change/v1": fingerprint(id, message, spots) },
    })
}

fn location(spot: &Spot, uri: &str) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri } });
    if let Some(place) = spot.location {
        physical["region"] = json!({ "startLine": place.line, "startColumn": place.column });
    }
    json!({
        "physicalLocation": physical,
        "logicalLocations": [{ "fullyQualifiedName": spot.pointer }],
    })
}

/// The same change has the same one wherever its lines have moved to.
fn fingerprint(id: &str, message: &str, spots: &Spots) -> String {
    let parts = [id, message, &spots.before.pointer, &spots.after.pointer];
    let digest = Sha256::digest(parts.join("\n"));
    let bytes = digest.iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
