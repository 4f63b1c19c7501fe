//! Incidents over REST: opened, told of, resolved, and shown to whom they concern.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::{Value, json};

use crate::served::Served;

const PATH: &str = "/v1/incidents";

async fn publish(served: &Served, token: &str, api: &str) {
    let ok = json!({"responses": {"200": {"description": "ok"}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": api, "version": "1"}, "paths": {"/all": {"get": ok}}});
    let path = format!("/v1/apis/{api}/versions/v1/spec?create=true");
    let request = served.request(Method::PUT, &path).bearer_auth(token);
    served
        .send(request.body(document.to_string()))
        .await
        .expect(201);
}

fn slow(apis: &[&str]) -> Value {
    json!({"title": "Pets are slow", "impact": "degraded", "apis": apis, "text": "We *look*."})
}

#[tokio::test]
async fn an_incident_is_opened_told_of_and_resolved_over_rest() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let (_, reader) = served.colleague(&served.northwind, "reader").await;
    let opened = served.post(&token, PATH, slow(&["pets"])).await;
    assert_eq!(opened.header("location"), "/v1/incidents/1");
    let opened = opened.expect(201);
    assert_eq!(opened["state"], "investigating", "{opened}");
    assert_eq!(opened["apis"][0]["slug"], "pets", "{opened}");
    assert!(
        opened["newest"]["html"]
            .as_str()
            .unwrap()
            .contains("<em>look</em>"),
        "{opened}"
    );
    let updates = format!("{PATH}/1/updates");
    let said = |state: &str| json!({"state": state, "text": "As it is."});
    let now = served.post(&token, &updates, said("identified")).await;
    assert_eq!(now.expect(201)["state"], "identified");
    let found = served.get(&reader, &format!("{PATH}/1")).await.expect(200);
    assert_eq!(found["newest"]["text"], "As it is.", "{found}");
    let both = served.get(&reader, &updates).await.expect(200);
    let texts = ["As it is.", "We *look*."];
    let read = |page: &Value, at: usize| page["data"][at]["text"].as_str().map(str::to_owned);
    assert_eq!([0, 1].map(|at| read(&both, at).unwrap()), texts, "{both}");
    let newest = served.get(&reader, &format!("{updates}?limit=1")).await;
    let newest = newest.expect(200);
    let next = newest["next"].as_str().unwrap();
    let older = format!("{updates}?limit=1&after={next}");
    let older = served.get(&reader, &older).await.expect(200);
    assert_eq!(read(&older, 0).unwrap(), "We *look*.", "{older}");
    assert_eq!(older["next"], Value::Null, "{older}");
    let by_id = format!("{PATH}/{}", opened["id"].as_str().unwrap());
    assert_eq!(served.get(&reader, &by_id).await.expect(200)["number"], 1);
    let over = served.post(&token, &updates, said("resolved")).await;
    assert_ne!(over.expect(201)["resolved_at"], Value::Null);
    let refused = served.post(&token, &updates, said("monitoring")).await;
    assert_eq!(refused.problem(409), "conflict");
    let words = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(words.contains("Open a new one"), "{words}");
    served.post(&token, PATH, slow(&[])).await.expect(201);
    for (query, numbers) in [
        ("", json!([2, 1])),
        ("?open=true", json!([2])),
        ("?open=false", json!([1])),
        ("?api=pets", json!([2, 1])),
        ("?api=nothing", json!([])),
        ("?limit=1", json!([2])),
    ] {
        let listed = served.get(&reader, &format!("{PATH}{query}")).await;
        let listed = listed.expect(200);
        let found = listed["data"].as_array().unwrap().iter();
        let found: Vec<_> = found.map(|one| one["number"].clone()).collect();
        assert_eq!(json!(found), numbers, "{query}");
    }
    for odd in ["0", "01", "+1", "7", "one", "99999999999"] {
        let missing = served.get(&reader, &format!("{PATH}/{odd}")).await;
        assert_eq!(missing.problem(404), "not_found", "{odd}");
    }
}

#[tokio::test]
async fn incidents_are_opened_by_who_manages_them_and_stay_in_their_tenant() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    publish(&served, &token, "pets").await;
    let reader = served
        .token(&served.northwind, &[Permission::CatalogueRead])
        .await;
    let refused = served.post(&reader, PATH, slow(&["pets"])).await;
    assert_eq!(refused.problem(403), "forbidden");
    let alone = served
        .token(&served.northwind, &[Permission::IncidentManage])
        .await;
    served.post(&alone, PATH, slow(&["pets"])).await.expect(201);
    // Whoever manages them finds them by their API as well.
    let by_api = format!("{PATH}?api=pets&open=true");
    let by_api = served.get(&alone, &by_api).await.expect(200);
    assert_eq!(by_api["data"][0]["number"], 1);
    let said = json!({"state": "resolved", "text": "Over."});
    let updates = format!("{PATH}/1/updates");
    let refused = served.post(&reader, &updates, said.clone()).await;
    assert_eq!(refused.problem(403), "forbidden");
    let stranger = served.mighty(&served.contoso).await;
    let shown = served.get(&stranger, &format!("{PATH}/1")).await;
    assert_eq!(shown.problem(404), "not_found");
    let listed = served.get(&stranger, &updates).await;
    assert_eq!(listed.problem(404), "not_found");
    let refused = served.post(&stranger, &updates, said).await;
    assert_eq!(refused.problem(404), "not_found");
    let foreign = served.post(&stranger, PATH, slow(&["pets"])).await;
    assert_eq!(foreign.problem(422), "unknown_reference");
    let faulty =
        json!({"title": "", "impact": "degraded", "text": "", "starts_at": "2030-01-01T00:00:00Z"});
    let faulty = served.post(&token, PATH, faulty).await;
    assert_eq!(faulty.problem(422), "invalid");
    let errors = faulty.json()["errors"].clone();
    let errors = errors.as_array().unwrap().iter();
    let pointers: Vec<_> = errors.map(|one| one["pointer"].clone()).collect();
    assert_eq!(json!(pointers), json!(["/title", "/text", "/starts_at"]));
}
