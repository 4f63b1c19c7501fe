//! OpenAPI 3.0 held against its types: what does not fit is named with its place, and what the crate alone refuses is not.

use super::*;

const TYPED: &str = "not_openapi_3_0";

fn document(operation: &str, schema: &str) -> String {
    format!(
        r##"{{
"openapi": "3.0.3",
"info": {{ "title": "T", "version": "1" }},
"paths": {{ "/a": {{ "get": {operation} }} }},
"components": {{
"schemas": {{ "S":
{schema}
}} }} }}"##
    )
}

/// What the types say of a document that may be published.
fn warnings(source: &str) -> Vec<(String, usize)> {
    let description = read(source);
    let warnings = description.warnings().iter();
    let typed = warnings.filter(|warning| warning.code.as_str() == TYPED);
    typed
        .map(|warning| (warning.pointer.clone(), warning.location.unwrap().line))
        .collect()
}

const PLAIN: &str = r#"{ "responses": { "200": { "description": "ok" } } }"#;

#[test]
fn a_detail_that_does_not_fit_is_a_warning_at_its_very_key() {
    for (schema, key) in [
        (r#"{ "type": "string", "maxLength": "10" }"#, "/maxLength"),
        (r#"{ "type": "object", "required": true }"#, "/required"),
        (r#"{ "type": ["string", "null"] }"#, "/type"),
        (
            r#"{ "type": "number", "exclusiveMinimum": 3 }"#,
            "/exclusiveMinimum",
        ),
    ] {
        let found = warnings(&document(PLAIN, schema));
        assert_eq!(
            found,
            [(format!("/components/schemas/S{key}"), 7)],
            "{schema}"
        );
    }
    let said = read(&document(
        PLAIN,
        r#"{ "type": "string", "maxLength": "10" }"#,
    ));
    let message = &said.warnings()[0].message;
    assert!(
        message.starts_with("`maxLength` of the schema is not as OpenAPI 3.0 describes it: "),
        "{message}"
    );
    // The same in 3.1 is that specification's own business.
    let newer = document(PLAIN, r#"{ "type": ["string", "null"] }"#).replace("3.0.3", "3.1.0");
    assert_eq!(warnings(&newer), []);
}

#[test]
fn a_part_of_the_wrong_shape_is_a_fault_because_pages_would_lose_it() {
    for (operation, schema, pointer) in [
        (
            r#"{ "parameters": "none", "responses": {} }"#,
            "{}",
            "/paths/~1a/get/parameters",
        ),
        (
            PLAIN,
            r#"{ "properties": "a, b" }"#,
            "/components/schemas/S/properties",
        ),
    ] {
        let errors = refuse(&document(operation, schema)).errors;
        assert_eq!(
            (errors[0].code.as_str(), &*errors[0].pointer),
            (TYPED, pointer)
        );
        assert!(errors[0].location.is_some());
    }
}

#[test]
fn what_the_specification_allows_and_the_types_alone_would_not_is_let_through() {
    let operation = r##"{ "responses": { "200": { "description": "ok" } },
        "callbacks": { "done": { "$ref": "#/components/callbacks/Done" } } }"##;
    let source = document(operation, r#"{ "type": "string", "maxLength": 10.0, "minLength": null }"#)
        .replace(
            r#""schemas""#,
            r##""callbacks": { "Done": { "{$request.query.url}": { "post": { "responses": { "200": { "description": "ok" } } } } } }, "schemas""##,
        );
    assert_eq!(warnings(&source), []);
}

#[test]
fn typing_takes_time_in_proportion_however_deep_schemas_are() {
    let deep = |levels: usize| {
        let leaf = format!(r#"{{ "enum": [{}"x"] }}"#, r#""x","#.repeat(200_000));
        (0..levels).fold(leaf, |inner, _| {
            format!(r#"{{ "type": "object", "properties": {{ "a": {inner} }} }}"#)
        })
    };
    // The best of three: the machine may be at something else.
    let time = |levels| {
        let source = document(PLAIN, &deep(levels));
        let times = (0..3).map(|_| {
            let began = std::time::Instant::now();
            read(&source);
            began.elapsed()
        });
        times.min().unwrap()
    };
    let (shallow, deep) = (time(1), time(50));
    assert!(deep < shallow * 10, "{shallow:?} and {deep:?}");
}
