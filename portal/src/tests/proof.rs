//! Who they are is asked again before what has consequences, and what was typed is not lost.

use super::routes::routes;
use super::sso::{come_back, come_back_with, press_with};
use super::{PASSWORD, Stand, Window};
use gatehouse_control_plane::members;
use gatehouse_domain::Role;
use gatehouse_domain::id::UserId;
use gatehouse_harness::TestIssuer;
use std::time::Duration;

pub(super) const ASKED: &str = "Confirm that it is you";

/// Lets time pass in a session that is being used.
pub(super) async fn pass(stand: &Stand, window: &mut Window, seconds: u64) {
    for _ in 0..seconds / 300 {
        stand.hand.advance(Duration::from_secs(300));
        assert_eq!(window.get("/console").await.status, 200);
    }
    stand.hand.advance(Duration::from_secs(seconds % 300));
    window.get("/console/people").await;
}

async fn roles(stand: &Stand, user: UserId) -> Vec<Role> {
    let olga = stand.actor("olga@acme.test").await;
    let member = members::get_member(&stand.db, &olga, user).await;
    member.unwrap().roles
}

#[tokio::test]
async fn a_change_of_roles_asks_again_after_fifteen_minutes_and_keeps_the_form() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let user = stand.actor("dev@acme.test").await.user().unwrap();
    let path = format!("/console/people/{user}/roles");
    let mut olga = stand.signed_in("olga@acme.test").await;
    pass(&stand, &mut olga, 899).await;
    let fields = [("role", "developer"), ("role", "auditor")];
    assert_eq!(olga.post(&path, &fields).await.status, 303, "14:59");
    pass(&stand, &mut olga, 1).await;

    let wanted = [("role", "developer"), ("role", "approver")];
    let asked = olga.post(&path, &wanted).await;
    assert_eq!(asked.status, 403, "{}", asked.body);
    assert!(asked.body.contains(ASKED) && asked.body.contains("Your password"));
    for kept in ["developer", "approver"] {
        let kept = format!("name=\"role\" value=\"{kept}\"");
        assert!(asked.body.contains(&kept), "{}", asked.body);
    }
    assert!(!roles(&stand, user).await.contains(&Role::Approver));

    let [first, second] = wanted;
    let wrong = [first, second, ("proof", "not my password at all")];
    let refused = olga.post(&path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("This is not your password"));
    assert!(refused.body.contains("value=\"approver\""), "kept");
    assert!(!refused.body.contains("not my password at all"));
    let right = [first, second, ("proof", PASSWORD)];
    let done = olga.post(&path, &right).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(roles(&stand, user).await.contains(&Role::Approver));
    assert_eq!(olga.post(&path, &fields).await.status, 303, "not again");
}

