//! Keys and mail choices on pages: who still uses a key, its end by hand, and what is kept of a form.

use gatehouse_control_plane::applications::{self, CreateApplication};
use gatehouse_control_plane::credentials::{self, CredentialView, IssueKey, Rotate};
use gatehouse_control_plane::notices;
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::teams::{self, CreateTeam, TeamKind, TeamRole};
use gatehouse_control_plane::webhooks::{self, WebhookFilter};
use gatehouse_domain::Role;
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::notice::MailPreference;

use super::Stand;

/// A key of Dev's application, and the path of its pages.
pub(super) async fn key(stand: &Stand) -> (CredentialView, String) {
    stand.admit("dev@acme.test", Role::Developer).await;
    let dev = stand.actor("dev@acme.test").await;
    let input = CreateApplication {
        name: "Shop".into(),
        ..CreateApplication::default()
    };
    let app = applications::create_application(&stand.db, &dev, input)
        .await
        .unwrap()
        .value
        .id;
    let input = IssueKey {
        environment: "production".into(),
        name: "till".into(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let made = credentials::issue(&stand.db, &dev, app.to_string().as_str().into(), input).await;
    let key = made.unwrap().value.0;
    let path = format!("/applications/{app}/keys/{}", key.id);
    (key, path)
}

async fn state(stand: &Stand, key: &CredentialView) -> CredentialState {
    let dev = stand.actor("dev@acme.test").await;
    let found = credentials::get_credential(&stand.db, &dev, key.id).await;
    found.unwrap().state
}

#[tokio::test]
async fn a_replaced_key_is_retired_from_the_page_that_says_who_uses_it() {
    let stand = Stand::new().await;
    let (key, path) = key(&stand).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(&format!("{path}/evidence")).await;
    assert!(page.body.contains("It was not replaced."), "{}", page.body);
    assert!(!page.body.contains("Retire now"), "{}", page.body);
    let form = dev.get(&format!("{path}/rotate")).await;
    let nonce = form.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("overlap", "604800"),
        ("quiet_hours", "24"),
    ];
    assert_eq!(
        dev.post(&format!("{path}/rotate"), &fields).await.status,
        303
    );
    assert_eq!(state(&stand, &key).await, CredentialState::Retiring);
    let page = dev.get(&format!("{path}/evidence")).await;
    for words in [
        "once nobody has used it for 24 hours",
        "Retire now",
        "Never",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let retire = page.between("<form method=\"post\" action=\"/applications/", "\"");
    let retire = format!("/applications/{retire}");
    let answer = dev.post(&retire, &[("reason", "Retired early.")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(state(&stand, &key).await, CredentialState::Revoked);
    let page = dev.get(answer.location()).await;
    assert!(page.body.contains("The key is refused on"), "{}", page.body);
    let page = dev.get(&format!("{path}/evidence")).await;
    assert!(!page.body.contains("Retire now"), "{}", page.body);
    stand.admit("eve@acme.test", Role::Developer).await;
    let mut other = stand.signed_in("eve@acme.test").await;
    assert_eq!(other.get(&format!("{path}/evidence")).await.status, 404);
}

#[tokio::test]
async fn a_key_that_leaked_ends_with_the_form_and_the_page_says_where() {
    let stand = Stand::new().await;
    let (key, path) = key(&stand).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let form = dev.get(&format!("{path}/rotate")).await;
    let nonce = form.between("name=\"nonce\" value=\"", "\"").to_owned();
    // What the select for a sooner end holds says nothing here.
    let fields = [
        ("nonce", nonce.as_str()),
        ("overlap", "0"),
        ("quiet_hours", "24"),
    ];
    let answer = dev.post(&format!("{path}/rotate"), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(state(&stand, &key).await, CredentialState::Revoked);
    let page = dev.get(answer.location()).await;
    assert!(
        page.body.contains("The leaked key is refused on"),
        "{}",
        page.body
    );
    let dev = stand.actor("dev@acme.test").await;
    let seen = credentials::evidence(&stand.db, &dev, key.id)
        .await
        .unwrap();
    assert!(seen.leaked_at.is_some());
    let again = credentials::rotate(&stand.db, &dev, key.id, None, Rotate::with_overlap(0)).await;
    assert!(again.is_err());
}

#[tokio::test]
async fn a_person_chooses_how_mail_comes() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/account/notifications").await;
    assert!(page.body.contains("name=\"approval.due\""), "{}", page.body);
    assert!(
        !page.body.contains("name=\"subscription.revoked\""),
        "it is always mailed"
    );
    let fields = [
        ("others", "daily"),
        ("approval.due", "off"),
        ("plan.changed", ""),
    ];
    let saved = owner.post("/account/notifications", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let actor = stand.actor("olga@acme.test").await;
    let listed = notices::list_preferences(&stand.db, &actor).await.unwrap();
    let of = |kind: &str| {
        let view = listed.iter().find(|view| view.kind == kind).unwrap();
        (view.mail, view.chosen)
    };
    assert_eq!(of("approval.due"), (MailPreference::Off, true));
    assert_eq!(of("plan.changed"), (MailPreference::Daily, false));
    let refused = owner
        .post("/account/notifications", &[("subscription.revoked", "off")])
        .await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let page = owner.get("/account/notifications").await;
    assert!(
        page.body.contains("<option value=\"off\" selected>"),
        "{}",
        page.body
    );
    assert_eq!(
        stand.window().get("/account/notifications").await.status,
        303
    );
}

#[tokio::test]
async fn credentials_of_other_kinds_are_made_on_a_page_that_says_they_are_not_checked_yet() {
    const NOT_YET: &str = "Gateways do not check credentials of this kind yet";
    // The key of RFC 7517 appendix A.1, and that of RFC 7515 appendix A.3.
    const KEYS: [&str; 2] = [
        r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#,
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    ];
    let stand = Stand::new().await;
    let (key, _) = key(&stand).await;
    let base = format!("/applications/{}", key.application_id);
    let form = format!("{base}/credentials/new");
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert!(dev.get(&format!("{base}/keys")).await.body.contains(&form));
    let mut fields = [
        ("nonce", String::new()),
        ("kind", "hmac".to_owned()),
        ("environment", "production".to_owned()),
        ("public_key", String::new()),
    ];
    let mut post = async |kind: &str, public_key: &str| {
        let page = dev.get(&form).await;
        assert!(page.body.contains(NOT_YET), "{}", page.body);
        fields[0].1 = page.between("name=\"nonce\" value=\"", "\"").to_owned();
        fields[1].1 = kind.to_owned();
        fields[3].1 = public_key.to_owned();
        let sent = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        dev.post(&form, &sent).await
    };
    let refused = post("jwt_key", "no JSON").await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("f-public-key-error"));
    assert!(refused.body.contains("no JSON"), "what was pasted stays");
    let (hmac, jwt) = (post("hmac", "").await, post("jwt_key", KEYS[0]).await);
    let shown = dev.get(hmac.location()).await;
    for words in [NOT_YET, "gth_live_", "I have stored it", "Key id"] {
        assert!(shown.body.contains(words), "{words}: {}", shown.body);
    }
    assert!(!shown.body.contains("first call"), "{}", shown.body);
    let shown = dev.get(jwt.location()).await;
    assert!(shown.body.contains("SHA-256 fingerprint"), "{}", shown.body);
    assert!(!shown.body.contains("I have stored it"), "{}", shown.body);
    let rotate = format!("{}/rotate", jwt.location());
    let page = dev.get(&rotate).await;
    assert!(!page.body.contains("quiet_hours"), "{}", page.body);
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("overlap", "86400"),
        ("public_key", KEYS[1]),
    ];
    let next = dev.post(&rotate, &fields).await;
    assert_eq!(next.status, 303, "{}", next.body);
    assert_ne!(next.location(), jwt.location());
    stand.admit("eve@acme.test", Role::Developer).await;
    let mut other = stand.signed_in("eve@acme.test").await;
    assert_eq!(other.get(&form).await.status, 404);
}

#[tokio::test]
async fn a_team_gives_its_application_a_webhook_and_nobody_reaches_it_by_another_address() {
    let stand = Stand::with(&[("GATEHOUSE_PORTAL__EGRESS__ALLOWED_NETWORKS", "127.0.0.0/8")]).await;
    let (key, _) = key(&stand).await;
    let list = format!("/applications/{}/webhooks", key.application_id);
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(&list).await;
    assert!(page.body.contains("No webhooks yet"), "{}", page.body);
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("name", "Till"),
        ("url", "http://127.0.0.1:9/hook"),
        ("types", "credential.*"),
    ];
    let made = dev.post(&list, &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let path = made.location().to_owned();
    assert!(path.starts_with(&list), "{path}");
    assert!(dev.get(&path).await.body.contains("whsec_"), "shown once");
    let actor = stand.actor("dev@acme.test").await;
    let of = WebhookFilter {
        application: Some(key.application_id.to_string().as_str().into()),
    };
    let held = webhooks::list_webhooks(&stand.db, &actor, &of, &Page::default()).await;
    let held = held.unwrap().data.remove(0);
    assert_eq!(held.application, Some(key.application_id));

    let sent = dev.post(&format!("{path}/test"), &[]).await;
    assert_eq!(sent.location(), path);
    let shown = dev.get(&path).await;
    let delivery = shown
        .between(&format!("href=\"{path}/deliveries/"), "\"")
        .to_owned();
    let delivery = format!("{path}/deliveries/{delivery}");
    assert_eq!(dev.get(&delivery).await.status, 200);
    let early = dev.post(&delivery, &[]).await;
    assert!(early.status == 422 && early.body.contains("about to be sent already"));
    stand
        .database
        .run("update webhook_delivery set state = 'dead', finished_at = created_at")
        .await;
    assert_eq!(
        dev.post(&delivery, &[]).await.location(),
        path,
        "sent again"
    );

    // The webhook of one application is none of another's, and the console is not theirs.
    let input = CreateApplication {
        name: "Other".into(),
        ..CreateApplication::default()
    };
    let other = applications::create_application(&stand.db, &actor, input).await;
    let other = other.unwrap().value.id;
    for wrong in [
        format!("/applications/{other}/webhooks/{}", held.id),
        format!("/console/settings/webhooks/{}", held.id),
    ] {
        assert!(matches!(dev.get(&wrong).await.status, 403 | 404), "{wrong}");
        let deleted = dev.post(&format!("{wrong}/delete"), &[]).await;
        assert!(matches!(deleted.status, 403 | 404), "{wrong}");
    }
    stand.admit("eve@acme.test", Role::Developer).await;
    let mut eve = stand.signed_in("eve@acme.test").await;
    assert_eq!(eve.get(&path).await.status, 404);
    assert_eq!(eve.post(&format!("{path}/delete"), &[]).await.status, 404);
    assert_eq!(
        dev.post(&format!("{path}/delete"), &[]).await.location(),
        list
    );
    let gone = webhooks::list_webhooks(&stand.db, &actor, &of, &Page::default()).await;
    assert!(gone.unwrap().data.is_empty());
}

#[tokio::test]
async fn a_lead_takes_colleagues_into_the_team_of_an_application_and_out_of_it() {
    let stand = Stand::new().await;
    let (key, _) = key(&stand).await;
    let path = format!("/applications/{}/members", key.application_id);
    stand.admit("mia@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(&path).await;
    assert!(
        page.body.contains("It belongs to you alone."),
        "{}",
        page.body
    );
    let mia_there = [("email", "mia@acme.test"), ("role", "member")];
    let refused = dev.post(&path, &mia_there).await;
    assert!(refused.status == 422 && refused.body.contains("personal team"));

    let owner = stand.actor("olga@acme.test").await;
    let input = CreateTeam {
        slug: "tills".into(),
        name: "Tills".into(),
        kind: TeamKind::Consumer,
    };
    let team = teams::create_team(&stand.db, &owner, input)
        .await
        .unwrap()
        .value
        .id;
    let person = stand.actor("dev@acme.test").await.user().unwrap();
    let lead = teams::add_team_member(&stand.db, &owner, team, person, TeamRole::Lead).await;
    lead.unwrap();
    let team = team.to_string();
    let moved = dev
        .post(&format!("{path}/team"), &[("team", team.as_str())])
        .await;
    assert_eq!(moved.location(), path, "{}", moved.body);
    assert_eq!(dev.post(&path, &mia_there).await.location(), path);
    let mut mia = stand.signed_in("mia@acme.test").await;
    let shown = mia.get(&path).await;
    assert_eq!(shown.status, 200);
    assert!(
        !shown.body.contains("Invite a colleague"),
        "she does not lead it"
    );
    let eve = [("email", "eve@acme.test")];
    assert!(matches!(mia.post(&path, &eve).await.status, 403 | 404));
    let unknown = dev.post(&path, &eve).await;
    assert!(unknown.status == 422 && unknown.body.contains("Nobody here has this address."));

    // Whoever may invite people writes to an address that nobody has.
    let mut olga = stand.signed_in("olga@acme.test").await;
    olga.get(&path).await;
    let invited = olga.post(&path, &eve).await;
    assert_eq!(invited.location(), path, "{}", invited.body);
    let said = olga.get(&path).await;
    assert!(
        said.body.contains("eve@acme.test was invited."),
        "{}",
        said.body
    );
    let mia_id = stand.actor("mia@acme.test").await.user().unwrap();
    let removed = dev.post(&format!("{path}/{mia_id}/remove"), &[]).await;
    assert_eq!(removed.location(), path, "{}", removed.body);
    assert_eq!(mia.get(&path).await.status, 404);
}
