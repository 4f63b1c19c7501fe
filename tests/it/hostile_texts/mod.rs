//! Texts that want to be run, in every place that takes a text, seen by every role in a real browser and outside of it: none
//! does anything.
//!
//! `fields` finds the places, `fill` writes into them by way of `offer` and `access`, `visitor` opens pages and judges them.

mod access;
mod describe;
mod fields;
mod fill;
mod markdown;
mod offer;
mod outside;
mod roles;
mod seen;
mod visitor;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::CiToken;
use gatehouse_harness::issuer::TestIssuer;
use gatehouse_harness::mailbox::Mailbox;
use gatehouse_harness::smtp::SmtpReceiver;
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::{StackPlan, TestStack, TestUpstream, skipped};
use serde_json::{Value, json};

use self::access::Access;
use self::fields::NOT_A_TEXT;
use self::fill::Texts;
use self::offer::API;
use self::roles::People;
use self::visitor::Visitor;
use crate::GATEHOUSE;
use crate::crawl::kind_of;
use crate::leaving::owners_token;

/// Lines for cross-site scripting that libinjection collected (BSD-3-Clause, see COPYING beside it).
const LINES: &str = include_str!("../../data/hostile/xss.txt");
/// Lines that one operation carries in each of its places.
const A_PAGE: usize = 40;
/// Lines that every text field takes.
const A_FIELD: usize = 40;
/// Names take so many characters.
const NAME_MAX: usize = 80;
/// Whether `cargo xtask hostile` asks: for a round with each line in the fields that take one.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn rounds() -> usize {
    match std::env::var_os("GATEHOUSE_HOSTILE") {
        Some(_) => A_FIELD,
        None => 1,
    }
}

/// Kinds of pages of all roles together, at least: a crawl that is turned away at once finds fewer.
const PAGES_MIN: usize = 150;

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
    let lines: Vec<&str> = LINES.lines().collect();
    describe::describe(&root, &upstream.url(), &lines).await;
    name_everything(&root).await;

    let mut visitor = Visitor::new(browser, &stack.portal_url(), &tenant.prefix);
    visitor.sign_in(&stack.admin().email).await;
    let description = ["/apis/texts", "/apis/texts/v1/reference"];
    visitor.everything_below(&description, str::to_owned).await;
    assert!(
        visitor.pages > lines.len() / A_PAGE,
        "{} pages of the description",
        visitor.pages
    );
    let pages = ["/", "/console", "/applications", "/requests", "/inbox"];
    visitor.everything_below(&pages, kind_of).await;
    visitor.finish().await;
}

#[tokio::test]
async fn every_field_that_takes_a_text_is_filled_and_nobody_sees_more_than_text() {
    for round in 0..rounds() {
        Box::pin(every_field(round)).await;
        println!("hostile texts: round {} of {}", round + 1, rounds());
    }
}

/// Fields of one line take the next line each round, longer ones as many as fit.
async fn every_field(round: usize) {
    let receiver = SmtpReceiver::start().await;
    let allowed = "GATEHOUSE_ADMIN_API__EGRESS__ALLOWED_NETWORKS";
    let plan = StackPlan::of(GATEHOUSE)
        .smtp(receiver.address())
        .setting(allowed, "[\"127.0.0.0/8\"]");
    let stack = TestStack::start(plan).await;
    let tenant = stack.tenant("Fields").await;
    let root = tenant.root().await;
    let mut texts = Texts::new(round);
    let mailbox = Mailbox::Server(&receiver);
    let people = Box::pin(People::join(&stack, &tenant, &mailbox, &root)).await;
    let access = Box::pin(fill(&stack, &tenant, &root, &mut texts, &people)).await;

    let fields = fields::fields();
    let empty = texts.empty(&fields).into_iter();
    let empty: Vec<String> = empty
        .filter(|field| !field.is_in(NOT_A_TEXT))
        .map(ToString::to_string)
        .collect();
    assert!(
        empty.is_empty(),
        "no hostile text was written into these fields of requests, and no reason is given in NOT_A_TEXT:\n{}",
        empty.join("\n")
    );
    outside::mails(&receiver).await;
    let window = stack.window(&tenant.prefix);
    outside::feed(&window).await;
    outside::llms(&window).await;
    outside::audit(&root).await;

    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; hostile texts were not shown to one");
        return;
    };
    let mut visitor = Visitor::new(browser, &stack.portal_url(), &tenant.prefix);
    Box::pin(visit(&mut visitor, &stack, &people, &access)).await;
    assert!(visitor.pages > PAGES_MIN, "{} pages", visitor.pages);
    let (seen, in_place) = (visitor.seen.clone(), visitor.seen_in_place.clone());
    visitor.finish().await;
    seen::judge(&texts, &fields, &seen, &in_place);
}

