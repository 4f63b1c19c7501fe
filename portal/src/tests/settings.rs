//! Settings in the console: each form's fact is read back through the verbs; nothing shows to who may not change it.

use super::{Answer, Stand, Window};
use gatehouse_control_plane::drift::{self, InteractiveEdits};
use gatehouse_control_plane::webhooks::{self, DeliveryFilter, WebhookFilter, WebhookView};
use gatehouse_control_plane::{Page, identity_providers, lint_rules, tenants};
use gatehouse_domain::webhook::{DeliveryState, EndpointState};
use gatehouse_domain::{Role, SignupMode};

fn version_of(page: &Answer) -> String {
    page.between("name=\"row_version\" value=\"", "\"")
        .to_owned()
}

#[tokio::test]
async fn the_tenant_s_settings_are_saved_as_they_were_seen_or_not_at_all() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/settings";
    let version = version_of(&owner.get(path).await);
    let fields = [
        ("row_version", version.as_str()),
        ("name", "Acme Payments"),
        ("signup_mode", "domain"),
        ("email_domains", "acme.test, acme.example\n"),
        ("time_zone", "Europe/Lisbon"),
        ("minimum_notice_days", "30"),
    ];
    let saved = owner.post(path, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let slug = "acme".into();
    let tenant = tenants::find_tenant(&stand.db, &slug)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tenant.signup_mode, SignupMode::Domain);
    assert_eq!(tenant.email_domains, ["acme.test", "acme.example"]);
    assert_eq!(
        (tenant.name.as_str(), tenant.minimum_notice_days),
        ("Acme Payments", 30)
    );
    let late = owner.post(path, &fields).await;
    assert!(
        late.status == 422 && late.body.contains("Somebody changed this"),
        "{}",
        late.body
    );
    let version = version_of(&owner.get(path).await);
    for (name, value, field) in [
        ("time_zone", "Mars/Olympus", "f-time-zone-error"),
        ("minimum_notice_days", "731", "f-minimum-notice-days-error"),
        ("email_domains", "", "f-email-domains-error"),
    ] {
        let mut wrong = fields.to_vec();
        wrong[0].1 = &version;
        wrong
            .iter_mut()
            .filter(|pair| pair.0 == name)
            .for_each(|pair| pair.1 = value);
        let answer = owner.post(path, &wrong).await;
        assert!(
            answer.status == 422 && answer.body.contains(field),
            "{name}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_lint_rule_s_level_is_what_was_chosen() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/settings/lint").await;
    let olga = stand.actor("olga@acme.test").await;
    let rules = lint_rules::list_lint_rules(&stand.db, &olga).await.unwrap();
    let rule = rules[0].id.id();
    assert!(
        page.body.contains(&format!("Level of {rule}")),
        "{}",
        page.body
    );
    let path = format!("/console/settings/lint/{rule}");
    assert_eq!(owner.post(&path, &[("level", "block")]).await.status, 303);
    let rules = lint_rules::list_lint_rules(&stand.db, &olga).await.unwrap();
    assert_eq!(rules[0].level.as_str(), "block");
    assert_eq!(owner.post(&path, &[("level", "maybe")]).await.status, 400);
    assert_eq!(
        owner
            .post("/console/settings/lint/none", &[("level", "off")])
            .await
            .status,
        404
    );
}

async fn add_webhook(owner: &mut Window, url: &str) -> Answer {
    let page = owner.get("/console/settings/webhooks").await;
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("name", "Billing"),
        ("url", url),
        ("types", "subscription.*"),
    ];
    owner.post("/console/settings/webhooks", &fields).await
}

