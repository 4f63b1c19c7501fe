//! The offer over REST: products over several APIs, limits of single operations, guides, the changelog.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::{Value, json};

use crate::served::{Answer, Served};

/// An API with two operations.
async fn publish(served: &Served, token: &str, api: &str) {
    let ok = json!({"responses": {"200": {"description": "ok"}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": api, "version": "1"},
                          "paths": {"/all": {"get": ok}, "/all/{id}": {"get": ok}}});
    let path = format!("/v1/apis/{api}/versions/v1/spec?create=true");
    let request = served.request(Method::PUT, &path).bearer_auth(token);
    served
        .send(request.body(document.to_string()))
        .await
        .expect(201);
}

/// A change of what is there now: with its entity tag.
async fn change(served: &Served, token: &str, how: (Method, &str), body: Option<Value>) -> Answer {
    let (method, path) = how;
    let now = served.get(token, path).await;
    let tag = now.header("etag").to_owned();
    served
        .ask(method, path, token, &[("if-match", &tag)], body)
        .await
}

/// What a product opens, against the product as it is now.
async fn put_items(served: &Served, token: &str, items: Value) -> Answer {
    let path = "/v1/products/bundle";
    let tag = served.get(token, path).await.header("etag").to_owned();
    let path = format!("{path}/items");
    served
        .ask(
            Method::PUT,
            &path,
            token,
            &[("if-match", &tag)],
            Some(items),
        )
        .await
}

#[tokio::test]
async fn a_product_of_two_apis_is_made_offered_asked_for_and_ended() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    publish(&served, &token, "cats").await;
    let bundle = json!({"slug": "bundle", "name": "Bundle", "items": [
        {"api": "pets", "version": "v1", "operations": ["GET /all/{petId}"]}]});
    let made = served
        .post(&token, "/v1/products", bundle)
        .await
        .expect(201);
    assert_eq!(
        (&made["state"], &made["api"]),
        (&json!("draft"), &Value::Null)
    );
    assert_eq!(made["items"][0]["operations"], json!(["GET /all/{}"]));
    let path = "/v1/products/bundle";
    let items = json!({"items": [{"api": "pets", "version": "v1", "operations": ["GET /none"]}]});
    let wrong = put_items(&served, &token, items).await;
    assert_eq!(wrong.problem(422), "invalid");
    assert_eq!(
        wrong.json()["errors"][0]["pointer"],
        "/items/0/operations/0"
    );
    let items = json!({"items": [{"api": "pets", "version": "v1", "operations": ["GET /all"]}, {"api": "cats", "version": "v1"}]});
    let put = put_items(&served, &token, items).await;
    assert_eq!(put.expect(200)["items"].as_array().unwrap().len(), 2);
    let missing = served
        .ask(
            Method::PATCH,
            path,
            &token,
            &[],
            Some(json!({"state": "published"})),
        )
        .await;
    assert_eq!(missing.problem(428), "precondition_required");
    let published = change(
        &served,
        &token,
        (Method::PATCH, path),
        Some(json!({"state": "published"})),
    )
    .await;
    assert_eq!(published.expect(200)["state"], "published");
    let plan =
        json!({"slug": "basic", "name": "Basic", "approval": "auto", "environments": ["sandbox"]});
    served
        .post(&token, "/v1/apis/bundle/plans", plan)
        .await
        .expect(201);
    let wish = json!({"new_application": {"name": "Shop"}, "api": "bundle", "plan": "basic", "environment": "sandbox", "reason": "Both."});
    let subscription = served
        .post(&token, "/v1/subscriptions", wish)
        .await
        .expect(201);
    assert_eq!(
        (&subscription["state"], &subscription["api"]["name"]),
        (&json!("active"), &json!("Bundle"))
    );
    let of_api = served
        .get(&token, "/v1/subscriptions?api=cats")
        .await
        .expect(200);
    assert_eq!(
        of_api["data"][0]["id"], subscription["id"],
        "found by each of its APIs"
    );
    let listed = served
        .get(&token, "/v1/products?put_together=true")
        .await
        .expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let all = served
        .get(&token, "/v1/products?api=pets")
        .await
        .expect(200);
    assert_eq!(
        all["data"].as_array().unwrap().len(),
        2,
        "the API's own, too"
    );
    let page = served.get(&token, "/v1/catalogue/pets").await.expect(200);
    assert_eq!(page["products"][0]["slug"], "bundle");
    let retire = "/v1/products/bundle/retire";
    assert_eq!(
        served.post(&token, retire, json!({})).await.problem(409),
        "conflict"
    );
    change(
        &served,
        &token,
        (Method::PATCH, path),
        Some(json!({"state": "deprecated"})),
    )
    .await
    .expect(200);
    let retired = served
        .post(&token, retire, json!({"reason": "Nobody wants it."}))
        .await
        .expect(200);
    assert_eq!(retired["state"], "retired");
    let own = change(
        &served,
        &token,
        (Method::PATCH, "/v1/products/pets"),
        Some(json!({"name": "P"})),
    )
    .await;
    assert_eq!(own.problem(409), "conflict");
}

