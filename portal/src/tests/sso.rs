//! Signing in with an identity provider: who comes in, who has to prove what, and what no answer can do.

use super::{PASSWORD, Stand, Window};
use gatehouse_control_plane::identity_providers::{
    ClaimGrant, CreateIdentityProvider, UpdateIdentityProvider, create_identity_provider,
    update_identity_provider,
};
use gatehouse_control_plane::mail::{self, Links, OutboxAccess};
use gatehouse_control_plane::oidc::{IssuerSettings, Issuers};
use gatehouse_control_plane::tenants::{UpdateTenant, update_tenant};
use gatehouse_control_plane::{Actor, Page, accounts};
use gatehouse_domain::id::TenantId;
use gatehouse_domain::{Role, SignupMode};
use gatehouse_harness::TestIssuer;
use gatehouse_harness::issuer::Grant;
use gatehouse_runtime::egress::{Egress, EgressSettings};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use std::collections::HashMap;

const CLIENT: &str = "gatehouse";
pub(super) const EGRESS: (&str, &str) = (
    "GATEHOUSE_PORTAL__EGRESS__ALLOWED_NETWORKS",
    "[\"127.0.0.0/8\"]",
);

/// A provider as an administrator adds it.
pub(super) fn provider(issuer: &str) -> CreateIdentityProvider {
    CreateIdentityProvider {
        slug: "corp".into(),
        name: "Acme staff login".into(),
        issuer: issuer.into(),
        client_id: CLIENT.into(),
        client_secret: Some("client-secret-canary".to_owned().into()),
        scopes: Vec::new(),
        email_domains: Vec::new(),
        default_role: None,
        claim: None,
        grants: Vec::new(),
    }
}

fn issuers() -> Issuers {
    let egress = Egress::new(&EgressSettings {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..EgressSettings::default()
    });
    Issuers::new(egress.unwrap(), IssuerSettings::default())
}

pub(super) async fn add(stand: &Stand, tenant: TenantId, input: CreateIdentityProvider) {
    let system = Actor::system(tenant, "test");
    create_identity_provider(&stand.db, &issuers(), &system, input)
        .await
        .unwrap();
}

/// A tenant whose people may come in by an issuer.
pub(super) async fn scene(further: &[(&str, &str)]) -> (Stand, TestIssuer) {
    let issuer = TestIssuer::start().await;
    let variables: Vec<_> = further.iter().copied().chain([EGRESS]).collect();
    let stand = Stand::with(&variables).await;
    add(&stand, stand.tenant, provider(&issuer.url())).await;
    (stand, issuer)
}

/// What the browser was sent to the provider with.
pub(super) struct Asked {
    pub(super) url: String,
    query: HashMap<String, String>,
}

impl Asked {
    fn get(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }
}

/// Presses the button.
pub(super) async fn press(window: &mut Window, at: &str) -> Asked {
    window.get(&format!("{at}/login")).await;
    press_with(window, at, &[("next", "/inbox")]).await
}

