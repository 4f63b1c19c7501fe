//! Every page that the demo's people can reach, before axe and on a narrow screen.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::time::Duration;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::skipped;
use gatehouse_harness::wait::PATIENCE;

use crate::supervisor::{printed_portal, start};

/// From the npm package `axe-core`, as `.ci/run` puts it there.
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/npm/node_modules/axe-core/axe.min.js"
);

/// WCAG 2.0 to 2.2, A and AA, and what axe calls best practice.
const RULES: &str =
    r#"{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}"#;

/// What the dark look can change: the structure is the same.
const COLOURS: &str =
    r#"{runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}}"#;

/// The narrowest page that may not scroll sideways (WCAG 1.4.10), in CSS pixels.
const NARROW: u32 = 320;
const WIDE: u32 = 1440;

const WAIT: Duration = PATIENCE;

#[tokio::test]
async fn every_page_of_the_demo_is_accessible_in_both_looks_and_fits_a_narrow_screen() {
    let Ok(axe) = std::fs::read_to_string(AXE) else {
        skipped("axe-core is not under target/npm; no page was held against it");
        return;
    };
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; no page was held against axe");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let demo = start("demo", &folder.path().join("demo"), "pages").await;
    let mut eye = Eye {
        browser,
        axe,
        portal: printed_portal(&demo),
        kinds: BTreeSet::new(),
        findings: Vec::new(),
    };
    eye.everything_as("nobody", &["/", "/login", "/signup", "/nowhere"])
        .await;
    eye.sign_in("dev@demo.test").await;
    eye.a_key_just_made("dev").await;
    eye.everything_as("dev", &["/"]).await;
    eye.sign_in("admin@demo.test").await;
    eye.everything_as("admin", &["/console", "/platform/tenants"])
        .await;
    assert!(
        eye.kinds.len() > 80,
        "the pages were found: {:#?}",
        eye.kinds
    );
    assert!(
        eye.findings.is_empty(),
        "{} findings:\n{}",
        eye.findings.len(),
        eye.findings.join("\n")
    );
    let faults = eye.browser.faults().await;
    // The page that does not exist is one of the pages.
    let others = faults.iter().filter(|fault| !fault.contains("404"));
    assert_eq!(others.count(), 0, "{faults:#?}");
    eye.browser.quit().await;
}

struct Eye {
    browser: Browser,
    axe: String,
    portal: String,
    /// Who saw which kind of page.
    kinds: BTreeSet<String>,
    findings: Vec<String>,
}

impl Eye {
    async fn sign_in(&self, email: &str) {
        self.browser.forget().await;
        self.browser.look(WIDE, "light").await;
        self.browser.goto(&format!("{}/login", self.portal)).await;
        self.browser
            .click(&format!("button[value=\"{email}\"]"))
            .await;
        self.browser.wait_until_it_left("/login").await;
    }

    /// The page of a key exists once: it is looked at when it is made.
    async fn a_key_just_made(&mut self, who: &str) {
        let applications = format!("{}/applications", self.portal);
        self.browser.goto(&applications).await;
        self.browser.press("Storefront").await;
        self.browser.press("Create key").await;
        self.browser.wait_until_it_says("Create a key", WAIT).await;
        self.browser.press_button("Create key").await;
        self.browser
            .wait_until_it_says("Make your first call", WAIT)
            .await;
        self.look_at(&format!("{who} a key just made")).await;
    }

    /// Follows every link to a kind of page that this person has not seen.
    async fn everything_as(&mut self, who: &str, starts: &[&str]) {
        let mut ahead: VecDeque<String> = starts
            .iter()
            .map(|path| format!("{}{path}", self.portal))
            .collect();
        while let Some(address) = ahead.pop_front() {
            let path = address[self.portal.len()..].to_owned();
            let kind = kind_of(&path);
            // A description is a download, and a text no page.
            let is_page = !["/spec", "/llms.txt", "/export", ".atom"]
                .iter()
                .any(|end| kind.ends_with(end));
            if !is_page || !self.kinds.insert(format!("{who} {kind}")) {
                continue;
            }
            self.browser.look(WIDE, "light").await;
            self.browser.goto(&address).await;
            let links: Vec<String> = self
                .browser
                .run("done([...document.links].map((link) => link.href))")
                .await;
            let inside = |link: &String| link.starts_with(&format!("{}/", self.portal));
            ahead.extend(links.into_iter().filter(inside));
            self.look_at(&format!("{who} {path}")).await;
        }
    }

    /// The open page, light and dark, wide and narrow.
    async fn look_at(&mut self, page: &str) {
        self.hold_against_axe(page, "light", RULES).await;
        self.browser.look(WIDE, "dark").await;
        self.hold_against_axe(page, "dark", COLOURS).await;
        self.browser.look(NARROW, "light").await;
        let width: u32 = self
            .browser
            .run("done(document.documentElement.scrollWidth)")
            .await;
        if width > NARROW {
            self.findings
                .push(format!("{page}: {width} px wide where there are {NARROW}"));
        }
    }

    async fn hold_against_axe(&mut self, page: &str, look: &str, rules: &str) {
        let script = format!(
            r#"{}
            const words = (found) => found.violations.map((one) => one.id + ": " + one.help + " " + one.nodes[0].html.slice(0, 200));
            axe.run(document, {rules}).then((found) => done(words(found)), (error) => done([String(error)]));"#,
            self.axe
        );
        let found: Vec<String> = self.browser.run(&script).await;
        let told = found
            .into_iter()
            .map(|one| format!("{page}, {look}: {one}"));
        self.findings.extend(told);
    }
}

/// The kind of page at a path: names, ids and the query fall away.
pub(crate) fn kind_of(path: &str) -> String {
    const NAMED: [&str; 29] = [
        "apis",
        "applications",
        "requests",
        "keys",
        "people",
        "teams",
        "gateways",
        "plans",
        "versions",
        "upstreams",
        "reference",
        "outbox",
        "errors",
        "tenants",
        "subscriptions",
        "invite",
        "verify",
        "reset",
        "setup",
        "t",
        "changes",
        "tokens",
        "releases",
        "configuration",
        "roles",
        "webhooks",
        "deliveries",
        "lint",
        "ci-trusts",
    ];
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut named = false;
    let words: Vec<&str> = Path::new(path)
        .iter()
        .filter_map(|word| word.to_str())
        .map(|word| {
            let kept = !named || matches!(word, "new" | "decided");
            named = NAMED.contains(&word);
            if kept { word } else { "*" }
        })
        .collect();
    // The first tenant's pages stand with and without its prefix.
    words.join("/").replace("/t/*", "")
}