#[tokio::test]
async fn limits_of_operations_and_revisions_to_come_are_told() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let plan = json!({"slug": "basic", "name": "Basic", "approval": "auto", "environments": ["sandbox"],
                      "operation_limits": [{"operation": "GET /all/{id}", "amount": 5, "window_s": 1}]});
    let made = served
        .post(&token, "/v1/apis/pets/plans", plan)
        .await
        .expect(201);
    assert_eq!(made["operation_limits"][0]["operation"], "GET /all/{}");
    change(
        &served,
        &token,
        (Method::PATCH, "/v1/tenant"),
        Some(json!({"minimum_notice_days": 30})),
    )
    .await
    .expect(200);
    let wish = json!({"new_application": {"name": "Shop"}, "api": "pets", "plan": "basic", "environment": "sandbox", "reason": "Try."});
    served
        .post(&token, "/v1/subscriptions", wish)
        .await
        .expect(201);
    let path = "/v1/apis/pets/plans/basic";
    let less =
        json!({"operation_limits": [{"operation": "GET /all/{id}", "amount": 4, "window_s": 1}]});
    let told = change(&served, &token, (Method::PATCH, path), Some(less))
        .await
        .expect(200);
    assert_eq!(
        told["operation_limits"][0]["rule"]["amount"], 5,
        "until the notice is over"
    );
    assert_eq!(told["scheduled"]["revision"], 2);
    let revisions = served
        .get(&token, &format!("{path}/revisions"))
        .await
        .expect(200);
    let in_force: Vec<_> = revisions["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["in_force"])
        .collect();
    assert_eq!(in_force, [&json!(false), &json!(true)]);
    let callers = served
        .get(&token, "/v1/apis/pets/versions/v1/callers")
        .await
        .expect(200);
    assert_eq!(callers["data"], json!([]));
}

