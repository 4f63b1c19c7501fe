//! What gateways show to backends, over REST: put, named by policies, put anew and deleted, and read back by nobody.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::{Value, json};

use crate::served::{Answer, Served};

const ALL: &str = "/v1/apis/pets/backend-secrets";
const ONE: &str = "/v1/apis/pets/backend-secrets/pets-token";
const BYTES_MAX: usize = 2_048;

/// On the condition that there is none yet.
const NEW: (&str, &str) = ("if-none-match", "*");
/// Over whatever is there.
const WHATEVER: (&str, &str) = ("if-match", "*");

/// A served admin API with the published API `pets`, and a token that may do everything.
async fn published() -> (Served, String) {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let described = json!({
        "openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "servers": [{"url": "https://pets.internal.example"}],
        "paths": {"/pets": {"get": {"responses": {"200": {"description": "ok"}}}}},
    });
    let path = "/v1/apis/pets/versions/v1/spec?create=true";
    let request = served.request(Method::PUT, path).bearer_auth(&token);
    served
        .send(request.body(described.to_string()))
        .await
        .expect(201);
    (served, token)
}

async fn put(
    served: &Served,
    token: &str,
    path: &str,
    condition: (&str, &str),
    body: Value,
) -> Answer {
    served
        .ask(Method::PUT, path, token, &[condition], Some(body))
        .await
}

/// A policy that shows `pets` what a value says.
fn naming(slug: &str, value: &str) -> Value {
    let set = json!([{"name": "authorization", "value": value}]);
    json!({"slug": slug, "api": "pets", "kind": "headers", "document": {"request": {"set": set}}})
}

