//! What the gate says of a comparison, and how it is written down.

use gatehouse_domain::OperationKey;
use gatehouse_spec::Limits;
use gatehouse_spec::diff::report::Artifacts;
use gatehouse_spec::diff::{Severity, Verdict, compare};
use gatehouse_spec::gate::{
    Acceptance, Base, Caller, Callers, Decision, LISTED_MAX, Report, comment, judge, sarif, table,
};
use gatehouse_spec::lint::Lint;
use serde_json::{Value, json};

fn document(paths: &[&str]) -> Value {
    let operation = json!({ "get": { "responses": { "200": { "description": "ok" } } } });
    let paths: serde_json::Map<String, Value> = paths
        .iter()
        .map(|path| ((*path).to_owned(), operation.clone()))
        .collect();
    json!({ "openapi": "3.1.0", "info": { "title": "Pets", "version": "1" }, "paths": paths })
}

fn base() -> Base {
    Base {
        version: "v1".to_owned(),
        revision: 3,
        sha256: "00".repeat(32),
    }
}

/// `Shop` and a stranger call `/pets/{}`, `Kiosk` calls `/owners`.
fn callers() -> Callers {
    let mut callers = Callers::default();
    let key = |path: &str| OperationKey::new("GET", path);
    let named = |id: &str, name: &str| Caller {
        id: id.to_owned(),
        names: Some((name.to_owned(), "Retail".to_owned())),
    };
    callers.add(
        named("app_1", "Shop | \"one\""),
        [(key("/pets/{id}"), 12_000), (key("/owners"), 1)],
    );
    callers.add(named("app_2", "Kiosk"), [(key("/owners"), 40)]);
    let hidden = Caller {
        id: "app_3".to_owned(),
        names: None,
    };
    callers.add(hidden, [(key("/pets/{x}"), 310)]);
    callers
}

fn report(before: &[&str], after: &[&str], accepted: &[Acceptance]) -> Report {
    let text = |paths: &[&str]| serde_json::to_vec_pretty(&document(paths)).unwrap();
    let comparison = compare(&text(before), &text(after), &Limits::default());
    judge(comparison, base(), accepted, &callers(), |all| {
        if all {
            Decision::Accepted
        } else {
            Decision::Refused
        }
    })
}

fn refused() -> Report {
    report(
        &["/pets/{petId}", "/owners", "/spare"],
        &["/owners", "/spare", "/new"],
        &[],
    )
}

#[test]
fn a_change_is_crossed_with_those_who_call_it() {
    let report = refused();
    assert_eq!(
        (report.verdict, report.decision),
        (Verdict::Breaking, Decision::Refused)
    );
    let calls = report.changes[0].calls.as_ref().unwrap();
    assert_eq!(calls.words(), "2 applications, 12,310 calls in 30 days");
    assert_eq!(
        calls.names,
        ["Shop | \"one\""],
        "the other one is not for this reader"
    );
    assert_eq!(
        (report.impact.applications, report.impact.listed.len()),
        (2, 1)
    );
    assert_eq!(report.impact.listed[0].operations, ["GET /pets/{}"]);
    assert_eq!(
        report.impact.hit,
        [("app_1".to_owned(), 12_000), ("app_3".to_owned(), 310)]
    );
    let harmless = report.of(Severity::Harmless).next().unwrap();
    assert!(harmless.calls.is_none());
    let nobody = self::report(&["/pets", "/owners"], &["/owners"], &[]);
    assert_eq!(nobody.impact.words(), "no calls in 30 days");
}