#[tokio::test]
async fn guides_and_the_changelog_are_kept_over_rest() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let guide = json!({"slug": "begin", "title": "Begin", "markdown": "# Hello\n<b>x</b>"});
    let made = served
        .post(&token, "/v1/apis/pets/guides", guide)
        .await
        .expect(201);
    assert!(!made["html"].as_str().unwrap().contains("<b>"));
    let path = "/v1/apis/pets/guides/begin";
    let changed = change(
        &served,
        &token,
        (Method::PATCH, path),
        Some(json!({"title": "Start"})),
    )
    .await;
    assert_eq!(changed.expect(200)["title"], "Start");
    assert_eq!(
        served.get(&token, "/v1/apis/pets/guides").await.expect(200)["data"][0]["slug"],
        "begin"
    );
    change(&served, &token, (Method::DELETE, path), None)
        .await
        .expect(200);
    assert_eq!(served.get(&token, path).await.problem(404), "not_found");
    let log = "/v1/apis/pets/changelog";
    let entries = served.get(&token, log).await.expect(200);
    assert_eq!(entries["data"][0]["kind"], "published");
    let first = format!("{log}/{}", entries["data"][0]["id"].as_str().unwrap());
    let kept = served.ask(Method::DELETE, &first, &token, &[], None).await;
    assert_eq!(kept.problem(409), "conflict");
    let note = json!({"title": "A pause", "markdown": "On *Sunday*.", "version": "v1"});
    let note = served.post(&token, log, note).await.expect(201);
    let note = format!("{log}/{}", note["id"].as_str().unwrap());
    let note = note.as_str();
    let longer = json!({"title": "A long pause"});
    let changed = change(&served, &token, (Method::PATCH, note), Some(longer)).await;
    assert_eq!(changed.expect(200)["version"], "v1");
    served
        .ask(Method::DELETE, note, &token, &[], None)
        .await
        .expect(200);
}

#[tokio::test]
async fn questions_and_following_are_kept_over_rest() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let (_, reader) = served.colleague(&served.northwind, "reader").await;
    let path = "/v1/apis/pets/questions";
    let faulty = served.post(&reader, path, json!({"text": " "})).await;
    assert_eq!(faulty.problem(422), "invalid");
    let asked = json!({"text": "How many?"});
    let asked = served.post(&reader, path, asked).await.expect(201);
    let question = format!("{path}/{}", asked["id"].as_str().unwrap());
    let answer = json!({"text": "As many as you like."});
    let answers = format!("{question}/answers");
    let answered = served.post(&token, &answers, answer).await.expect(201);
    assert_eq!(answered["from_team"], true, "{answered}");
    let listed = served.get(&reader, path).await.expect(200);
    assert_eq!(listed["data"][0]["answers"][0]["id"], answered["id"]);
    let stranger = served.mighty(&served.contoso).await;
    assert_eq!(served.get(&stranger, path).await.problem(404), "not_found");
    let why = json!({"reason": "Settled."});
    let hide = format!("{question}/hide");
    let hidden = served.post(&token, &hide, why).await.expect(200);
    assert_eq!(hidden["hidden_reason"], "Settled.");
    let show = format!("{question}/show");
    let shown = served.ask(Method::POST, &show, &token, &[], None).await;
    assert_eq!(shown.expect(200)["hidden_reason"], json!(null));
    for (verb, followed) in [("follow", 1), ("follow", 1), ("unfollow", 0)] {
        let path = format!("/v1/apis/pets/{verb}");
        served
            .ask(Method::POST, &path, &reader, &[], None)
            .await
            .expect(200);
        let listed = served.get(&reader, "/v1/followed-apis").await.expect(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), followed);
    }
}

#[tokio::test]
async fn the_usage_of_an_api_is_told_over_rest() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let used = served.get(&token, "/v1/apis/pets/usage?range=14d").await;
    let used = used.expect(200);
    assert_eq!(used["totals"]["calls"], 0);
    assert_eq!(used["buckets"].as_array().unwrap().len(), 14);
    let odd = served.get(&token, "/v1/apis/pets/usage?range=week").await;
    assert_eq!(odd.problem(422), "invalid");
    let stranger = served.mighty(&served.contoso).await;
    let foreign = served.get(&stranger, "/v1/apis/pets/usage").await;
    assert_eq!(foreign.problem(404), "not_found");
}

