//! Forms of the console, each filled in and sent in a real browser as a person does; what it did is read over REST.
//!
//! The modules have them by subject. Which there have to be is read from the portal's router: a form that is added is sent here, or
//! stands in [`UNSENT`] with the reason.

mod apis;
mod form;
mod hand;
mod incidents;
mod installation;
mod products;
mod requests;
mod tenant;

use std::collections::BTreeSet;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{CiToken, Wish};
use gatehouse_harness::descriptions::petstore;
use gatehouse_harness::routes::{route_of, routes};
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Role, StackPlan, TestIssuer, TestStack, TestUpstream, skipped};
use gatehouse_os::Signal;
use gatehouse_runtime::Clock;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::GATEHOUSE;
use form::Form;
use hand::Hand;

const DESCRIPTION: &str = r#"{"openapi": "3.0.3", "info": {"title": "Formed", "version": "1"}, "servers": [{"url": "https://formed.example"}],
    "paths": {"/things": {"get": {"responses": {"200": {"description": "All."}}}}}}"#;

/// Forms of the console that are not sent here, and why.
const UNSENT: &[(&str, &str)] = &[
    (
        "/console/settings/tokens/{token}/stored",
        "It forgets a secret that the page alone shows, once.",
    ),
    (
        "/console/settings/webhooks/{webhook}/stored",
        "It forgets a secret that the page alone shows, once.",
    ),
    (
        "/console/audit/export",
        "A file is its answer; it changes nothing.",
    ),
    (
        "/console/audit/checkpoints",
        "It reads the log; it changes nothing.",
    ),
    (
        "/console/people/{person}/second-factor",
        "It needs somebody else with an app of codes; tests of the portal have one.",
    ),
];

