//! Texts that want to be run, in every place where the portal shows a text, in a real browser: none does anything.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{CiToken, PASSWORD};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, skipped};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use crate::GATEHOUSE;
use crate::crawl::kind_of;

/// Lines for cross-site scripting that libinjection collected (BSD-3-Clause, see COPYING beside it).
const LINES: &str = include_str!("../data/hostile/xss.txt");
/// Lines that one operation carries in each of its places.
const A_PAGE: usize = 40;
/// Lines that every text field takes.
const A_FIELD: usize = 40;
/// Names take so many characters.
const NAME_MAX: usize = 80;

const WAIT: Duration = PATIENCE;

/// Elements, attributes and addresses that no text may become.
const FOUND: &str = r#"
const found = [];
const places = "main script, main style, main link, main meta, main base, iframe, frame, object, embed, main svg script";
document.querySelectorAll(places).forEach((one) => found.push(one.outerHTML));
for (const one of document.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
        const leads = ["href", "src", "action", "formaction", "xlink:href", "srcdoc"].includes(name);
        if (/^on/i.test(name) || leads && /^[\s\u0000-\u001f]*(javascript|vbscript|data:text)/i.test(value)) {
            found.push(one.outerHTML);
        }
    }
}
done(found.map((html) => html.slice(0, 300)));"#;

#[tokio::test]
async fn no_text_is_run_wherever_it_stands() {
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; hostile texts were not shown to one");
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Hostile").await;
    let root = tenant.root().await;
    let mut visitor = Visitor {
        browser,
        portal: format!("{}{}", stack.portal_url(), tenant.prefix),
        pages: 0,
        findings: String::new(),
    };
    describe(&root, &upstream.url()).await;
    fill_every_field(&root).await;

    visitor.sign_in(&stack.admin().email).await;
    visitor
        .everything_below(&["/apis/texts", "/apis/texts/v1/reference"], str::to_owned)
        .await;
    assert!(
        visitor.pages > LINES.lines().count() / A_PAGE,
        "{} pages of the description",
        visitor.pages
    );
    visitor
        .everything_below(
            &["/", "/console", "/applications", "/requests", "/inbox"],
            kind_of,
        )
        .await;
    assert_eq!(visitor.findings, "");
    assert_eq!(
        visitor.browser.faults().await,
        Vec::<String>::new(),
        "nothing was tried that the content policy had to refuse"
    );
    visitor.browser.quit().await;
}

struct Visitor {
    browser: Browser,
    portal: String,
    pages: usize,
    findings: String,
}

impl Visitor {
    async fn sign_in(&self, email: &str) {
        self.browser.goto(&format!("{}/login", self.portal)).await;
        self.browser.type_into("input[name=email]", email).await;
        self.browser
            .type_into("input[name=password]", PASSWORD)
            .await;
        self.browser.press_button("Continue").await;
        self.browser.wait_until_it_says("Ada Owner", WAIT).await;
    }

    /// Follows links from these pages on to whatever is below them, one page of each kind.
    async fn everything_below(&mut self, starts: &[&str], kind: impl Fn(&str) -> String) {
        let below = |path: &str| starts.iter().any(|start| path.starts_with(start));
        let mut seen = BTreeSet::new();
        let mut ahead: VecDeque<String> = starts.iter().map(|start| (*start).to_owned()).collect();
        while let Some(path) = ahead.pop_front() {
            let plain = path.split('#').next().unwrap_or_default();
            // Texts and downloads are no pages.
            let is_page = !plain.ends_with("/spec") && !plain.ends_with(".txt");
            if !is_page || !below(plain) || !seen.insert(kind(plain)) {
                continue;
            }
            for link in self.look_at(plain).await {
                ahead.extend(link.strip_prefix(&self.portal).map(str::to_owned));
            }
        }
    }

    /// Opens a page, says what of it came from a text, and gives its links. A dialog would fail the next command.
    async fn look_at(&mut self, path: &str) -> Vec<String> {
        self.browser.goto(&format!("{}{path}", self.portal)).await;
        self.pages += 1;
        let found: Vec<String> = self.browser.run(FOUND).await;
        for one in found {
            let _ = writeln!(self.findings, "{path}: {one}");
        }
        self.browser
            .run("done([...document.links].map((link) => link.href))")
            .await
    }
}

