//! A POST sent again is carried out once.

use std::time::Duration;

use gatehouse_control_plane::idempotency;
use http::Method;
use serde_json::{Value, json};

use crate::served::{Answer, Served};

impl Served {
    async fn keyed(&self, token: &str, path: &str, key: &str, body: Value) -> Answer {
        self.ask(
            Method::POST,
            path,
            token,
            &[("idempotency-key", key)],
            Some(body),
        )
        .await
    }
}

fn team(slug: &str) -> Value {
    json!({"slug": slug, "name": "Ops", "kind": "provider"})
}

#[tokio::test]
async fn the_first_answer_is_given_again_for_a_day() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let first = served.keyed(&token, "/v1/teams", "k1", team("ops")).await;
    first.expect(201);
    assert!(first.headers.get("idempotency-replayed").is_none());
    let again = served.keyed(&token, "/v1/teams", "k1", team("ops")).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("location"), first.header("location"));
    // Refusals are kept as well.
    let refused = served.keyed(&token, "/v1/teams", "k2", team("ops")).await;
    let again = served.keyed(&token, "/v1/teams", "k2", team("ops")).await;
    assert!(refused.status.is_client_error());
    assert_eq!((again.status, &again.text), (refused.status, &refused.text));
    assert_eq!(again.header("content-type"), "application/problem+json");
    served.hand.advance(Duration::from_secs(24 * 3_600 - 1));
    assert_eq!(
        served
            .keyed(&token, "/v1/teams", "k1", team("ops"))
            .await
            .header("idempotency-replayed"),
        "true"
    );
    served.hand.advance(Duration::from_secs(1));
    let fresh = served.keyed(&token, "/v1/teams", "k1", team("ops")).await;
    assert!(
        fresh.headers.get("idempotency-replayed").is_none(),
        "a day later the key is free"
    );
    assert!(
        fresh.status.is_client_error(),
        "the team exists: {}",
        fresh.text
    );
}

#[tokio::test]
async fn the_same_key_with_another_request_is_422() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    served
        .keyed(&token, "/v1/teams", "k", team("ops"))
        .await
        .expect(201);
    let other = served.keyed(&token, "/v1/teams", "k", team("other")).await;
    assert_eq!(other.problem(422), "idempotency_key_reused");
    let other = served
        .keyed(&token, "/v1/teams?dry_run=true", "k", team("ops"))
        .await;
    assert_eq!(other.problem(422), "idempotency_key_reused");
    // Another sender has keys of its own.
    let neighbour = served.mighty(&served.northwind).await;
    served
        .keyed(&neighbour, "/v1/teams", "k", team("other"))
        .await
        .expect(201);
    let stranger = served.mighty(&served.contoso).await;
    served
        .keyed(&stranger, "/v1/teams", "k", team("ops"))
        .await
        .expect(201);
}

