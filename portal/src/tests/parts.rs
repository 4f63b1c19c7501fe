//! Schemas with where they are used, and callbacks, as pages.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use serde_json::json;

async fn publish(stand: &Stand, openapi: &str) {
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let document = json!({
        "openapi": openapi,
        "info": { "title": "Odd", "version": "1" },
        "paths": { "/orders": { "post": {
            "operationId": "schemas", "summary": "Place an order",
            "requestBody": { "content": { "application/json": { "schema": schema("Foo.Bar[Baz]") } } },
            "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": schema("Node") } } } },
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
        publish(&stand, openapi).await;
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
