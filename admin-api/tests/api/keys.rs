//! Keys over REST: what they are for, who still uses them, and how they end.

use gatehouse_domain::Role;
use http::Method;
use serde_json::{Value, json};

use crate::served::Served;

const DAY_S: i64 = 86_400;

/// An application of the owner's, and their token.
async fn application(served: &Served) -> (String, String) {
    let owner = served.mighty(&served.northwind).await;
    let made = served
        .post(&owner, "/v1/applications", json!({"name": "Shop"}))
        .await
        .expect(201);
    (
        owner,
        format!("/v1/applications/{}/keys", made["slug"].as_str().unwrap()),
    )
}

async fn key(served: &Served, owner: &str, keys: &str) -> (String, Value) {
    let body = json!({"environment": "production", "name": "till"});
    let made = served.post(owner, keys, body).await.expect(201);
    let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
    (path, made)
}

#[tokio::test]
async fn the_use_of_a_replaced_key_is_shown_to_its_own_tenant_alone() {
    let served = Served::start().await;
    let (owner, keys) = application(&served).await;
    let (old, made) = key(&served, &owner, &keys).await;
    let body = json!({"overlap_s": DAY_S, "quiet_hours": 12});
    let new = served
        .post(&owner, &format!("{old}/rotate"), body)
        .await
        .expect(201);
    let evidence = format!("{old}/evidence");
    let seen = served.get(&owner, &evidence).await.expect(200);
    assert_eq!(seen["key"], made["id"]);
    assert_eq!(seen["state"], "retiring");
    assert_eq!(seen["replaced_by"], new["id"]);
    assert_eq!(seen["quiet_hours"], 12);
    assert_eq!(seen["calls_since_replaced"], 0);
    assert_eq!(seen["last_used_at"], Value::Null);
    let stranger = served.mighty(&served.contoso).await;
    let foreign = served.get(&stranger, &evidence).await;
    assert_eq!(foreign.problem(404), "not_found");
}

#[tokio::test]
async fn a_leaked_key_has_no_overlap_and_its_end_can_be_followed() {
    let served = Served::start().await;
    let (owner, keys) = application(&served).await;
    let (old, _) = key(&served, &owner, &keys).await;
    let rotate = format!("{old}/rotate");
    for body in [
        json!({"leaked": true, "overlap_s": 60}),
        json!({"leaked": true, "quiet_hours": 1}),
        json!({"overlap_s": 60, "quiet_hours": 0}),
    ] {
        let refused = served.post(&owner, &rotate, body).await;
        assert_eq!(refused.problem(422), "invalid");
    }
    let new = served
        .post(&owner, &rotate, json!({"leaked": true}))
        .await
        .expect(201);
    let change = new["change_id"].as_str().unwrap();
    let change = served
        .get(&owner, &format!("/v1/changes/{change}"))
        .await
        .expect(200);
    assert_eq!(change["kind"], "credential.leak");
    let old = served.get(&owner, &old).await.expect(200);
    assert_eq!(
        (&old["state"], &old["revoked_reason"]),
        (&json!("revoked"), &json!("It leaked."))
    );
}

#[tokio::test]
async fn a_key_for_some_products_names_them_and_products_nobody_has_are_refused() {
    let served = Served::start().await;
    let (owner, keys) = application(&served).await;
    let body =
        |products: Value| json!({"environment": "production", "name": "", "products": products});
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
    let unknown = served
        .post(&owner, &keys, body(json!(["pets", "nothing"])))
        .await;
    assert!(unknown.status.is_client_error(), "{}", unknown.text);
    assert!(unknown.text.contains("/products/1"), "{}", unknown.text);
    let made = served
        .post(&owner, &keys, body(json!(["pets"])))
        .await
        .expect(201);
    assert_eq!(made["products"][0]["slug"], "pets");
    let listed = served.get(&owner, &keys).await.expect(200);
    assert_eq!(listed["data"][0]["products"], made["products"]);
}

