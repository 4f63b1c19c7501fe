//! Every lint rule with a description that it fires on and one that it leaves alone.

use std::collections::BTreeSet;

use gatehouse_spec::lint::{LISTED_MAX, Level, Levels, Lint, Rule, lint};
use gatehouse_spec::{Limits, parse};
use serde_json::{Value, json};

/// Follows every rule.
fn exemplary() -> Value {
    let error = json!({ "description": "A fault.", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Pets", "version": "1", "description": "Pets.", "contact": { "name": "Pets" }, "license": { "name": "MIT" } },
        "servers": [{ "url": "https://pets.example" }],
        "security": [{ "key": [] }],
        "tags": [{ "name": "pets", "description": "Pets." }],
        "paths": {
            "/pet-owners/{ownerId}/pets": {
                "get": {
                    "operationId": "listPets", "summary": "List pets", "description": "All of them.", "tags": ["pets"],
                    "parameters": [
                        { "name": "ownerId", "in": "path", "required": true, "description": "Whose.", "schema": { "type": "string" } },
                        { "name": "limit", "in": "query", "description": "How many.", "schema": { "type": "integer", "minimum": 1 }, "example": 3 },
                        { "name": "afterId", "in": "query", "description": "From where.", "schema": { "type": "string" } },
                    ],
                    "responses": {
                        "200": { "description": "Pets.", "content": { "application/json": { "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Pet" } } } } },
                        "404": error,
                    },
                },
                "delete": {
                    "operationId": "dropPets", "summary": "Let all go", "description": "Use another.", "deprecated": true, "tags": ["pets"],
                    "parameters": [{ "name": "ownerId", "in": "path", "required": true, "description": "Whose.", "schema": { "type": "string" } }],
                    "responses": { "204": { "description": "Gone." }, "404": error },
                },
            },
        },
        "components": {
            "schemas": {
                "Pet": {
                    "type": "object", "description": "A pet.", "required": ["petName"],
                    "properties": {
                        "petName": { "type": "string" },
                        "bornOn": { "type": "string" },
                        "mood": { "type": "string", "enum": ["happy", "very_sad"] },
                    },
                    "example": { "petName": "Rex" },
                },
                "Problem": { "type": "object", "description": "What went wrong." },
            },
            "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Key" } },
        },
    })
}

/// The description with what stands at a pointer replaced; null removes it.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = exemplary();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    let parent = document.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(members), Value::Null) => {
            members.remove(&key).unwrap();
        }
        (Value::Array(elements), value) if key == "-" => elements.push(value),
        (parent, value) => parent[key] = value,
    }
    document
}

/// The same with a path under another name.
fn path(name: &str) -> Value {
    let mut document = exemplary();
    let paths = document["paths"].as_object_mut().unwrap();
    let item = paths.remove("/pet-owners/{ownerId}/pets").unwrap();
    paths.insert(name.to_owned(), item);
    document
}

const ITEM: &str = "/paths/~1pet-owners~1{ownerId}~1pets";

fn get(rest: &str) -> String {
    format!("{ITEM}/get{rest}")
}

fn everything_on(level: Level) -> Levels {
    let mut levels = Levels::default();
    for rule in Rule::ALL {
        levels.set(*rule, level);
    }
    levels
}

fn found(document: &Value, levels: &Levels) -> Lint {
    let source = serde_json::to_vec_pretty(document).unwrap();
    let description = parse(&source, &Limits::default()).unwrap();
    lint(&description, &source, levels)
}

fn rules(document: &Value) -> BTreeSet<&'static str> {
    let found = found(document, &everything_on(Level::Warn));
    found
        .findings
        .iter()
        .map(|finding| finding.rule.id())
        .collect()
}