#[test]
fn an_acceptance_is_for_its_rule_and_place_only() {
    let entry = |rule: &str, location: &str| Acceptance {
        rule: rule.to_owned(),
        location: location.to_owned(),
        reason: "They know.".to_owned(),
    };
    let (old, new) = (&["/a", "/b"][..], &["/b"][..]);
    for (rule, location, is_accepted) in [
        ("operation-removed", "GET /a", true),
        ("operation-removed", "/paths/~1a/get", true),
        ("operation-removed", "GET /b", false),
        ("operation-removed", "POST /a", false),
        ("parameter-removed", "GET /a", false),
    ] {
        let report = report(old, new, &[entry(rule, location)]);
        assert_eq!(
            report.changes[0].accepted.is_some(),
            is_accepted,
            "{rule} {location}"
        );
        assert_eq!(report.decision == Decision::Accepted, is_accepted);
    }
    let half = report(
        &["/a", "/b", "/c"],
        &["/c"],
        &[entry("operation-removed", "GET /a")],
    );
    assert_eq!(half.decision, Decision::Refused);
}

#[test]
fn what_is_not_listed_was_accepted_by_nobody() {
    let paths: Vec<String> = (0..=LISTED_MAX)
        .map(|number| format!("/p{number}"))
        .collect();
    let mut before: Vec<&str> = paths.iter().map(String::as_str).collect();
    before.push("/kept");
    let report = report(&before, &["/kept"], &[]);
    assert_eq!(report.counts.breaking, LISTED_MAX + 1);
    assert_eq!(report.of(Severity::Breaking).count(), LISTED_MAX);
    assert!(table(&report).contains("and 1 more that are not listed"));
}

#[test]
fn a_report_survives_its_journey_as_json_but_for_what_is_not_sent() {
    let report = refused();
    let sent = serde_json::to_value(&report).unwrap();
    assert!(sent["impact"].get("hit").is_none());
    let mut read: Report = serde_json::from_value(sent).unwrap();
    read.impact.hit = report.impact.hit.clone();
    assert_eq!(read, report);
    let mut stored = report.without_callers();
    assert_eq!(stored.impact.applications, 0);
    stored.with_callers(&callers());
    assert_eq!(stored, report);
}

#[test]
fn the_table_and_the_comment_name_applications_and_how_to_go_on() {
    let report = refused();
    let table = table(&report);
    assert!(
        table.starts_with(
            "1 breaking change, 2 applications, 12,310 calls in 30 days: publish a new version"
        ),
        "{table}"
    );
    assert!(
        table.contains("Shop | \"one\" (team Retail): 12,000 calls of GET /pets/{}"),
        "{table}"
    );
    let comment = comment(&report, Some("https://portal.example/preview"));
    for part in [
        "<!-- gatehouse publish gate -->",
        "### ❌ 1 breaking change",
        "12,310 by `Shop \\| \"one\"` and 1 more",
        "<details><summary>Additive and harmless (1)</summary>",
        "[Preview](https://portal.example/preview)",
        "x-gatehouse-accept:\n  - rule: operation-removed\n    location: \"/paths",
    ] {
        assert!(comment.contains(part), "no '{part}' in {comment}");
    }
    let fine = self::report(&["/a"], &["/a", "/b"], &[]);
    assert!(!self::comment(&fine, None).contains("x-gatehouse-accept"));
}

#[test]
fn sarif_has_callers_and_acceptances_beside_each_result() {
    let entry = Acceptance {
        rule: "operation-removed".to_owned(),
        location: "GET /pets/{petId}".to_owned(),
        reason: "They know.".to_owned(),
    };
    let report = report(&["/pets/{petId}", "/owners"], &["/owners"], &[entry]);
    let names = Artifacts {
        before: "v1",
        after: "openapi.yaml",
    };
    let log = sarif(&report, &names);
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["justification"], "They know.");
    assert_eq!(result["properties"]["calls"]["calls"], 12_310);
    assert!(
        result["message"]["text"]
            .as_str()
            .unwrap()
            .ends_with("12,310 calls in 30 days.")
    );
    assert_eq!(log["runs"][0]["properties"]["decision"], "accepted");
}

#[test]
fn an_initial_report_says_so() {
    let report = Report {
        lint: Lint::default(),
        ..Report::initial()
    };
    assert_eq!(report.class(), "initial");
    assert!(table(&report).contains("nothing to compare with"));
}