#[tokio::test]
async fn credentials_of_other_kinds_are_made_listed_and_replaced() {
    let served = Served::start().await;
    let (owner, keys) = application(&served).await;
    let basic = json!({"environment": "production", "name": "till", "kind": "basic"});
    let made = served.post(&owner, &keys, basic).await.expect(201);
    assert_eq!(
        (&made["kind"], &made["enforced"]),
        (&json!("basic"), &json!(false))
    );
    let name = made["prefix"].as_str().unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with(name));
    let public = json!({"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"});
    let wish = |key: Value| json!({"environment": "production", "name": "jwt", "kind": "jwt_key", "public_key": key});
    let made = served
        .post(&owner, &keys, wish(public.clone()))
        .await
        .expect(201);
    assert_eq!(made["secret"], Value::Null);
    assert_eq!(made["change_id"], Value::Null, "no gateway needs it yet");
    let mut private = public.clone();
    private["d"] = json!("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE");
    let refused = served.post(&owner, &keys, wish(private)).await;
    assert_eq!(refused.problem(422), "invalid");
    assert!(!refused.text.contains("870MB6"), "{}", refused.text);
    let path = format!("/v1/keys/{}/rotate", made["id"].as_str().unwrap());
    let bare = served.post(&owner, &path, json!({})).await;
    assert!(bare.text.contains("/public_key"), "{}", bare.text);
    let next = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                      "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let next = served
        .post(&owner, &path, json!({"public_key": next}))
        .await
        .expect(201);
    assert_ne!(next["fingerprint"], made["fingerprint"]);
    let listed = served.get(&owner, &keys).await.expect(200);
    let mut kinds: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kind"].as_str().unwrap())
        .collect();
    // Two of one moment are in no order.
    kinds.sort_unstable();
    assert_eq!(kinds, ["basic", "jwt_key", "jwt_key"]);
}

#[tokio::test]
async fn colleagues_are_taken_into_the_team_of_an_application_and_out_of_it() {
    let served = Served::start().await;
    let owner = served.mighty(&served.northwind).await;
    let team = json!({"slug": "tills", "name": "Tills", "kind": "consumer"});
    served.post(&owner, "/v1/teams", team).await.expect(201);
    let shop = json!({"name": "Shop", "team": "tills"});
    let made = served.post(&owner, "/v1/applications", shop).await;
    let made = made.expect(201);
    let path = format!(
        "/v1/applications/{}/members",
        made["slug"].as_str().unwrap()
    );
    let empty = served.get(&owner, &path).await.expect(200);
    assert_eq!(
        (&empty["personal"], &empty["may_change"]),
        (&json!(false), &json!(true))
    );
    let before = empty["members"].as_array().unwrap().len();
    let ana = served
        .member(&served.northwind, "ana", Role::Developer)
        .await;
    let wish = json!({"email": "Ana@people.example", "role": "lead"});
    let done = served.post(&owner, &path, wish).await.expect(201);
    let members = done["members"].as_array().unwrap();
    assert_eq!(members.len(), before + 1);
    assert!(
        members
            .iter()
            .any(|one| one["user_id"] == ana.to_string() && one["role"] == "lead")
    );
    assert_eq!(done["invitation"], Value::Null);

    let new = json!({"email": "new@people.example"});
    let invited = served.post(&owner, &path, new.clone()).await.expect(201);
    assert_eq!(invited["invitation"]["email"], "new@people.example");
    assert_eq!(invited["invitation"]["team"], done["team"]["id"]);
    // Without the right to invite people, an address of nobody is said to be one.
    let scopes = json!({"name": "teams", "scopes": ["team.manage", "application.manage", "application.manage_any"]});
    let token = served.post(&owner, "/v1/tokens", scopes).await.expect(201);
    let token = token["secret"].as_str().unwrap();
    let refused = served.post(token, &path, new).await;
    assert_eq!(refused.problem(422), "invalid");
    assert!(refused.text.contains("/email"), "{}", refused.text);

    let gone = format!("{path}/{ana}");
    let removed = served.ask(Method::DELETE, &gone, &owner, &[], None).await;
    let removed = removed.expect(200);
    assert_eq!(removed["members"].as_array().unwrap().len(), before);
    let twice = served.ask(Method::DELETE, &gone, &owner, &[], None).await;
    assert_eq!(twice.problem(404), "not_found");
    let other = served.mighty(&served.contoso).await;
    served.get(&other, &path).await.expect(404);
}
