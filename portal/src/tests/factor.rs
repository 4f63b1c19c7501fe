//! The second factor and the change of address, as a browser sees them.

use super::{PASSWORD, Stand, Window};
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_domain::Role;
use std::time::Duration;
use totp_rs::{Builder, Secret, Totp};

pub(super) fn code(stand: &Stand, app: &Totp) -> String {
    let now = stand.db.clock().now().unix_timestamp();
    app.generate(now.unsigned_abs()).to_string()
}

/// Sets it up on the page; gives the app and the recovery codes.
pub(super) async fn set_up(stand: &Stand, window: &mut Window) -> (Totp, Vec<String>) {
    window.get("/account/security").await;
    let begun = window
        .post("/account/security", &[("current", PASSWORD)])
        .await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let page = window.follow(begun).await;
    assert!(page.body.contains("<svg class=\"qr\""), "{}", page.body);
    let typed = page
        .between("type the key: <code>", "</code>")
        .replace(' ', "");
    let app = Builder::new()
        .with_secret(Secret::try_from_base32(typed).unwrap())
        .build()
        .unwrap();
    let wrong = window
        .post("/account/security/confirm", &[("code", "12")])
        .await;
    assert!(
        wrong.status == 422 && wrong.body.contains("not the code the app shows"),
        "{}",
        wrong.body
    );
    let on = window
        .post("/account/security/confirm", &[("code", &code(stand, &app))])
        .await;
    assert_eq!(on.status, 200, "{}", on.body);
    let codes = on.between("<pre class=\"box\" tabindex=\"0\">", "</pre>");
    let codes: Vec<String> = codes.lines().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    stand.hand.advance(Duration::from_secs(30));
    (app, codes)
}

/// As far as the password goes.
async fn half_in(stand: &Stand, email: &str) -> Window {
    let mut window = stand.window();
    window.get("/login?next=/inbox").await;
    let fields = [("email", email), ("password", PASSWORD), ("next", "/inbox")];
    let answer = window.post("/login", &fields).await;
    assert_eq!(answer.location(), "/login/code");
    window.get("/login/code").await;
    window
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_nothing_opens_before_it() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut elsewhere = stand.signed_in("dev@acme.test").await;
    let mut here = stand.signed_in("dev@acme.test").await;
    let (app, codes) = set_up(&stand, &mut here).await;
    assert_eq!(here.get("/inbox").await.status, 200);
    assert_eq!(elsewhere.get("/inbox").await.status, 303, "began with less");

    let mut window = half_in(&stand, "dev@acme.test").await;
    let before = window.cookies["__Host-gatehouse"].clone();
    assert_eq!(window.get("/inbox").await.status, 303, "half in is not in");
    window.get("/login/code").await;
    let wrong = window.post("/login/code", &[("code", "000000")]).await;
    assert!(
        wrong.status == 422 && wrong.body.contains("wrong or was used before"),
        "{}",
        wrong.body
    );
    let shown = code(&stand, &app);
    let right = window.post("/login/code", &[("code", &shown)]).await;
    assert_eq!((right.status, right.location()), (303, "/inbox"));
    assert_ne!(window.cookies["__Host-gatehouse"], before, "a new id");
    assert_eq!(window.get("/inbox").await.status, 200);

    let mut again = half_in(&stand, "dev@acme.test").await;
    assert_eq!(
        again.post("/login/code", &[("code", &shown)]).await.status,
        422,
        "twice"
    );
    let by_paper = again.post("/login/code", &[("code", &codes[0])]).await;
    assert_eq!(by_paper.status, 303, "{}", by_paper.body);
    assert!(
        again
            .get("/inbox")
            .await
            .body
            .contains("You used a recovery code.")
    );

    let mut late = half_in(&stand, "dev@acme.test").await;
    stand.hand.advance(Duration::from_secs(600));
    let answer = late
        .post("/login/code", &[("code", &code(&stand, &app))])
        .await;
    assert_eq!(
        answer.location(),
        "/login",
        "the password was ten minutes ago"
    );
}

#[tokio::test]
async fn it_is_turned_off_with_a_code_only() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut window = stand.signed_in("dev@acme.test").await;
    let (app, _) = set_up(&stand, &mut window).await;
    window.get("/account/security").await;
    assert_eq!(
        window
            .post("/account/security/off", &[("code", "000000")])
            .await
            .status,
        422
    );
    let shown = code(&stand, &app);
    assert_eq!(
        window
            .post("/account/security/off", &[("code", &shown)])
            .await
            .status,
        303
    );
    // The password alone again.
    stand.signed_in("dev@acme.test").await.get("/inbox").await;
}

