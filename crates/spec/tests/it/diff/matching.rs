//! What is the same thing in both revisions, however it is written.

use gatehouse_spec::diff::Verdict;

use super::*;

fn unchanged(before: &Value, after: &Value) {
    let found = compare_values(before, after);
    assert_eq!(found.verdict(), Verdict::Unchanged, "{found:#?}");
}

#[test]
fn a_schema_moved_into_components_is_the_same() {
    let cat = json!({ "type": "object", "properties": { "lives": { "type": "integer" } } });
    unchanged(
        &answers(&cat),
        &answers(&json!({ "$ref": "#/components/schemas/Cat" })),
    );
}

#[test]
fn one_base_is_the_same_as_its_members() {
    let cat = json!({ "$ref": "#/components/schemas/Cat" });
    let flat = json!({
        "type": "object",
        "properties": { "lives": { "type": "integer" }, "name": { "type": "string" } },
    });
    let composed = json!({ "allOf": [cat, { "properties": { "name": { "type": "string" } } }] });
    unchanged(&answers(&flat), &answers(&composed));
    unchanged(&sends(&composed), &sends(&flat));
}

#[test]
fn the_two_spellings_of_null_are_the_same() {
    let listed = json!({ "type": ["string", "null"] });
    let branch = json!({ "oneOf": [{ "type": "string" }, { "type": "null" }] });
    unchanged(&answers(&listed), &answers(&branch));
}

#[test]
fn openapi_3_0_and_3_1_of_the_same_api_are_the_same() {
    let new = answers(&json!({ "type": ["integer", "null"], "exclusiveMinimum": 3 }));
    let mut old = answers(&json!({
        "type": "integer", "nullable": true, "minimum": 3, "exclusiveMinimum": true
    }));
    old["openapi"] = json!("3.0.3");
    unchanged(&old, &new);
    unchanged(&new, &old);
}

#[test]
fn alternatives_in_another_order_are_the_same() {
    let (cat, dog) = (
        json!({ "$ref": "#/components/schemas/Cat" }),
        json!({ "type": "object", "properties": { "tricks": { "type": "integer" } } }),
    );
    unchanged(
        &sends(&json!({ "oneOf": [cat, dog] })),
        &sends(&json!({ "oneOf": [dog, cat] })),
    );
}

#[test]
fn a_schema_that_became_one_of_several_gained_alternatives() {
    let cat = json!({ "$ref": "#/components/schemas/Cat" });
    let either = json!({ "oneOf": [cat, { "$ref": "#/components/schemas/Dog" }] });
    let found = compare_values(&sends(&cat), &sends(&either));
    assert_eq!(ids(&found), BTreeSet::from(["request-alternative-added"]));
    let found = compare_values(&answers(&cat), &answers(&either));
    assert_eq!(ids(&found), BTreeSet::from(["response-alternative-added"]));
}

#[test]
fn a_schema_that_contains_itself_is_compared_once_and_ends() {
    let tree = |kind: &str| {
        let mut document = answers(&json!({ "$ref": "#/components/schemas/Tree" }));
        document["components"]["schemas"]["Tree"] = json!({
            "type": "object",
            "properties": {
                "value": { "type": kind },
                "children": {
                    "type": "array",
                    "items": { "$ref": "#/components/schemas/Tree" },
                },
            },
        });
        document
    };
    unchanged(&tree("string"), &{
        let mut same = tree("string");
        same["info"]["version"] = json!("2");
        same
    });
    let found = compare_values(&tree("string"), &tree("integer"));
    assert_eq!(found.changes.len(), 1, "{found:#?}");
    assert_eq!(
        found.changes[0].message,
        "`value` of the schema `Tree` (received): the type is now `integer`, not `string`."
    );
}