#[tokio::test]
async fn terms_prices_and_trials_are_told_asked_for_and_accepted() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let terms = json!({"slug": "store", "title": "Store terms", "markdown": "Be *good*."});
    let made = served.post(&token, "/v1/terms", terms).await.expect(201);
    assert_eq!(made["version"], 1);
    let plan = |slug: &str, more: Value| {
        let mut plan =
            json!({"slug": slug, "name": slug, "approval": "auto", "environments": ["sandbox"]});
        plan.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        plan
    };
    let plans = "/v1/apis/pets/plans";
    let price = json!({"price": {"currency": "EURO", "amount": "1,5"}});
    let wrong = served.post(&token, plans, plan("odd", price)).await;
    assert_eq!(wrong.problem(422), "invalid");
    let places: Vec<Value> = wrong.json()["errors"].as_array().unwrap().clone();
    let places: Vec<_> = places.iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!(
        places,
        ["/price/currency", "/price/period", "/price/amount"]
    );
    let price = json!({"currency": "EUR", "amount": "49.90", "period": "month", "per_thousand_calls": null});
    let signed = plan("signed", json!({"price": price, "terms": "store"}));
    let made = served.post(&token, plans, signed).await.expect(201);
    assert_eq!((&made["price"], &made["trial"]), (&price, &json!(false)));
    assert_eq!(made["terms"]["version"], 1);
    let trial = plan("trial", json!({"trial": true, "max_subscription_days": 14}));
    served.post(&token, plans, trial).await.expect(201);
    let wish = |application: &str, plan: &str, accepts: Value| {
        json!({"new_application": {"name": application}, "api": "pets", "plan": plan, "environment": "sandbox",
               "reason": "Both.", "accepts_terms": accepts})
    };
    let subscriptions = "/v1/subscriptions";
    let refused = served
        .post(&token, subscriptions, wish("Shop", "signed", Value::Null))
        .await;
    assert_eq!(refused.problem(422), "invalid");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/accepts_terms");
    let made = served
        .post(&token, subscriptions, wish("Shop", "signed", json!(1)))
        .await
        .expect(201);
    assert_eq!(made["accepted_terms"]["version"], 1);
    let next = Some(json!({"markdown": "Be better."}));
    let terms = change(&served, &token, (Method::PUT, "/v1/terms/store"), next).await;
    assert_eq!(terms.expect(200)["version"], 2);
    let first = served
        .get(&token, "/v1/terms/store?version=1")
        .await
        .expect(200);
    assert_eq!(first["html"], "<p>Be <em>good</em>.</p>\n");
    let path = format!("/v1/subscriptions/{}", made["id"].as_str().unwrap());
    let now = served.get(&token, &path).await.expect(200);
    assert_eq!(now["terms_to_accept"]["version"], 2);
    let accept_path = format!("{path}/accept-terms");
    let accept = |version: i32| {
        let body = json!({"terms": "store", "version": version});
        served.post(&token, &accept_path, body)
    };
    assert_eq!(accept(1).await.problem(422), "invalid");
    let accepted = accept(2).await.expect(200);
    assert_eq!(accepted["accepted_terms"]["version"], 2);
    assert_eq!(accepted["terms_to_accept"], Value::Null);
    assert_eq!(accept(2).await.problem(409), "conflict");
    let tried = wish("Try", "trial", Value::Null);
    served.post(&token, subscriptions, tried).await.expect(201);
    let again = wish("Again", "trial", Value::Null);
    let again = served.post(&token, subscriptions, again).await;
    assert_eq!(again.problem(409), "conflict");
}

