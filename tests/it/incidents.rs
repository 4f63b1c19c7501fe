//! Incidents, from the command line to the pages, the feed and the mail of who uses the API.

use gatehouse_harness::callers::{Cli, Wish};
use gatehouse_harness::{TestStack, TestUpstream};

use crate::GATEHOUSE;

#[tokio::test]
async fn an_incident_of_the_command_line_reaches_pages_feed_and_mail() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Troubled").await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let dev = tenant.developer("Dita").await;
    dev.request(Wish {
        api: "petstore",
        plan: "open",
        environment: "production",
        application: "Shop",
    })
    .await;
    let open = [
        "incident",
        "open",
        "Pets are slow",
        "--impact",
        "degraded",
        "--api",
        "petstore",
        "--text",
        "We **look**.",
    ];
    let opened = cli.json(&open).await;
    assert_eq!(opened["number"], 1, "{opened}");
    assert_eq!(opened["apis"][0]["slug"], "petstore", "{opened}");
    let link = stack
        .mailbox()
        .link_to(&dev.email, "/status/incidents/1")
        .await;
    let page = dev.portal.get(&link).await;
    page.assert_status(200).assert_says("Pets are slow");
    let status = dev.portal.get("/status").await;
    status.assert_status(200).assert_says("Open incidents");
    let api = dev.portal.get("/apis/petstore").await;
    api.assert_says("Pets are slow");
    let inbox = dev.portal.get("/inbox").await;
    inbox.assert_says("Degraded: Pets are slow");
    // The feed tells everybody the same: of public APIs.
    let public = ["api", "update", "petstore", "--visibility", "public"];
    cli.json(&public).await;
    let feed = dev.portal.get_once("/status/feed").await;
    feed.assert_status(200);
    assert!(
        feed.text()
            .contains("<title>Investigating: Pets are slow</title>"),
        "{}",
        feed.text()
    );

    let update = |state| {
        [
            "incident",
            "update",
            "1",
            "--state",
            state,
            "--text",
            "It is over.",
        ]
    };
    let over = cli.json(&update("resolved")).await;
    assert_eq!(over["state"], "resolved", "{over}");
    let refused = cli.run(&update("monitoring")).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("Open a new one"), "{refused:?}");
    let shown = cli.json(&["incident", "show", "1"]).await;
    assert_eq!(shown["newest"]["text"], "It is over.", "{shown}");
    let said = cli.json(&["incident", "updates", "1"]).await;
    assert_eq!(said[0]["state"], "resolved", "{said}");
    assert_eq!(said.as_array().unwrap().len(), 2, "{said}");
    for (asked, found) in [("--open", 0), ("--resolved", 1)] {
        let listed = cli.json(&["incident", "list", asked]).await;
        assert_eq!(listed.as_array().unwrap().len(), found, "{listed}");
    }
    let listed = cli.json(&["incident", "list", "--api", "petstore"]).await;
    assert_eq!(listed[0]["number"], 1, "{listed}");
    let unknown = cli.run(&update("over")).await;
    unknown.assert_code(2);
    let api = dev.portal.get("/apis/petstore").await;
    assert!(!api.has("a[href$='/status/incidents/1']"), "{api}");
}
