//! From a request to a key, over REST.

use http::Method;
use serde_json::{Value, json};

use crate::served::Served;

/// An API with a plan, and an application that has asked for it: its developer's token, and the subscription.
async fn asked(served: &Served) -> (String, String) {
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
    let plan =
        json!({"slug": "free", "name": "Free", "approval": "manual", "environments": ["sandbox"]});
    served
        .post(&owner, "/v1/apis/pets/plans", plan)
        .await
        .expect(201);
    let wish = json!({"new_application": {"name": "Shop"}, "api": "pets", "plan": "free", "environment": "sandbox", "reason": "to sell"});
    let subscription = served
        .post(&owner, "/v1/subscriptions", wish)
        .await
        .expect(201);
    assert_eq!(subscription["state"], "pending");
    (owner, subscription["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_request_is_approved_and_its_change_can_be_followed() {
    let served = Served::start().await;
    let (developer, subscription) = asked(&served).await;
    let (_, approver) = served.colleague(&served.northwind, "ana").await;
    let path = format!("/v1/subscriptions/{subscription}");
    let own = served
        .ask(
            Method::POST,
            &format!("{path}/approve"),
            &developer,
            &[],
            None,
        )
        .await;
    assert_eq!(
        own.problem(403),
        "forbidden",
        "nobody approves their own request"
    );
    let queue = served
        .get(&approver, "/v1/access-requests")
        .await
        .expect(200);
    assert_eq!(
        queue["data"][0]["subscription"]["id"],
        subscription.as_str()
    );
    let approved = served
        .ask(
            Method::POST,
            &format!("{path}/approve"),
            &approver,
            &[],
            None,
        )
        .await
        .expect(200);
    assert_eq!(approved["state"], "active");
    let change = approved["change_id"].as_str().unwrap();
    assert!(approved["config"][0]["seq"].as_u64().unwrap() > 0);
    assert_eq!(
        served
            .get(&developer, &format!("/v1/changes/{change}"))
            .await
            .expect(200)["change_id"],
        change
    );
    let again = served
        .ask(
            Method::POST,
            &format!("{path}/approve"),
            &approver,
            &[],
            None,
        )
        .await;
    assert_eq!(again.problem(409), "conflict");
    assert!(again.text.contains("Already approved by"), "{}", again.text);
    served
        .get(&developer, &format!("{path}/timeline"))
        .await
        .expect(200);
    served
        .get(&developer, &format!("{path}/quota"))
        .await
        .expect(200);
    for (verb, shown) in [
        ("pause", "paused"),
        ("resume", "active"),
        ("suspend", "suspended"),
        ("unsuspend", "active"),
        ("revoke", "revoked"),
    ] {
        let body = matches!(verb, "suspend" | "revoke").then(|| json!({"reason": "abuse"}));
        let token = if matches!(verb, "pause" | "resume") {
            &developer
        } else {
            &approver
        };
        let answer = served
            .ask(Method::POST, &format!("{path}/{verb}"), token, &[], body)
            .await
            .expect(200);
        assert_eq!(answer["shown"], shown, "{verb}");
        assert!(answer["change_id"].is_string(), "{verb} affects traffic");
    }
}

#[tokio::test]
async fn a_key_is_shown_once_rotated_and_revoked() {
    let served = Served::start().await;
    let (token, _) = asked(&served).await;
    let made = served
        .post(
            &token,
            "/v1/applications/shop/keys",
            json!({"environment": "sandbox", "name": "one"}),
        )
        .await;
    let key = made.expect(201);
    assert!(key["secret"].as_str().unwrap().starts_with("gth_test_"));
    assert_eq!(made.header("cache-control"), "no-store");
    let path = made.header("location").to_owned();
    let shown = served.get(&token, &path).await;
    assert!(shown.expect(200).get("secret").is_none());
    assert_eq!(shown.header("etag"), made.header("etag"));
    assert!(!shown.text.contains(key["secret"].as_str().unwrap()));
    let dry = served
        .post(&token, &format!("{path}/rotate?dry_run=true"), json!({}))
        .await
        .expect(201);
    assert_eq!(
        dry["secret"],
        Value::Null,
        "what was not made has no secret"
    );
    let rotated = served
        .post(&token, &format!("{path}/rotate"), json!({"overlap_s": 60}))
        .await
        .expect(201);
    assert_eq!(rotated["rotated_from"], key["id"]);
    let list = served
        .get(&token, "/v1/applications/shop/keys")
        .await
        .expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    let revoked = served
        .ask(Method::POST, &format!("{path}/revoke"), &token, &[], None)
        .await
        .expect(200);
    assert_eq!(revoked["state"], "revoked");
    assert!(revoked["change_id"].is_string());
}

#[tokio::test]
async fn many_decisions_are_carried_out_or_refused_one_by_one() {
    let served = Served::start().await;
    let (_, subscription) = asked(&served).await;
    let (_, approver) = served.colleague(&served.northwind, "ana").await;
    let unknown = "sub_01m2k3a4b5c6d7e8f9g0h1j2k3";
    let body = json!({"decisions": [
        {"subscription": unknown, "verdict": "approve"},
        {"subscription": subscription, "verdict": "reject"},
        {"subscription": subscription, "verdict": "approve"},
    ]});
    let decided = served
        .post(&approver, "/v1/subscriptions/decisions", body)
        .await
        .expect(200);
    let items = decided["data"].as_array().unwrap();
    assert_eq!(
        items[0]["problem"]["errors"][0]["pointer"],
        "/decisions/0/subscription"
    );
    assert_eq!(
        items[1]["problem"]["errors"][0]["pointer"], "/decisions/1/reason",
        "a refusal needs a reason"
    );
    assert_eq!(
        (&items[2]["status"], &items[2]["result"]["state"]),
        (&json!(200), &json!("active"))
    );
    assert!(items[2]["result"]["change_id"].is_string());
    for count in [0, 501] {
        let decisions: Vec<Value> = (0..count)
            .map(|_| json!({"subscription": unknown, "verdict": "approve"}))
            .collect();
        let answer = served
            .post(
                &approver,
                "/v1/subscriptions/decisions",
                json!({"decisions": decisions}),
            )
            .await;
        assert_eq!(answer.problem(422), "invalid", "{count}");
    }
}
