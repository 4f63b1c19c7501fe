//! Passkeys in a real browser with a virtual device: added, then all that signs somebody in; and as a second factor.

use super::{PASSWORD, Stand};
use crate::BoundPortal;
use crate::settings::{DEFAULTS, ROLE, Settings};
use gatehouse_control_plane::passkeys;
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_harness::browser::Browser;
use gatehouse_harness::{ports, skipped};
use gatehouse_runtime::Supervisor;
use gatehouse_runtime::settings::{Environment, load};
use serde_json::{Value, json};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);

/// A portal that browsers reach at `localhost`: passkeys need a name.
fn bound(stand: &Stand) -> BoundPortal {
    let port = ports::free().port();
    let listen = format!("127.0.0.1:{port}");
    let url = format!("http://localhost:{port}");
    let environment: Environment = [
        ("GATEHOUSE_PORTAL__LISTEN", listen.as_str()),
        ("GATEHOUSE_PORTAL__PUBLIC_URL", url.as_str()),
    ]
    .into_iter()
    .collect();
    let settings: Settings = load(ROLE, DEFAULTS, None, &environment).unwrap().settings;
    BoundPortal::bind(settings, stand.db.clone()).unwrap()
}

async fn cdp(browser: &Browser, command: &str, given: Value) -> Value {
    let done = browser.driver.cdp().send_raw(command, given).await;
    done.unwrap_or_else(|error| panic!("{command}: {error}"))
}

/// Gives the browser a device that makes sure of its owner, or does not.
async fn device(browser: &Browser, verifies: bool) -> String {
    cdp(browser, "WebAuthn.enable", json!({})).await;
    let options = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": verifies, "automaticPresenceSimulation": true,
    });
    let made = cdp(
        browser,
        "WebAuthn.addVirtualAuthenticator",
        json!({ "options": options }),
    )
    .await;
    made["authenticatorId"].as_str().unwrap().to_owned()
}

async fn by_password(browser: &Browser, portal: &str, next: &str) {
    browser.forget().await;
    browser.goto(&format!("{portal}/login?next={next}")).await;
    browser
        .type_into("input[name=email]", "olga@acme.test")
        .await;
    browser.type_into("input[name=password]", PASSWORD).await;
    browser.press("Continue").await;
}

async fn add(browser: &Browser, portal: &str) {
    browser.goto(&format!("{portal}/account/passkeys")).await;
    browser.type_into("input#f-name", "Laptop").await;
    browser.press_button("Add a passkey").await;
}

async fn drive(stand: &Stand, browser: &Browser, portal: &str) {
    let olga = stand.actor("olga@acme.test").await;
    let user = olga.user().unwrap();
    let held = async || passkeys::list(&stand.db, user).await.unwrap().len();
    by_password(browser, portal, "/inbox").await;
    browser.wait_until_it_says("Inbox", WAIT).await;
    let careless = device(browser, false).await;
    add(browser, portal).await;
    browser
        .wait_until_it_says("No passkey came back", WAIT)
        .await;
    assert_eq!(held().await, 0, "a device that makes sure of nobody");
    let gone = json!({ "authenticatorId": careless });
    cdp(browser, "WebAuthn.removeVirtualAuthenticator", gone).await;
    let device = device(browser, true).await;
    add(browser, portal).await;
    browser.wait_until_it_says("Passkey added", WAIT).await;
    assert_eq!(held().await, 1);

    // No address, no password, no code.
    browser.forget().await;
    browser
        .goto(&format!("{portal}/login?next=/console/people"))
        .await;
    browser.press_button("Use a passkey").await;
    browser.wait_until_it_says("Invite a person", WAIT).await;

    // As the second factor that a tenant asks for.
    let input = UpdateTenant {
        second_factor_required: Some(true),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&stand.db, &olga, None, input)
        .await
        .unwrap();
    browser.goto(&format!("{portal}/console/people")).await;
    browser.wait_until_it_says("Invite a person", WAIT).await;
    by_password(browser, portal, "/console/people").await;
    browser.wait_until_it_says("You have a passkey", WAIT).await;
    browser.press_button("Use a passkey").await;
    browser.wait_until_it_says("Invite a person", WAIT).await;

    // As the proof that is asked for again.
    for _ in 0..3 {
        stand.hand.advance(Duration::from_secs(300));
        browser.goto(&format!("{portal}/console/people")).await;
    }
    browser
        .type_into("input[name=email]", "ana@acme.test")
        .await;
    browser.press_button("Invite").await;
    browser
        .wait_until_it_says("Confirm that it is you", WAIT)
        .await;
    browser.press_button("Use a passkey").await;
    browser.wait_until_it_says("Invitation sent", WAIT).await;
    browser.wait_until_it_says("ana@acme.test", WAIT).await;

    // Taken out, it opens nothing; the device still has it.
    browser.goto(&format!("{portal}/account/passkeys")).await;
    browser.press_button("Remove").await;
    browser.wait_until_it_says("Passkey removed", WAIT).await;
    browser.forget().await;
    browser.goto(&format!("{portal}/login")).await;
    browser.press_button("Use a passkey").await;
    browser
        .wait_until_it_says("This passkey was not accepted", WAIT)
        .await;
    let known = json!({ "authenticatorId": device });
    let left = cdp(browser, "WebAuthn.getCredentials", known).await;
    assert_eq!(left["credentials"].as_array().unwrap().len(), 1);
    let faults = browser.faults().await;
    let grave: Vec<_> = faults
        .iter()
        .filter(|fault| !fault.contains("422") && !fault.contains("403"))
        .collect();
    assert!(grave.is_empty(), "{grave:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_signs_in_without_a_password_and_is_a_second_factor_in_a_browser() {
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; passkeys were not tried in a browser");
        return;
    };
    let stand = Stand::new().await;
    let bound = bound(&stand);
    let portal = bound.public_url().to_string();
    let supervisor = Supervisor::new();
    tokio::select! {
        ended = bound.serve(&supervisor) => panic!("the portal ended: {:?}", ended.is_ok()),
        () = drive(&stand, &browser, &portal) => {}
    }
    browser.quit().await;
}

#[tokio::test]
async fn where_browsers_know_no_passkeys_none_is_offered() {
    // The public URL of this stand has no name.
    let stand = Stand::new().await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    let page = olga.get("/account/passkeys").await;
    assert!(
        page.body.contains("only at an https address"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("data-passkey="));
    assert_eq!(
        olga.post("/account/passkeys/options", &[]).await.status,
        404
    );
    assert!(
        !stand
            .window()
            .get("/login")
            .await
            .body
            .contains("data-passkey=")
    );
}

#[tokio::test]
async fn a_browser_without_script_is_told_what_it_takes() {
    let stand = Stand::with(&[("GATEHOUSE_PORTAL__PUBLIC_URL", "http://localhost:8080")]).await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    olga.get("/account/passkeys").await;
    let fields = [("name", "Laptop"), ("passkey", "")];
    let refused = olga.post("/account/passkeys", &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused
            .body
            .contains("a current browser that runs the script")
    );
    assert!(
        refused.body.contains("value=\"Laptop\""),
        "what was typed is kept"
    );
    let refused = olga.post("/login/passkey", &[("passkey", "{}")]).await;
    assert_eq!(refused.status, 422);
    // Nobody's rows are reached by guessing.
    let path = "/account/passkeys/00000000-0000-7000-8000-000000000000/remove";
    assert_eq!(olga.post(path, &[]).await.status, 404);
}