/// Presses it on the page that was opened last, with fields of its own.
pub(super) async fn press_with(window: &mut Window, at: &str, fields: &[(&str, &str)]) -> Asked {
    let path = format!("{at}/login/sso/corp");
    let answer = window.post(&path, fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let url = reqwest::Url::parse(answer.location()).unwrap();
    Asked {
        url: answer.location().to_owned(),
        query: url.query_pairs().into_owned().collect(),
    }
}

fn claims(stand: &Stand, issuer: &TestIssuer, asked: &Asked, email: &str) -> Value {
    let now = stand.db.clock().now().unix_timestamp();
    json!({
        "iss": issuer.url(), "sub": format!("sub-of-{email}"), "aud": CLIENT, "exp": now + 300, "iat": now,
        "nonce": asked.get("nonce"), "email": email, "email_verified": true, "name": "Ana Okafor",
        "groups": ["staff", "gate"],
    })
}

/// Has the issuer answer with a token, and gives the address it sends the browser back to.
fn answer(issuer: &TestIssuer, asked: &Asked, token: String) -> String {
    let grant = Grant {
        challenge: asked.get("code_challenge").into(),
        redirect: asked.get("redirect_uri").into(),
        id_token: Some(token),
    };
    issuer.sell("code-1", grant);
    back(asked, &issuer.url(), "code-1", asked.get("state"))
}

fn back(asked: &Asked, iss: &str, code: &str, state: &str) -> String {
    let mut url = reqwest::Url::parse(asked.get("redirect_uri")).unwrap();
    url.query_pairs_mut()
        .append_pair("code", code)
        .append_pair("state", state)
        .append_pair("iss", iss);
    format!("{}?{}", url.path(), url.query().unwrap())
}

/// Comes back from the provider as somebody.
pub(super) async fn come_back(
    stand: &Stand,
    issuer: &TestIssuer,
    window: &mut Window,
    email: &str,
) -> super::Answer {
    let asked = press(window, "").await;
    come_back_with(stand, issuer, window, &asked, email, None).await
}

/// The same, told when they showed the provider who they are.
pub(super) async fn come_back_with(
    stand: &Stand,
    issuer: &TestIssuer,
    window: &mut Window,
    asked: &Asked,
    email: &str,
    shown: Option<i64>,
) -> super::Answer {
    let mut claims = claims(stand, issuer, asked, email);
    if let Some(shown) = shown {
        claims["auth_time"] = shown.into();
    }
    window
        .get(&answer(issuer, asked, issuer.token(&claims)))
        .await
}

pub(super) async fn mailed(stand: &Stand, template: &str) -> String {
    let page = Page {
        limit: 200,
        after: None,
    };
    let system = Actor::system(stand.tenant, "test");
    let links = Links::new("http://127.0.0.1:8080");
    let mails = mail::list_mail(&stand.db, &system, &links, OutboxAccess::Demo, &page)
        .await
        .unwrap();
    let mail = mails.data.iter().find(|mail| mail.template == template);
    let text = mail
        .unwrap_or_else(|| panic!("no {template}"))
        .body_text
        .clone();
    let link = text
        .lines()
        .find(|line| line.starts_with("http://127.0.0.1:8080/t/"));
    link.unwrap()
        .strip_prefix("http://127.0.0.1:8080")
        .unwrap()
        .to_owned()
}

pub(super) async fn signed_in(window: &mut Window) -> bool {
    window.get("/inbox").await.status == 200
}

#[tokio::test]
async fn a_newcomer_proves_the_address_once_and_then_comes_straight_in() {
    let (stand, issuer) = scene(&[]).await;
    let mut window = stand.window();
    let sent = come_back(&stand, &issuer, &mut window, "ana@corp.example").await;
    assert!(
        sent.status == 200 && sent.body.contains("Check your mail"),
        "{}",
        sent.body
    );
    assert!(!signed_in(&mut window).await, "nothing is proved yet");
    let link = mailed(&stand, "confirm_identity").await;

    let mut thief = stand.window();
    thief.get(&link).await;
    assert_eq!(thief.post(&link, &[]).await.status, 422, "another browser");
    assert!(!signed_in(&mut thief).await);

    let page = window.get(&link).await;
    assert!(page.body.contains("ana@corp.example"), "{}", page.body);
    let entered = window.post(&link, &[]).await;
    assert_eq!((entered.status, entered.location()), (303, "/t/acme/inbox"));
    assert!(signed_in(&mut window).await);
    assert_eq!(
        window.post(&link, &[]).await.status,
        422,
        "a link works once"
    );

    let mut later = stand.window();
    let entered = come_back(&stand, &issuer, &mut later, "ana@corp.example").await;
    assert_eq!((entered.status, entered.location()), (303, "/t/acme/inbox"));
    assert!(signed_in(&mut later).await);
}

#[tokio::test]
async fn an_account_that_exists_is_connected_by_its_own_password_only() {
    let (stand, issuer) = scene(&[]).await;
    stand.admit("ana@corp.example", Role::Approver).await;
    let mut window = stand.window();
    let asked = come_back(&stand, &issuer, &mut window, "ana@corp.example").await;
    assert!(
        asked.location().starts_with("/t/acme/login/connect/"),
        "{}",
        asked.location()
    );
    let connect = asked.location().to_owned();
    assert!(!signed_in(&mut window).await);
    let mut other = stand.window();
    other.get("/login").await;
    assert_eq!(
        other.post(&connect, &[("password", PASSWORD)]).await.status,
        404,
        "another browser"
    );

    window.get(&connect).await;
    let wrong = window
        .post(&connect, &[("password", "wrong wrong wrong wrong")])
        .await;
    assert_eq!(wrong.status, 422);
    assert!(!signed_in(&mut window).await);
    assert_eq!(
        window
            .post(&connect, &[("password", PASSWORD)])
            .await
            .status,
        303
    );
    assert!(signed_in(&mut window).await);
    mailed(&stand, "identity_connected").await;

    let mut later = stand.window();
    assert_eq!(
        come_back(&stand, &issuer, &mut later, "ana@corp.example")
            .await
            .status,
        303
    );
    assert_eq!(later.get("/console").await.status, 200, "their own roles");
}

#[tokio::test]
async fn a_provider_of_one_tenant_signs_nobody_in_anywhere_else() {
    let (stand, issuer) = scene(&[]).await;
    let olga = "olga@acme.test";
    let mut window = stand.window();
    let connect = come_back(&stand, &issuer, &mut window, olga)
        .await
        .location()
        .to_owned();
    window.get(&connect).await;
    window.post(&connect, &[("password", PASSWORD)]).await;
    assert_eq!(window.get("/console").await.status, 200);
    assert_eq!(
        window.get("/platform/tenants").await.status,
        404,
        "the platform is not the tenant's"
    );

    let owner = accounts::find_user_by_email(&stand.db, olga)
        .await
        .unwrap()
        .unwrap();
    stand.second_tenant(Some(owner.id)).await;
    assert_eq!(
        window.get("/t/other/console").await.status,
        303,
        "signed out there"
    );
    assert_eq!(
        window.get("/t/acme/console").await.status,
        200,
        "and still in here"
    );
    let mut by_password = stand.signed_in(olga).await;
    assert_eq!(by_password.get("/t/other/console").await.status, 200);
    assert_eq!(by_password.get("/platform/tenants").await.status, 200);
}

#[tokio::test]
async fn an_issuer_the_operator_trusts_needs_no_mail_and_holds_everywhere() {
    let issuer = TestIssuer::start().await;
    let trusted = format!("[\"{}\"]", issuer.url());
    let stand = Stand::with(&[
        EGRESS,
        ("GATEHOUSE_PORTAL__SIGN_IN__TRUSTED_ISSUERS", &trusted),
    ])
    .await;
    let input = CreateIdentityProvider {
        claim: Some("groups".into()),
        grants: vec![
            ClaimGrant {
                value: "gate".into(),
                role: Some(Role::Operator),
                team: None,
            },
            ClaimGrant {
                value: "board".into(),
                role: Some(Role::Admin),
                team: None,
            },
        ],
        ..provider(&issuer.url())
    };
    add(&stand, stand.tenant, input).await;
    let mut window = stand.window();
    let entered = come_back(&stand, &issuer, &mut window, "ana@corp.example").await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    let actor = stand.actor("ana@corp.example").await;
    let gatehouse_control_plane::ActorKind::User { roles, .. } = actor.kind() else {
        panic!("{actor:?}");
    };
    assert!(
        roles.contains(&Role::Operator) && !roles.contains(&Role::Admin),
        "{roles:?}"
    );

    stand.admit("bo@corp.example", Role::Developer).await;
    let mut window = stand.window();
    let asked = come_back(&stand, &issuer, &mut window, "bo@corp.example").await;
    assert!(
        asked.location().contains("/login/connect/"),
        "an account proves itself all the same"
    );
}

#[tokio::test]
async fn the_tenants_rule_for_sign_ups_holds_for_newcomers_from_a_provider() {
    let (stand, issuer) = scene(&[]).await;
    let system = Actor::system(stand.tenant, "test");
    let set = async |mode: SignupMode| {
        let input = UpdateTenant {
            signup_mode: Some(mode),
            email_domains: Some(vec!["corp.example".into()]),
            ..UpdateTenant::default()
        };
        update_tenant(&stand.db, &system, None, input)
            .await
            .unwrap();
    };
    for (mode, email, taken) in [
        (SignupMode::Closed, "a@corp.example", false),
        (SignupMode::Invite, "b@corp.example", false),
        (SignupMode::Domain, "c@elsewhere.example", false),
        (SignupMode::Domain, "d@corp.example", true),
        (SignupMode::Open, "e@elsewhere.example", true),
    ] {
        set(mode).await;
        let mut window = stand.window();
        let answer = come_back(&stand, &issuer, &mut window, email).await;
        assert_eq!(
            answer.status,
            if taken { 200 } else { 422 },
            "{mode} {email}: {}",
            answer.body
        );
    }
    // A link mailed while it was open is worth nothing once it is closed.
    let mut window = stand.window();
    // Its mail is the newest.
    stand.hand.advance(std::time::Duration::from_secs(1));
    come_back(&stand, &issuer, &mut window, "f@corp.example").await;
    let link = mailed(&stand, "confirm_identity").await;
    set(SignupMode::Closed).await;
    window.get(&link).await;
    assert_eq!(window.post(&link, &[]).await.status, 422);
    assert!(!signed_in(&mut window).await);
}

#[tokio::test]
async fn only_pages_to_sign_in_and_up_let_forms_lead_to_the_provider() {
    let (stand, issuer) = scene(&[]).await;
    let mut window = stand.window();
    let expected = format!("form-action 'self' {};", issuer.url());
    for path in ["/login", "/signup"] {
        let page = window.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&expected), "{path}: {policy}");
        let button = "Continue with Acme staff login";
        assert!(page.body.contains(button), "{path}: {}", page.body);
        assert!(!page.body.contains("client-secret-canary"));
    }
    let other = window.get("/apis").await;
    assert_eq!(
        other.headers["content-security-policy"],
        crate::headers::CONTENT_POLICY
    );
}