/// Has everything written by whoever writes it.
async fn fill(
    stack: &TestStack,
    tenant: &Tenant<'_>,
    root: &CiToken,
    texts: &mut Texts,
    people: &People,
) -> Access {
    let (upstream, issuer) = (TestUpstream::start().await, TestIssuer::start().await);
    offer::settings(texts, root, &issuer).await;
    describe::describe(root, &upstream.url(), &fill::nastiest()).await;
    offer::plans(texts, root).await;
    offer::catalogue(texts, root, &upstream.url()).await;
    offer::policies(texts, root, &issuer).await;
    let accepted = json!({"reason": fill::text(500)});
    let revision = ["ending", "v2", "2"];
    texts
        .send(&people.decides, "accept_revision", &revision, accepted)
        .await;
    let access = access::fill(texts, root, people).await;
    access::questions(texts, root, people).await;
    let leaving = stack.tenant("Leaving").await;
    let owner = owners_token(stack, leaving.id().await).await;
    let platform = tenant.platform().await;
    offer::tenants(texts, &platform, &owner, &leaving.slug).await;
    offer::releases(texts, root).await;
    access
}

/// Opens every kind of page as each of the people: first those where something was filled in, then what they link to.
async fn visit(visitor: &mut Visitor, stack: &TestStack, people: &People, access: &Access) {
    let catalogue = [
        "/",
        "/apis",
        "/apis/texts",
        "/apis/texts/guides/filled",
        "/apis/texts/guides/changed",
        "/apis/texts/changelog",
        "/apis/texts/questions",
        "/status",
        "/status/incidents/1",
        "/status/incidents/2",
        "/apis/texts/request?plan=asked",
        "/products/filled-product",
        "/products/changed-product",
        "/terms/filled",
        "/terms/changed",
    ];
    let own: Vec<String> = catalogue.iter().map(|path| (*path).to_owned()).collect();
    let mut asked = own.clone();
    for request in &access.requests {
        asked.push(format!("/requests/{request}"));
        asked.push(format!("/requests/{request}/messages"));
    }
    for application in &access.applications {
        asked.push(format!("/applications/{application}"));
        asked.push(format!("/applications/{application}/keys"));
    }
    let mut offered = own.clone();
    offered.push("/console".to_owned());
    offered.push(format!("/console/apis/{API}"));
    offered.push(format!("/console/apis/{API}/docs"));
    offered.push(format!("/console/apis/{API}/plans"));
    let mut decided = own;
    decided
        .extend(["/console", "/console/requests", "/console/requests/decided"].map(str::to_owned));
    let mut ruled = offered.clone();
    ruled.extend(seen::ADMINS.iter().map(|path| (*path).to_owned()));
    let mut above = ruled.clone();
    above.push("/platform/tenants".to_owned());
    let ada = stack.admin().email.clone();
    for (email, starts) in [
        (&people.developer.email, asked),
        (&people.owner.email, offered),
        (&people.approver.email, decided),
        (&people.admin.email, ruled),
        (&ada, above),
    ] {
        visitor.sign_in(email).await;
        visitor.everything_from(&starts, once_but_the_log).await;
    }
}

/// One page of each kind, and every page of the audit log, which is long.
fn once_but_the_log(path: &str) -> String {
    if path.starts_with("/console/audit") {
        path.to_owned()
    } else {
        kind_of(path)
    }
}

/// Gives what people name and describe most such a name and description, many times over: their lists have many values a page.
async fn name_everything(root: &CiToken) {
    let short = |line: &&str| line.len() <= NAME_MAX && line.contains(['<', '"']);
    let lines: Vec<&str> = LINES.lines().filter(short).collect();
    for (number, line) in lines.iter().step_by(lines.len() / A_FIELD).enumerate() {
        name(root, number, line).await;
    }
}

async fn name(root: &CiToken, number: usize, line: &str) {
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
