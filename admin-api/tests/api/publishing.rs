//! CI publishes with one `curl -T FILE`.

use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::served::{Answer, Served};

const PETS: &str = "openapi: 3.0.3
info:
  title: Pets
  version: '1'
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200': {description: A pet}
";

impl Served {
    async fn publish(&self, token: &str, query: &str, content: &str) -> Answer {
        let path = format!("/v1/apis/pets/versions/v1/spec{query}");
        let request = self.request(Method::PUT, &path).bearer_auth(token);
        self.send(request.body(content.to_owned())).await
    }
}

#[tokio::test]
async fn a_description_is_published_once_and_its_bytes_come_back() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let answer = served.publish(&token, "", PETS).await;
    assert_eq!(
        answer.problem(404),
        "not_found",
        "without create the API must be there"
    );
    let answer = served
        .publish(&token, "?create=true&dry_run=true", PETS)
        .await;
    assert_eq!(answer.expect(201)["outcome"], "created");
    assert_eq!(served.count("select count(*) from api").await, 0);
    let first = served
        .publish(&token, "?create=true&commit=0a1b2c", PETS)
        .await
        .expect(201);
    assert_eq!(
        (&first["outcome"], &first["operations"]),
        (&"created".into(), &1.into())
    );
    assert!(
        first["change_id"].as_str().unwrap().starts_with("chg_"),
        "{first}"
    );
    assert_eq!(first["revision"]["source"]["commit"], "0a1b2c");
    assert!(
        first["addresses"][0]["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:8000/")
    );
    let again = served.publish(&token, "", PETS).await.expect(200);
    assert_eq!(
        (&again["outcome"], &again["change_id"]),
        (&"unchanged".into(), &Value::Null)
    );
    let changed = served
        .publish(&token, "", &PETS.replace("A pet", "One pet"))
        .await
        .expect(200);
    assert_eq!(changed["outcome"], "updated");
    let back = served.get(&token, "/v1/apis/pets/versions/v1/spec").await;
    assert_eq!(back.text, PETS.replace("A pet", "One pet"));
    assert_eq!(back.header("content-type"), "application/yaml");
    assert!(back.header("content-disposition").starts_with("attachment"));
    let operation = served
        .get(&token, "/v1/apis/pets/versions/v1/operations")
        .await
        .expect(200);
    let slug = operation["data"][0]["slug"].as_str().unwrap();
    let path = format!("/v1/apis/pets/versions/v1/operations/{slug}");
    assert_eq!(
        served.get(&token, &path).await.expect(200)["operation_id"],
        "getPet"
    );
}