#[test]
fn a_change_of_a_shared_schema_names_every_operation_that_uses_it() {
    let document = |kind: &str| {
        let mut document = answers(&json!({ "$ref": "#/components/schemas/Cat" }));
        document["paths"]["/cats"]["get"] = document["paths"]["/things"]["post"].clone();
        document["paths"]["/dogs"]["get"] = json!({ "responses": {} });
        document["components"]["schemas"]["Cat"]["properties"]["lives"]["type"] = json!(kind);
        document
    };
    let found = compare_values(&document("integer"), &document("string"));
    assert_eq!(found.changes.len(), 1);
    let operations: Vec<&str> = found.changes[0]
        .operations
        .iter()
        .map(|key| key.as_str())
        .collect();
    assert_eq!(operations, ["POST /things", "GET /cats"]);
}

#[test]
fn what_a_base_demands_of_a_property_counts_with_what_the_schema_says() {
    let mut before = sends(&json!({
        "allOf": [{ "$ref": "#/components/schemas/Cat" }],
        "properties": { "lives": { "maximum": 9 } },
    }));
    let mut after = before.clone();
    before["components"]["schemas"]["Cat"]["properties"]["lives"]["maximum"] = json!(20);
    after["components"]["schemas"]["Cat"]["properties"]["lives"]["maximum"] = json!(12);
    unchanged(&before, &after);
    after["components"]["schemas"]["Cat"]["properties"]["lives"]["maximum"] = json!(7);
    let found = compare_values(&before, &after);
    assert_eq!(ids(&found), BTreeSet::from(["request-maximum-tightened"]));
}

#[test]
fn a_renamed_security_scheme_that_says_the_same_is_the_same() {
    let before = document(&json!({}), &json!({ "security": [{ "key": [] }] }));
    let mut after = document(&json!({}), &json!({ "security": [{ "token": [] }] }));
    let schemes = after["components"]["securitySchemes"]
        .as_object_mut()
        .unwrap();
    let key = schemes.remove("key").unwrap();
    schemes.insert("token".to_owned(), key);
    unchanged(&before, &after);
}

#[test]
fn what_is_only_for_readers_is_no_change() {
    let before =
        sends(&json!({ "type": "object", "properties": { "title": { "type": "string" } } }));
    let after = sends(&json!({
        "type": "object", "title": "A thing", "description": "Said.", "example": {}, "x-a": 1,
        "properties": { "title": { "type": "string", "examples": ["a"], "$comment": "b" } },
    }));
    unchanged(&before, &after);
}

#[test]
fn alternatives_that_differ_in_their_scopes_only_are_told_apart() {
    let secured = |security: Value| document(&json!({}), &json!({ "security": security }));
    let before = secured(json!([{ "login": ["read"] }, { "login": ["all"] }]));
    unchanged(
        &before,
        &secured(json!([{ "login": ["all"] }, { "login": ["read"] }])),
    );
    let found = compare_values(&before, &secured(json!([{ "login": ["all"] }])));
    assert_eq!(
        ids(&found),
        BTreeSet::from(["security-alternative-removed"])
    );
    let found = compare_values(&secured(json!([{ "login": ["all"] }])), &before);
    assert_eq!(ids(&found), BTreeSet::from(["security-alternative-added"]));
}

#[test]
fn a_schema_that_says_nothing_is_none() {
    let elements = |items: Value| answers(&json!({ "type": "array", "items": items }));
    unchanged(
        &answers(&json!({ "type": "array" })),
        &elements(json!({ "description": "Said.", "allOf": [{}, true] })),
    );
    let object = |more: Value| sends(&json!({ "type": "object", "additionalProperties": more }));
    unchanged(
        &object(json!(true)),
        &object(json!({ "title": "Anything" })),
    );
    unchanged(&object(json!(false)), &object(json!({ "allOf": [false] })));
}

#[test]
fn an_alternative_of_another_type_is_an_alternative() {
    let cat = json!({ "$ref": "#/components/schemas/Cat" });
    let dog = json!({ "$ref": "#/components/schemas/Dog" });
    let list = json!({ "type": "array" });
    let before = json!({ "anyOf": [cat, dog] });
    let after = json!({ "anyOf": [cat, dog, list] });
    let found = compare_values(&answers(&before), &answers(&after));
    assert_eq!(ids(&found), BTreeSet::from(["response-alternative-added"]));
}
