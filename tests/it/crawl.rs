//! Every page that the demo's people can reach, in a real browser: before axe, on a narrow screen, and within its budgets.
//!
//! The suite opens each kind of page once as each person, in a look that changes with the commit. `cargo xtask crawl` opens
//! each in every look, several times, and holds the budgets of time as well.

mod budgets;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use gatehouse_harness::browser::Browser;
use gatehouse_harness::skipped;
use gatehouse_harness::wait::PATIENCE;
use http::header::{ACCEPT_ENCODING, COOKIE};

use self::budgets::{Cost, Costs, MAY_BE_MISSING};
use crate::axe::Axe;
use crate::supervisor::{printed_portal, start};

/// The narrowest page that may not scroll sideways (WCAG 1.4.10), in CSS pixels.
const NARROW: u32 = 320;
const WIDE: u32 = 1440;

/// How a page is looked at: its width in CSS pixels, the colours that the system asks for, and the language.
#[derive(Debug, Clone, Copy)]
struct Look(u32, &'static str, &'static str);

/// The other language is not a fifth look at the same words: they are longer, and may not fit.
const LOOKS: [Look; 6] = [
    Look(WIDE, "light", "en"),
    Look(WIDE, "dark", "en"),
    Look(NARROW, "light", "en"),
    Look(NARROW, "dark", "en"),
    Look(WIDE, "light", "de"),
    Look(NARROW, "dark", "de"),
];

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(width, scheme, language) = self;
        write!(f, "{language} {scheme} {width} px")
    }
}

const WAIT: Duration = PATIENCE;

/// Whom the demo offers to sign in as, and where they begin.
const PEOPLE: [(&str, &str, &[&str]); 5] = [
    ("developer", "dev", &["/"]),
    ("owner", "publisher", &["/", "/console"]),
    ("approver", "approver", &["/", "/console"]),
    ("operator", "ops", &["/", "/console"]),
    ("admin", "admin", &["/", "/console", "/platform/tenants"]),
];

/// Whether `cargo xtask crawl` asks.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn is_whole() -> bool {
    std::env::var_os("GATEHOUSE_CRAWL").is_some()
}

/// Where a picture of every page is to be put, if anywhere.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn pictures() -> Option<PathBuf> {
    std::env::var_os("GATEHOUSE_CRAWL_PICTURES").map(PathBuf::from)
}

#[tokio::test]
async fn every_page_of_the_demo_is_accessible_in_each_look_and_within_its_budgets() {
    let Some(axe) = Axe::find() else {
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
        whole: is_whole(),
        pictures: pictures(),
        commit: commit(),
        kinds: BTreeSet::new(),
        beside: reqwest::Client::builder()
            .no_gzip()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client"),
        costs: Costs::default(),
        findings: Vec::new(),
    };
    eye.everything_as("nobody", &["/", "/login", "/signup", "/nowhere"])
        .await;
    for (who, handle, starts) in PEOPLE {
        eye.sign_in(&format!("{handle}@demo.test")).await;
        if who == "developer" {
            eye.a_key_just_made(who).await;
        }
        eye.everything_as(who, starts).await;
    }
    println!("{}", eye.costs.table());
    assert!(
        eye.kinds.len() > 250,
        "{} pages were found: {:#?}",
        eye.kinds.len(),
        eye.kinds
    );
    eye.findings.extend(eye.costs.beyond(eye.whole));
    assert!(
        eye.findings.is_empty(),
        "{} findings:\n{}",
        eye.findings.len(),
        eye.findings.join("\n")
    );
    let faults = eye.browser.faults().await;
    let excused = |fault: &str| {
        fault.contains("403") || MAY_BE_MISSING.iter().any(|path| fault.contains(path))
    };
    let others = faults.iter().filter(|fault| !excused(fault));
    assert_eq!(others.count(), 0, "{faults:#?}");
    eye.browser.quit().await;
}

/// What is checked out, so that each commit has its pages looked at in other looks than the one before.
fn commit() -> String {
    let asked = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let told = asked.ok().filter(|told| told.status.success());
    told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned())
        .unwrap_or_default()
}