fn every_form() -> Vec<Form> {
    [
        tenant::people(),
        tenant::settings(),
        apis::offers(),
        apis::policies(),
        apis::versions(),
        products::forms(),
        incidents::forms(),
        requests::forms(),
        installation::outside(),
        installation::inside(),
        installation::jobs(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_form_of_the_console_is_sent_or_known_not_to_be() {
    let table = routes(include_str!("../../../portal/src/router.rs"), "post");
    let of_console = |route: &&String| {
        ["/console", "/platform"]
            .iter()
            .any(|area| route.starts_with(area))
    };
    let taken: BTreeSet<&str> = table
        .iter()
        .filter(of_console)
        .map(String::as_str)
        .collect();
    let mut sent = BTreeSet::new();
    for form in every_form() {
        let route = route_of(&table, form.to);
        sent.insert(route.unwrap_or_else(|| panic!("{} is no form", form.to)));
    }
    let unsent: BTreeSet<&str> = UNSENT.iter().map(|(route, _)| *route).collect();
    let both: Vec<_> = sent.intersection(&unsent).collect();
    assert!(both.is_empty(), "sent after all: {both:?}");
    let known: BTreeSet<&str> = sent.union(&unsent).copied().collect();
    assert_eq!(known, taken, "what is known, and what the router takes");
}

/// A browser, or the word that there is none.
async fn browser() -> Option<Browser> {
    let browser = Browser::open(true).await;
    if browser.is_none() {
        skipped("chromium and chromedriver are not on PATH; no form was sent by one");
    }
    browser
}

/// The id of a member, by the address they sign in with.
async fn member(root: &CiToken, email: &str) -> String {
    let all = root.get("/v1/members").await.json();
    let found = all["data"].as_array().into_iter().flatten();
    let mut found = found.filter(|one| one["email"] == email);
    let found = found.next().unwrap_or_else(|| panic!("{email}: {all}"));
    found["user_id"].as_str().unwrap().to_owned()
}

/// A day as a browser's field takes it.
fn digits(day: OffsetDateTime) -> String {
    let (month, of_month) = (u8::from(day.month()), day.day());
    format!("{month:02}{of_month:02}{}", day.year())
}

#[tokio::test]
async fn people_their_roles_teams_and_tokens() {
    let Some(browser) = browser().await else {
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Formed people").await;
    let root = tenant.root().await;
    let dev = tenant.developer("Dee").await;
    let dev = member(&root, &dev.email).await;
    let mut hand = Hand::sign_in(browser, &stack, &tenant, root).await;
    hand.knows("dev", dev);
    hand.send_all(&tenant::people()).await;
    hand.leave().await;
}

#[tokio::test]
async fn settings_of_the_tenant_up_to_its_end() {
    let Some(browser) = browser().await else {
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Formed settings").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", "http://127.0.0.1:9").await;
    let release = root.get("/v1/configuration").await.json()["release"].to_string();
    let file = "apiVersion: gatehouse/v1\nkind: plan\nmetadata: {api: petstore, name: open}\nspec: {name: Open to all}\n";
    let changes = json!({"mode": "apply", "files": [{"path": "plan.yaml", "content": file}]});
    let planned = root.post("/v1/changesets", &changes).await;
    let planned = planned.assert_status(201).json();
    let mut hand = Hand::sign_in(browser, &stack, &tenant, root).await;
    hand.knows("template", "verify_email");
    hand.knows("changeset", planned["id"].as_str().unwrap());
    hand.knows("release", release);
    hand.send_all(&tenant::settings()).await;
    hand.leave().await;
}

#[tokio::test]
async fn apis_their_offers_policies_and_products() {
    let Some(browser) = browser().await else {
        return;
    };
    let (stack, issuer) = (
        TestStack::shared(GATEHOUSE).await,
        TestIssuer::start().await,
    );
    let tenant = stack.tenant("Formed APIs").await;
    let root = tenant.root().await;
    let backend = "http://127.0.0.1:9";
    root.offer_petstore("petstore", backend).await;
    let orders = petstore("Orders", backend).to_string();
    root.upload("orders", "v1", orders).await.assert_ok();
    let mut hand = Hand::sign_in(browser, &stack, &tenant, root).await;
    hand.knows(
        "jwks",
        json!({"keys": [issuer.public_key("es-1")]}).to_string(),
    );
    for forms in [
        apis::offers(),
        apis::policies(),
        products::forms(),
        incidents::forms(),
    ] {
        hand.send_all(&forms).await;
    }
    hand.leave().await;
}

/// Somebody else sends a description that breaks callers.
async fn send_what_breaks(root: &CiToken, tenant: &Tenant<'_>) {
    let dev = tenant.developer("Pia").await;
    let id = member(root, &dev.email).await;
    let mut headers = http::HeaderMap::new();
    let etag = root.get(&format!("/v1/members/{id}")).await.headers[http::header::ETAG].clone();
    headers.insert(http::header::IF_MATCH, etag);
    let (path, roles) = (
        format!("/v1/members/{id}/roles"),
        json!({"roles": ["publisher"]}),
    );
    let named = root
        .send(http::Method::PUT, &path, headers, Some(&roles))
        .await;
    named.assert_status(200);
    let pia = tenant
        .token_of(&dev.email, &["spec.publish", "api.write", "api.read"])
        .await;
    let mut next = petstore("Petstore", "http://127.0.0.1:9");
    next["paths"]
        .as_object_mut()
        .unwrap()
        .remove("/upload")
        .unwrap();
    let refused = pia.upload("petstore", "v1", next.to_string()).await;
    refused.assert_problem(409, "breaking_changes");
}

#[tokio::test]
async fn versions_from_their_upload_to_their_end() {
    let Some(browser) = browser().await else {
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Formed versions").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", "http://127.0.0.1:9").await;
    send_what_breaks(&root, &tenant).await;
    let mut hand = Hand::sign_in(browser, &stack, &tenant, root).await;
    hand.send_all(&apis::versions()).await;
    hand.leave().await;
}

#[tokio::test]
async fn requests_and_what_is_decided_about_them() {
    let Some(browser) = browser().await else {
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Formed requests").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", "http://127.0.0.1:9").await;
    root.add_plan("petstore", "asked", "manual", &json!([]))
        .await;
    let approver = member(&root, &tenant.approver("Vera").await.email).await;
    let mut hand = Hand::sign_in(browser, &stack, &tenant, root).await;
    hand.knows("approver", approver);
    hand.knows("soon", digits(Clock::system().now() + Duration::days(20)));
    for application in ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"] {
        let wish = Wish {
            api: "petstore",
            plan: "asked",
            environment: "sandbox",
            application,
        };
        // Of a developer each: who waits for an answer is shown what they wait for, and asks for no second one there.
        let dev = tenant.developer(application).await;
        hand.knows(application, dev.request(wish).await.subscription);
    }
    hand.send_all(&requests::forms()).await;
    hand.leave().await;
}

/// A stack whose control plane may call this machine, as one may whose receivers are in a network of its own.
async fn near() -> TestStack {
    let mut plan = StackPlan::of(GATEHOUSE).gateways(2);
    for role in ["ADMIN_API", "PORTAL"] {
        let allowed = format!("GATEHOUSE_{role}__EGRESS__ALLOWED_NETWORKS");
        plan = plan.setting(&allowed, "[\"127.0.0.0/8\"]");
    }
    TestStack::start(plan).await
}

/// Everybody who is signed in showed who they are long ago.
async fn let_time_pass(stack: &TestStack) {
    let statement = r#"update session set data = convert_to(
        regexp_replace(convert_from(data, 'UTF8'), '"proved":[0-9]+', '"proved":1'), 'UTF8')"#;
    let done = sqlx::query(statement).execute(&mut stack.sql().await).await;
    assert_ne!(done.unwrap().rows_affected(), 0);
}

/// Has a job wait while the person cancels it: who does jobs stands still.
async fn cancel_a_job(hand: &mut Hand, stack: &TestStack) {
    let forms = installation::jobs();
    let export = tenant::settings()
        .into_iter()
        .find(|form| form.to.ends_with("/end/export"));
    stack.signal(Role::AdminApi, Signal::Stop);
    hand.press(&export.unwrap()).await;
    hand.browser.wait_until_it_left("/settings/end").await;
    let at = hand.browser.at().await;
    let (_, job) = at.rsplit_once('/').unwrap();
    hand.knows("job", job.split('?').next().unwrap());
    for form in &forms {
        hand.press(form).await;
    }
    hand.browser.wait_until_it_says("Cancelled", PATIENCE).await;
    stack.signal(Role::AdminApi, Signal::Continue);
    for form in &forms {
        hand.saw(form).await;
    }
}

#[tokio::test]
async fn an_installation_and_what_it_is_connected_to() {
    let Some(browser) = browser().await else {
        return;
    };
    let (issuer, receiver) = (TestIssuer::start().await, TestUpstream::start().await);
    let stack = near().await;
    let tenant = stack.first_tenant();
    let root = tenant.platform().await;
    let nodes = root.get("/v1/gateways").await.json();
    let node = nodes["data"][1]["id"].as_str().unwrap().to_owned();
    let mut hand = Hand::sign_in(browser, &stack, &tenant, root).await;
    hand.knows("issuer", issuer.url());
    hand.knows("receiver", receiver.url());
    hand.knows("today", digits(Clock::system().now()));
    hand.knows("node", node);
    let outside = installation::outside();
    let (first, rest) = outside.split_first().unwrap();
    let_time_pass(&stack).await;
    hand.press(first).await;
    hand.prove().await;
    hand.saw(first).await;
    hand.send_all(rest).await;
    cancel_a_job(&mut hand, &stack).await;
    hand.send_all(&installation::inside()).await;
    hand.leave().await;
}
