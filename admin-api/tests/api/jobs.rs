//! Long work over HTTP: accepted, watched, fetched, cancelled.

use gatehouse_domain::id::SubscriptionId;
use http::Method;
use serde_json::{Value, json};

use crate::served::{Served, eventually};

#[tokio::test]
async fn an_export_is_accepted_watched_to_its_end_and_fetched() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let begun = served
        .ask(Method::POST, "/v1/tenant/export", &token, &[], None)
        .await;
    let job = begun.expect(202)["id"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("location"), format!("/v1/jobs/{job}"));
    // The stream of events ends by itself, with the job.
    let events = format!("/v1/jobs/{job}/events");
    let events = served.send(served.request(Method::GET, &events).bearer_auth(&token));
    let events = events.await;
    assert_eq!(events.status.as_u16(), 200, "{events:?}");
    assert_eq!(events.header("content-type"), "text/event-stream");
    let last = events.text.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.contains("event: ended\n"), "{}", events.text);
    let data = last.lines().find_map(|line| line.strip_prefix("data: "));
    let told: Value = serde_json::from_str(data.unwrap()).unwrap();
    assert_eq!(
        (&told["state"], &told["done"]),
        (&json!("done"), &told["done"])
    );
    let shown = served
        .get(&token, &format!("/v1/jobs/{job}"))
        .await
        .expect(200);
    assert_eq!(shown["output_bytes"], told["output_bytes"]);
    let output = format!("/v1/jobs/{job}/output");
    let output = served.send(served.request(Method::GET, &output).bearer_auth(&token));
    let output = output.await;
    assert_eq!(output.header("content-type"), "application/x-ndjson");
    assert_eq!(
        output.text.len() as u64,
        shown["output_bytes"].as_u64().unwrap()
    );
    assert!(output.text.lines().last().unwrap().contains("\"end\":true"));
    let theirs = served.mighty(&served.contoso).await;
    for path in ["", "/events", "/output"] {
        let path = format!("/v1/jobs/{job}{path}");
        assert_eq!(served.get(&theirs, &path).await.problem(404), "not_found");
    }
    let over = served
        .ask(
            Method::POST,
            &format!("/v1/jobs/{job}/cancel"),
            &token,
            &[],
            None,
        )
        .await;
    assert_eq!(over.problem(409), "conflict");
}

#[tokio::test]
async fn a_tenant_is_closed_and_opened_again_by_its_owner() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let close = |confirm: &str| json!({"confirm": confirm, "reason": "We move."});
    let wrong = served
        .post(&token, "/v1/tenant/close", close("contoso"))
        .await;
    assert_eq!(wrong.expect(422)["errors"][0]["pointer"], "/confirm");
    let closed = served
        .post(&token, "/v1/tenant/close", close("northwind"))
        .await;
    let closed = closed.expect(200);
    assert_eq!(closed["status"], "closing");
    assert!(
        closed["purge_at"].is_string() && closed["change_id"].is_string(),
        "{closed}"
    );
    let refused = served
        .post(&token, "/v1/apis", json!({"slug": "late", "name": "Late"}))
        .await;
    assert_eq!(refused.problem(403), "forbidden");
    served.get(&token, "/v1/apis").await.expect(200);
    let opened = served
        .post(&token, "/v1/tenant/reopen", json!({"reason": "We stay."}))
        .await;
    assert_eq!(opened.expect(200)["status"], "active");
    eventually(async || {
        let made = served
            .post(&token, "/v1/apis", json!({"slug": "late", "name": "Late"}))
            .await;
        (made.status.as_u16() == 201).then_some(())
    })
    .await;
}

const PETS: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    get: {responses: {'200': {description: Pets}}}
";

impl Served {
    /// Asks for a job again until it is over.
    async fn over(&self, token: &str, job: &str) -> Value {
        let path = format!("/v1/jobs/{job}");
        eventually(async || {
            let seen = self.get(token, &path).await.expect(200);
            (!seen["ended_at"].is_null()).then_some(seen)
        })
        .await
    }
}

#[tokio::test]
async fn who_prefers_not_to_wait_gets_a_job_and_its_result_is_the_answer() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let publish = async |query: &str, content: &'static str| {
        let path = format!("/v1/apis/pets/versions/v1/spec{query}");
        let request = served.request(Method::PUT, &path).bearer_auth(&token);
        let request = request.header("prefer", "wait=5, respond-async");
        served.send(request.body(content)).await
    };
    assert_eq!(publish("", PETS).await.problem(404), "not_found");
    let dry = publish("?create=true&dry_run=true", PETS).await;
    assert_eq!(
        dry.expect(201)["outcome"],
        "created",
        "a dry run is answered at once"
    );
    let begun = publish("?create=true", PETS).await;
    assert_eq!(begun.header("preference-applied"), "respond-async");
    let job = begun.expect(202)["id"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("location"), format!("/v1/jobs/{job}"));
    let done = served.over(&token, &job).await;
    assert_eq!(
        (&done["state"], &done["subject"]),
        (&json!("done"), &json!("pets v1"))
    );
    assert_eq!(done["result"]["outcome"], "created");
    let change = done["change_id"].as_str().unwrap();
    served
        .get(&token, &format!("/v1/changes/{change}"))
        .await
        .expect(200);
    assert_eq!(done["log"].as_array().unwrap().len(), 3);

    let broken = publish("", "{\n  \"openapi\": \"3.1.0\",\n  7\n}").await;
    let job = broken.expect(202)["id"].as_str().unwrap().to_owned();
    let failed = served.over(&token, &job).await;
    assert_eq!(failed["state"], "failed");
    assert_eq!(
        failed["result"]["faults"][0]["location"]["line"], 3,
        "{failed}"
    );

    let nobody = SubscriptionId::from_uuid(uuid::Uuid::nil());
    let nobody = json!({"decisions": [{"subscription": nobody, "verdict": "approve"}]});
    let path = "/v1/subscriptions/decisions";
    let prefer = [("prefer", "respond-async")];
    let begun = served
        .ask(Method::POST, path, &token, &prefer, Some(nobody.clone()))
        .await;
    let job = begun.expect(202)["id"].as_str().unwrap().to_owned();
    let done = served.over(&token, &job).await;
    assert_eq!(
        done["result"]["refused"].as_array().unwrap().len(),
        1,
        "{done}"
    );
    let mut atomic = nobody;
    atomic["atomic"] = json!(true);
    let at_once = served
        .ask(Method::POST, path, &token, &prefer, Some(atomic))
        .await;
    assert_eq!(
        at_once.expect(200)["data"][0]["status"],
        422,
        "decided at once, not by a job"
    );
    let theirs = served.mighty(&served.contoso).await;
    let hidden = served.get(&theirs, &format!("/v1/jobs/{job}")).await;
    assert_eq!(hidden.problem(404), "not_found");
}
