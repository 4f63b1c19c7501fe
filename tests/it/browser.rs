//! The road from sign-up to the first call in a real browser, with script and without.

use std::process::Stdio;
use std::time::{Duration, Instant};

use gatehouse_harness::TestUpstream;
use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::PASSWORD;
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, eventually, skipped};
use serde_json::json;

use crate::GATEHOUSE;

/// Without script the waiting page reloads itself every five seconds.
const ARRIVAL: Duration = PATIENCE;

/// From the first page of somebody who has just signed in to their own first call, with an approver who is not waited for.
const ALONE_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test]
async fn somebody_goes_from_sign_up_to_first_call_received_in_a_browser() {
    println!("{}", first_call(true, "Scripted").await);
}

#[tokio::test]
async fn somebody_goes_the_same_way_with_javascript_switched_off() {
    println!("{}", first_call(false, "Scriptless").await);
}

/// Tells how long it took from signed in to the first call; nothing without a browser.
async fn first_call(javascript: bool, name: &str) -> String {
    let Some(browser) = Browser::open(javascript).await else {
        skipped("chromium and chromedriver are not on PATH; the road in a browser was not tried");
        return String::new();
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant(name).await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let approver = tenant.approver(&format!("{name}-Olga")).await;
    let portal = format!("{}{}", stack.portal_url(), tenant.prefix);

    sign_up(&browser, &stack, &portal, name).await;
    let signed_in = Instant::now();
    assert_eq!(
        browser.runs_script().await,
        javascript,
        "the browser is set up as the test says"
    );
    let request = ask_for_access(&browser, &portal).await;
    let (_, subscription) = request.rsplit_once('/').unwrap();
    approver
        .approve(subscription.split('?').next().unwrap())
        .await;
    if !javascript {
        browser.goto(&request).await;
    }
    browser.wait_until_it_says("Active", ARRIVAL).await;
    browser.press("Create key").await;
    browser.wait_until_it_says("Create a key", ARRIVAL).await;
    browser.press_button("Create key").await;
    browser
        .wait_until_it_says("Waiting for your first call", ARRIVAL)
        .await;
    let key = browser.value_of("input#key").await;
    assert!(key.starts_with("gth_live_"), "{key}");
    let command = browser.text_of("main pre").await;
    assert!(command.contains(&key), "{command}");
    let answered = paste(&command).await;
    assert!(
        answered.contains("/pets"),
        "the pasted command reached the backend: {answered}"
    );
    // The same tab, untouched.
    browser
        .wait_until_it_says("First call received, 200 in", ARRIVAL)
        .await;
    let took = signed_in.elapsed();
    assert!(cfg!(debug_assertions) || took < ALONE_WITHIN, "{took:?}");
    let steps = browser.text_of("#steps").await;
    assert!(
        steps.contains("200 in") && !steps.contains("Waiting"),
        "the steps beside it know it too: {steps}"
    );
    browser.press("I have stored it").await;
    browser
        .wait_until_it_says("It was shown once", ARRIVAL)
        .await;
    assert!(
        !browser.source().await.contains(&key),
        "the page has forgotten the key"
    );
    calls_show_in_usage(&browser, &tenant).await;
    assert_eq!(
        browser.faults().await,
        Vec::<String>::new(),
        "neither script nor the content policy complained"
    );
    browser.quit().await;
    format!("javascript: {javascript}; from signed in to the first call: {took:.1?}")
}

async fn sign_up(browser: &Browser, stack: &TestStack, portal: &str, name: &str) {
    let email = format!("{}@browsers.test", name.to_lowercase());
    browser.goto(&format!("{portal}/signup")).await;
    browser.type_into("input[name=name]", name).await;
    browser.type_into("input[name=email]", &email).await;
    browser.type_into("input[name=password]", PASSWORD).await;
    browser.press("Create account").await;
    browser.wait_until_it_says("Check your mail", ARRIVAL).await;
    let link = stack.mailbox().link_to(&email, "/verify/").await;
    browser.goto(&link).await;
    browser.press("Confirm e-mail").await;
    browser.wait_until_it_says("Petstore", ARRIVAL).await;
}

/// Gives the address of the request's page.
async fn ask_for_access(browser: &Browser, portal: &str) -> String {
    browser.press("Petstore").await;
    browser.wait_until_it_says("Plans", ARRIVAL).await;
    browser.press("Request access").await;
    browser.wait_until_it_says("One form", ARRIVAL).await;
    browser
        .click("label:has(input[name=plan][value=gold])")
        .await;
    browser
        .type_into("input[name=app_name]", "Mobile checkout")
        .await;
    browser
        .type_into("textarea[name=purpose]", "Orders on the phone.")
        .await;
    browser.press_button("Request access").await;
    browser
        .wait_until_it_says("Waiting for a decision", ARRIVAL)
        .await;
    let request = browser.at().await;
    assert!(
        request.starts_with(&format!("{portal}/requests/sub_")),
        "{request}"
    );
    request
}

/// Pastes a command into a shell.
pub(crate) async fn paste(command: &str) -> String {
    let command = command.to_owned();
    let run = move || {
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", &command])
            .env("no_proxy", "127.0.0.1")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        shell.output().expect("a shell")
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn calls_show_in_usage(browser: &Browser, tenant: &Tenant<'_>) {
    browser.press("See it in usage").await;
    let usage = browser.at().await;
    assert!(
        usage.contains(&format!("{}/applications/", tenant.prefix)),
        "{usage}"
    );
    eventually(ARRIVAL, "the usage page counts the call", async || {
        browser.goto(&usage).await;
        let said = browser.says().await;
        if said.contains("/pets") {
            Ok(())
        } else {
            Err(said)
        }
    })
    .await;
}
