//! A tenant's colour, logo and words: from the command line onto the pages that a browser shows in either theme.

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::Cli;
use gatehouse_harness::{TestStack, skipped};
use serde_json::Value;

use crate::GATEHOUSE;
use crate::axe::Axe;

/// One pixel.
pub(crate) const PNG: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\
    \x00\x00\x00\x0bIDATx\x9cc\xf8\x0f\x04\x00\x09\xfb\x03\xfd\xfb^k+\x00\x00\x00\x00IEND\xaeB`\x82";

#[tokio::test]
async fn the_colour_is_refused_with_the_nearest_and_what_is_set_is_shown_and_taken_away() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Branded").await;
    let cli = Cli::new(&stack, tenant.root().await);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (logo, welcome) = (
        file("logo.png", PNG),
        file("welcome.md", b"Build *with* us."),
    );

    let refused = cli.run(&["branding", "set", "--accent", "#ffcc00"]).await;
    refused.assert_code(1);
    let (_, nearest) = refused.stderr.rsplit_once("has enough is ").unwrap();
    let nearest = &nearest[..7];
    let set = [
        "branding",
        "set",
        "--accent",
        nearest,
        "--logo",
        &logo,
        "--welcome-file",
        &welcome,
    ];
    let now = cli.json(&set).await;
    assert_eq!(now["accent"], nearest);
    assert_eq!(now["logo"]["media_type"], "image/png");
    let shown = cli.done(&["branding", "get"]).await;
    assert!(
        shown.contains(nearest) && shown.contains("Build *with* us."),
        "{shown}"
    );
    let drawing = file("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    let refused = cli.run(&["branding", "set", "--logo", &drawing]).await;
    refused.assert_code(1);
    assert!(
        refused.stderr.contains("exported as PNG"),
        "{}",
        refused.stderr
    );
    cli.run(&["branding", "set"]).await.assert_code(2);

    look(
        &format!("{}{}/", stack.portal_url(), tenant.prefix),
        nearest,
    )
    .await;

    let gone = cli
        .json(&[
            "branding",
            "set",
            "--no-accent",
            "--no-logo",
            "--no-welcome",
        ])
        .await;
    for member in ["accent", "logo", "welcome"] {
        assert_eq!(gone[member], Value::Null, "{member}");
    }
}

/// The start page in a browser: its link has the colour, its logo is drawn, and axe finds nothing in either theme.
async fn look(start: &str, accent: &str) {
    let Some(browser) = Browser::open(true).await else {
        skipped(
            "chromium and chromedriver are not on PATH; no page was looked at in a tenant's colour",
        );
        return;
    };
    browser.goto(start).await;
    let axe = Axe::find();
    if axe.is_none() {
        skipped(
            "axe-core is not under target/npm; no page in a tenant's colour was held against it",
        );
    }
    let mut colours = Vec::new();
    for scheme in ["light", "dark"] {
        browser.look(1440, scheme).await;
        let colour: String = browser
            .run("done(getComputedStyle(document.querySelector('.actions .btn.fill')).backgroundColor)")
            .await;
        colours.push(colour);
        if let Some(axe) = &axe {
            let found = axe.judge(&browser).await;
            assert!(found.is_empty(), "{scheme}: {found:#?}");
        }
    }
    let part = |place: usize| u8::from_str_radix(&accent[place..place + 2], 16).unwrap();
    let light = format!("rgb({}, {}, {})", part(1), part(3), part(5));
    assert_eq!(colours[0], light);
    assert_ne!(colours[1], light, "dark pages have a lighter shade");
    let drawn: u32 = browser
        .run("done(document.querySelector('img.mark').naturalWidth)")
        .await;
    assert_eq!(drawn, 1, "the logo is drawn");
    assert!(browser.text_of("main").await.contains("Build with us."));
    browser.quit().await;
}