/// A rule and a description that it alone is for.
fn fixtures() -> Vec<(Rule, Value)> {
    let schema = |name: &str| format!("/components/schemas/Pet/properties/{name}");
    vec![
        (
            Rule::InfoDescription,
            with("/info/description", Value::Null),
        ),
        (Rule::InfoContact, with("/info/contact", Value::Null)),
        (Rule::InfoLicense, with("/info/license", Value::Null)),
        (Rule::ServerPresent, with("/servers", Value::Null)),
        (
            Rule::ServerHttps,
            with("/servers/0/url", json!("http://pets.example")),
        ),
        (Rule::TagPresent, with(&get("/tags"), json!([]))),
        (Rule::TagDeclared, with(&get("/tags"), json!(["other"]))),
        (
            Rule::TagDescription,
            with("/tags/0/description", Value::Null),
        ),
        (
            Rule::OperationIdPresent,
            with(&get("/operationId"), Value::Null),
        ),
        (
            Rule::OperationIdUnique,
            with(&get("/operationId"), json!("dropPets")),
        ),
        (
            Rule::OperationIdCharacters,
            with(&get("/operationId"), json!("list pets")),
        ),
        (Rule::OperationSummary, with(&get("/summary"), Value::Null)),
        (
            Rule::OperationSummaryLength,
            with(&get("/summary"), json!("x".repeat(121))),
        ),
        (
            Rule::OperationDescription,
            with(&get("/description"), Value::Null),
        ),
        (
            Rule::OperationSuccess,
            with(&get("/responses/200"), Value::Null),
        ),
        (
            Rule::OperationClientError,
            with(&get("/responses/404"), Value::Null),
        ),
        (
            Rule::ResponseDescription,
            with(&get("/responses/404/description"), json!(" ")),
        ),
        (
            Rule::ErrorBody,
            with(&get("/responses/404/content"), Value::Null),
        ),
        (
            Rule::NoContentBody,
            with(
                &format!("{ITEM}/delete/responses/204/content"),
                json!({ "text/plain": { "schema": { "type": "string" } } }),
            ),
        ),
        (
            Rule::ReadWithoutBody,
            with(
                &get("/requestBody"),
                json!({ "content": { "application/json": { "schema": { "type": "string" } } } }),
            ),
        ),
        (
            Rule::DeprecatedExplained,
            with(&format!("{ITEM}/delete/description"), Value::Null),
        ),
        (
            Rule::ListPagination,
            with(&get("/parameters/1/name"), json!("size")),
        ),
        (Rule::PathCasing, path("/petOwners/{ownerId}/pets")),
        (Rule::PathTrailingSlash, path("/pet-owners/{ownerId}/pets/")),
        (Rule::PathQuery, path("/pet-owners/{ownerId}/pets?all=1")),
        (Rule::PathVerb, path("/pet-owners/{ownerId}/list-pets")),
        (Rule::PathExtension, path("/pet-owners/{ownerId}/pets.json")),
        (
            Rule::ParameterDescription,
            with(&get("/parameters/1/description"), Value::Null),
        ),
        (
            Rule::ParameterCasing,
            with(
                &get("/parameters/-"),
                json!({ "name": "born_on", "in": "query", "description": "When.", "schema": { "type": "string" } }),
            ),
        ),
        (
            Rule::ParameterSchema,
            with(&get("/parameters/2/schema"), Value::Null),
        ),
        (
            Rule::SchemaDescription,
            with("/components/schemas/Pet/description", Value::Null),
        ),
        (
            Rule::SchemaUsed,
            with(
                "/components/schemas/Spare",
                json!({ "type": "object", "description": "Unused." }),
            ),
        ),
        (
            Rule::PropertyCasing,
            with(&schema("tail_length"), json!({ "type": "integer" })),
        ),
        (
            Rule::EnumCasing,
            with(&schema("mood/enum"), json!(["very_happy", "VERY_SAD"])),
        ),
        (
            Rule::EnumType,
            with(&schema("mood/enum"), json!(["happy", 7])),
        ),
        (
            Rule::EnumUnique,
            with(&schema("mood/enum"), json!(["happy", "happy"])),
        ),
        (
            Rule::ArrayItems,
            with(&schema("toys"), json!({ "type": "array" })),
        ),
        (
            Rule::RequiredDefined,
            with(
                "/components/schemas/Problem",
                json!({ "type": "object", "description": "x", "required": ["detail"], "properties": { "title": { "type": "string" } } }),
            ),
        ),
        (
            Rule::ExampleValid,
            with(&get("/parameters/1/example"), json!(0)),
        ),
        (Rule::SecurityDeclared, with("/security", Value::Null)),
        (
            Rule::SecurityDefined,
            with("/security", json!([{ "other": [] }])),
        ),
        (
            Rule::SecurityNoQueryKey,
            with("/components/securitySchemes/key/in", json!("query")),
        ),
        (
            Rule::SecurityNoBasic,
            with(
                "/components/securitySchemes/key",
                json!({ "type": "http", "scheme": "basic" }),
            ),
        ),
    ]
}