#[tokio::test]
async fn where_the_tenant_asks_for_one_nobody_enters_the_console_without() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let owner = stand.actor("olga@acme.test").await;
    let input = UpdateTenant {
        second_factor_required: Some(true),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&stand.db, &owner, None, input)
        .await
        .unwrap();
    let mut olga = stand.signed_in("olga@acme.test").await;
    let sent = olga.get("/console").await;
    let setting_up = "/account/security?next=%2Fconsole";
    assert_eq!((sent.status, sent.location()), (303, setting_up));
    let page = olga.follow(sent).await.body;
    assert!(page.contains("asks for a second factor"), "{page}");
    assert!(page.contains("href=\"/console\""), "the way is still shown");
    let invite = [("email", "x@acme.test"), ("role", "developer")];
    let refused = olga.post("/console/people", &invite).await;
    let sent = refused.location();
    assert!(sent.starts_with("/account/security?"), "{}", refused.body);
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert_eq!(
        dev.get("/inbox").await.status,
        200,
        "developers have no console"
    );
    let before = olga.cookies["__Host-gatehouse"].clone();
    let next = [("current", PASSWORD), ("next", "/console/people")];
    olga.get("/account/security").await;
    let begun = olga.post("/account/security", &next).await;
    let page = olga.follow(begun).await.body;
    let carried = "name=\"next\" value=\"/console/people\"";
    assert!(page.contains(carried), "{page}");
    set_up(&stand, &mut olga).await;
    assert_eq!(olga.get("/console").await.status, 200);
    assert_ne!(
        olga.cookies["__Host-gatehouse"], before,
        "the id from before the factor"
    );
}

#[tokio::test]
async fn sessions_that_showed_a_factor_count_for_nothing_once_it_is_off() {
    let stand = Stand::new().await;
    let owner = stand.actor("olga@acme.test").await;
    let mut here = stand.signed_in("olga@acme.test").await;
    let (app, _) = set_up(&stand, &mut here).await;
    let mut there = half_in(&stand, "olga@acme.test").await;
    let shown = code(&stand, &app);
    let entered = there.post("/login/code", &[("code", &shown)]).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    let input = UpdateTenant {
        second_factor_required: Some(true),
        ..UpdateTenant::default()
    };
    let updated = tenants::update_tenant(&stand.db, &owner, None, input);
    updated.await.unwrap();
    for window in [&mut here, &mut there] {
        assert_eq!(window.get("/console").await.status, 200);
    }
    stand.hand.advance(Duration::from_secs(30));
    here.get("/account/security").await;
    let shown = code(&stand, &app);
    let fields = [("code", shown.as_str())];
    let off = here.post("/account/security/off", &fields).await;
    assert_eq!(off.status, 303, "{}", off.body);
    for window in [&mut here, &mut there] {
        let sent = window.get("/console").await;
        let owed = sent.location().starts_with("/account/security?");
        assert!(owed, "{} {}", sent.status, sent.location());
    }
    // A new one is shown by whoever has it; what was shown of the old one stays worth nothing.
    set_up(&stand, &mut here).await;
    assert_eq!(here.get("/console").await.status, 200);
    let other = there.get("/console").await;
    assert!(other.status == 303, "{}", other.body);
}

#[tokio::test]
async fn an_administrator_takes_a_lost_factor_away_on_the_page_of_the_person() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let user = stand.actor("dev@acme.test").await.user().unwrap();
    let page = format!("/console/people/{user}");
    let mut olga = stand.signed_in("olga@acme.test").await;
    assert!(!olga.get(&page).await.body.contains("Reset second factor"));
    set_up(&stand, &mut dev).await;
    assert!(olga.get(&page).await.body.contains("Reset second factor"));
    assert_eq!(
        olga.post(&format!("{page}/second-factor"), &[])
            .await
            .status,
        303
    );
    assert_eq!(dev.get("/inbox").await.status, 303, "their sessions ended");
    stand.signed_in("dev@acme.test").await.get("/inbox").await;
}

#[tokio::test]
async fn an_address_is_changed_by_the_mailed_link_and_taken_back_by_the_other() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut window = stand.signed_in("dev@acme.test").await;
    window.get("/account/email").await;
    let fields = [
        ("email", "dev@new.test"),
        ("current", "wrong wrong wrong wrong"),
    ];
    let wrong = window.post("/account/email", &fields).await;
    assert!(
        wrong.status == 422 && wrong.body.contains("This is not your password"),
        "{}",
        wrong.body
    );
    let fields = [("email", "dev@new.test"), ("current", PASSWORD)];
    let asked = window.post("/account/email", &fields).await;
    assert!(window.follow(asked).await.body.contains("dev@new.test"));
    let link = super::sso::mailed(&stand, "change_email").await;
    assert!(window.get(&link).await.body.contains("Use this address"));
    let done = window.post(&link, &[]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(
        window
            .follow(done)
            .await
            .body
            .contains("You sign in as dev@new.test")
    );
    let undo = super::sso::mailed(&stand, "email_changed").await;
    let mut owner = stand.window();
    owner.get(&undo).await;
    let back = owner.post(&undo, &[]).await;
    assert!(back.location().contains("/reset/"), "{}", back.body);
    assert_eq!(
        window.get("/inbox").await.status,
        303,
        "every session ended"
    );
    assert_eq!(owner.post(&undo, &[]).await.status, 422, "once");
    // Whoever moved it knows the password there was: the owner chooses another.
    let reset = back.location().to_owned();
    let chosen = owner
        .post(&reset, &[("password", "nine new walls of stone")])
        .await;
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    for (password, status) in [(PASSWORD, 422), ("nine new walls of stone", 303)] {
        let fields = [("email", "dev@acme.test"), ("password", password)];
        let mut window = stand.window();
        window.get("/login").await;
        assert_eq!(window.post("/login", &fields).await.status, status);
    }
}
