//! Every way to be refused has one shape.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::json;

use crate::served::Served;

#[tokio::test]
async fn without_exactly_one_good_token_the_answer_is_401() {
    let served = Served::start().await;
    let good = served.mighty(&served.northwind).await;
    // The last character is a checksum, and may be any.
    let last = if good.ends_with('x') { 'y' } else { 'x' };
    let wrong = format!("{}{last}", &good[..good.len() - 1]);
    let ask = |value: Option<String>| {
        let mut request = served.request(Method::GET, "/v1/tenant");
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        served.send(request)
    };
    for value in [
        None,
        Some("Bearer nonsense".to_owned()),
        Some(format!("Bearer {wrong}")),
        Some(format!("Basic {good}")),
        Some("Bearer".to_owned()),
    ] {
        let answer = ask(value.clone()).await;
        assert_eq!(answer.problem(401), "not_signed_in", "{value:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    ask(Some(format!("bearer {good}"))).await.expect(200);
}

#[tokio::test]
async fn a_missing_permission_is_403_and_named() {
    let served = Served::start().await;
    let token = served
        .token(&served.northwind, &[Permission::CatalogueRead])
        .await;
    let answer = served.get(&token, "/v1/members").await;
    assert_eq!(answer.problem(403), "forbidden");
    assert!(answer.text.contains("member.read"), "{}", answer.text);
}

#[tokio::test]
async fn unknown_addresses_methods_and_ids_are_told_apart_and_from_nothing_else() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let answer = served.get(&token, "/v1/nothing").await;
    assert_eq!(answer.problem(404), "not_found");
    let answer = served
        .ask(Method::PUT, "/v1/tenant", &token, &[], Some(json!({})))
        .await;
    assert_eq!(answer.problem(405), "method_not_allowed");
    assert!(answer.header("allow").contains("PATCH"));
    let unknown = served
        .get(&token, "/v1/keys/key_01m2k3a4b5c6d7e8f9g0h1j2k3")
        .await;
    let impossible = served.get(&token, "/v1/keys/nonsense").await;
    assert_eq!(unknown.problem(404), impossible.problem(404));
    assert_eq!(unknown.json()["detail"], impossible.json()["detail"]);
}

#[tokio::test]
async fn an_unknown_parameter_is_400_everywhere_and_the_nearest_is_offered() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let answer = served.get(&token, "/v1/applications?mien=true").await;
    assert_eq!(answer.problem(400), "unknown_parameter");
    assert!(
        answer.text.contains("Did you mean mine?"),
        "{}",
        answer.text
    );
    assert_eq!(answer.json()["errors"][0]["pointer"], "?mien");
    // A write that was meant as a question is not done in earnest.
    let before = served.count("select count(*) from team").await;
    let body = json!({"slug": "ops", "name": "Ops", "kind": "provider"});
    let answer = served
        .post(&token, "/v1/teams?dry-run=true", body.clone())
        .await;
    assert_eq!(answer.problem(400), "unknown_parameter");
    assert!(answer.text.contains("dry_run"), "{}", answer.text);
    let answer = served.post(&token, "/v1/teams?dry_run=maybe", body).await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(served.count("select count(*) from team").await, before);
}

#[tokio::test]
async fn faults_of_a_body_are_told_with_their_place() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let send = |body: &'static str, kind: &'static str| {
        let request = served
            .request(Method::POST, "/v1/teams")
            .bearer_auth(&token);
        served.send(request.header("content-type", kind).body(body))
    };
    let answer = send("{\"slug\":", "application/json").await;
    assert_eq!(answer.problem(400), "bad_request");
    let answer = send("{}", "text/plain").await;
    assert_eq!(answer.problem(415), "unsupported_media_type");
    let answer = send(
        r#"{"slug":"ops","name":7,"kind":"provider"}"#,
        "application/json",
    )
    .await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/name");
    let answer = send(
        r#"{"slug":"ops","nmae":"Ops","kind":"provider"}"#,
        "application/json",
    )
    .await;
    assert_eq!(answer.json()["errors"][0]["code"], "unknown_field");
    let answer = served
        .post(
            &token,
            "/v1/teams",
            json!({"slug": "NO", "name": " ", "kind": "provider"}),
        )
        .await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(
        answer.json()["errors"].as_array().unwrap().len(),
        2,
        "{}",
        answer.text
    );
    let answer = send(
        Box::leak(format!("\"{}\"", "a".repeat(1 << 20)).into_boxed_str()),
        "application/json",
    )
    .await;
    assert_eq!(answer.problem(413), "body_too_large");
}

#[tokio::test]
async fn status_pages_answer_without_a_token_and_nothing_else_does() {
    let served = Served::start().await;
    for path in ["/healthz", "/metrics", "/v1/openapi.json"] {
        let answer = served.send(served.request(Method::GET, path)).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    crate::served::eventually(async || {
        let answer = served.send(served.request(Method::GET, "/readyz")).await;
        (answer.status == 200).then_some(())
    })
    .await;
    let answer = served.send(served.request(Method::GET, "/v1/apis")).await;
    assert_eq!(answer.problem(401), "not_signed_in");
}

#[tokio::test]
async fn a_database_that_went_away_is_503_with_a_time_to_come_back() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    served.db.close().await;
    let answer = served.get(&token, "/v1/tenant").await;
    assert_eq!(answer.problem(503), "unavailable");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    let answer = served.send(served.request(Method::GET, "/healthz")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_character_that_cannot_be_stored_is_the_callers_fault() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let owner = served.northwind.owner;
    let grants = format!("/v1/members/{owner}/grants");
    let answer = served
        .post(&token, &grants, json!({"role": "a\u{0}b"}))
        .await;
    assert_eq!(answer.problem(422), "invalid");
    assert!(answer.text.contains("U+0000"), "{}", answer.text);
    let answer = served
        .get(&token, "/v1/subscriptions?environment=a%00b")
        .await;
    assert_eq!(answer.problem(422), "invalid");
}