/// The first fault of a refusal: where, and which rule.
#[track_caller]
fn fault(refused: &Answer) -> (String, String) {
    assert_eq!(refused.problem(422), "invalid", "{}", refused.text);
    let fault = &refused.json()["errors"][0];
    let text = |name: &str| fault[name].as_str().unwrap().to_owned();
    (text("pointer"), text("code"))
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

#[tokio::test]
async fn a_value_is_put_and_put_anew_and_read_back_nowhere() {
    const FIRST: &str = "canary-first-value 4711";
    const SECOND: &str = "canary-second-value 4712";
    let (served, token) = published().await;
    let body = json!({"value": FIRST, "reason": "The backend wants a token."});
    let tried = format!("{ONE}?dry_run=true");
    let tried = put(&served, &token, &tried, NEW, body.clone()).await;
    assert_eq!(tried.expect(201)["name"], "pets-token");
    served.get(&token, ONE).await.problem(404);

    let made = put(&served, &token, ONE, NEW, body.clone()).await;
    let (tag, text) = (made.header("etag").to_owned(), made.text.clone());
    let made = made.expect(201);
    assert_eq!(made["api"]["slug"], "pets");
    assert_eq!(
        (&made["policies"], &made["row_version"]),
        (&json!([]), &json!(1))
    );
    assert_eq!(made["change_id"], Value::Null, "nothing names it yet");
    let again = put(&served, &token, ONE, NEW, body).await;
    assert_eq!(again.problem(412), "version_mismatch");

    let policy = naming("show-token", "Bearer ${vault:pets-token}");
    let policy = served.post(&token, "/v1/policies", policy).await;
    policy.expect(201);
    let body = json!({"value": SECOND, "reason": "Every quarter."});
    let changed = put(&served, &token, ONE, ("if-match", &tag), body.clone()).await;
    let late = put(&served, &token, ONE, ("if-match", &tag), body).await;
    assert_eq!(late.problem(412), "version_mismatch");
    let now = changed.expect(200);
    assert_eq!((&now["id"], &now["row_version"]), (&made["id"], &json!(2)));
    assert!(now["change_id"].is_string(), "gateways get it: {now}");
    assert_eq!(now["policies"][0]["slug"], "show-token");
    let by_id = format!("{ALL}/{}", made["id"].as_str().unwrap());
    assert_eq!(
        served.get(&token, &by_id).await.expect(200)["name"],
        "pets-token"
    );

    let mut said = vec![text, policy.text, changed.text, late.text, again.text];
    for path in [
        ONE,
        ALL,
        "/v1/policies",
        "/v1/policies/show-token",
        "/v1/apis/pets/versions/v1/policies/effective",
        "/v1/audit-events?limit=200",
        "/v1/export",
        "/v1/releases",
    ] {
        let shown = served.get(&token, path).await;
        shown.expect(200);
        said.push(shown.text);
    }
    let export = served.request(Method::GET, "/v1/audit-events/export");
    let export = served.send(export.bearer_auth(&token)).await;
    // Both times are on record, with their reasons; so the search below looks at the right thing.
    assert_eq!(
        export.text.matches("backend_secret.put").count(),
        2,
        "{}",
        export.text
    );
    assert!(export.text.contains("Every quarter."), "{}", export.text);
    said.push(export.text);
    for text in &said {
        assert!(!text.contains("canary-"), "{text}");
    }
}

#[tokio::test]
async fn a_value_is_one_line_of_at_most_2048_bytes_and_a_name_is_a_slug() {
    let (served, token) = published().await;
    for bytes in [1, BYTES_MAX - 1, BYTES_MAX] {
        let body = json!({"value": "x".repeat(bytes)});
        let taken = put(&served, &token, ONE, WHATEVER, body).await;
        assert!(taken.status.is_success(), "{bytes}: {}", taken.text);
    }
    let before = served.everything().await;
    let long = json!({"value": "x".repeat(BYTES_MAX + 1)});
    let refused = put(&served, &token, ONE, WHATEVER, long).await;
    assert_eq!(fault(&refused), at("/value", "too_long"));
    let refused = put(&served, &token, ONE, WHATEVER, json!({"value": ""})).await;
    assert_eq!(fault(&refused), at("/value", "required"));
    for value in [
        " a",
        "a ",
        "a\nb",
        "a\tb",
        "a\r\nx-other: b",
        "ä",
        "a\u{7f}",
        "a\0b",
    ] {
        let refused = put(&served, &token, ONE, WHATEVER, json!({ "value": value })).await;
        assert_eq!(fault(&refused), at("/value", "field_value"), "{value:?}");
    }
    for name in [
        "Pets",
        "pets%20token",
        "-pets",
        "pets_token",
        "%24%7Bvault:a%7D",
    ] {
        let path = format!("{ALL}/{name}");
        let refused = put(&served, &token, &path, NEW, json!({"value": "a"})).await;
        assert_eq!(fault(&refused), at("/name", "slug"), "{name}");
    }
    let nobodys = format!("{ALL}/bsec_01m2k3a4b5c6d7e8f9g0h1j2k3");
    let refused = put(&served, &token, &nobodys, WHATEVER, json!({"value": "a"})).await;
    refused.problem(404);
    let unconditional = json!({"value": "a"});
    let refused = served.ask(Method::PUT, ONE, &token, &[], Some(unconditional));
    assert_eq!(refused.await.problem(428), "precondition_required");
    let long = json!({"value": "a", "reason": "x".repeat(501)});
    let refused = put(&served, &token, ONE, WHATEVER, long).await;
    assert_eq!(fault(&refused).0, "/reason");
    assert_eq!(served.everything().await, before, "nothing was kept");
}

#[tokio::test]
async fn what_may_not_name_one_is_a_fault_at_its_place() {
    let (served, token) = published().await;
    put(&served, &token, ONE, NEW, json!({"value": "a"}))
        .await
        .expect(201);
    let (request, response) = (
        "/document/request/set/0/value",
        "/document/response/set/0/value",
    );
    let known = "Bearer ${vault:pets-token}";
    let answered = json!([{"name": "x-token", "value": known}]);
    let mut to_callers = naming("shown", known);
    to_callers["document"] = json!({"response": {"set": answered}});
    let mut of_all = naming("shown", known);
    of_all.as_object_mut().unwrap().remove("api");
    let origins = json!({"origins": ["${vault:pets-token}"]});
    let cors = json!({"api": "pets", "kind": "cors", "document": origins});
    for (policy, pointer, code) in [
        (
            naming("shown", "${vault:nobody}"),
            request,
            "unknown_secret",
        ),
        (
            naming("shown", "${vault:Pets Token}"),
            request,
            "secret_reference",
        ),
        (
            naming("shown", "Bearer ${vault:pets-token"),
            request,
            "secret_reference",
        ),
        (to_callers, response, "secret_reference"),
        (of_all, request, "secret_reference"),
        (cors, "/document/origins/0", "secret_reference"),
        // Only a secret may be shown where backends look for one.
        (
            naming("shown", "Bearer typed"),
            "/document/request/set/0/name",
            "field_name",
        ),
        // Two count as 4,096 bytes, and there is text around.
        (
            naming("shown", "${vault:pets-token}:${vault:pets-token}"),
            request,
            "too_long",
        ),
    ] {
        let refused = served.post(&token, "/v1/policies", policy).await;
        assert_eq!(fault(&refused), at(pointer, code), "{}", refused.text);
    }
    let taken = naming("shown", "${vault:pets-token}${vault:pets-token}");
    served.post(&token, "/v1/policies", taken).await.expect(201);
}

#[tokio::test]
async fn what_policies_name_stays_until_none_does() {
    let (served, token) = published().await;
    put(&served, &token, ONE, NEW, json!({"value": "a"}))
        .await
        .expect(201);
    let policy = naming("show-token", "Bearer ${vault:pets-token}");
    served
        .post(&token, "/v1/policies", policy)
        .await
        .expect(201);
    let delete = async |path: &str| {
        let path = format!("{path}?reason=No%20longer%20wanted");
        served
            .ask(Method::DELETE, &path, &token, &[WHATEVER], None)
            .await
    };
    let held = delete(ONE).await;
    assert_eq!(held.problem(409), "conflict");
    assert!(held.text.contains("show-token"), "{}", held.text);
    delete("/v1/policies/show-token").await.expect(200);
    let stale = [("if-match", "\"7\"")];
    let stale = served.ask(Method::DELETE, ONE, &token, &stale, None).await;
    assert_eq!(stale.problem(412), "version_mismatch");
    delete(ONE).await.expect(200);
    served.get(&token, ONE).await.problem(404);
    delete(ONE).await.problem(404);
    let page = "/v1/audit-events?action=backend_secret.delete";
    let page = served.get(&token, page).await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1, "{page}");
    assert_eq!(page["data"][0]["reason"], "No longer wanted");
}

