//! Named schemas and callbacks: their addresses, and how many are kept.

use gatehouse_spec::Description;
use serde_json::{Map, Value, json};

use crate::read;

/// A description of these operations and schemas.
fn description(paths: &Value, schemas: &Map<String, Value>) -> Description {
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    read(&document.to_string())
}

/// So many schemas that all name `Shared`, and it.
fn naming(count: usize) -> Map<String, Value> {
    let one =
        json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Shared"}}});
    let by = (0..count).map(|number| (format!("By{number}"), one.clone()));
    let shared = ("Shared".to_owned(), json!({"type": "string"}));
    std::iter::once(shared).chain(by).collect()
}

#[test]
fn ten_thousand_schemas_get_a_page_and_no_more() {
    for (count, kept) in [(9_999, 9_999), (10_000, 10_000), (10_001, 10_000)] {
        let schemas = (0..count).map(|number| (format!("S{number}"), json!({"type": "string"})));
        let named = description(&json!({}), &schemas.collect()).schemas();
        assert_eq!(named.len(), kept);
        assert_eq!(named[kept - 1].name, format!("S{}", kept - 1));
    }
}

#[test]
fn two_thousand_uses_of_a_schema_are_kept_and_the_rest_is_counted() {
    for (count, kept, more) in [(1_999, 1_999, 0), (2_000, 2_000, 0), (2_001, 2_000, 1)] {
        let named = description(&json!({}), &naming(count)).schemas();
        let shared = named.iter().find(|one| one.name == "Shared").unwrap();
        assert_eq!((shared.uses.len(), shared.uses_more), (kept, more));
        assert_eq!(shared.uses[0].slug, "By0");
    }
}

#[test]
fn ten_thousand_callbacks_get_a_page_and_no_more() {
    // A thousand expressions for each operation.
    for (last, kept) in [(999, 9_999), (1_000, 10_000), (1_001, 10_000)] {
        let operation = |count: usize| {
            let sent = (0..count).map(|number| {
                let to = format!("{{$request.body#/url}}/{number}");
                (
                    to,
                    json!({"post": {"responses": {"200": {"description": "ok"}}}}),
                )
            });
            let sent: Map<String, Value> = sent.collect();
            json!({"post": {"callbacks": {"told": sent}, "responses": {"200": {"description": "ok"}}}})
        };
        let paths = (0..10).map(|number| {
            let count = if number == 9 { last } else { 1_000 };
            (format!("/p{number}"), operation(count))
        });
        let paths = Value::Object(paths.collect());
        assert_eq!(description(&paths, &Map::new()).callbacks().len(), kept);
    }
}

#[test]
fn a_name_that_looks_hashed_takes_no_other_schemas_address() {
    // What "a b" is hashed to, as a name of its own.
    let of = |name: &str| {
        let one = [(name.to_owned(), json!({"type": "string"}))];
        let named = description(&json!({}), &one.into_iter().collect()).schemas();
        named[0].slug.clone()
    };
    let hashed = of("a b");
    assert_ne!(of(&hashed), hashed);
    let schemas = ["a b", hashed.as_str()].map(|name| (name.to_owned(), json!({"type": "string"})));
    let named = description(&json!({}), &schemas.into_iter().collect()).schemas();
    assert_eq!(named.len(), 2);
    assert_ne!(named[0].slug, named[1].slug);
    for (name, kept) in [
        ("Pet", true),
        ("Pet-1", true),
        (&*"p".repeat(100), true),
        (&*"p".repeat(101), false),
    ] {
        assert_eq!(of(name) == name, kept, "{name}");
    }
}
