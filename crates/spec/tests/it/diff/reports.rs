//! The four ways to write a comparison down.

use gatehouse_spec::diff::report::{Artifacts, json, markdown, sarif, table};

use super::*;

/// One change of each severity.
fn mixed() -> Comparison {
    let body = |schema: &Value| json!({ "content": { "application/json": { "schema": schema } } });
    let before = document(
        &json!({}),
        &json!({
            "operationId": "a|b",
            "requestBody": body(&json!({ "type": "integer", "maximum": 9 })),
        }),
    );
    let after = document(
        &json!({}),
        &json!({
            "operationId": "c",
            "deprecated": true,
            "requestBody": body(&json!({ "type": "integer", "maximum": 5 })),
        }),
    );
    compare_values(&before, &after)
}

fn broken() -> Comparison {
    compare(b"{}", b"{}", &Limits::default())
}

#[test]
fn the_table_has_a_verdict_and_a_line_for_each_change_worst_first() {
    let text = table(&mixed());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Callers will fail (1 breaking, 1 warning, 1 harmless): publish this as a new version, or undo what breaks."
    );
    let starts = ["breaking ", "warning ", "harmless "];
    for (line, start) in lines[1..].iter().zip(starts) {
        assert!(line.starts_with(start), "{text}");
    }
    assert!(lines[1].contains("request-maximum-tightened"), "{text}");
    assert!(table(&broken()).contains("NOT COMPARED"));
}

#[test]
fn json_holds_verdict_counts_changes_and_gaps() {
    let document = json(&mixed());
    assert_eq!(document["verdict"], "breaking");
    assert_eq!(
        document["counts"],
        json!({ "breaking": 1, "warning": 1, "harmless": 1, "not_compared": 0 })
    );
    let first = &document["changes"][0];
    assert_eq!(first["rule"], "request-maximum-tightened");
    assert_eq!(first["severity"], "breaking");
    assert_eq!(first["operations"], json!(["POST /things"]));
    let pointer = "/paths/~1things/post/requestBody/content/application~1json/schema/maximum";
    assert_eq!(first["before"]["pointer"], pointer);
    assert!(first["after"]["line"].is_u64());
    assert_eq!(json(&broken())["verdict"], "not_compared");
    assert_eq!(json(&broken())["not_compared"][0]["reason"], "unreadable");
}

#[test]
fn sarif_names_rules_levels_and_places_and_a_gap_is_a_run_that_failed() {
    let artifacts = Artifacts {
        before: "old.json",
        after: "new.json",
    };
    let log = sarif(&mixed(), &artifacts);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().unwrap();
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(levels, ["error", "warning", "note"]);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "new.json");
        assert!(physical["region"]["startLine"].is_u64());
        let old = &result["relatedLocations"][0]["physicalLocation"];
        assert_eq!(old["artifactLocation"]["uri"], "old.json");
    }
    let run = &sarif(&broken(), &artifacts)["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["results"][0]["level"], "error");
}

#[test]
fn the_comment_can_be_found_again_and_no_text_of_the_author_ends_a_cell() {
    let text = markdown(&mixed());
    assert!(text.starts_with("<!-- gatehouse spec diff -->\n"), "{text}");
    assert!(text.contains("#### Breaking (1)"), "{text}");
    assert!(text.contains("`a\\|b`"), "{text}");
    assert!(
        text.contains("<details><summary>Harmless (1)</summary>"),
        "{text}"
    );
    assert!(markdown(&broken()).contains("#### Not compared (2)"));
}

#[test]
fn the_comment_of_the_largest_comparison_fits_a_pull_request() {
    let values = |prefix: &str| {
        let long = "x".repeat(500);
        let values: Vec<String> = (0..3_000).map(|i| format!("{prefix}{i}{long}")).collect();
        sends(&json!({ "type": "string", "enum": values }))
    };
    let text = markdown(&compare_values(&values("a"), &values("b")));
    assert!(text.chars().count() < 65_536, "{}", text.len());
    assert!(text.contains("and 2940 more that are not listed"));
}

#[test]
fn text_of_the_author_cannot_break_out_of_a_sentence() {
    let before = document(&json!({}), &json!({ "operationId": "a" }));
    let evil = "x` <script>\n| y |\u{202E}";
    let after = document(&json!({}), &json!({ "operationId": evil }));
    let text = markdown(&compare_values(&before, &after));
    assert!(text.contains("`x' <script> \\| y \\| `"), "{text}");
}
