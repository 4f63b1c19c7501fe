//! Every rule with its fixtures: a change it tells, and a neighbour on the other side of harmless.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_spec::diff::{Comparison, Rule, Severity, Verdict, reference};
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

type Change = [Value; 2];

/// Puts a schema where it is sent or received.
type Placed = fn(&Value) -> Value;

#[derive(Deserialize)]
struct SchemaRow {
    before: Value,
    after: Value,
    #[serde(default)]
    sent: Vec<String>,
    #[serde(default)]
    received: Vec<String>,
    #[serde(default)]
    neighbours: BTreeMap<String, Change>,
}

#[derive(Deserialize)]
struct OperationRow {
    document: Option<Fragment>,
    operation: Option<Fragment>,
    callback: Option<Fragment>,
    rules: Vec<String>,
    neighbour: Option<Change>,
    #[serde(rename = "neighbour-back")]
    neighbour_back: Option<Change>,
}

#[derive(Deserialize)]
struct Fragment {
    before: Value,
    after: Value,
}

/// One rule, a change that it alone tells, and a change beside it.
struct Fixture {
    rule: String,
    change: Change,
    neighbour: Change,
}

fn rows<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    let path = data("../diff").join(file);
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).expect(file)
}

fn reversed([before, after]: &Change) -> Change {
    [after.clone(), before.clone()]
}

/// Both ways of one row.
fn both_ways(
    rules: &[String],
    change: &Change,
    neighbours: [Option<Change>; 2],
    fixtures: &mut Vec<Fixture>,
) {
    let changes = [change.clone(), reversed(change)];
    for ((rule, change), neighbour) in rules.iter().zip(changes).zip(neighbours) {
        fixtures.push(Fixture {
            rule: rule.clone(),
            neighbour: neighbour.unwrap_or_else(|| reversed(&change)),
            change,
        });
    }
}

fn fixtures() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for row in rows::<SchemaRow>("schemas.yaml") {
        let ways: [(&str, &[String], Placed); 2] = [
            ("sent", &row.sent, sends),
            ("received", &row.received, answers),
        ];
        for (name, rules, placed) in ways {
            let neighbour = |key: String| {
                let found = row.neighbours.get(&key).or(row.neighbours.get("both"));
                found.map(|change| change.each_ref().map(placed))
            };
            let neighbours = [
                neighbour(name.to_owned()),
                row.neighbours
                    .get(&format!("{name}-back"))
                    .map(|change| change.each_ref().map(placed)),
            ];
            let change = [placed(&row.before), placed(&row.after)];
            both_ways(rules, &change, neighbours, &mut fixtures);
        }
    }
    for row in rows::<OperationRow>("operations.yaml") {
        let callback = |fragment: &Value| {
            let mut call = json!({ "responses": { "200": { "description": "ok" } } });
            replace(&mut call, fragment);
            let call = json!({ "{$request.query.url}": { "post": call } });
            document(&json!({}), &json!({ "callbacks": { "done": call } }))
        };
        let root = |fragment: &Value| document(fragment, &json!({}));
        let operation = |fragment: &Value| document(&json!({}), fragment);
        let (fragment, placed): (Fragment, &dyn Fn(&Value) -> Value) =
            match (row.document, row.operation, row.callback) {
                (Some(fragment), None, None) => (fragment, &root),
                (None, Some(fragment), None) => (fragment, &operation),
                (None, None, Some(fragment)) => (fragment, &callback),
                _ => panic!("{:?} is not in one place", row.rules),
            };
        let place = |change: Change| change.map(|value| placed(&value));
        let neighbours = [row.neighbour.map(place), row.neighbour_back.map(place)];
        let change = place([fragment.before, fragment.after]);
        both_ways(&row.rules, &change, neighbours, &mut fixtures);
    }
    fixtures
}

fn rule(id: &str) -> Rule {
    let mut all = Rule::ALL.iter().copied();
    all.find(|rule| rule.id() == id)
        .unwrap_or_else(|| panic!("{id} is no rule"))
}

/// Every change has a line on both sides.
fn is_located(comparison: &Comparison) -> bool {
    let spots = comparison.changes.iter().map(|change| &change.spots);
    { spots }.all(|spots| spots.before.location.is_some() && spots.after.location.is_some())
}

#[test]
fn every_rule_tells_its_change_and_nothing_else_does() {
    for Fixture {
        rule: id, change, ..
    } in fixtures()
    {
        let found = compare_values(&change[0], &change[1]);
        assert_eq!(ids(&found), BTreeSet::from([&*id]), "{found:#?}");
        assert!(is_located(&found), "{id}: {found:#?}");
        let expected = match rule(&id).severity() {
            Severity::Breaking => Verdict::Breaking,
            Severity::Warning => Verdict::Warning,
            Severity::Harmless => Verdict::Harmless,
        };
        assert_eq!(found.verdict(), expected, "{id}");
    }
}

#[test]
fn every_rule_has_a_neighbour_on_the_other_side_of_harmless() {
    for Fixture {
        rule: id,
        neighbour,
        ..
    } in fixtures()
    {
        let found = compare_values(&neighbour[0], &neighbour[1]);
        assert!(!ids(&found).contains(&*id), "{id}: {found:#?}");
        let is_harmless = matches!(found.verdict(), Verdict::Unchanged | Verdict::Harmless);
        let is_bad = matches!(found.verdict(), Verdict::Warning | Verdict::Breaking);
        match rule(&id).severity() {
            Severity::Harmless => assert!(is_bad, "{id}: {found:#?}"),
            _ => assert!(is_harmless, "{id}: {found:#?}"),
        }
    }
}

#[test]
fn no_rule_is_without_fixtures() {
    let met: BTreeSet<String> = fixtures().into_iter().map(|fixture| fixture.rule).collect();
    let missing: Vec<&str> = Rule::ALL
        .iter()
        .map(|rule| rule.id())
        .filter(|id| !met.contains(*id))
        .collect();
    assert!(missing.is_empty(), "without fixtures: {missing:?}");
    assert!(Rule::ALL.len() >= 80, "{} rules", Rule::ALL.len());
}

#[test]
fn ids_of_rules_are_unique_and_safe_in_any_format() {
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    let is_safe = |c: char| c.is_ascii_lowercase() || c == '-';
    assert!(ids.iter().all(|id| id.chars().all(is_safe)), "{ids:?}");
}

#[test]
fn the_written_table_of_rules_is_that_of_the_program() {
    let path = data("../../../docs/spec-rules.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written.ends_with(&reference()),
        "docs/spec-rules.md is out of step: run `gatehouse docs`"
    );
}
