//! Policies over REST: put, changed, listed and taken away, with the place of every fault.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::{Value, json};

use crate::served::Served;

/// RFC 8037 A.1 has its private part; this is a public key.
const ED25519: &str = "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg";

async fn published() -> (Served, String) {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let described = json!({
        "openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "servers": [{"url": "https://pets.internal.example"}],
        "paths": {"/pets/{id}": {"get": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "ok"}}}}},
    });
    let path = "/v1/apis/pets/versions/v1/spec?create=true";
    let request = served.request(Method::PUT, path).bearer_auth(&token);
    served
        .send(request.body(described.to_string()))
        .await
        .expect(201);
    (served, token)
}

fn jwt() -> Value {
    json!({
        "issuer": "https://login.example", "audiences": ["pets"], "algorithms": ["EdDSA"],
        "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": ED25519, "kid": "one"},
                          {"kty": "OKP", "crv": "Ed25519", "x": ED25519, "use": "enc"}]},
    })
}

#[tokio::test]
async fn a_policy_is_put_changed_listed_and_taken_away() {
    let (served, token) = published().await;
    let body = json!({"api": "pets", "kind": "jwt", "document": jwt(), "environment": "sandbox"});
    let made = served.post(&token, "/v1/policies", body).await;
    let tag = made.header("etag").to_owned();
    let made = made.expect(201);
    assert_eq!(made["slug"], "pets-sandbox-jwt");
    assert_eq!(made["place"], "the API pets, in sandbox");
    assert_eq!(made["level"], "api");
    assert_eq!(
        made["document"]["jwks"]["keys"].as_array().unwrap().len(),
        1
    );
    let warning = made["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("Key 2 was left out: "), "{warning}");
    assert!(made["change_id"].is_string(), "gateways get it");
    let path = format!("/v1/policies/{}", made["id"].as_str().unwrap());
    let shown = served.get(&token, "/v1/policies/pets-sandbox-jwt").await;
    assert_eq!(shown.header("etag"), tag);
    assert_eq!(shown.expect(200)["warnings"], json!([]));
    let patch = async |tag: &str, body: Value| {
        let headers = [("if-match", tag)];
        served
            .ask(Method::PATCH, &path, &token, &headers, Some(body))
            .await
    };
    let shadow = patch(&tag, json!({"mode": "shadow", "reason": "to try it"})).await;
    let new = shadow.header("etag").to_owned();
    assert_eq!(shadow.expect(200)["mode"], "shadow");
    assert_eq!(
        patch(&tag, json!({"mode": "off"})).await.problem(412),
        "version_mismatch"
    );
    for (query, found) in [
        ("api=pets", 1),
        ("api=pets&environment=sandbox&kind=jwt&level=api", 1),
        ("kind=cors", 0),
        ("environment=production", 0),
        ("level=tenant", 0),
    ] {
        let page = served
            .get(&token, &format!("/v1/policies?{query}"))
            .await
            .expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), found, "{query}");
    }
    let gone = served
        .ask(Method::DELETE, &path, &token, &[("if-match", &new)], None)
        .await;
    assert!(gone.expect(200)["change_id"].is_string());
    served.get(&token, &path).await.problem(404);
}

#[tokio::test]
async fn every_fault_has_its_pointer_and_a_private_key_is_nowhere() {
    let (served, token) = published().await;
    const PRIVATE: &str = "bm90LWZvci1hbnlib2R5";
    let before = served.everything().await;
    let mut private = jwt();
    private["jwks"]["keys"][0]["d"] = json!(PRIVATE);
    for (config, kind, pointer) in [
        (private, "jwt", "/document/jwks/keys/0/d"),
        (
            json!({"amount": 0, "window_s": 1}),
            "rate_limit",
            "/document/amount",
        ),
        (
            json!({"origins": ["https://a.example/"]}),
            "cors",
            "/document/origins/0",
        ),
        (
            json!({"request": {"remove": ["host"]}}),
            "headers",
            "/document/request/remove/0",
        ),
        (
            json!({"amount": 1, "window_s": 1, "burst": 1, "x": 1}),
            "rate_limit",
            "/document/x",
        ),
    ] {
        let body = json!({"api": "pets", "kind": kind, "document": config});
        let refused = served.post(&token, "/v1/policies", body).await;
        assert_eq!(refused.problem(422), "invalid");
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            pointer,
            "{}",
            refused.text
        );
        assert!(!refused.text.contains(PRIVATE));
    }
    assert_eq!(served.everything().await, before, "nothing was kept");
    let unknown = json!({"api": "pets", "kind": "cache", "document": {}});
    served
        .post(&token, "/v1/policies", unknown)
        .await
        .problem(422);
}

#[tokio::test]
async fn what_an_operation_gets_is_told_with_its_origin_and_a_lock_holds() {
    let (served, token) = published().await;
    let set = |value: &str| json!({"response": {"set": [{"name": "x-by", "value": value}]}});
    let api = json!({"slug": "by-api", "api": "pets", "kind": "headers", "document": set("api")});
    served.post(&token, "/v1/policies", api).await.expect(201);
    let all =
        json!({"slug": "by-all", "kind": "headers", "document": set("all"), "inherit": "locked"});
    // Who writes APIs everywhere still does not decide for the tenant.
    let writer = served
        .token(
            &served.northwind,
            &[Permission::ApiWrite, Permission::ApiRead],
        )
        .await;
    assert_eq!(
        served
            .post(&writer, "/v1/policies", all.clone())
            .await
            .problem(403),
        "forbidden"
    );
    served.post(&token, "/v1/policies", all).await.expect(201);
    let rate = json!({"slug": "few", "api": "pets", "version": "v1", "operation": "GET /pets/{petId}", "kind": "rate_limit",
                      "document": {"amount": 1, "window_s": 60}});
    served.post(&writer, "/v1/policies", rate).await.expect(201);
    let path = "/v1/apis/pets/versions/v1/policies/effective?environment=sandbox&operation=GET%20/pets/%7Bid%7D";
    let told = served.get(&writer, path).await.expect(200);
    let slugs = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["slug"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(slugs(&told["applied"]), ["few", "by-all"]);
    assert_eq!(told["applied"][1]["place"], "every API");
    assert_eq!(told["operation"], "GET /pets/{}");
    assert_eq!(told["overridden"][0]["policy"]["slug"], "by-api");
    assert_eq!(told["overridden"][0]["by"]["slug"], "by-all");
    let version =
        json!({"api": "pets", "version": "v1", "kind": "headers", "document": set("version")});
    let kept_out = served.post(&token, "/v1/policies", version).await;
    let kept_out = kept_out.expect(201);
    let warned = kept_out["warnings"][0].as_str().unwrap();
    assert!(
        warned.contains("by-all for every API is locked"),
        "{warned}"
    );
    let told = served.get(&writer, path).await.expect(200);
    assert_eq!(slugs(&told["applied"]), ["few", "by-all"]);
    for query in [
        "environment=nowhere",
        "operation=GET%20/cats",
        "operation=pets",
    ] {
        let path = format!("/v1/apis/pets/versions/v1/policies/effective?{query}");
        assert_eq!(served.get(&token, &path).await.status, 422, "{query}");
    }
}