#[tokio::test]
async fn who_has_a_second_factor_shows_that_one() {
    let stand = Stand::new().await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    let (app, _) = super::factor::set_up(&stand, &mut olga).await;
    pass(&stand, &mut olga, 900).await;
    let fields = [
        ("slug", "releaser"),
        ("name", "Releaser"),
        ("permission", "api.read"),
    ];
    let asked = olga.post("/console/roles", &fields).await;
    assert!(asked.body.contains("From your app"), "{}", asked.body);
    let [slug, name, permission] = fields;
    let with = |proof| {
        [
            slug,
            name,
            permission,
            ("description", ""),
            ("proof", proof),
        ]
    };
    let refused = olga.post("/console/roles", &with(PASSWORD)).await;
    assert_eq!(refused.status, 422, "a password is less");
    let code = super::factor::code(&stand, &app);
    let done = olga.post("/console/roles", &with(&code)).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

#[tokio::test]
async fn every_action_of_consequence_asks_and_a_forged_form_is_never_offered_for_confirmation() {
    let stand = Stand::new().await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    pass(&stand, &mut olga, 900).await;
    let asking = routes("proved");
    for path in &asking {
        let asked = olga.post(path, &[]).await;
        assert!(asked.status == 403 && asked.body.contains(ASKED), "{path}");
        let forged = [("csrf", ""), ("role", "owner")];
        let refused = olga.post_raw(path, &forged, "http://127.0.0.1:8080").await;
        assert!(
            refused.status == 403 && !refused.body.contains(ASKED),
            "{path}"
        );
    }
    // What is of no consequence goes on as it did.
    let plain = olga
        .post("/console/teams", &[("slug", "x"), ("name", "X")])
        .await;
    assert!(!plain.body.contains(ASKED));
}

/// Forms that are taken without asking again. A route that is added stands here, or asks.
const UNASKED: &[&str] = &[
    // Nobody is signed in yet, or they show who they are in the form itself: a password, a code, a passkey, a mailed link.
    "/login",
    "/login/code",
    "/login/passkey",
    "/login/passkey/options",
    "/login/sso/{provider}",
    "/login/connect/{pending}",
    "/login/confirm/{token}",
    "/demo/sign-in",
    "/signup",
    "/verify/{token}",
    "/setup/{token}",
    "/invite/{token}",
    "/forgot",
    "/reset/{token}",
    "/account/password",
    "/account/security",
    "/account/security/confirm",
    "/account/security/codes",
    "/account/security/off",
    "/account/passkeys/options",
    "/account/passkeys/show",
    "/account/email",
    "/account/email/confirm/{token}",
    "/account/email/undo/{token}",
    // It gives nobody more than they had, or takes something from whoever might have it wrongly.
    "/logout",
    "/theme",
    "/density",
    "/shortcuts",
    "/language",
    "/account/sessions",
    "/account/sessions/{session}/end",
    "/account/passkeys/{passkey}/rename",
    "/account/notifications",
    "/inbox/read",
    "/applications/{application}/keys/{key}/stored",
    "/applications/{application}/webhooks/{webhook}/stored",
    "/console/settings/webhooks/{webhook}/stored",
    "/console/settings/tokens/{token}/stored",
    "/console/settings/tokens/{token}/revoke",
    "/console/settings/ci-trusts/{trust}/delete",
    "/console/requests/settings/deputies/{deputy}/revoke",
    "/console/settings/end/reopen",
    "/console/jobs/{job}/cancel",
    "/console/audit/checkpoints",
    // The daily work of who may do it: it is recorded, told to whom it concerns, and can be taken back.
    "/apis/{api}/request",
    "/apis/{api}/follow",
    "/apis/{api}/questions",
    "/apis/{api}/questions/{question}/answers",
    "/apis/{api}/questions/{comment}/hide",
    "/apis/{api}/questions/{comment}/show",
    "/apis/{api}/{version}/reference/{operation}",
    "/products/{product}/request",
    "/terms/{terms}",
    "/requests/{request}/messages",
    "/requests/{request}/{event}",
    "/applications/new",
    "/applications/{application}/members/{person}/remove",
    "/applications/{application}/webhooks/{webhook}/test",
    "/applications/{application}/webhooks/{webhook}/run",
    "/applications/{application}/webhooks/{webhook}/redeliver",
    "/applications/{application}/webhooks/{webhook}/deliveries/{delivery}",
    "/console/requests",
    "/console/requests/undo",
    "/console/requests/settings",
    "/console/subscriptions/{subscription}/{event}",
    "/console/apis/new",
    "/console/apis/{api}/versions",
    "/console/apis/{api}/settings",
    "/console/apis/{api}/versions/{version}",
    "/console/apis/{api}/versions/{version}/{event}",
    "/console/apis/{api}/upstreams/{environment}",
    "/console/apis/{api}/changelog",
    "/console/apis/{api}/changelog/{entry}/delete",
    "/console/apis/{api}/guides/new",
    "/console/apis/{api}/guides/{guide}",
    "/console/apis/{api}/guides/{guide}/delete",
    "/console/apis/{api}/policies/new",
    "/console/apis/{api}/policies/{policy}",
    "/console/apis/{api}/policies/{policy}/delete",
    "/console/apis/{api}/backend-secrets",
    "/console/apis/{api}/backend-secrets/{secret}",
    "/console/apis/{api}/backend-secrets/{secret}/delete",
    "/console/apis/{api}/plans/new",
    "/console/apis/{api}/plans/{plan}",
    "/console/apis/{api}/plans/{plan}/approval",
    "/console/products",
    "/console/products/{product}/settings",
    "/console/products/{product}/items",
    "/console/products/{product}/items/remove",
    "/console/products/{product}/state",
    "/console/products/{product}/retire",
    "/console/products/{product}/plans/new",
    "/console/products/{product}/plans/{plan}",
    "/console/products/{product}/plans/{plan}/approval",
    "/console/incidents/new",
    "/console/incidents/{incident}",
    "/console/terms/new",
    "/console/terms/{terms}",
    "/console/teams",
    "/console/teams/{team}/members/{person}/remove",
    "/console/releases/{release}/rollback",
    "/console/configuration",
    "/console/settings/branding",
    "/console/settings/lint/{rule}",
    "/console/settings/mail/{template}/test",
    "/console/settings/webhooks/{webhook}/test",
    "/console/settings/webhooks/{webhook}/run",
    "/console/settings/webhooks/{webhook}/redeliver",
    "/console/settings/webhooks/{webhook}/deliveries/{delivery}",
];

#[test]
fn every_form_asks_again_or_is_known_to_need_it_not() {
    let asking = [routes("proved"), routes("proved_for_others")].concat();
    let taken = routes("post");
    for path in &taken {
        let known = UNASKED.contains(&path.as_str());
        let asks = asking.contains(path);
        assert!(known != asks, "{path}: asks {asks}, named here {known}");
    }
    for path in UNASKED {
        assert!(taken.iter().any(|taken| taken == path), "{path} is gone");
    }
}

#[tokio::test]
async fn keys_of_other_teams_ask_and_those_of_ones_own_do_not() {
    let stand = Stand::new().await;
    let (_, path) = super::keys::key(&stand).await;
    let rotate = format!("{path}/rotate");
    let keys = path.rsplit_once('/').unwrap().0.to_owned();
    let mut olga = stand.signed_in("olga@acme.test").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    pass(&stand, &mut olga, 900).await;
    let encoded = keys.replacen("/app_", "/%61pp_", 1);
    let asked = olga.post(&encoded, &[("nonce", "n")]).await;
    assert!(
        asked.status == 403 && asked.body.contains(ASKED),
        "{encoded}"
    );
    for path in [&keys, &rotate, &format!("{path}/revoke")] {
        let asked = olga.post(path, &[("nonce", "n")]).await;
        assert!(asked.status == 403 && asked.body.contains(ASKED), "{path}");
        dev.get(&keys).await;
        let own = dev.post(path, &[("nonce", "n")]).await;
        assert!(!own.body.contains(ASKED), "{path}: {}", own.body);
    }
    let fields = [("nonce", "n"), ("overlap", "0"), ("proof", PASSWORD)];
    let done = olga.post(&rotate, &fields).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

#[tokio::test]
async fn who_signs_in_elsewhere_only_is_sent_there_and_asked_there() {
    let (stand, issuer) = super::sso::scene(&[]).await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    pass(&stand, &mut olga, 900).await;
    let statement = "update app_user set password_hash = null";
    stand.database.run(statement).await;
    let asked = olga
        .post(
            "/console/people",
            &[("email", "x@acme.test"), ("role", "developer")],
        )
        .await;
    assert_eq!(asked.status, 403);
    assert!(asked.body.contains("Continue with"), "{}", asked.body);
    assert!(!asked.body.contains("name=\"proof\""));
    let fields = [("next", "/console/people"), ("again", "on")];
    let sent = olga.post("/login/sso/corp", &fields).await;
    assert!(
        sent.location().starts_with(&issuer.url()),
        "{}",
        sent.location()
    );
    assert!(
        sent.location().contains("prompt=login"),
        "{}",
        sent.location()
    );
    let usual = olga.post("/login/sso/corp", &[("next", "/")]).await;
    assert!(!usual.location().contains("prompt"), "{}", usual.location());
}

/// Comes back from the provider, which was told to ask again, with a token that says when it did.
async fn asked_again(
    stand: &Stand,
    issuer: &TestIssuer,
    window: &mut Window,
    shown: Option<i64>,
) -> super::Answer {
    let fields = [("next", "/console/people"), ("again", "on")];
    window.get("/inbox").await;
    let asked = press_with(window, "", &fields).await;
    assert!(asked.url.contains("prompt=login") && asked.url.contains("max_age=0"));
    come_back_with(stand, issuer, window, &asked, "olga@acme.test", shown).await
}

#[tokio::test]
async fn a_provider_that_only_recognises_somebody_confirms_nothing() {
    let (stand, issuer) = super::sso::scene(&[]).await;
    let mut olga = stand.window();
    let connect = come_back(&stand, &issuer, &mut olga, "olga@acme.test").await;
    let connect = connect.location().to_owned();
    olga.get(&connect).await;
    let entered = olga.post(&connect, &[("password", PASSWORD)]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    let statement = "update app_user set password_hash = null";
    stand.database.run(statement).await;
    let invite = [("email", "x@acme.test"), ("role", "developer")];
    pass(&stand, &mut olga, 900).await;

    // The provider lets them through by the button anybody presses: they are in, and have shown nothing.
    let now = stand.db.clock().now().unix_timestamp();
    for shown in [None, Some(now - 901)] {
        let asked = press_with(&mut olga, "", &[("next", "/inbox")]).await;
        let back = come_back_with(&stand, &issuer, &mut olga, &asked, "olga@acme.test", shown);
        assert_eq!(back.await.status, 303);
        olga.get("/console/people").await;
        let still = olga.post("/console/people", &invite).await;
        assert!(
            still.status == 403 && still.body.contains(ASKED),
            "{shown:?}"
        );
    }
    // Told to ask, it answers as if it had not been.
    for (shown, words) in [
        (None, "does not say when you last showed who you are"),
        (
            Some(now - 3_600),
            "signed you in without asking who you are",
        ),
        (Some(now - 61), "signed you in without asking who you are"),
    ] {
        let back = asked_again(&stand, &issuer, &mut olga, shown).await;
        assert!(
            back.status == 422 && back.body.contains(words),
            "{shown:?}: {}",
            back.body
        );
        olga.get("/console/people").await;
        let still = olga.post("/console/people", &invite).await;
        assert!(
            still.status == 403 && still.body.contains(ASKED),
            "{shown:?}"
        );
    }
    for shown in [now - 60, now - 59, now] {
        let back = asked_again(&stand, &issuer, &mut olga, Some(shown)).await;
        assert_eq!(back.status, 303, "{shown}: {}", back.body);
    }
    olga.get("/console/people").await;
    let done = olga.post("/console/people", &invite).await;
    assert!(!done.body.contains(ASKED), "{}", done.body);
}
