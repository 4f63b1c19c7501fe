//! Pages of operations that have more to say than a page holds.

use super::*;
use gatehouse_spec::render::SchemaNode;
use serde_json::json;

/// A body of `wide` properties, each with two more levels of three properties inside.
fn wide(wide: usize) -> OperationPage {
    let three = |inside: Value| json!({"type": "object", "properties": {"a": inside, "b": inside, "c": inside}});
    let leaf = json!({"type": "string", "description": "Says *what* it is."});
    let names = (0..wide).map(|n| {
        (
            format!("p{n}"),
            json!({"$ref": "#/components/schemas/Inner"}),
        )
    });
    let properties: serde_json::Map<String, Value> = names.collect();
    let source = json!({
        "openapi": "3.1.0",
        "info": {"title": "Wide", "version": "1"},
        "paths": {"/wide": {"post": {
            "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}},
            "responses": {"200": {"description": "Done"}}
        }}},
        "components": {"schemas": {"Inner": three(three(leaf))}}
    });
    page(&read(&source.to_string()), "POST /wide")
}

fn body(page: &OperationPage) -> &SchemaNode {
    let body = page.request_body.as_ref().unwrap();
    body.media_types[0].schema.as_ref().unwrap()
}

fn depth(node: &SchemaNode) -> usize {
    let inside = node.children.iter().map(depth).max();
    inside.map_or(0, |depth| depth + 1)
}

#[test]
fn a_page_that_is_too_large_is_shallow_everywhere_and_has_its_end() {
    let small = wide(3);
    assert!(body(&small).children.iter().all(|one| depth(one) == 2));
    let large = wide(40);
    let properties = &body(&large).children;
    assert_eq!(properties.len(), 40, "the last is there as the first is");
    let depths: Vec<_> = properties.iter().map(depth).collect();
    assert!(depths.iter().all(|depth| *depth == depths[0]), "{depths:?}");
    assert_eq!(depths[0], 1);
    let cut = &properties[39].children[2];
    assert!(cut.cut, "there is more inside");
    let said = small.request_body.unwrap();
    let leaf = &said.media_types[0].schema.as_ref().unwrap().children[0].children[0].children[0];
    assert_eq!(
        leaf.description_html.as_str().trim(),
        "<p>Says <em>what</em> it is.</p>"
    );
}
