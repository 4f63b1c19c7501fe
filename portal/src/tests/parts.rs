//! Schemas with where they are used, and callbacks, as pages.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use serde_json::{Value, json};

async fn publish_odd(stand: &Stand, openapi: &str) {
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let document = json!({
        "openapi": openapi,
        "info": { "title": "Odd", "version": "1" },
        "paths": { "/orders": { "post": {
            "operationId": "schemas", "summary": "Place an order",
            "requestBody": { "content": { "application/json": { "schema": schema("Foo.Bar[Baz]") } } },
            "responses": { "200": {
                "description": "ok",
                "headers": { "X-Left": { "description": "Orders that are left today.", "schema": { "type": "integer" } } },
                "links": { "Again": { "operationId": "schemas" } },
                "content": { "application/json": { "schema": schema("Node") } } } },
            "callbacks": { "shipped": { "{$request.body#/back}": { "post": {
                "summary": "Order shipped",
                "requestBody": { "content": { "application/json": { "schema": schema("a~1b") } } },
                "responses": { "204": { "description": "taken" } } } } } } } } },
        "components": { "schemas": {
            "Foo.Bar[Baz]": { "type": "object", "properties": { "back": { "type": "string" } } },
            "a/b": { "type": "object", "properties": { "carrier": { "type": "string" } } },
            "Größe": { "type": "integer" },
            "Node": { "type": "object", "properties": { "next": schema("Node") } } } },
    });
    publish(stand, &document).await;
}

async fn publish(stand: &Stand, document: &Value) {
    let input = PublishSpec {
        api: "odd".into(),
        version: "v1".into(),
        content: document.to_string().into(),
        source: Source::default(),
        create: true,
        dry_run: false,
        drop_orphans: false,
    };
    let system = Actor::system(stand.tenant, "test");
    publishing::publish_spec(&stand.db, &system, input)
        .await
        .unwrap();
}

#[tokio::test]
async fn schemas_of_any_name_and_callbacks_have_pages_that_say_where_they_are_used() {
    for openapi in ["3.0.3", "3.1.0"] {
        let stand = Stand::new().await;
        publish_odd(&stand, openapi).await;
        let mut window = stand.signed_in("olga@acme.test").await;
        for (name, used) in [
            ("Foo.Bar%5BBaz%5D", ">Request</td>"),
            ("a%2Fb", ">Callback</td>"),
            ("Gr%C3%B6%C3%9Fe", "Nothing names it."),
            ("Node", ">Response</td>"),
        ] {
            let page = window.get(&format!("/apis/odd/v1/schemas/{name}")).await;
            assert_eq!(page.status, 200, "{name}");
            assert!(page.body.contains(used), "{name}: {}", page.body);
        }
        let node = window.get("/apis/odd/v1/schemas/Node").await;
        assert!(node.body.contains(">Schema</td>"), "{}", node.body);
        let list = window.get("/apis/odd/v1/schemas").await;
        let odd = list
            .between("href=\"/apis/odd/v1/schemas/Foo", "\"")
            .to_owned();
        let odd = window.get(&format!("/apis/odd/v1/schemas/Foo{odd}")).await;
        assert!(odd.body.contains("<h1>Foo.Bar[Baz]</h1>"), "{}", odd.body);
        let operation = window.get("/apis/odd/v1/reference/schemas").await;
        // What comes back beside the body, and where it leads.
        for told in [
            "X-Left",
            "Orders that are left today.",
            "Again: call schemas.",
            "href=\"/apis/odd/v1/schemas/Node\">All of Node</a>",
        ] {
            assert!(operation.body.contains(told), "{told}: {}", operation.body);
        }
        let at = operation
            .between("/reference/schemas/callbacks/", "\"")
            .to_owned();
        let path = format!("/apis/odd/v1/reference/schemas/callbacks/{at}");
        let callback = window.get(&path).await;
        assert!(
            callback
                .body
                .contains("the field /back of the request body"),
            "{}",
            callback.body
        );
        assert!(callback.body.contains("carrier") && callback.body.contains("204"));
        assert_eq!(window.get(&format!("{path}x")).await.status, 404);
        assert!(
            window
                .get("/apis/odd/v1/llms.txt")
                .await
                .body
                .contains(&path)
        );
        assert!(window.get("/search?q=shipped").await.body.contains(&path));
    }
}

#[tokio::test]
async fn lists_show_a_hundred_lines_and_lead_to_the_rest() {
    let stand = Stand::new().await;
    let mut window = stand.signed_in("olga@acme.test").await;
    // With `Shared` one more schema than there are uses of it.
    for uses in [99, 100, 101] {
        let by = (0..uses).map(|number| {
            let names = json!({ "a": { "$ref": "#/components/schemas/Shared" } });
            (
                format!("By{number:03}"),
                json!({ "type": "object", "properties": names }),
            )
        });
        let shared = ("Shared".to_owned(), json!({ "type": "string" }));
        let schemas: serde_json::Map<String, Value> = by.chain([shared]).collect();
        let document = json!({
            "openapi": "3.1.0",
            "info": { "title": "Odd", "version": format!("1.{uses}") },
            "paths": {},
            "components": { "schemas": schemas },
        });
        publish(&stand, &document).await;
        for (path, lines) in [("schemas", uses + 1), ("schemas/Shared", uses)] {
            let path = format!("/apis/odd/v1/{path}");
            let first = window.get(&path).await;
            let further = format!("href=\"{path}?from=100\"");
            assert_eq!(line_count(&first.body), lines.min(100), "{path}, {lines}");
            assert_eq!(first.body.contains(&further), lines > 100, "{}", first.body);
            let rest = window.get(&format!("{path}?from=100")).await;
            assert_eq!(rest.status, 200);
            assert_eq!(line_count(&rest.body), lines.saturating_sub(100), "{path}");
            let further = format!("href=\"{path}?from=");
            assert!(!rest.body.contains(&further), "{}", rest.body);
        }
    }
}

/// How many rows a page's table has.
fn line_count(page: &str) -> usize {
    page.matches("<th scope=\"row\">").count()
}
