//! A file that is tried from the page of an operation in a real browser, with script and without.

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{PASSWORD, Wish};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, skipped};
use serde_json::json;

use crate::GATEHOUSE;

const FILE: &str = "#try input[type=file]";
const SEND: &str = "#try button.fill";

#[tokio::test]
async fn somebody_tries_a_file_in_a_browser() {
    file_is_tried(true, "Filer").await;
}

#[tokio::test]
async fn somebody_tries_a_file_with_javascript_switched_off() {
    file_is_tried(false, "Plainfiler").await;
}

async fn file_is_tried(javascript: bool, name: &str) {
    let Some(browser) = Browser::open(javascript).await else {
        skipped("chromium and chromedriver are not on PATH; no file was tried in a browser");
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant(name).await;
    let root = tenant.root().await;
    let description = json!({
        "openapi": "3.1.0", "info": {"title": "Photos", "version": "1"},
        "servers": [{"url": upstream.url()}],
        "paths": {"/photos": {"post": {"operationId": "sendPhoto", "summary": "Send a photo",
            "requestBody": {"required": true, "content": {"multipart/form-data": {
                "schema": {"type": "object", "required": ["photo"], "properties": {
                    "note": {"type": "string"}, "photo": {"type": "string", "format": "binary"}}}}}},
            "responses": {"200": {"description": "Well"}}}}},
    });
    root.upload("photos", "v1", description.to_string())
        .await
        .assert_ok();
    root.add_plan("photos", "open", "auto", &json!([])).await;
    let developer = tenant.developer(name).await;
    let wish = Wish {
        api: "photos",
        plan: "open",
        environment: "production",
        application: "Album",
    };
    developer.request(wish).await;
    // Made after it: once this one is in force, so is the developer's.
    root.grant(&tenant.slug, "Later", "photos", "open", "production")
        .await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my \"cat\".png");
    std::fs::write(&file, b"\x89PNG\r\n\x00\xff").expect("a file");
    let file = file.to_str().expect("a path of text");

    let portal = format!("{}{}", stack.portal_url(), tenant.prefix);
    browser.goto(&format!("{portal}/login")).await;
    browser
        .type_into("input[name=email]", &developer.email)
        .await;
    browser.type_into("input[name=password]", PASSWORD).await;
    browser.press_button("Continue").await;
    browser.wait_until_it_left("/login").await;
    assert_eq!(browser.runs_script().await, javascript);
    browser
        .goto(&format!("{portal}/apis/photos/v1/reference/sendPhoto"))
        .await;
    browser
        .type_into("#try input[name='body.note']", "A cat")
        .await;
    browser.type_into(FILE, file).await;
    browser.click(SEND).await;
    // Production is asked about once, and no browser keeps a file in a form that is shown again.
    browser
        .wait_until_it_says("Choose the file again", PATIENCE)
        .await;
    assert_eq!(upstream.count(), 0, "nothing was sent yet");
    assert_eq!(
        browser.value_of("#try input[name='body.note']").await,
        "A cat"
    );
    browser.type_into(FILE, file).await;
    browser.click(SEND).await;
    // The same words stand in the list of answers that the description could give.
    browser
        .wait_until_it_shows(".try-outcome", "200 OK", PATIENCE)
        .await;

    let received = upstream.received();
    let [call] = received.as_slice() else {
        panic!("one call: {received:?}");
    };
    let body = String::from_utf8_lossy(&call.body);
    assert!(body.contains("name=\"note\"\r\n\r\nA cat\r\n"), "{body}");
    assert!(
        body.contains("name=\"photo\"; filename=\"my %22cat%22.png\"\r\nContent-Type: image/png"),
        "{body}"
    );
    let content = b"\r\n\r\n\x89PNG\r\n\x00\xff\r\n";
    assert!(
        call.body
            .windows(content.len())
            .any(|bytes| bytes == content),
        "{body}"
    );
    assert_eq!(browser.faults().await, Vec::<String>::new());
    browser.quit().await;
}