#[tokio::test]
async fn what_a_description_orphans_is_named_and_dropped_when_asked() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let plan = json!({"slug": "basic", "name": "Basic", "approval": "auto", "environments": ["sandbox"],
                      "operation_limits": [{"operation": "GET /all/{id}", "amount": 1, "window_s": 1}]});
    served
        .post(&token, "/v1/apis/pets/plans", plan)
        .await
        .expect(201);
    let ok = json!({"responses": {"200": {"description": "ok"}}});
    let accept = json!([{"rule": "operation-removed", "location": "GET /all/{id}", "reason": "Nobody calls it."}]);
    let less = json!({"openapi": "3.1.0", "info": {"title": "pets", "version": "2"}, "x-gatehouse-accept": accept,
                      "paths": {"/all": {"get": ok}}});
    let send = |query: &'static str| {
        let path = format!("/v1/apis/pets/versions/v1/spec{query}");
        let request = served.request(Method::PUT, &path).bearer_auth(&token);
        served.send(request.body(less.to_string()))
    };
    // Told by a comparison, before anybody publishes.
    let compare = served.request(Method::POST, "/v1/apis/pets/versions/v1/compare");
    let compared = served
        .send(compare.bearer_auth(&token).body(less.to_string()))
        .await
        .expect(200);
    assert_eq!(
        compared["orphans"],
        json!([{"operation": "GET /all/{}", "product": "pets", "plan": "basic", "policy": null}])
    );
    let comment = compared["comment"].as_str().unwrap();
    assert!(
        comment.contains("the plan basic of pets limits GET /all/{}"),
        "{comment}"
    );
    let refused = send("").await;
    assert_eq!(refused.problem(422), "invalid");
    let fault = &refused.json()["errors"][0];
    assert_eq!(fault["pointer"], "?drop_orphans");
    assert!(fault["detail"].as_str().unwrap().contains("GET /all/{}"));
    let done = send("?drop_orphans=true").await.expect(200);
    assert_eq!(
        done["dropped"],
        json!([{"operation": "GET /all/{}", "product": "pets", "plan": "basic", "policy": null}])
    );
    let plan = served
        .get(&token, "/v1/apis/pets/plans/basic")
        .await
        .expect(200);
    assert_eq!(plan["operation_limits"], json!([]));
}

#[tokio::test]
async fn going_back_says_on_what_it_was_looked_at_and_why_nobody_is_given_notice() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let plan =
        json!({"slug": "basic", "name": "Basic", "approval": "auto", "environments": ["sandbox"]});
    served
        .post(&token, "/v1/apis/pets/plans", plan)
        .await
        .expect(201);
    let releases = served.get(&token, "/v1/releases").await.expect(200);
    let newest = releases["data"][0]["number"].as_i64().unwrap();
    let path = format!("/v1/releases/{}/rollback", newest - 1);
    let patch = async |token: &str, body: Value| {
        let how = (Method::PATCH, "/v1/apis/pets/plans/basic");
        change(&served, token, how, Some(body)).await
    };
    let late = served
        .post(&token, &path, json!({"newest": newest - 1}))
        .await;
    assert_eq!(late.problem(409), "conflict");
    for (body, pointer) in [
        (json!({"now": true}), "/reason"),
        (json!({"now": true, "reason": " "}), "/reason"),
        (json!({"reason": "Abuse."}), "/reason"),
    ] {
        for path in [&path[..], "/v1/apis/pets/plans/basic"] {
            let answer = match path.contains("plans") {
                true => patch(&token, body.clone()).await,
                false => served.post(&token, path, body.clone()).await,
            };
            assert_eq!(answer.problem(422), "invalid", "{path} {body}");
            assert_eq!(
                answer.json()["errors"][0]["pointer"],
                pointer,
                "{path} {body}"
            );
        }
    }
    let narrow = served
        .token(
            &served.northwind,
            &[Permission::PlanManage, Permission::ApiRead],
        )
        .await;
    let at_once = json!({"now": true, "reason": "Abuse.", "max_key_days": 1});
    let refused = patch(&narrow, at_once.clone()).await;
    assert_eq!(refused.problem(403), "forbidden");
    let done = patch(&token, at_once).await.expect(200);
    assert_eq!(done["max_key_days"], 1);
    let releases = served.get(&token, "/v1/releases").await.expect(200);
    let now = releases["data"][0]["number"].as_i64().unwrap();
    let how = json!({"newest": now, "now": true, "reason": "Abuse.", "drop_orphans": true});
    let done = served
        .post(&token, &format!("/v1/releases/{newest}/rollback"), how)
        .await
        .expect(200);
    assert_eq!(
        (&done["newest"], &done["number"]),
        (&json!(now), &json!(now + 1))
    );
    assert_eq!(done["orphans"], json!([]));
}