/// One way to tamper with an answer: by its claims, or by its address.
enum Tampered {
    Claims(fn(&mut Value)),
    Token(fn(&TestIssuer, &Value) -> String),
    Address(fn(&Asked, &TestIssuer) -> String),
}

fn header_and_key(issuer: &TestIssuer) -> EncodingKey {
    // The public key's text as an HMAC secret: what a verifier that believes `alg` would check with.
    let public = issuer.public_key("rs-1")["n"].as_str().unwrap().to_owned();
    EncodingKey::from_secret(public.as_bytes())
}

fn tampered() -> Vec<(&'static str, Tampered)> {
    use Tampered::{Address, Claims, Token};
    vec![
        (
            "another issuer",
            Claims(|claims| claims["iss"] = "https://evil.example".into()),
        ),
        (
            "the issuer with a slash",
            Claims(|claims| claims["iss"] = format!("{}/", claims["iss"].as_str().unwrap()).into()),
        ),
        (
            "the issuer in capitals",
            Claims(|claims| {
                claims["iss"] = claims["iss"]
                    .as_str()
                    .unwrap()
                    .replace("http", "HTTP")
                    .into()
            }),
        ),
        (
            "another audience",
            Claims(|claims| claims["aud"] = "other-client".into()),
        ),
        (
            "one audience too many",
            Claims(|claims| claims["aud"] = json!([CLIENT, "other-client"])),
        ),
        (
            "another party",
            Claims(|claims| claims["azp"] = "other-client".into()),
        ),
        (
            "expired",
            Claims(|claims| claims["exp"] = (claims["iat"].as_i64().unwrap() - 1).into()),
        ),
        (
            "issued in the future",
            Claims(|claims| claims["iat"] = (claims["iat"].as_i64().unwrap() + 120).into()),
        ),
        (
            "issued an hour ago",
            Claims(|claims| claims["iat"] = (claims["iat"].as_i64().unwrap() - 3_600).into()),
        ),
        (
            "no expiry",
            Claims(|claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ),
        (
            "another nonce",
            Claims(|claims| claims["nonce"] = "n-0S6_WzA2Mj".into()),
        ),
        (
            "no nonce",
            Claims(|claims| drop(claims.as_object_mut().unwrap().remove("nonce"))),
        ),
        (
            "no subject",
            Claims(|claims| drop(claims.as_object_mut().unwrap().remove("sub"))),
        ),
        (
            "an unverified address",
            Claims(|claims| claims["email_verified"] = false.into()),
        ),
        (
            "an address nobody verified",
            Claims(|claims| drop(claims.as_object_mut().unwrap().remove("email_verified"))),
        ),
        (
            "another access token",
            Claims(|claims| claims["at_hash"] = "MTIzNDU2Nzg5MDEyMzQ1Ng".into()),
        ),
        (
            "a stranger's signature",
            Token(|issuer, claims| {
                issuer.signed(Algorithm::ES256, Some("es-1"), &issuer.stranger, claims)
            }),
        ),
        (
            "an unknown key",
            Token(|issuer, claims| {
                issuer.signed(Algorithm::ES256, Some("es-9"), &issuer.stranger, claims)
            }),
        ),
        (
            "no signature",
            Token(|_, claims| TestIssuer::forged(&json!({"alg": "none"}), claims, b"")),
        ),
        (
            "an HMAC with the public key",
            Token(|issuer, claims| {
                issuer.signed(
                    Algorithm::HS256,
                    Some("rs-1"),
                    &header_and_key(issuer),
                    claims,
                )
            }),
        ),
        (
            "another type",
            Token(|issuer, claims| {
                let token = issuer.token(claims);
                let mut parts = token.split('.').skip(1);
                let header = TestIssuer::forged(
                    &json!({"alg": "ES256", "kid": "es-1", "typ": "at+jwt"}),
                    claims,
                    b"",
                );
                format!(
                    "{}.{}.{}",
                    header.split('.').next().unwrap(),
                    parts.next().unwrap(),
                    parts.next().unwrap()
                )
            }),
        ),
        (
            "another state",
            Address(|asked, issuer| back(asked, &issuer.url(), "code-1", "planted")),
        ),
        (
            "no state",
            Address(|asked, issuer| back(asked, &issuer.url(), "code-1", "")),
        ),
        (
            "another code",
            Address(|asked, issuer| back(asked, &issuer.url(), "code-2", asked.get("state"))),
        ),
        (
            "another issuer's answer",
            Address(|asked, _| back(asked, "https://evil.example", "code-1", asked.get("state"))),
        ),
        (
            "an answer without its issuer",
            Address(|asked, issuer| {
                let whole = back(asked, &issuer.url(), "code-1", asked.get("state"));
                whole.split("&iss=").next().unwrap().to_owned()
            }),
        ),
        (
            "an error instead of a code",
            Address(|asked, issuer| {
                format!(
                    "{}&error=access_denied",
                    back(asked, &issuer.url(), "code-1", asked.get("state"))
                )
            }),
        ),
    ]
}

#[tokio::test]
async fn no_tampered_answer_signs_anybody_in() {
    let (stand, issuer) = scene(&[]).await;
    // The identity is known, so the answer itself is all that could stand in the way.
    stand.admit("ana@corp.example", Role::Developer).await;
    let mut window = stand.window();
    let connect = come_back(&stand, &issuer, &mut window, "ana@corp.example")
        .await
        .location()
        .to_owned();
    window.get(&connect).await;
    assert_eq!(
        window
            .post(&connect, &[("password", PASSWORD)])
            .await
            .status,
        303
    );
    let cases = tampered();
    assert!(cases.len() >= 25, "{}", cases.len());
    for (what, tampering) in cases {
        let mut window = stand.window();
        let asked = press(&mut window, "").await;
        let mut claims = claims(&stand, &issuer, &asked, "ana@corp.example");
        let address = match tampering {
            Tampered::Claims(change) => {
                change(&mut claims);
                answer(&issuer, &asked, issuer.token(&claims))
            }
            Tampered::Token(make) => answer(&issuer, &asked, make(&issuer, &claims)),
            Tampered::Address(make) => {
                answer(&issuer, &asked, issuer.token(&claims));
                make(&asked, &issuer)
            }
        };
        let refused = window.get(&address).await;
        assert_eq!(
            refused.status,
            422,
            "{what}: {} {}",
            refused.location(),
            refused.body
        );
        assert!(!window.cookies.contains_key("__Host-gatehouse"), "{what}");
        assert!(!signed_in(&mut window).await, "{what}");
    }
    // Untouched, the same answer does.
    let mut window = stand.window();
    assert_eq!(
        come_back(&stand, &issuer, &mut window, "ana@corp.example")
            .await
            .status,
        303
    );
    assert!(signed_in(&mut window).await);
}

#[tokio::test]
async fn an_answer_works_once_in_its_own_browser_and_not_for_long() {
    let (stand, issuer) = scene(&[]).await;
    stand.admit("ana@corp.example", Role::Developer).await;
    let mut first = stand.window();
    let connect = come_back(&stand, &issuer, &mut first, "ana@corp.example")
        .await
        .location()
        .to_owned();
    first.get(&connect).await;
    first.post(&connect, &[("password", PASSWORD)]).await;

    let mut window = stand.window();
    let asked = press(&mut window, "").await;
    let token = issuer.token(&claims(&stand, &issuer, &asked, "ana@corp.example"));
    let address = answer(&issuer, &asked, token);
    let mut other = stand.window();
    other.get("/login").await;
    assert_eq!(
        other.get(&address).await.status,
        422,
        "a browser it was planted in"
    );
    let mut windows: Vec<Window> = Vec::new();
    for _ in 0..50 {
        let mut copy = stand.window();
        copy.cookies = window.cookies.clone();
        windows.push(copy);
    }
    let mut won = 0;
    let mut running = tokio::task::JoinSet::new();
    for mut copy in windows {
        let address = address.clone();
        running.spawn(async move { copy.get(&address).await.status });
    }
    while let Some(status) = running.join_next().await {
        won += i32::from(status.unwrap() == 303);
    }
    assert_eq!(won, 1);

    let mut slow = stand.window();
    let asked = press(&mut slow, "").await;
    stand.hand.advance(std::time::Duration::from_secs(601));
    let token = issuer.token(&claims(&stand, &issuer, &asked, "ana@corp.example"));
    assert_eq!(slow.get(&answer(&issuer, &asked, token)).await.status, 422);
}

#[tokio::test]
async fn a_key_the_issuer_made_since_is_found_and_a_switched_off_provider_is_not_there() {
    let (stand, issuer) = scene(&[]).await;
    let mut window = stand.window();
    let asked = press(&mut window, "").await;
    let key = issuer.publish("es-2");
    // Keys are asked for again no sooner than thirty seconds after the last time.
    stand.hand.advance(std::time::Duration::from_secs(31));
    let claims = claims(&stand, &issuer, &asked, "ana@corp.example");
    let token = issuer.signed(Algorithm::ES256, Some("es-2"), &key, &claims);
    let sent = window.get(&answer(&issuer, &asked, token)).await;
    assert!(sent.body.contains("Check your mail"), "{}", sent.body);

    let off = UpdateIdentityProvider {
        enabled: Some(false),
        ..UpdateIdentityProvider::default()
    };
    let system = Actor::system(stand.tenant, "test");
    update_identity_provider(&stand.db, &issuers(), &system, &"corp".into(), None, off)
        .await
        .unwrap();
    let page = window.get("/login").await;
    assert!(!page.body.contains("Continue with Acme"));
    assert_eq!(window.post("/login/sso/corp", &[]).await.status, 404);
}
