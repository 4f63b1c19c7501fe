//! Webhooks over REST: the secret is told once, receivers get what happens, others see nothing.

use gatehouse_domain::Permission;
use http::Method;
use serde_json::json;

use crate::served::Served;

#[tokio::test]
async fn a_webhook_is_made_tried_changed_and_deleted() {
    let served = Served::start_with(&[(
        "GATEHOUSE_ADMIN_API__EGRESS__ALLOWED_NETWORKS",
        "127.0.0.0/8",
    )])
    .await;
    let token = served.mighty(&served.northwind).await;
    // Nobody listens at port 9: what is sent there is refused at once.
    let body =
        json!({ "name": "CI", "url": "http://127.0.0.1:9/hook", "types": ["subscription.*"] });
    let made = served.post(&token, "/v1/webhooks", body).await.expect(201);
    assert!(
        made["secret"].as_str().unwrap().starts_with("whsec_"),
        "{made}"
    );
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let shown = served.get(&token, &path).await;
    assert!(!shown.text.contains("whsec_"));
    let tag = shown.headers["etag"].to_str().unwrap().to_owned();
    let listed = served.get(&token, "/v1/webhooks").await.expect(200);
    assert_eq!(listed["data"][0]["id"], made["id"]);

    let tried = served
        .ask(Method::POST, &format!("{path}/test"), &token, &[], None)
        .await
        .expect(201);
    assert_eq!(
        (&tried["type"], &tried["state"]),
        (&json!("webhook.test"), &json!("pending"))
    );
    let delivery = format!("{path}/deliveries/{}", tried["id"].as_str().unwrap());
    let detail = gatehouse_harness::eventually(
        gatehouse_harness::wait::PATIENCE,
        "the message was tried",
        async || {
            let detail = served.get(&token, &delivery).await.expect(200);
            (detail["state"] == "failed")
                .then_some(detail.clone())
                .ok_or_else(|| detail.to_string())
        },
    )
    .await;
    assert_eq!(detail["body"]["type"], "webhook.test");
    assert!(
        detail["error"].as_str().unwrap().contains("failed"),
        "{detail}"
    );
    let failed = served
        .get(&token, &format!("{path}/deliveries?state=failed"))
        .await
        .expect(200);
    assert_eq!(failed["data"][0]["id"], tried["id"]);
    served
        .ask(
            Method::POST,
            &format!("{delivery}/redeliver"),
            &token,
            &[],
            None,
        )
        .await
        .expect(200);
    let since = json!({ "since": "2026-01-01T00:00:00Z" });
    served
        .post(&token, &format!("{path}/redeliver"), since)
        .await
        .expect(200);

    let rotated = served
        .post(
            &token,
            &format!("{path}/rotate-secret"),
            json!({ "overlap_hours": 1 }),
        )
        .await
        .expect(201);
    assert_ne!(rotated["secret"], made["secret"]);
    let stale = served
        .ask(
            Method::PATCH,
            &path,
            &token,
            &[("if-match", &tag)],
            Some(json!({ "name": "Build" })),
        )
        .await;
    assert_eq!(stale.problem(412), "version_mismatch");
    for (verb, state) in [("pause", "paused"), ("resume", "active")] {
        let now = served
            .ask(Method::POST, &format!("{path}/{verb}"), &token, &[], None)
            .await
            .expect(200);
        assert_eq!(now["state"], state);
    }
    let now = served.get(&token, &path).await;
    let tag = now.headers["etag"].to_str().unwrap().to_owned();
    let body = json!({ "name": "Build", "types": ["webhook.sneezed"] });
    let refused = served
        .ask(
            Method::PATCH,
            &path,
            &token,
            &[("if-match", &tag)],
            Some(body),
        )
        .await;
    assert_eq!(refused.problem(422), "invalid");
    assert!(refused.text.contains("/types/0") && refused.text.contains("docs/events.md"));
    let inside = json!({ "name": "x", "url": "http://169.254.169.254/latest" });
    let refused = served.post(&token, "/v1/webhooks", inside).await;
    assert!(refused.text.contains("/url"), "{}", refused.text);

    // Another tenant, and a token that may read only.
    let foreign = served.mighty(&served.contoso).await;
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::GET, delivery.clone()),
        (Method::POST, format!("{path}/test")),
    ] {
        assert_eq!(
            served
                .ask(method, &path, &foreign, &[], None)
                .await
                .problem(404),
            "not_found"
        );
    }
    let reader = served
        .token(&served.northwind, &[Permission::AuditRead])
        .await;
    assert_eq!(served.get(&reader, &path).await.problem(403), "forbidden");
    served
        .ask(Method::DELETE, &path, &token, &[("if-match", &tag)], None)
        .await
        .expect(200);
    assert_eq!(served.get(&token, &path).await.problem(404), "not_found");
}

#[tokio::test]
async fn mails_are_shown_as_they_look_and_a_test_goes_to_whoever_asks_alone() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let listed = served.get(&token, "/v1/mail-templates").await.expect(200);
    assert!(listed["data"].as_array().unwrap().len() > 30);
    let path = "/v1/mail-templates/reset_password";
    let shown = served.get(&token, path).await.expect(200);
    for part in ["text", "html"] {
        let link = "/t/northwind/reset/example";
        assert!(shown[part].as_str().unwrap().contains(link), "{shown}");
    }
    let test = format!("{path}/test");
    let dry = format!("{test}?dry_run=true");
    served
        .ask(Method::POST, &dry, &token, &[], None)
        .await
        .expect(201);
    let tests = "select count(*) from mail where subject like '[Test] %'";
    assert_eq!(served.count(tests).await, 0);
    let sent = served
        .ask(Method::POST, &test, &token, &[], None)
        .await
        .expect(201);
    assert_eq!(sent["template"], "reset_password");
    let own = "select count(*) from mail m join app_user u on u.email = m.to_address
               where m.subject like '[Test] %' and position(chr(2) in m.body_text) = 0";
    assert_eq!((served.count(tests).await, served.count(own).await), (1, 1));
    // As the mail would come to them.
    let german = Some(json!({"language": "de"}));
    served
        .ask(Method::PUT, "/v1/account/language", &token, &[], german)
        .await
        .expect(200);
    served
        .ask(Method::POST, &test, &token, &[], None)
        .await
        .expect(201);
    let german =
        "select count(*) from mail where subject like '[Test] Wählen Sie ein neues Passwort%'";
    assert_eq!(served.count(german).await, 1);
    let unknown = served.get(&token, "/v1/mail-templates/nothing").await;
    unknown.expect(404);
}
