//! Somebody who opens pages in a real browser, and judges each.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::PASSWORD;
use serde::Deserialize;

/// Judges the open page: elements, attributes and addresses that no text may become; where its links lead; marks of texts
/// that are shown, as text or in an attribute.
const JUDGE: &str = r#"
const found = [];
const places = "main script, main style, main link, main meta, main base, iframe, frame, frameset, object, embed, applet, "
    + "main svg script, video, audio, marquee, math, keygen, main animate, main set, main foreignObject";
document.querySelectorAll(places).forEach((one) => found.push(one.outerHTML));
const told = [document.documentElement.textContent];
for (const one of document.querySelectorAll("*")) {
    if (one instanceof HTMLUnknownElement) found.push(one.outerHTML);
    for (const { name, value } of one.attributes) {
        told.push(value);
        const leads = ["href", "src", "action", "formaction", "xlink:href", "srcdoc"].includes(name);
        if (/^on/i.test(name) || leads && /^[\s\u0000-\u001f]*(javascript|vbscript|data:text)/i.test(value)) {
            found.push(one.outerHTML);
        }
    }
}
for (const image of document.images) {
    // The portal's own are at a path of its own, or are in the page.
    if (!/^(\/(?!\/)|data:image\/)/.test(image.getAttribute("src") || "")) found.push(image.outerHTML);
}
for (const link of document.links) {
    // As the browser reads it, whatever the spelling; a colon alone is an address that leads nowhere.
    if (![":", "http:", "https:", "mailto:"].includes(link.protocol)) found.push(link.outerHTML);
}
done({
    found: found.map((html) => html.slice(0, 300)),
    links: [...document.links].map((link) => link.href),
    marks: [...new Set(told.join(" ").match(/q\d+z/g) || [])],
});"#;

/// What one page came to.
#[derive(Debug, Deserialize)]
struct Judged {
    found: Vec<String>,
    links: Vec<String>,
    marks: Vec<String>,
}

/// A browser, and what was seen with it.
pub(super) struct Visitor {
    browser: Browser,
    /// `http://127.0.0.1:port`.
    origin: String,
    /// The origin with what goes before paths of the tenant.
    portal: String,
    /// How many pages were opened.
    pub(super) pages: usize,
    /// Marks that were shown on any page.
    pub(super) seen: BTreeSet<String>,
    /// Marks that were shown elsewhere than in the audit log.
    pub(super) seen_in_place: BTreeSet<String>,
    findings: String,
}

impl Visitor {
    pub(super) fn new(browser: Browser, origin: &str, prefix: &str) -> Self {
        Self {
            browser,
            origin: origin.to_owned(),
            portal: format!("{origin}{prefix}"),
            pages: 0,
            seen: BTreeSet::new(),
            seen_in_place: BTreeSet::new(),
            findings: String::new(),
        }
    }

    /// Signs in, as somebody else than before.
    pub(super) async fn sign_in(&self, email: &str) {
        self.browser.goto(&format!("{}/login", self.portal)).await;
        self.browser.forget().await;
        self.browser.goto(&format!("{}/login", self.portal)).await;
        self.browser.type_into("input[name=email]", email).await;
        self.browser
            .type_into("input[name=password]", PASSWORD)
            .await;
        // Providers have buttons of their own, with names from texts.
        let prefix = self.portal.strip_prefix(&self.origin);
        let form = format!("{}/login", prefix.unwrap_or_default());
        self.browser.press_button_of(&form, "Continue").await;
        self.browser.wait_until_it_left("/login").await;
    }

    /// Follows links from these pages on to whatever is below them, one page of each kind.
    pub(super) async fn everything_below(
        &mut self,
        starts: &[&str],
        kind: impl Fn(&str) -> String,
    ) {
        let begin = starts.iter().map(|path| format!("{}{path}", self.portal));
        let begin: Vec<String> = begin.collect();
        let below = begin.clone();
        let is_below = |address: &str| below.iter().any(|start| address.starts_with(start));
        self.everything(begin, is_below, kind).await;
    }

    /// Opens these pages, whatever their kinds, and follows links to pages of the tenant and of the platform of every kind
    /// that was not opened yet.
    pub(super) async fn everything_from(
        &mut self,
        starts: &[String],
        kind: impl Fn(&str) -> String,
    ) {
        let begin = starts.iter().map(|path| {
            let is_above = path.starts_with("/platform");
            let base = if is_above { &self.origin } else { &self.portal };
            format!("{base}{path}")
        });
        let begin: Vec<String> = begin.collect();
        let (own, above) = (
            format!("{}/", self.portal),
            format!("{}/platform", self.origin),
        );
        let is_inside = |address: &str| address.starts_with(&own) || address.starts_with(&above);
        self.everything(begin, is_inside, kind).await;
    }

    async fn everything(
        &mut self,
        begin: Vec<String>,
        is_inside: impl Fn(&str) -> bool,
        kind: impl Fn(&str) -> String,
    ) {
        let mut named = begin.len();
        let mut opened = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut ahead = VecDeque::from(begin);
        while let Some(address) = ahead.pop_front() {
            let is_named = named > 0;
            named = named.saturating_sub(1);
            let plain = address.split('#').next().unwrap_or_default().to_owned();
            let path = plain.strip_prefix(&self.portal);
            let path = path.or(plain.strip_prefix(&self.origin));
            let path = path.unwrap_or_default().to_owned();
            // Texts and downloads are no pages.
            let file = path.split('?').next().unwrap_or_default();
            let ends = ["/spec", ".txt", ".atom", "/export"];
            let is_page = !ends.iter().any(|end| file.ends_with(end));
            let is_new = is_page && is_inside(&plain) && seen.insert(kind(&path));
            if !(is_new || is_named && is_page) || !opened.insert(plain.clone()) {
                continue;
            }
            ahead.extend(self.look_at(&plain, &path).await);
        }
    }

    /// Opens one page of the tenant.
    pub(super) async fn look_at_path(&mut self, path: &str) {
        let address = format!("{}{path}", self.portal);
        self.look_at(&address, path).await;
    }

    /// Opens a page, says what of it came from a text, and gives its links. A dialog would fail the next command.
    async fn look_at(&mut self, address: &str, path: &str) -> Vec<String> {
        self.browser.goto(address).await;
        self.pages += 1;
        let judged: Judged = self.browser.run(JUDGE).await;
        for one in judged.found {
            let _ = writeln!(self.findings, "{path}: {one}");
        }
        if !path.starts_with("/console/audit") {
            self.seen_in_place.extend(judged.marks.iter().cloned());
        }
        self.seen.extend(judged.marks);
        judged.links
    }

    /// Fails where a text became more than text, or tried to. That a page may not be seen by somebody is no fault of a text.
    pub(super) async fn finish(self) {
        assert_eq!(self.findings, "");
        let faults = self.browser.faults().await;
        let grave: Vec<_> = faults
            .iter()
            .filter(|fault| !fault.contains("Failed to load resource"))
            .collect();
        assert!(
            grave.is_empty(),
            "nothing was tried that the content policy had to refuse: {grave:#?}"
        );
        self.browser.quit().await;
    }
}
