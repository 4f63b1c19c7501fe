//! Identity providers by REST: added, shown without their secret, changed, forgotten, and refused in words.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::json;

use crate::served::Served;

#[tokio::test]
async fn a_provider_is_added_changed_and_forgotten_and_its_secret_is_never_shown() {
    let served = Served::start().await;
    let token = served
        .token(&served.northwind, &[Permission::TenantManage])
        .await;
    let made = served.identity_provider(&token, "corp").await;
    assert_eq!(made["authorization_origin"], served.issuer.url());
    assert_eq!(made["scopes"], json!(["openid", "email"]));
    assert_eq!(
        (&made["has_client_secret"], &made["default_role"]),
        (&json!(true), &json!("developer"))
    );
    let path = "/v1/identity-providers/corp";
    let shown = served.get(&token, path).await;
    assert!(!shown.text.contains("canary"), "{}", shown.text);
    let tag = shown.header("etag").to_owned();
    let change = json!({"name": "Staff", "claim": "groups", "grants": [{"value": "gate", "role": "operator"}], "enabled": false});
    let tags = [("if-match", tag.as_str())];
    let refused = served
        .ask(Method::PATCH, path, &token, &tags, Some(change.clone()))
        .await;
    // This token may change the tenant but not its gateways, so its provider may not make operators.
    assert_eq!(
        refused.expect(422)["errors"][0]["pointer"],
        "/grants/0/role"
    );
    let mighty = served.mighty(&served.northwind).await;
    let changed = served
        .ask(Method::PATCH, path, &mighty, &tags, Some(change))
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["enabled"]),
        (&json!("Staff"), &json!(false))
    );
    let stale = served
        .ask(
            Method::PATCH,
            path,
            &mighty,
            &tags,
            Some(json!({"name": "Late"})),
        )
        .await;
    stale.expect(412);
    let now = served.get(&token, path).await.header("etag").to_owned();
    served
        .ask(Method::DELETE, path, &token, &[("if-match", &now)], None)
        .await
        .expect(200);
    served.get(&token, path).await.expect(404);
    let told = served
        .count("select count(*) from audit_log where action like 'identity_provider.%'")
        .await;
    assert_eq!(told, 3);
    let leaked = served.count("select count(*) from audit_log where before::text like '%canary%' or after::text like '%canary%'").await;
    assert_eq!(leaked, 0);
}

#[tokio::test]
async fn what_cannot_work_is_refused_with_its_place_and_kept_nowhere() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let body = |issuer: &str| json!({"slug": "corp", "name": "Corp", "issuer": issuer, "client_id": "gatehouse"});
    for issuer in [
        "http://169.254.169.254",
        "http://login.example.com",
        "ftp://x",
        "https://no-such-host.invalid",
        "nothing",
    ] {
        let refused = served
            .post(&token, "/v1/identity-providers", body(issuer))
            .await
            .expect(422);
        assert_eq!(
            refused["errors"][0]["pointer"], "/issuer",
            "{issuer}: {refused}"
        );
    }
    // A document that speaks for another issuer is not this one's.
    let slash = format!("{}/", served.issuer.url());
    served
        .post(&token, "/v1/identity-providers", body(&slash))
        .await
        .expect(422);
    let right = served.issuer.url();
    for (field, value) in [
        ("slug", json!("Not A Slug")),
        ("client_id", json!("")),
        ("client_secret", json!("")),
        ("email_domains", json!(["not a domain"])),
        ("scopes", json!(["two words"])),
        ("grants", json!([{"value": "x", "role": "developer"}])),
        (
            "grants",
            json!([{"value": "x", "team": "team_01m2k3a4b5c6d7e8f9g0h1j2k3"}]),
        ),
    ] {
        let mut wrong = body(&right);
        wrong[field] = value;
        if field == "grants" && wrong["grants"][0]["team"].is_string() {
            wrong["claim"] = json!("groups");
        }
        let answer = served.post(&token, "/v1/identity-providers", wrong).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.text);
    }
    assert_eq!(
        served.count("select count(*) from identity_provider").await,
        0
    );
    served
        .post(&token, "/v1/identity-providers", body(&right))
        .await
        .expect(201);
    served
        .post(&token, "/v1/identity-providers", body(&right))
        .await
        .expect(409);
    for number in 1..20 {
        let mut next = body(&right);
        next["slug"] = format!("corp-{number}").into();
        next["client_id"] = format!("client-{number}").into();
        served
            .post(&token, "/v1/identity-providers", next)
            .await
            .expect(201);
    }
    let mut one_more = body(&right);
    (one_more["slug"], one_more["client_id"]) = (json!("corp-20"), json!("client-20"));
    served
        .post(&token, "/v1/identity-providers", one_more)
        .await
        .expect(409);
}
