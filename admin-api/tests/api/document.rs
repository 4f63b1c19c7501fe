//! The OpenAPI document: complete, and changed only on purpose.

use http::Method;
use serde_json::Value;

use crate::served::Served;

const SNAPSHOT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/snapshots/openapi.json"
);

fn document() -> Value {
    serde_json::to_value(gatehouse_admin_api::document()).unwrap()
}

#[test]
fn the_document_is_the_one_that_was_agreed_on() {
    let now = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    let written = concat!(env!("CARGO_TARGET_TMPDIR"), "/openapi.json");
    std::fs::write(written, &now).unwrap();
    let agreed = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    assert!(
        agreed == now,
        "the document is not that of tests/snapshots/openapi.json. Read the difference; if it is meant:\n  cp {written} {SNAPSHOT}"
    );
}

#[test]
fn every_operation_is_documented_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "{at}"
            );
            assert!(
                operation["summary"].as_str().unwrap().ends_with('.'),
                "{at}"
            );
            assert!(operation["tags"].is_array(), "{at}");
            if path == "/v1/token-exchange" {
                // It takes no token, but a form; and says no as OAuth does.
                assert_eq!(operation["security"], serde_json::json!([{}]));
                continue;
            }
            assert!(operation["security"][0]["token"].is_array(), "{at}");
            let names: Vec<_> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|known| known["name"].as_str().unwrap())
                .collect();
            for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                assert!(
                    names.contains(&part.trim_end_matches('}')),
                    "{at} does not describe {part}"
                );
            }
            if method == "post" {
                assert!(names.contains(&"Idempotency-Key"), "{at}");
            }
            if method != "get" {
                assert!(names.contains(&"dry_run"), "{at}");
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(
                    status.starts_with('2') || response["$ref"] == "#/components/responses/Problem",
                    "{at} {status}"
                );
            }
        }
    }
    assert!(ids.len() > 60, "{}", ids.len());
}

#[test]
fn every_reference_leads_somewhere() {
    fn follow(document: &Value, value: &Value, count: &mut usize) {
        match value {
            Value::Object(members) => {
                if let Some(path) = members.get("$ref").and_then(Value::as_str) {
                    let found = document.pointer(path.trim_start_matches('#'));
                    assert!(found.is_some(), "{path} leads nowhere");
                    *count += 1;
                }
                members
                    .values()
                    .for_each(|value| follow(document, value, count));
            }
            Value::Array(items) => items.iter().for_each(|item| follow(document, item, count)),
            _ => {}
        }
    }
    let (document, mut count) = (document(), 0);
    follow(&document, &document, &mut count);
    assert!(count > 500, "{count}");
}

#[tokio::test]
async fn it_is_served_with_the_address_of_this_server() {
    let served = Served::start().await;
    let answer = served
        .send(served.request(Method::GET, "/v1/openapi.json"))
        .await;
    assert_eq!(answer.expect(200)["servers"][0]["url"], served.url(""));
}