#[tokio::test]
async fn faults_are_told_with_line_and_pointer_and_nothing_is_stored() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let broken = PETS.replace(
        "'200': {description: A pet}",
        "'200': {$ref: '#/components/responses/None'}",
    );
    let answer = served.publish(&token, "?create=true", &broken).await;
    assert_eq!(answer.problem(422), "invalid_spec");
    let body = answer.json();
    assert_eq!(body["errors"][0]["code"], "unresolved_reference", "{body}");
    assert!(body["errors"][0]["line"].as_u64().unwrap() > 5);
    assert!(
        body["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .starts_with("/paths/")
    );
    let answer = served.publish(&token, "?create=true", "a: [b").await;
    assert_eq!(answer.problem(422), "invalid_spec");
    assert_eq!(served.count("select count(*) from api").await, 0);
    let long = format!("?create=true&commit={}", "a".repeat(301));
    let answer = served.publish(&token, &long, PETS).await;
    assert_eq!(
        answer.json()["errors"][0]["pointer"],
        "?commit",
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn the_limit_of_a_description_is_its_own() {
    let served = Served::start_with(&[
        ("GATEHOUSE_ADMIN_API__LIMITS__BODY", "1KiB"),
        ("GATEHOUSE_ADMIN_API__LIMITS__SPEC", "2KiB"),
    ])
    .await;
    let token = served.mighty(&served.northwind).await;
    let padded = |bytes: usize| format!("{PETS}#{}", "x".repeat(bytes - PETS.len() - 1));
    for (bytes, status) in [(2_047, 201), (2_048, 200), (2_049, 413)] {
        let answer = served.publish(&token, "?create=true", &padded(bytes)).await;
        assert_eq!(answer.status, status, "{bytes}: {}", answer.text);
    }
    let name = "n".repeat(1_000);
    let answer = served
        .post(
            &token,
            "/v1/teams",
            serde_json::json!({"slug": "a", "name": name, "kind": "provider"}),
        )
        .await;
    assert_eq!(answer.problem(413), "body_too_large");
}

#[tokio::test]
async fn a_token_that_may_publish_needs_nothing_else_to_do_it_and_to_wait() {
    use gatehouse_domain::Permission::{ApiWrite, SpecPublish};
    let served = Served::start().await;
    let publisher = served.token(&served.northwind, &[SpecPublish]).await;
    let answer = served.publish(&publisher, "?create=true", PETS).await;
    assert_eq!(
        answer.problem(403),
        "forbidden",
        "making an API takes api.write"
    );
    let maker = served
        .token(&served.northwind, &[SpecPublish, ApiWrite])
        .await;
    served
        .publish(&maker, "?create=true", PETS)
        .await
        .expect(201);
    let changed = served
        .publish(
            &publisher,
            "",
            &format!(
                "{PETS}  /animals:\n    get: {{responses: {{'200': {{description: All}}}}}}\n"
            ),
        )
        .await
        .expect(200);
    let path = format!("/v1/changes/{}", changed["change_id"].as_str().unwrap());
    assert_eq!(
        served.get(&publisher, &path).await.expect(200)["change_id"],
        changed["change_id"]
    );
}

#[tokio::test]
async fn how_old_an_apis_configuration_may_be_reaches_its_routes_and_stays_within_bounds() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let published = served
        .publish(&token, "?create=true", PETS)
        .await
        .expect(201);
    let change = async |age: Value| {
        let request = served
            .request(Method::PATCH, "/v1/apis/pets")
            .bearer_auth(&token);
        let request = request.header("if-match", "*");
        let body = serde_json::json!({ "config_max_age_s": age });
        served.send(request.json(&body)).await
    };
    for refused in [9, 2_592_001] {
        let answer = change(refused.into()).await;
        assert_eq!(answer.json()["errors"][0]["pointer"], "/config_max_age_s");
        assert_eq!(answer.problem(422), "invalid");
    }
    for taken in [10, 2_592_000] {
        let answer = change(taken.into()).await.expect(200);
        assert_eq!(answer["config_max_age_s"], taken);
        let before = published["config"][0]["seq"].as_u64();
        assert!(answer["config"][0]["seq"].as_u64() > before, "{answer}");
    }
    let same = change(2_592_000.into()).await.expect(200);
    assert_eq!(
        same["config"],
        serde_json::json!([]),
        "gateways need not hear of it"
    );
    let never = change(Value::Null).await.expect(200);
    assert_eq!(never["config_max_age_s"], Value::Null);
}

#[tokio::test]
async fn what_breaks_is_answered_with_its_report_and_can_be_looked_at_before_and_after() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    served
        .publish(&token, "?create=true", PETS)
        .await
        .expect(201);
    let moved = PETS.replace("/pets/{id}", "/animals/{id}");
    let path = "/v1/apis/pets/versions/v1";
    let request = served.request(Method::POST, &format!("{path}/compare"));
    let compared = served
        .send(request.bearer_auth(&token).body(moved.clone()))
        .await
        .expect(200);
    assert_eq!(
        (&compared["verdict"], &compared["decision"]),
        (&"breaking".into(), &"refused".into())
    );
    assert!(
        compared["comment"]
            .as_str()
            .unwrap()
            .contains("operation-removed")
    );

    let refused = served.publish(&token, "?author=Dora", &moved).await;
    assert_eq!(refused.problem(409), "breaking_changes");
    let body = refused.json();
    assert_eq!(body["errors"][0]["code"], "operation-removed");
    assert_eq!(
        (
            &body["report"]["revision"],
            &body["report"]["counts"]["breaking"]
        ),
        (&2.into(), &1.into())
    );
    let dry = served
        .publish(&token, "?dry_run=true", &moved.replace("A pet", "Pet"))
        .await;
    assert_eq!(dry.problem(409), "breaking_changes");
    assert!(
        dry.json()["report"]["revision"].is_null(),
        "nothing is kept of it"
    );

    let kept = served
        .get(&token, &format!("{path}/revisions/2"))
        .await
        .expect(200);
    assert_eq!(
        (&kept["state"], &kept["source"]["author"]),
        (&"rejected".into(), &"Dora".into())
    );
    let all = served
        .get(&token, &format!("{path}/revisions"))
        .await
        .expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    let lines = served
        .get(&token, &format!("{path}/revisions/2/lines"))
        .await
        .expect(200);
    assert_eq!(
        (&lines["version"], &lines["revision"]),
        (&"v1".into(), &1.into())
    );
    assert!(!lines["hunks"].as_array().unwrap().is_empty(), "{lines}");
    let early = served
        .post(
            &token,
            &format!("{path}/revisions/2/publish"),
            serde_json::Value::Null,
        )
        .await;
    assert_eq!(early.problem(409), "conflict");
    let accept = format!("{path}/revisions/2/accept");
    let own = served
        .post(&token, &accept, serde_json::json!({"reason": "Fine."}))
        .await;
    assert_eq!(
        own.problem(403),
        "forbidden",
        "whoever sent it in cannot accept it"
    );
    let none = served
        .post(&token, &accept, serde_json::json!({"reason": ""}))
        .await;
    assert_eq!(none.problem(422), "invalid");
}

/// A server whose every answer is the description.
pub(crate) async fn description_server(serving: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/pets.yaml?token=canary",
        listener.local_addr().unwrap()
    );
    serving.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let length = PETS.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close");
            let _ = socket
                .write_all(format!("{head}\r\n\r\n{PETS}").as_bytes())
                .await;
        }
    });
    url
}

#[tokio::test]
async fn a_description_is_fetched_and_published_or_the_address_is_at_fault() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let mut serving = JoinSet::new();
    let url = description_server(&mut serving).await;
    let path = "/v1/apis/pets/versions/v1/spec/import";
    let unknown = served.post(&token, path, json!({"url": url})).await;
    assert_eq!(unknown.problem(404), "not_found");
    let made = served
        .post(
            &token,
            &format!("{path}?create=true&commit=abc"),
            json!({"url": url}),
        )
        .await;
    let made = made.expect(201);
    assert_eq!(
        (&made["outcome"], &made["operations"]),
        (&json!("created"), &json!(1))
    );
    let source = made["revision"]["source"]["url"].as_str().unwrap();
    assert!(source.ends_with("/pets.yaml"), "{source}");
    assert_eq!(made["revision"]["source"]["commit"], "abc");
    let refused = served
        .post(&token, path, json!({"url": "http://10.0.0.1/pets.yaml"}))
        .await;
    let fault = refused.expect(422)["errors"][0].clone();
    assert_eq!(
        (&fault["pointer"], &fault["code"]),
        (&json!("/url"), &json!("not_allowed"))
    );
}