#[tokio::test]
async fn of_fifty_at_once_one_is_carried_out() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let before = served.count("select count(*) from team").await;
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let request = served
            .request(Method::POST, "/v1/teams")
            .bearer_auth(&token);
        let request = request
            .header("idempotency-key", "storm")
            .json(&team("ops"));
        asked.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let statuses = asked.join_all().await;
    // 503: the database had no connection for it in time, and it was not begun.
    assert!(
        statuses
            .iter()
            .all(|status| [201, 409, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&201));
    assert_eq!(served.count("select count(*) from team").await, before + 1);
    served
        .keyed(&token, "/v1/teams", "storm", team("ops"))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_secret_is_given_again_for_ten_minutes_and_then_no_more() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let body = json!({"name": "ci", "scopes": ["spec.publish"]});
    let first = served.keyed(&token, "/v1/tokens", "t", body.clone()).await;
    let secret = first.expect(201)["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("gta_"));
    served.hand.advance(Duration::from_secs(599));
    let again = served.keyed(&token, "/v1/tokens", "t", body.clone()).await;
    assert_eq!(again.json()["secret"], secret);
    served.hand.advance(Duration::from_secs(1));
    let late = served.keyed(&token, "/v1/tokens", "t", body).await;
    let late = late.expect(201);
    assert_eq!(
        (&late["secret"], &late["secret_expired"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(late["id"], first.json()["id"]);
    // Housekeeping leaves nothing of it, and later the record goes as well. The served process keeps house, too.
    let sealed = "select count(*) from idempotency_key where secret_until is not null and response is not null";
    idempotency::purge(&served.db).await.unwrap();
    assert_eq!(served.count(sealed).await, 0);
    let records = "select count(*) from idempotency_key";
    assert_eq!(served.count(records).await, 1);
    served.hand.advance(Duration::from_secs(24 * 3_600));
    idempotency::purge(&served.db).await.unwrap();
    assert_eq!(served.count(records).await, 0);
}

#[tokio::test]
async fn keys_out_of_range_are_400() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let (longest, longer) = ("k".repeat(255), "k".repeat(256));
    served
        .keyed(&token, "/v1/teams?dry_run=true", &longest, team("ops"))
        .await
        .expect(201);
    for key in ["", longer.as_str()] {
        let answer = served.keyed(&token, "/v1/teams", key, team("ops")).await;
        assert_eq!(answer.problem(400), "bad_request");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_its_request_halfway() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    // Hung up at many moments of its way; whichever it is, the repetition ends in one team.
    for moment in 0..12 {
        let key = format!("gone-{moment}");
        let team = json!({"slug": &key, "name": "Gone", "kind": "consumer"});
        let request = served
            .request(Method::POST, "/v1/teams")
            .bearer_auth(&token);
        let request = request.header("idempotency-key", &key).json(&team);
        let _ = tokio::time::timeout(Duration::from_millis(moment), request.send()).await;
        let answer = crate::served::eventually(async || {
            let answer = served.keyed(&token, "/v1/teams", &key, team.clone()).await;
            (answer.status != 409).then_some(answer)
        })
        .await;
        answer.expect(201);
        let teams = served.count("select count(*) from team where slug like 'gone-%'");
        assert_eq!(teams.await, i64::try_from(moment).unwrap() + 1);
    }
}

#[tokio::test]
async fn after_a_crash_what_was_carried_out_is_told_and_what_was_not_is_done() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    served
        .keyed(&token, "/v1/teams", "k", team("ops"))
        .await
        .expect(201);
    // As a process leaves it that died between the commit and its answer.
    served
        .sql("update idempotency_key set status = 0, response = null")
        .await;
    let answer = served.keyed(&token, "/v1/teams", "k", team("ops")).await;
    assert_eq!(answer.problem(409), "still_running");
    served.hand.advance(Duration::from_secs(5 * 60));
    let answer = served.keyed(&token, "/v1/teams", "k", team("ops")).await;
    assert_eq!(answer.problem(409), "conflict");
    assert!(answer.text.contains("was carried out"), "{}", answer.text);
    assert_eq!(
        served
            .count("select count(*) from team where slug = 'ops'")
            .await,
        1
    );
    // And as one that died before it.
    served
        .keyed(&token, "/v1/teams?dry_run=true", "m", team("more"))
        .await
        .expect(201);
    served
        .sql("update idempotency_key set status = null, response = null where key = 'm'")
        .await;
    let answer = served
        .keyed(&token, "/v1/teams?dry_run=true", "m", team("more"))
        .await;
    assert_eq!(answer.problem(409), "still_running");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    served.hand.advance(Duration::from_secs(5 * 60));
    served
        .keyed(&token, "/v1/teams?dry_run=true", "m", team("more"))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_commit_and_its_mark_are_one() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    served.sql("create function lose() returns trigger language plpgsql as $$ begin if new.response is not null then raise 'lost'; end if; return new; end $$").await;
    served.sql("create trigger lose before update on idempotency_key for each row execute function lose()").await;
    served
        .keyed(&token, "/v1/teams", "k", team("ops"))
        .await
        .expect(201);
    served.hand.advance(Duration::from_secs(5 * 60));
    let answer = served.keyed(&token, "/v1/teams", "k", team("ops")).await;
    assert_eq!(answer.problem(409), "conflict");
    assert_eq!(
        served
            .count("select count(*) from team where slug = 'ops'")
            .await,
        1
    );
}
