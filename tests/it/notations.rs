//! Descriptions in both versions of OpenAPI and in both notations, sent on both roads, down to what a gateway serves; and what is
//! said of faulty ones.

use gatehouse_harness::callers::Cli;
use gatehouse_harness::{TestStack, TestUpstream};
use serde_json::{Value, json};

use crate::GATEHOUSE;
use crate::roads::text;

const BAD_3_1: &str = "openapi: 3.1.0
info:
  title: Broken
  version: '1'
paths:
  /pets:
    get: 5
  /pets/{id}:
    get: {responses: {'200': {$ref: '#/components/responses/None'}}}
";

/// Where it is wrong: line, and JSON pointer (RFC 6901).
const FAULTS: [(u64, &str); 2] = [
    (7, "/paths/~1pets/get"),
    (9, "/paths/~1pets~1{id}/get/responses/200/$ref"),
];

#[tokio::test]
async fn a_faulty_3_1_file_is_refused_with_its_pointers_on_both_roads_and_nothing_is_stored() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let cli = Cli::new(&stack, stack.tenant("Hasty").await.root().await);
    cli.token
        .offer_petstore("pets", "https://pets.example")
        .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.yaml");
    std::fs::write(&file, BAD_3_1).unwrap();
    let stored = async || {
        let apis = cli.token.get("/v1/apis").await.assert_status(200).json();
        let versions = cli.json(&["version", "list", "pets"]).await;
        let list = ["spec", "revisions", "--api", "pets", "--version", "v1"];
        let revisions = cli.json(&list).await;
        let releases = cli.json(&["release", "list"]).await;
        json!([apis, versions, revisions, releases])
    };
    let before = stored().await;
    // As an API of its own, as a version of one, and in the place of what is there.
    for (api, version) in [("broken", "v1"), ("pets", "v2"), ("pets", "v1")] {
        let refused = cli.token.upload(api, version, BAD_3_1).await;
        refused.assert_problem(422, "invalid_spec");
        let errors = refused.json()["errors"].clone();
        let places = errors.as_array().unwrap().iter();
        let mut places: Vec<(u64, String)> = places
            .map(|error| (error["line"].as_u64().unwrap(), text(error, "/pointer")))
            .map(|(line, pointer)| (line, pointer.to_owned()))
            .collect();
        places.sort();
        assert_eq!(places, FAULTS.map(|(line, at)| (line, at.to_owned())));
        let refused = cli
            .token
            .publish(stack.program(), &file, api, version, &["--create"])
            .await;
        let said = &refused.assert_code(1).stderr;
        assert!(said.contains("invalid_spec"), "{refused:?}");
        for (line, at) in FAULTS {
            let mut lines = said.lines();
            let told = lines.any(|told| {
                told.trim_start().starts_with(&format!("{line}:"))
                    && told.contains(&format!(" {at}: "))
            });
            assert!(told, "{line} {at}: {refused:?}");
        }
    }
    assert_eq!(stored().await, before);
    let unknown = cli.run(&["api", "get", "broken"]).await;
    let said = &unknown.assert_code(1).stderr;
    assert!(said.contains("not_found"), "{unknown:?}");
}

/// The same API in both versions of OpenAPI and in both notations; each says in its own way that a name may be null.
fn in_every_form(upstream: &str) -> Vec<(&'static str, String)> {
    let nullable = |openapi: &str| match openapi {
        "3.0.3" => "{type: string, nullable: true}",
        _ => "{type: [string, 'null']}",
    };
    let yaml = |openapi: &str| {
        format!(
            "openapi: {openapi}
info:
  title: Pets
  version: '1'
servers:
  - url: {upstream}
paths:
  /pets/{{id}}:
    parameters:
      - {{name: id, in: path, required: true, schema: {{type: string}}}}
    get:
      operationId: getPet
      responses:
        '200':
          description: A pet
          content:
            application/json:
              schema: {}
",
            nullable(openapi)
        )
    };
    let as_json = |openapi: &str, schema: Value| {
        let answer =
            json!({"description": "A pet", "content": {"application/json": {"schema": schema}}});
        let get = json!({"operationId": "getPet", "responses": {"200": answer}});
        let id =
            json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        json!({"openapi": openapi, "info": {"title": "Pets", "version": "1"}, "servers": [{"url": upstream}],
               "paths": {"/pets/{id}": {"parameters": id, "get": get}}})
        .to_string()
    };
    vec![
        ("30-yaml", yaml("3.0.3")),
        ("31-yaml", yaml("3.1.0")),
        (
            "30-json",
            as_json("3.0.3", json!({"type": "string", "nullable": true})),
        ),
        (
            "31-json",
            as_json("3.1.0", json!({"type": ["string", "null"]})),
        ),
    ]
}

#[tokio::test]
async fn descriptions_of_either_version_and_notation_make_an_api_that_answers_at_a_gateway() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Notations").await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.done(&["application", "create", "Reader"]).await;
    let (reader, _) = cli.token.issue_key("reader", "production").await;
    let folder = tempfile::tempdir().unwrap();
    // The name of the file says nothing: what it is is found out.
    let file = folder.path().join("description");
    for (form, description) in in_every_form(&upstream.url()) {
        let apis = [format!("rest-{form}"), format!("shell-{form}")];
        std::fs::write(&file, &description).unwrap();
        let made = cli.token.upload(&apis[0], "v1", description).await;
        made.assert_status(201);
        let made = cli
            .token
            .publish(stack.program(), &file, &apis[1], "v1", &["--create"])
            .await;
        made.assert_success();
        for api in &apis {
            let version = cli.json(&["version", "get", api, "v1"]).await;
            assert_eq!(version["state"], "published", "{version}");
            let operations = format!("/v1/apis/{api}/versions/v1/operations");
            let operations = cli.token.get(&operations).await.assert_status(200).json();
            let operations = operations["data"].as_array().unwrap();
            assert_eq!(operations.len(), 1, "{operations:?}");
            assert_eq!(operations[0]["operation_id"], "getPet");
            cli.token.add_plan(api, "open", "auto", &json!([])).await;
            let wish = json!({"application": "reader", "api": api, "plan": "open", "environment": "production", "reason": "Read."});
            let granted = cli.token.post("/v1/subscriptions/grant", &wish).await;
            cli.token.wait_in_force(granted.assert_status(201)).await;
            let url = tenant.production_url(0, &format!("/{api}/v1/pets/7"));
            reader.get(&url).await.assert_status(200);
            let other = tenant.production_url(0, &format!("/{api}/v1/dogs/7"));
            let other = reader.get(&other).await;
            other.assert_problem(404, "no_route");
        }
    }
    assert_eq!(upstream.count(), 8);
}
