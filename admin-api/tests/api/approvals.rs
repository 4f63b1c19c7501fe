//! How requests are decided, over REST: rules, questions, the queue.

use http::Method;
use serde_json::{Value, json};

use crate::served::Served;

/// An API `pets` with the plan `free` that one approver decides; its owner's token.
async fn offered(served: &Served) -> String {
    let owner = served.mighty(&served.northwind).await;
    let document = json!({"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"},
                          "paths": {"/pets": {"get": {"responses": {"200": {"description": "ok"}}}}}});
    let path = "/v1/apis/pets/versions/v1/spec?create=true";
    served
        .send(
            served
                .request(Method::PUT, path)
                .bearer_auth(&owner)
                .body(document.to_string()),
        )
        .await
        .expect(201);
    let plan = json!({"slug": "free", "name": "Free", "approval": "manual", "environments": ["sandbox"],
                      "limits": [{"kind": "quota", "amount": 100, "period": "day"}]});
    served
        .post(&owner, "/v1/apis/pets/plans", plan)
        .await
        .expect(201);
    owner
}

fn wish(name: &str) -> Value {
    json!({"new_application": {"name": name}, "api": "pets", "plan": "free", "environment": "sandbox", "reason": "to sell"})
}

#[tokio::test]
async fn a_rule_is_tried_put_in_force_and_then_named_by_what_it_approves() {
    let served = Served::start().await;
    let owner = offered(&served).await;
    let (_, approver) = served.colleague(&served.northwind, "ana").await;
    let path = "/v1/apis/pets/plans/free/approval";
    let past = served
        .post(&owner, "/v1/subscriptions", wish("Past"))
        .await
        .expect(201);
    served
        .ask(
            Method::POST,
            &format!("/v1/subscriptions/{}/approve", past["id"].as_str().unwrap()),
            &approver,
            &[],
            None,
        )
        .await
        .expect(200);
    let rule = json!({"name": "small plans", "mode": "enforce", "match": "all",
                      "conditions": [{"kind": "daily_requests_below", "requests": 101}]});
    let tried = served
        .post(
            &owner,
            &format!("{path}/simulate"),
            json!({"rule": rule, "days": 1}),
        )
        .await
        .expect(200);
    assert_eq!(
        (
            &tried["requests"],
            &tried["agreed_approve"],
            &tried["contradicted"]
        ),
        (&json!(1), &json!(1), &json!(0))
    );
    let shown = served.get(&owner, path).await;
    assert_eq!(shown.expect(200)["rule"], Value::Null);
    let tag = shown.header("etag").to_owned();
    let put = |tag: String, body: Value| {
        let (served, owner) = (&served, &owner);
        async move {
            served
                .ask(Method::PUT, path, owner, &[("if-match", &tag)], Some(body))
                .await
        }
    };
    let nobody = json!({"rule": {"name": "", "mode": "enforce", "match": "all", "conditions": []}});
    let refused = put(tag.clone(), nobody).await;
    assert_eq!(refused.problem(422), "invalid");
    assert!(
        refused.text.contains("/rule/conditions"),
        "{}",
        refused.text
    );
    let question = json!({"key": "volume", "text": "How many?", "kind": "text", "required": true});
    let body = json!({"rule": rule, "due_s": 3600, "questions": [question]});
    let now = put(tag.clone(), body.clone()).await.expect(200);
    assert_eq!(now["rule"]["name"], "small plans");
    assert_eq!(put(tag, body).await.problem(412), "version_mismatch");
    let unanswered = served.post(&owner, "/v1/subscriptions", wish("New")).await;
    assert_eq!(unanswered.problem(422), "invalid");
    assert!(
        unanswered.text.contains("/answers/volume"),
        "{}",
        unanswered.text
    );
    let mut answered = wish("New");
    answered["answers"] = json!({"volume": "ten"});
    let granted = served
        .post(&owner, "/v1/subscriptions", answered)
        .await
        .expect(201);
    assert_eq!(granted["state"], "active");
    assert_eq!(granted["decision"]["rule"], "small plans");
    assert_eq!(granted["answers"][0]["answer"], "ten");
}

#[tokio::test]
async fn the_queue_gives_the_longest_wait_first_page_by_page() {
    let served = Served::start().await;
    let owner = offered(&served).await;
    let (_, approver) = served.colleague(&served.northwind, "ana").await;
    let mut asked = Vec::new();
    for name in ["One", "Two", "Three"] {
        let made = served.post(&owner, "/v1/subscriptions", wish(name)).await;
        asked.push(made.expect(201)["id"].clone());
        served.hand.advance(std::time::Duration::from_secs(1));
    }
    let mut path = "/v1/access-requests?limit=1&for_me=true".to_owned();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = served.get(&approver, &path).await.expect(200);
        seen.push(page["data"][0]["subscription"]["id"].clone());
        if let Some(next) = page["next"].as_str() {
            path = format!("/v1/access-requests?limit=1&for_me=true&after={next}");
        }
    }
    assert_eq!(seen, asked);
    let own = served
        .get(&owner, "/v1/access-requests?for_me=true")
        .await
        .expect(200);
    assert_eq!(own["data"], json!([]), "nobody decides their own");
    let late = served
        .get(&approver, "/v1/access-requests?overdue=true")
        .await
        .expect(200);
    assert_eq!(late["data"], json!([]));
}