#[tokio::test]
async fn it_is_of_one_api_and_of_those_who_may_write_that_one() {
    let (served, token) = published().await;
    let other = json!({"slug": "cats", "name": "Cats"});
    let other = served.post(&token, "/v1/apis", other).await.expect(201);
    let theirs = "/v1/apis/cats/backend-secrets/pets-token";
    let body = json!({"value": "a"});
    let first = put(&served, &token, ONE, NEW, body.clone())
        .await
        .expect(201);
    let second = put(&served, &token, theirs, NEW, body.clone()).await;
    let second = second.expect(201);
    assert_ne!(first["id"], second["id"]);
    for (path, api) in [(ONE, "pets"), (theirs, "cats")] {
        assert_eq!(
            served.get(&token, path).await.expect(200)["api"]["slug"],
            api
        );
    }
    let crossed = format!("{ALL}/{}", second["id"].as_str().unwrap());
    served.get(&token, &crossed).await.problem(404);
    let listed = served.get(&token, ALL).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["data"][0]["id"], first["id"]);

    // Who reads APIs sees that there is one, and no more.
    let reader = served
        .token(&served.northwind, &[Permission::ApiRead])
        .await;
    served.get(&reader, ONE).await.expect(200);
    let refused = put(&served, &reader, ONE, WHATEVER, body.clone()).await;
    assert_eq!(refused.problem(403), "forbidden");
    let narrow =
        json!({"name": "cats alone", "scopes": ["api.read", "api.write"], "apis": [other["id"]]});
    let narrow = served.post(&token, "/v1/tokens", narrow).await.expect(201);
    let narrow = narrow["secret"].as_str().unwrap();
    put(&served, narrow, theirs, WHATEVER, body.clone())
        .await
        .expect(200);
    let refused = put(&served, narrow, ONE, WHATEVER, body.clone()).await;
    assert!(
        matches!(refused.status.as_u16(), 403 | 404),
        "{}",
        refused.text
    );
    let stranger = served.mighty(&served.contoso).await;
    served.get(&stranger, ALL).await.problem(404);
    served.get(&stranger, ONE).await.problem(404);
    put(&served, &stranger, ONE, WHATEVER, body)
        .await
        .problem(404);
    let delete = served.ask(Method::DELETE, ONE, &stranger, &[WHATEVER], None);
    delete.await.problem(404);
    assert_eq!(served.get(&token, ONE).await.expect(200)["row_version"], 1);
}
