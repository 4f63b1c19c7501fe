//! Lists come in pages that neither repeat nor leave out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::served::Served;

#[tokio::test]
async fn pages_are_followed_by_cursor_and_by_link_to_the_end() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    for number in 0..5 {
        let body = json!({"slug": format!("team-{number}"), "name": format!("Team {number}"), "kind": "consumer"});
        served.post(&token, "/v1/teams", body).await.expect(201);
    }
    let whole = served.get(&token, "/v1/teams?limit=200").await.expect(200);
    let ids = |page: &Value| -> Vec<String> {
        let data = page["data"].as_array().unwrap();
        data.iter()
            .map(|team| team["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(whole["next"], Value::Null);
    let (mut seen, mut path) = (Vec::new(), "/v1/teams?limit=2".to_owned());
    loop {
        let answer = served.get(&token, &path).await;
        let page = answer.expect(200);
        assert!(ids(&page).len() <= 2);
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str() else {
            assert!(answer.headers.get("link").is_none());
            break;
        };
        let link = answer.header("link").to_owned();
        assert_eq!(
            link,
            format!(
                "<{}>; rel=\"next\"",
                served.url(&format!("/v1/teams?limit=2&after={next}"))
            )
        );
        path = format!("/v1/teams?limit=2&after={next}");
    }
    assert_eq!(seen, ids(&whole));
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
}

#[tokio::test]
async fn limits_and_cursors_out_of_range_are_422_at_their_name() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=201", "?limit"),
        ("limit=x", "?limit"),
        ("after=x", "?after"),
    ] {
        let answer = served.get(&token, &format!("/v1/teams?{query}")).await;
        assert_eq!(answer.problem(422), "invalid", "{query}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    served.get(&token, "/v1/teams?limit=1").await.expect(200);
    let answer = served.get(&token, "/v1/teams?limit=1&limit=2").await;
    assert_eq!(answer.problem(400), "bad_request");
}

#[tokio::test]
async fn the_audit_log_is_read_in_pages_and_names_ids_as_everywhere() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let team = served
        .post(
            &token,
            "/v1/teams",
            json!({"slug": "ops", "name": "Ops", "kind": "provider"}),
        )
        .await
        .expect(201);
    let page = served
        .get(&token, "/v1/audit-events?limit=1")
        .await
        .expect(200);
    assert_eq!(page["data"][0]["subject"], team["id"]);
    assert!(
        page["data"][0]["actor_id"]
            .as_str()
            .unwrap()
            .starts_with("tok_"),
        "{page}"
    );
    let next = page["next"].as_str().unwrap();
    let older = served
        .get(&token, &format!("/v1/audit-events?limit=1&after={next}"))
        .await
        .expect(200);
    assert_eq!(
        older["data"][0]["seq"].as_i64(),
        page["data"][0]["seq"].as_i64().map(|seq| seq - 1)
    );
    let path = format!("/v1/audit-events?subject={}", team["id"].as_str().unwrap());
    assert_eq!(
        served.get(&token, &path).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_search_of_more_than_80_characters_is_refused() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    for (length, status) in [(79, 200), (80, 200), (81, 422)] {
        let path = format!("/v1/subscriptions?q={}", "x".repeat(length));
        served.get(&token, &path).await.expect(status);
    }
}
