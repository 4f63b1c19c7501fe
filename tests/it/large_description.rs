//! GitHub's own description, 13 MB and more than a thousand operations.

use std::path::Path;
use std::time::{Duration, Instant};

use gatehouse_harness::callers::Portal;
use gatehouse_harness::html::Page;
use gatehouse_harness::{TestStack, skipped};

use crate::GATEHOUSE;

/// From the npm package `@octokit/openapi`; see docs/ci.md for how it gets there.
const DESCRIPTION: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/npm/node_modules/@octokit/openapi/generated/api.github.com.json"
);

/// Server time of any operation page, in a release build.
const PAGE_MAX: Duration = Duration::from_millis(15);

#[tokio::test]
async fn the_description_of_github_is_published_and_its_operation_pages_render() {
    let file = Path::new(DESCRIPTION);
    if !file.exists() {
        skipped("@octokit/openapi is not under target/npm; GitHub's description was not tried");
        return;
    }
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Octo").await;
    let ci = tenant.ci().await;
    let published = ci
        .publish(
            stack.program(),
            file,
            "github",
            "v3",
            &["--create", "-o", "json"],
        )
        .await;
    let report: serde_json::Value =
        serde_json::from_str(&published.assert_success().stdout).unwrap();
    assert!(report["operations"].as_u64().unwrap() > 1_000, "{report}");

    let developer = tenant.developer("Hub").await;
    let reference = developer.portal.get("/apis/github/v3/reference").await;
    reference.assert_status(200);
    let operations = operation_links(&developer.portal, &reference).await;
    assert!(operations.len() > 50, "{operations:?}");
    for path in spread(&operations, 12) {
        let began = Instant::now();
        let page = developer.portal.get(path).await;
        let took = began.elapsed();
        page.assert_status(200);
        assert!(!page.text_of("main h1").is_empty());
        if !cfg!(debug_assertions) {
            assert!(took < PAGE_MAX, "{path} took {took:?}");
        }
    }
}

/// The operations of the first group and of a few others.
async fn operation_links(portal: &Portal, reference: &Page) -> Vec<String> {
    let mut links = reference.attributes("main a[href*='/reference/']", "href");
    let groups = reference.attributes("main section p a[href*='/reference']", "href");
    assert!(groups.len() > 20, "{reference}");
    for group in spread(&groups, 5) {
        let group = portal.get(group).await;
        links.extend(group.attributes("main a[href*='/reference/']", "href"));
    }
    links
}

/// So many of them, evenly spread.
fn spread(all: &[String], count: usize) -> impl Iterator<Item = &str> {
    all.iter()
        .step_by((all.len() / count).max(1))
        .map(String::as_str)
}
