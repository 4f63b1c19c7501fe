//! A comparison that could not be made never reads as clean.

use gatehouse_spec::diff::{GapReason, Verdict};

use super::*;

fn reasons(comparison: &Comparison) -> Vec<GapReason> {
    comparison.gaps.iter().map(|gap| gap.reason).collect()
}

#[test]
fn a_description_that_cannot_be_read_is_not_compared_even_with_itself() {
    let broken = b"openapi: 3.1.0\npaths: [";
    let found = compare(broken, broken, &Limits::default());
    assert_eq!(found.verdict(), Verdict::NotCompared);
    assert_eq!(
        reasons(&found),
        [GapReason::Unreadable, GapReason::Unreadable]
    );
    let place = found.gaps[0].spots.before.location.unwrap();
    assert_eq!(place.line, 2);
}

#[test]
fn a_schema_that_is_not_there_is_a_gap_with_its_operation() {
    let lost = json!({ "$ref": "#/components/schemas/Lost" });
    let mut after = answers(&lost);
    after["info"]["version"] = json!("2");
    let found = compare_values(&answers(&lost), &after);
    assert_eq!(found.verdict(), Verdict::NotCompared);
    assert!(reasons(&found).contains(&GapReason::UnresolvedReference));
    assert_eq!(found.gaps[0].operations[0].as_str(), "POST /things");
}

#[test]
fn a_condition_that_became_another_is_a_gap() {
    let before = json!({ "type": "string", "not": { "const": "a" } });
    let after = json!({ "type": "string", "not": { "const": "b" } });
    let found = compare_values(&sends(&before), &sends(&after));
    assert_eq!(reasons(&found), [GapReason::Unsupported]);
    assert_eq!(found.verdict(), Verdict::NotCompared);
}

#[test]
fn a_gap_outweighs_what_is_known_to_break() {
    let before = json!({ "type": "object", "not": { "required": ["a"] } });
    let after = json!({ "type": "object", "not": { "required": ["b"] }, "minProperties": 1 });
    let found = compare_values(&sends(&before), &sends(&after));
    assert_eq!(found.counts.breaking, 1);
    assert_eq!(found.verdict(), Verdict::NotCompared);
}

#[test]
fn a_schema_of_another_shape_than_a_schema_is_a_gap() {
    let found = compare_values(
        &sends(&json!("string")),
        &sends(&json!({ "type": "string" })),
    );
    assert_eq!(reasons(&found), [GapReason::Malformed]);
}

#[test]
fn more_changes_than_are_listed_are_still_counted() {
    let values = |count: usize| {
        let values: Vec<String> = (0..count).map(|index| format!("v{index}")).collect();
        sends(&json!({ "type": "string", "enum": values }))
    };
    let found = compare_values(&values(2_102), &values(2));
    assert_eq!(found.counts.breaking, 2_100);
    assert_eq!(found.changes.len(), gatehouse_spec::diff::LISTED_MAX);
}

#[test]
fn a_list_that_is_too_long_to_compare_is_a_gap_and_one_at_the_bound_is_compared() {
    let choice = |count: usize| {
        let branches: Vec<Value> = (0..count)
            .map(|index| json!({ "const": index, "type": "integer" }))
            .collect();
        sends(&json!({ "oneOf": branches }))
    };
    let found = compare_values(&choice(1_999), &choice(2_000));
    assert_eq!(ids(&found), BTreeSet::from(["request-alternative-added"]));
    let found = compare_values(&choice(2_000), &choice(2_001));
    assert_eq!(reasons(&found), [GapReason::TooLarge]);
    assert_eq!(found.verdict(), Verdict::NotCompared);
    let pointer = &found.gaps[0].spots.after.pointer;
    assert!(pointer.ends_with("/schema/oneOf"), "{pointer}");
}

/// Alternatives that nothing tells apart but their properties, so that each is held against each.
fn nameless(lists: usize, each: usize, mark: &str) -> Value {
    let one = |list: usize| {
        let branches: Vec<Value> = (0..each)
            .map(|index| json!({ "type": "object", "properties": { format!("{mark}{list}x{index}"): { "type": "string" } } }))
            .collect();
        json!({ "oneOf": branches })
    };
    let properties: serde_json::Map<String, Value> = (0..lists)
        .map(|list| (format!("p{list}"), one(list)))
        .collect();
    sends(&json!({ "type": "object", "properties": properties }))
}

#[test]
fn thousands_of_nameless_alternatives_are_a_gap_and_never_clean() {
    let few = compare_values(&nameless(2, 60, "a"), &nameless(2, 60, "b"));
    assert!(!reasons(&few).contains(&GapReason::TooLarge));
    let began = std::time::Instant::now();
    let many = compare_values(&nameless(24, 1_500, "a"), &nameless(24, 1_500, "b"));
    assert_eq!(many.verdict(), Verdict::NotCompared);
    assert!(reasons(&many).contains(&GapReason::TooLarge));
    // Unbounded it is minutes; the bound leaves room for a machine that does much else.
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