struct Eye {
    browser: Browser,
    axe: Axe,
    portal: String,
    /// Every look, and the budgets of time.
    whole: bool,
    /// Where each kind of page is pictured in each look, for the first who sees it.
    pictures: Option<PathBuf>,
    commit: String,
    /// Who saw which kind of page.
    kinds: BTreeSet<String>,
    /// Asks for each page again, beside the browser.
    beside: reqwest::Client,
    costs: Costs,
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
        for Look(width, scheme, _) in self.looks("a key just made") {
            // It stays in the language that it came in.
            let look = Look(width, scheme, "en");
            self.dress(look).await;
            self.look_at("/keys/made", who, "a key just made", look)
                .await;
        }
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
            let is_page = !["/spec", "/llms.txt", "/export", ".atom", "/feed"]
                .iter()
                .any(|end| kind.ends_with(end));
            if !is_page || !self.kinds.insert(format!("{who} {kind}")) {
                continue;
            }
            for look in self.looks(&format!("{who} {kind}")) {
                self.dress(look).await;
                self.browser.goto(&address).await;
                let mut cost = self.cost().await;
                if self.whole {
                    cost = cost.answered_in(self.asked_again(&address).await);
                }
                self.costs.add(&kind, cost);
                let links: Vec<String> = self
                    .browser
                    .run("done([...document.links].map((link) => link.href))")
                    .await;
                let inside = |link: &String| link.starts_with(&format!("{}/", self.portal));
                ahead.extend(links.into_iter().filter(inside));
                self.look_at(&kind, who, &path, look).await;
            }
        }
    }

    /// Has the next page come in this look.
    async fn dress(&self, Look(width, scheme, language): Look) {
        self.browser.look(width, scheme).await;
        self.browser.speak(&self.portal, language).await;
    }

    /// The looks that a page is opened in: all, or one by the page and the commit.
    fn looks(&self, page: &str) -> Vec<Look> {
        if self.whole {
            return LOOKS.to_vec();
        }
        let mut hasher = DefaultHasher::new();
        (page, &self.commit).hash(&mut hasher);
        let number = hasher.finish() % LOOKS.len() as u64;
        vec![LOOKS[usize::try_from(number).unwrap_or_default()]]
    }

    /// What the open page cost, as the browser saw it.
    async fn cost(&self) -> Cost {
        self.browser.run(budgets::MEASURE).await
    }

    /// How long the server takes to begin its answer to a client that runs nothing else, as whoever is signed in.
    async fn asked_again(&self, address: &str) -> Duration {
        let request = self
            .beside
            .get(address)
            .header(ACCEPT_ENCODING, "gzip")
            .header(COOKIE, self.browser.cookie_line().await);
        let began = Instant::now();
        let answer = request.send().await.expect("the portal answers");
        let took = began.elapsed();
        answer.bytes().await.expect("the whole page");
        took
    }

    /// The open page before axe, and on a narrow screen.
    async fn look_at(&mut self, kind: &str, who: &str, page: &str, look: Look) {
        self.picture(kind, look).await;
        let found = self.axe.judge(&self.browser).await;
        let told = found.into_iter();
        self.findings
            .extend(told.map(|one| format!("{who} {page}, {look}: {one}")));
        self.browser.look(NARROW, look.1).await;
        let width: u32 = self
            .browser
            .run("done(document.documentElement.scrollWidth)")
            .await;
        if width > NARROW {
            self.findings.push(format!(
                "{who} {page}, {look}: {width} px wide where there are {NARROW}"
            ));
        }
    }

    /// Keeps a picture of the open page, where they are asked for and it is the first of its kind.
    async fn picture(&self, kind: &str, look: Look) {
        let Some(folder) = &self.pictures else {
            return;
        };
        let words: Vec<&str> = kind.split('/').filter(|word| !word.is_empty()).collect();
        let name = words.join("_").replace('*', "x");
        let file = folder.join(format!("{name} {look}.png"));
        if file.exists() {
            return;
        }
        let image = self.browser.whole_picture().await;
        tokio::fs::write(&file, image)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// The kind of page at a path: names, ids and the query fall away.
pub(crate) fn kind_of(path: &str) -> String {
    const NAMED: [&str; 33] = [
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
        "logs",
        "mail",
        "backend-secrets",
        "incidents",
    ];
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut named = false;
    let words: Vec<&str> = path
        .split('/')
        .filter(|word| !word.is_empty())
        .map(|word| {
            let kept = !named || matches!(word, "new" | "decided");
            named = NAMED.contains(&word);
            if kept { word } else { "*" }
        })
        .collect();
    // The first tenant's pages stand with and without its prefix.
    match format!("/{}", words.join("/")).replace("/t/*", "") {
        home if home.is_empty() => "/".to_owned(),
        kind => kind,
    }
}
