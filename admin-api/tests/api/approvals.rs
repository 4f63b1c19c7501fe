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

#[tokio::test]
async fn many_decisions_as_one_say_which_of_them_kept_the_others_back() {
    let served = Served::start().await;
    let owner = offered(&served).await;
    let (_, approver) = served.colleague(&served.northwind, "ana").await;
    let mut asked = Vec::new();
    for (token, name) in [(&owner, "One"), (&approver, "Own"), (&owner, "Two")] {
        let made = served.post(token, "/v1/subscriptions", wish(name)).await;
        asked.push(made.expect(201)["id"].clone());
    }
    let decide = |which: &[&Value]| {
        let one = |id: &&Value| json!({"subscription": id, "verdict": "approve", "limits": [{"kind": "quota", "amount": 10, "period": "day"}]});
        let body = json!({"atomic": true, "decisions": which.iter().map(one).collect::<Vec<_>>()});
        let (served, approver) = (&served, &approver);
        async move {
            let answer = served
                .post(approver, "/v1/subscriptions/decisions", body)
                .await;
            answer.expect(200)["data"].clone()
        }
    };
    let refused = decide(&[&asked[0], &asked[1], &asked[2]]).await;
    let statuses = |data: &Value| {
        let items = data.as_array().unwrap().iter();
        items
            .map(|item| item["status"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses(&refused), [409, 403, 409]);
    let why = refused[0]["problem"]["detail"].as_str().unwrap();
    assert!(why.contains("decision 1 "), "{why}");
    assert_eq!(
        served
            .count("select count(*) from subscription where state = 'active'")
            .await,
        0
    );
    let done = decide(&[&asked[0], &asked[2]]).await;
    assert_eq!(statuses(&done), [200, 200]);
    assert_eq!(done[0]["result"]["own_limits"], json!(["10 a day"]));
    assert_eq!(
        done[0]["result"]["change_id"], done[1]["result"]["change_id"],
        "one change carries both"
    );
}

#[tokio::test]
async fn deadlines_and_deputies_are_set_over_rest() {
    let served = Served::start().await;
    let owner = offered(&served).await;
    let (ana, approver) = served.colleague(&served.northwind, "ana").await;
    let path = "/v1/approval-settings";
    let shown = served.get(&owner, path).await;
    assert_eq!(shown.expect(200)["due_s"], 172_800);
    let tag = shown.header("etag").to_owned();
    let body = json!({"due_s": 3600, "remind_before_s": null});
    let put = |tag: String, body: Value| {
        let (served, owner) = (&served, &owner);
        async move {
            served
                .ask(Method::PUT, path, owner, &[("if-match", &tag)], Some(body))
                .await
        }
    };
    let now = put(tag.clone(), body.clone()).await.expect(200);
    assert_eq!(
        (&now["due_s"], &now["row_version"]),
        (&json!(3600), &json!(1))
    );
    assert_eq!(put(tag, body).await.problem(412), "version_mismatch");
    let ends_at = (served.now() + time::Duration::days(1))
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap();
    let to_self = json!({"to": ana, "ends_at": ends_at});
    let refused = served.post(&approver, "/v1/delegations", to_self).await;
    assert_eq!(refused.problem(422), "invalid");
    let deputy = served
        .member(&served.northwind, "dep", gatehouse_domain::Role::Developer)
        .await;
    let made = served
        .post(
            &approver,
            "/v1/delegations",
            json!({"to": deputy, "ends_at": ends_at, "api": "pets"}),
        )
        .await
        .expect(201);
    assert_eq!(
        (&made["in_force"], &made["api"]["slug"]),
        (&json!(true), &json!("pets"))
    );
    let path = format!("/v1/delegations/{}/revoke", made["id"].as_str().unwrap());
    let over = served.ask(Method::POST, &path, &approver, &[], None).await;
    assert_eq!(over.expect(200)["in_force"], false);
    let again = served.ask(Method::POST, &path, &approver, &[], None).await;
    assert_eq!(again.problem(409), "conflict");
    let listed = served.get(&owner, "/v1/delegations").await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn messages_and_refusals_taken_back_over_rest() {
    let served = Served::start().await;
    let owner = offered(&served).await;
    let (_, approver) = served.colleague(&served.northwind, "ana").await;
    let asked = served
        .post(&owner, "/v1/subscriptions", wish("Shop"))
        .await
        .expect(201);
    let path = format!("/v1/subscriptions/{}", asked["id"].as_str().unwrap());
    let messages = format!("{path}/messages");
    for (token, text, side) in [
        (&owner, "Is June fine?", "requester"),
        (&approver, "Why June?", "approver"),
    ] {
        let sent = served.post(token, &messages, json!({ "text": text })).await;
        assert_eq!(sent.expect(201)["side"], side);
    }
    for text in ["", &"a".repeat(2001)] {
        let refused = served
            .post(&owner, &messages, json!({ "text": text }))
            .await;
        assert_eq!(refused.expect(422)["errors"][0]["pointer"], "/text");
    }
    let listed = served.ask(Method::GET, &messages, &owner, &[], None).await;
    assert_eq!(listed.expect(200)["data"].as_array().unwrap().len(), 2);
    let stranger = served.mighty(&served.contoso).await;
    let seen = served
        .ask(Method::GET, &messages, &stranger, &[], None)
        .await;
    seen.expect(404);
    let text = json!({ "text": "Hi" });
    served.post(&stranger, &messages, text).await.expect(404);

    let queue = served
        .ask(Method::GET, "/v1/access-requests", &approver, &[], None)
        .await;
    let queue = queue.expect(200);
    let row = &queue["data"][0];
    assert_eq!(row["messages"]["count"], 2, "{row}");
    assert_eq!(row["risk"]["asked_per_day"], 100, "{row}");
    assert_eq!(row["risk"]["data_class"], "internal", "{row}");

    let no = json!({ "reason": "Not yet" });
    served
        .post(&approver, &format!("{path}/reject"), no)
        .await
        .expect(200);
    let again = format!("{path}/reconsider");
    served.post(&stranger, &again, json!({})).await.expect(404);
    let back = served
        .post(&approver, &again, json!({ "reason": "Sorry" }))
        .await;
    assert_eq!(back.expect(200)["state"], "pending");
    served.post(&approver, &again, json!({})).await.expect(409);
}
