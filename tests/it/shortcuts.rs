//! Keys that decide requests and lead from page to page, how they are switched off, and the warning before a session ends.

use std::time::Duration;

use gatehouse_harness::TestUpstream;
use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::PASSWORD;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, eventually, skipped};
use serde_json::json;

use crate::GATEHOUSE;
use crate::budgets::others;

const WAIT: Duration = PATIENCE;
const TICKED: &str = "main tbody input[name=request]:checked";

/// How many elements match now.
async fn count(browser: &Browser, css: &str) -> usize {
    browser
        .value(&format!("document.querySelectorAll({}).length", json!(css)))
        .await
}

/// Waits until so many elements match.
async fn shows(browser: &Browser, css: &str, wanted: usize) {
    eventually(WAIT, css, async || match count(browser, css).await {
        found if found == wanted => Ok(()),
        found => Err(format!("{found} match, not {wanted}")),
    })
    .await;
}

#[tokio::test]
async fn requests_are_decided_by_single_keys_until_they_are_switched_off() {
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; no key was pressed");
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Keyboard").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    others(&root, 4, 0).await;
    let approver = tenant.approver("Keyboard-Ana").await;
    let portal = format!("{}{}", stack.portal_url(), tenant.prefix);
    browser.goto(&format!("{portal}/login")).await;
    browser
        .type_into("input[name=email]", &approver.email)
        .await;
    browser.type_into("input[name=password]", PASSWORD).await;
    browser.press_button("Continue").await;
    browser.wait_until_it_left("/login").await;

    browser.goto(&format!("{portal}/console")).await;
    browser.type_keys("gr").await;
    let rows = "main tbody input[name=request]";
    shows(&browser, rows, 4).await;
    // Nobody is on a row: nothing is decided.
    browser.type_keys("ax").await;
    assert_eq!(count(&browser, TICKED).await, 0);
    // The second row, then back to the first, which is approved.
    browser.type_keys("jjk").await;
    browser.type_keys("a").await;
    browser.wait_until_it_says("Approved", WAIT).await;
    shows(&browser, rows, 3).await;
    // Two are rejected: without a reason its field is where the keys go, and there they are letters.
    browser.type_keys("jxjx").await;
    assert_eq!(count(&browser, TICKED).await, 2);
    browser.type_keys("r").await;
    browser.type_keys("jax, not now").await;
    assert_eq!(browser.value_of("#f-reason").await, "jax, not now");
    browser.click(TICKED).await;
    browser.type_keys("r").await;
    browser
        .wait_until_it_says("Rejected by mistake?", WAIT)
        .await;
    shows(&browser, rows, 2).await;

    browser.type_keys("?").await;
    browser.wait_until_it_says("Keyboard shortcuts", WAIT).await;
    browser.press_button("Off").await;
    let pressed = "button[name=shortcuts][value=off][aria-pressed=true]";
    shows(&browser, pressed, 1).await;
    browser.goto(&format!("{portal}/console/requests")).await;
    browser.type_keys("jx/").await;
    assert_eq!(count(&browser, TICKED).await, 0);
    let focused: String = browser.value("document.activeElement.tagName").await;
    assert_eq!(focused, "BODY");

    // The tab was left alone for thirteen minutes.
    let ending = "#ending:not([hidden])";
    assert_eq!(count(&browser, ending).await, 0);
    let wait = "(now => { Date.now = () => now() + 13 * 60000; return 1; })(Date.now)";
    let _: u32 = browser.value(wait).await;
    shows(&browser, ending, 1).await;
    browser.click("#ending button").await;
    shows(&browser, ending, 0).await;
    // Another tab of the same session asks for something.
    let _: u32 = browser.value(wait).await;
    shows(&browser, ending, 1).await;
    browser.beside(&format!("{portal}/inbox")).await;
    shows(&browser, ending, 0).await;
    // Of a session that is over the page is opened anew, and leads to the sign-in.
    let _: u32 = browser.value(wait).await;
    shows(&browser, ending, 1).await;
    browser.forget().await;
    browser.click("#ending button").await;
    shows(&browser, "input[name=password]", 1).await;
    browser.quit().await;
}