#[test]
fn an_exemplary_description_has_no_findings() {
    let found = found(&exemplary(), &everything_on(Level::Block));
    assert_eq!(found, Lint::default());
}

#[test]
fn every_rule_fires_on_its_fixture_and_on_no_other_but_where_one_slip_is_two() {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (rule, document) in fixtures() {
        let mut fired = rules(&document);
        if !fired.remove(rule.id()) {
            faults.push(format!("{rule} does not fire"));
        }
        let also: &[&str] = match rule {
            // A deprecated operation without a description lacks both.
            Rule::DeprecatedExplained => &["operation-description"],
            // Without the answer nothing uses what was in it.
            Rule::OperationSuccess => &["schema-used"],
            _ => &[],
        };
        let unexpected: Vec<_> = fired.iter().filter(|id| !also.contains(id)).collect();
        if !unexpected.is_empty() {
            faults.push(format!("{rule} comes with {unexpected:?}"));
        }
        seen.insert(rule);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    let missing: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| !seen.contains(rule))
        .collect();
    assert!(missing.is_empty(), "no fixture: {missing:?}");
}

#[test]
fn a_level_decides_what_a_finding_does() {
    let odd = path("/petOwners/{ownerId}/pets");
    for (level, counts) in [
        (Level::Off, (0, 0)),
        (Level::Warn, (0, 1)),
        (Level::Block, (1, 0)),
    ] {
        let mut levels = Levels::default();
        levels.set(Rule::PathCasing, level);
        let found = found(&odd, &levels);
        assert_eq!((found.blocking, found.warnings), counts);
    }
}

#[test]
fn a_finding_has_its_place_in_the_source_also_in_swagger_2_0() {
    let source = b"swagger: '2.0'\ninfo: {title: Pets, version: '1', description: Pets.}\npaths:\n  /PETS:\n    get:\n      responses: {'200': {description: ok}}\n";
    let description = parse(source, &Limits::default()).unwrap();
    let found = lint(&description, source, &Levels::default());
    let casing = found
        .findings
        .iter()
        .find(|finding| finding.rule == Rule::PathCasing)
        .unwrap();
    assert_eq!(casing.pointer, "/paths/~1PETS");
    assert_eq!(casing.location.unwrap().line, 4);
}

#[test]
fn findings_are_listed_up_to_a_number_and_counted_on() {
    for count in [LISTED_MAX - 1, LISTED_MAX, LISTED_MAX + 1] {
        let mut document = exemplary();
        for number in 0..count {
            let unused = json!({ "type": "object", "description": "Unused." });
            document["components"]["schemas"][format!("Spare{number}")] = unused;
        }
        let found = found(&document, &Levels::default());
        assert_eq!(
            (found.warnings, found.findings.len()),
            (count, count.min(LISTED_MAX))
        );
    }
}

#[test]
fn levels_are_read_as_a_map_or_as_the_server_lists_them_and_every_fault_is_named() {
    let map = json!({ "path-casing": "block", "tag-present": "off" });
    let list = json!([{ "id": "path-casing", "level": "block", "summary": "" }, { "id": "tag-present", "level": "off" }]);
    let levels = Levels::from_json(&map).unwrap();
    assert_eq!(levels, Levels::from_json(&list).unwrap());
    assert_eq!(levels.of(Rule::PathCasing), Level::Block);
    assert_eq!(levels.of(Rule::ServerHttps), Rule::ServerHttps.level());
    let faults =
        Levels::from_json(&json!({ "no-such": "warn", "path-casing": "loud" })).unwrap_err();
    assert_eq!(faults.len(), 2);
    assert!(Levels::from_json(&json!(7)).is_err());
}