/// Publishes a description that carries every line in every place that a reference page shows.
async fn describe(root: &CiToken, upstream: &str) {
    let lines: Vec<&str> = LINES.lines().collect();
    let paths: Map<String, Value> = lines
        .chunks(A_PAGE)
        .enumerate()
        .map(|(number, lines)| {
            (
                format!("/page{number}/{{id}}"),
                json!({"post": operation(lines)}),
            )
        })
        .collect();
    let tags: Vec<Value> = lines
        .chunks(A_PAGE)
        .map(|lines| json!({"name": lines[0], "description": paragraphs(lines)}))
        .collect();
    let description = json!({
        "openapi": "3.0.3",
        "info": {
            "title": lines[0],
            "version": lines[1],
            "description": paragraphs(&lines),
            "contact": {"name": lines[2], "email": "a@b.test"},
            "license": {"name": lines[3]},
        },
        "servers": [{"url": upstream, "description": lines[4]}],
        "tags": tags,
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": paragraphs(&lines)}}},
        "security": [{"key": []}],
    });
    let path = "/v1/apis/texts/versions/v1/spec?create=true";
    let body = Some(description.to_string().into());
    let published = root
        .send_bytes(
            Method::PUT,
            path,
            HeaderMap::new(),
            "application/json",
            body,
        )
        .await;
    published.assert_ok();
}

/// Markdown, each line by itself and then as link, image and code.
fn paragraphs(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = write!(
            text,
            "{line}\n\n[{line}](<{line}>) ![{line}](<{line}>) <{line}>\n\n`{line}`\n\n"
        );
    }
    text
}

fn operation(lines: &[&str]) -> Value {
    let named = |index: usize| format!("p{index}");
    let text = |line: &str| json!({"type": "string", "title": line, "description": line, "enum": [line], "default": line, "example": line});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let parameters = lines.iter().enumerate().map(|(index, line)| {
        json!({"name": named(index), "in": "query", "description": line, "schema": text(line), "example": line})
    });
    let properties: Map<String, Value> = lines
        .iter()
        .map(|line| ((*line).to_owned(), text(line)))
        .collect();
    let examples: Map<String, Value> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            (
                named(index),
                json!({"summary": line, "description": line, "value": {"a": line}}),
            )
        })
        .collect();
    let headers: Map<String, Value> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            (
                named(index),
                json!({"description": line, "schema": text(line)}),
            )
        })
        .collect();
    let schema = json!({"type": "object", "title": lines[0], "description": paragraphs(lines), "properties": properties});
    let media = json!({"application/json": {"schema": schema, "examples": examples}});
    json!({
        "tags": [lines[0]],
        "summary": lines[0],
        "description": paragraphs(lines),
        "parameters": std::iter::once(id).chain(parameters).collect::<Vec<_>>(),
        "requestBody": {"description": paragraphs(lines), "content": media},
        "responses": {"200": {"description": paragraphs(lines), "headers": headers, "content": media}},
    })
}

/// Gives every thing that people name or describe such a name and description.
async fn fill_every_field(root: &CiToken) {
    let short = |line: &&str| line.len() <= NAME_MAX && line.contains(['<', '"']);
    let lines: Vec<&str> = LINES.lines().filter(short).collect();
    for (number, line) in lines.iter().step_by(lines.len() / A_FIELD).enumerate() {
        fill(root, number, line).await;
    }
}

async fn fill(root: &CiToken, number: usize, line: &str) {
    let made = async |path: &str, body: Value| {
        let answer = root.post(path, &body).await;
        answer.assert_ok();
        answer.json()
    };
    let slug = format!("h{number}");
    made(
        "/v1/teams",
        json!({"slug": slug, "name": line, "kind": "consumer"}),
    )
    .await;
    made(
        "/v1/apis",
        json!({"slug": slug, "name": line, "summary": line}),
    )
    .await;
    let plan = json!({
        "slug": slug, "name": line, "summary": line, "approval": "manual", "environments": ["production"], "limits": [],
    });
    made("/v1/apis/texts/plans", plan).await;
    made(
        "/v1/roles",
        json!({"slug": slug, "name": line, "description": line, "permissions": ["api.read"]}),
    )
    .await;
    let wish = json!({
        "new_application": {"name": line, "team": slug}, "api": "texts", "plan": slug, "environment": "production",
        "reason": line,
    });
    let asked = made("/v1/subscriptions/grant", wish).await;
    let application = asked["application"]["id"].as_str().unwrap_or_default();
    made(
        &format!("/v1/applications/{application}/keys"),
        json!({"environment": "production", "name": line}),
    )
    .await;
    let subscription = asked["id"].as_str().unwrap_or_default();
    made(
        &format!("/v1/subscriptions/{subscription}/suspend"),
        json!({"reason": line}),
    )
    .await;
}