async fn only_webhook(stand: &Stand) -> WebhookView {
    let olga = stand.actor("olga@acme.test").await;
    let every = WebhookFilter::default();
    let mut found = webhooks::list_webhooks(&stand.db, &olga, &every, &Page::default())
        .await
        .unwrap()
        .data;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[tokio::test]
async fn a_webhook_is_made_tested_rotated_paused_and_deleted() {
    let stand = Stand::with(&[("GATEHOUSE_PORTAL__EGRESS__ALLOWED_NETWORKS", "127.0.0.0/8")]).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let made = add_webhook(&mut owner, "http://127.0.0.1:9/hook").await;
    assert_eq!(made.status, 303, "{}", made.body);
    let path = made.location().to_owned();
    let page = owner.get(&path).await;
    let secret = page
        .between("id=\"key\" readonly value=\"", "\"")
        .to_owned();
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_eq!(owner.post(&format!("{path}/stored"), &[]).await.status, 303);
    assert!(
        !owner.get(&path).await.body.contains("whsec_"),
        "shown once"
    );
    let held = only_webhook(&stand).await;
    assert_eq!(
        (held.types.as_slice(), held.state),
        (&["subscription.*".to_owned()][..], EndpointState::Active)
    );

    assert_eq!(owner.post(&format!("{path}/test"), &[]).await.status, 303);
    let olga = stand.actor("olga@acme.test").await;
    let filter = DeliveryFilter::default();
    let sent = webhooks::list_deliveries(&stand.db, &olga, held.id, &filter, &Page::default())
        .await
        .unwrap()
        .data;
    assert_eq!(
        (sent[0].kind.as_str(), sent[0].state),
        ("webhook.test", DeliveryState::Pending)
    );
    let page = owner.get(&path).await;
    let delivery = format!("{path}/deliveries/{}", sent[0].id);
    assert!(page.body.contains(&delivery), "{}", page.body);
    assert!(owner.get(&delivery).await.body.contains("Not tried yet."));

    assert_eq!(
        owner
            .post(&format!("{path}/secret"), &[("overlap_hours", "169")])
            .await
            .status,
        422
    );
    assert_eq!(
        owner
            .post(&format!("{path}/secret"), &[("overlap_hours", "168")])
            .await
            .status,
        303
    );
    let another = owner.get(&path).await;
    assert_ne!(
        another.between("id=\"key\" readonly value=\"", "\""),
        secret
    );
    assert!(only_webhook(&stand).await.previous_secret_until.is_some());

    let version = version_of(&owner.get(&path).await);
    let fields = [
        ("row_version", version.as_str()),
        ("name", "Invoices"),
        ("url", "http://127.0.0.1:9/new"),
        ("types", ""),
    ];
    assert_eq!(owner.post(&path, &fields).await.status, 303);
    let held = only_webhook(&stand).await;
    assert_eq!(
        (held.name.as_str(), held.url.as_str()),
        ("Invoices", "http://127.0.0.1:9/new")
    );
    assert_eq!(
        owner.post(&path, &fields).await.status,
        422,
        "it was changed meanwhile"
    );
    assert_eq!(
        owner
            .post(&format!("{path}/redeliver"), &[("since", "soon")])
            .await
            .status,
        422
    );
    assert_eq!(
        owner
            .post(&format!("{path}/redeliver"), &[("since", "2026-11-01")])
            .await
            .status,
        303
    );

    assert_eq!(
        owner
            .post(&format!("{path}/run"), &[("run", "false")])
            .await
            .status,
        303
    );
    assert_eq!(only_webhook(&stand).await.state, EndpointState::Paused);
    assert_eq!(
        owner.post(&format!("{path}/test"), &[]).await.status,
        422,
        "nothing is sent while it is paused"
    );
    assert_eq!(
        owner
            .post(&format!("{path}/run"), &[("run", "true")])
            .await
            .status,
        303
    );
    assert_eq!(only_webhook(&stand).await.state, EndpointState::Active);
    assert!(
        owner
            .get(&format!("{path}/delete"))
            .await
            .body
            .contains("Delete Invoices?")
    );
    assert_eq!(owner.post(&format!("{path}/delete"), &[]).await.status, 303);
    assert_eq!(owner.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_webhook_s_address_that_is_not_allowed_is_named_beside_its_field() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let refused = add_webhook(&mut owner, "http://169.254.169.254/").await;
    assert!(
        refused.status == 422 && refused.body.contains("f-url-error"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("value=\"http://169.254.169.254/\""),
        "what was typed stays"
    );
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_not_added_and_says_so() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/settings/sign-in";
    owner.get(path).await;
    for test in ["true", "false"] {
        let fields = [
            ("slug", "corp"),
            ("name", "Corp"),
            ("issuer", "https://127.0.0.1:9/"),
            ("client_id", "gatehouse"),
            ("client_secret", "hush-hush-hush"),
            ("default_role", "developer"),
            ("test", test),
        ];
        let answer = owner.post(path, &fields).await;
        assert!(
            answer.status == 422 && answer.body.contains("f-issuer-error"),
            "{}",
            answer.body
        );
        assert!(
            !answer.body.contains("hush-hush"),
            "a secret is not written back"
        );
    }
    let olga = stand.actor("olga@acme.test").await;
    let held =
        identity_providers::list_identity_providers(&stand.db, &olga, &Page::default()).await;
    assert!(held.unwrap().data.is_empty());
}

#[tokio::test]
async fn an_issuer_of_ci_that_cannot_be_reached_is_not_trusted_and_says_so() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/settings/ci-trusts";
    let page = owner.get(path).await;
    assert!(
        page.body.contains("GATEHOUSE_CI_TRUST") && page.body.contains("id_tokens:"),
        "{}",
        page.body
    );
    let fields = [
        ("name", "Orders"),
        ("issuer", "https://127.0.0.1:9"),
        ("audience", "https://api.acme.test"),
        ("subject_pattern", "repo:acme/orders:*"),
        ("permission", "spec.publish"),
    ];
    let answer = owner.post(path, &fields).await;
    assert!(
        answer.status == 422 && answer.body.contains("f-issuer-error"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn what_happens_to_edits_by_hand_is_chosen_in_the_console() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = "/console/configuration";
    let page = owner.get(path).await;
    assert!(page.body.contains("Nothing drifted"), "{}", page.body);
    let version = version_of(&page);
    let fields = [("row_version", version.as_str()), ("edits", "refuse")];
    assert_eq!(owner.post(path, &fields).await.status, 303);
    let olga = stand.actor("olga@acme.test").await;
    let kept = drift::get_configuration(&stand.db, &olga).await.unwrap();
    assert_eq!(kept.interactive_edits, InteractiveEdits::Refuse);
    assert_eq!(owner.post(path, &fields).await.status, 422);
}

#[tokio::test]
async fn settings_open_for_who_may_change_them_and_for_nobody_else() {
    let stand = Stand::new().await;
    stand.admit("pub@acme.test", Role::Publisher).await;
    let mut publisher = stand.signed_in("pub@acme.test").await;
    let home = publisher.get("/console").await;
    assert!(!home.body.contains("/console/settings"), "{}", home.body);
    let gets = super::routes::filled("get");
    for path in gets
        .iter()
        .filter(|path| path.starts_with("/console/settings"))
    {
        let status = publisher.get(path).await.status;
        assert!(matches!(status, 403 | 404), "{path}: {status}");
    }
    let posts = super::routes::filled("post");
    for path in posts
        .iter()
        .filter(|path| path.starts_with("/console/settings"))
    {
        let status = publisher.post(path, &[]).await.status;
        assert!(matches!(status, 400 | 403 | 404), "{path}: {status}");
    }
}

#[tokio::test]
async fn every_mail_can_be_looked_at_and_sent_as_a_test_by_those_who_manage_the_tenant() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let list = owner.get("/console/settings/mail").await;
    let links = list.body.split("href=\"").skip(1);
    let links = links.filter_map(|rest| rest.split('"').next());
    let pages: Vec<&str> = links
        .filter(|path| path.starts_with("/console/settings/mail/"))
        .collect();
    assert!(pages.len() > 30, "{pages:?}");
    for page in &pages {
        let shown = owner.get(page).await;
        assert_eq!(shown.status, 200, "{page}");
        // Once in each part.
        assert_eq!(shown.body.matches("You get this").count(), 2, "{page}");
        assert!(
            !shown.body.contains(['\u{1}', '\u{2}']),
            "{page}: a place is not filled in"
        );
    }
    let page = "/console/settings/mail/key_leaked";
    let sent = owner.post(&format!("{page}/test"), &[]).await;
    assert_eq!(sent.location(), page);
    let shown = owner.get(page).await;
    let told = "It goes to olga@acme.test.";
    assert!(shown.body.contains(told), "{}", shown.body);
    let mails = owner.get("/outbox").await;
    let subject = "[Test] Key till of Mobile checkout";
    assert!(mails.body.contains(subject), "{}", mails.body);
    let unknown = "/console/settings/mail/nothing";
    assert_eq!(owner.get(unknown).await.status, 404);
    let unknown = owner.post(&format!("{unknown}/test"), &[]).await;
    assert_eq!(unknown.status, 404);
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    for path in ["/console/settings/mail", page] {
        assert!(matches!(dev.get(path).await.status, 403 | 404), "{path}");
    }
    let refused = dev.post(&format!("{page}/test"), &[]).await;
    assert!(matches!(refused.status, 403 | 404), "{}", refused.status);
}
