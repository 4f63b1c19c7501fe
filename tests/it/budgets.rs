//! What the ways people go most often cost, in clicks and typed fields, with script and without: printed, and held to a budget.

use std::time::Duration;

use gatehouse_harness::TestUpstream;
use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{Administrator, CiToken, PASSWORD};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, skipped};
use serde_json::json;

use crate::GATEHOUSE;
use crate::browser::paste;

const WAIT: Duration = PATIENCE;
/// Requests that are approved together.
const TOGETHER: usize = 20;

#[tokio::test]
async fn common_ways_cost_no_more_clicks_and_fields_than_they_may() {
    let told = walk(true, "Counted").await;
    println!("{}", told.unwrap_or_default());
}

#[tokio::test]
async fn they_cost_little_more_with_javascript_switched_off() {
    let told = walk(false, "Uncounted").await;
    println!("{}", told.unwrap_or_default());
}

/// A browser that counts.
struct Hand {
    browser: Browser,
    portal: String,
    javascript: bool,
    clicks: usize,
    fields: usize,
    /// Way, clicks, fields, and what they may be.
    costs: Vec<(&'static str, [usize; 2], [usize; 2])>,
}

impl Hand {
    async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.portal)).await;
    }

    async fn press(&mut self, label: &str) {
        self.clicks += 1;
        self.browser.press(label).await;
    }

    async fn press_button(&mut self, label: &str) {
        self.clicks += 1;
        self.browser.press_button(label).await;
    }

    async fn click(&mut self, css: &str) {
        self.clicks += 1;
        self.browser.click(css).await;
    }

    async fn fill(&mut self, css: &str, text: &str) {
        self.fields += 1;
        self.browser.type_into(css, text).await;
    }

    /// Waits for the words that say the way is at its end, and notes what it cost.
    async fn arrive(&mut self, way: &'static str, words: &str, budget: [usize; 2]) {
        self.browser.wait_until_it_says(words, WAIT).await;
        let cost = [self.clicks, self.fields];
        self.costs.push((way, cost, budget));
        (self.clicks, self.fields) = (0, 0);
    }

    async fn sign_in(&self, email: &str) {
        self.browser.forget().await;
        self.open("/login").await;
        self.browser.type_into("input[name=email]", email).await;
        self.browser
            .type_into("input[name=password]", PASSWORD)
            .await;
        self.browser.press_button("Continue").await;
        self.browser.wait_until_it_left("/login").await;
    }

    /// What each way cost, as a table.
    fn table(&self) -> String {
        let mut table = format!("javascript: {}\n", self.javascript);
        table += &format!(
            "{:<34}{:>8}{:>8}{:>10}\n",
            "way", "clicks", "fields", "budget"
        );
        for (way, [clicks, fields], [most_clicks, most_fields]) in &self.costs {
            table +=
                &format!("{way:<34}{clicks:>8}{fields:>8}{most_clicks:>7} c {most_fields} k\n");
        }
        table
    }
}

/// Walks every way and gives the table of what they cost; nothing without a browser.
async fn walk(javascript: bool, name: &str) -> Option<String> {
    let Some(browser) = Browser::open(javascript).await else {
        skipped("chromium and chromedriver are not on PATH; no click was counted");
        return None;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant(name).await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let trial = json!({"slug": "trial", "name": "Two weeks", "approval": "auto", "environments": ["sandbox"],
                       "limits": [], "trial": true, "max_subscription_days": 14});
    let trial = root.post("/v1/apis/petstore/plans", &trial).await;
    trial.assert_status(201);
    let curious = tenant.developer(&format!("{name}-ben")).await;
    let developer = tenant.developer(&format!("{name}-dev")).await;
    let approver = tenant.approver(&format!("{name}-ana")).await;
    let mut hand = Hand {
        browser,
        portal: format!("{}{}", stack.portal_url(), tenant.prefix),
        javascript,
        clicks: 0,
        fields: 0,
        costs: Vec::new(),
    };
    hand.sign_in(&curious.email).await;
    try_before_access(&mut hand).await;
    assert_eq!(upstream.count(), 1);
    hand.sign_in(&developer.email).await;
    find_an_operation(&mut hand).await;
    ask(&mut hand).await;
    hand.sign_in(&approver.email).await;
    decide(&mut hand, &root).await;
    hand.sign_in(&developer.email).await;
    make_and_replace_a_key(&mut hand).await;
    hand.sign_in(Administrator::EMAIL).await;
    deprecate(&mut hand).await;
    accept_an_invitation(&mut hand, &root, &stack, name).await;
    for (way, cost, budget) in &hand.costs {
        assert!(
            cost[0] <= budget[0] && cost[1] <= budget[1],
            "{way}: {cost:?} of {budget:?}"
        );
    }
    let faults = hand.browser.faults().await;
    assert_eq!(faults, Vec::<String>::new());
    let table = hand.table();
    hand.browser.quit().await;
    Some(table)
}

/// A call by somebody who never asked for anything, through a gateway that has just been told of them.
async fn try_before_access(hand: &mut Hand) {
    hand.open("/apis/petstore/v1/reference/listPets").await;
    hand.click("#try button.fill").await;
    hand.browser
        .wait_until_it_shows(".try-outcome", "200 OK", WAIT)
        .await;
    let words = "with the plan Two weeks";
    hand.arrive("Try before access", words, [1, 0]).await;
}

/// The slash key goes to the field; without script somebody clicks it.
async fn find_an_operation(hand: &mut Hand) {
    hand.open("/applications").await;
    let field = "input[type=search][name=q]";
    if hand.javascript {
        hand.browser.type_keys("/").await;
    } else {
        hand.click(field).await;
    }
    hand.fields += 1;
    hand.browser.type_keys("pet\u{e007}").await;
    let clicks = usize::from(!hand.javascript);
    hand.arrive("Find an operation", "Operations", [clicks, 1])
        .await;
}

async fn ask(hand: &mut Hand) {
    hand.open("/apis/petstore").await;
    hand.press("Request access").await;
    hand.browser.wait_until_it_says("One form", WAIT).await;
    hand.fill("input[name=app_name]", "Mobile checkout").await;
    hand.fill("textarea[name=purpose]", "Orders on the phone.")
        .await;
    hand.press_button("Request access").await;
    let words = "Mobile checkout";
    hand.arrive("Request access, first time", words, [2, 2])
        .await;
}

/// Applications that wait for the plan which is decided about.
pub(crate) async fn others(root: &CiToken, count: usize, from: usize) {
    for number in from..from + count {
        let name = format!("Till {number:02}");
        let made = json!({ "name": name });
        let made = root.post("/v1/applications", &made).await;
        let application = made.assert_status(201).json()["slug"].clone();
        let wish = json!({"application": application, "api": "petstore", "plan": "gold",
                          "environment": "production", "reason": "To sell."});
        let asked = root.post("/v1/subscriptions", &wish).await;
        asked.assert_status(201);
    }
}

async fn decide(hand: &mut Hand, root: &CiToken) {
    others(root, 2, 0).await;
    hand.open("/console/requests").await;
    hand.click("main button[name=approve]").await;
    hand.arrive("Approve one", "Approved", [1, 0]).await;
    hand.open("/console/requests").await;
    hand.click("main tbody input[name=request]").await;
    hand.click("input[name=preset]").await;
    hand.press_button("Reject selected").await;
    let words = "Rejected by mistake?";
    hand.arrive("Reject with a reason", words, [3, 0]).await;
    others(root, TOGETHER, 10).await;
    hand.open("/console/requests").await;
    let rows = hand
        .browser
        .count_of("main tbody input[name=request]")
        .await;
    assert!(rows >= TOGETHER, "{rows}");
    if hand.javascript {
        hand.click("input[data-all]").await;
    } else {
        for row in 1..=rows {
            let tick = format!("main tbody tr:nth-child({row}) input[name=request]");
            hand.click(&tick).await;
        }
    }
    hand.press_button("Approve selected").await;
    // Without script there is no box that ticks all the others.
    let clicks = if hand.javascript { 2 } else { rows + 1 };
    hand.arrive("Approve twenty", "No requests waiting", [clicks, 0])
        .await;
}

async fn make_and_replace_a_key(hand: &mut Hand) {
    hand.open("/applications").await;
    hand.press("Mobile checkout").await;
    hand.press("Create key").await;
    hand.browser.wait_until_it_says("Create a key", WAIT).await;
    hand.press_button("Create key").await;
    let words = "Make your first call";
    hand.arrive("Get a key", words, [3, 0]).await;
    paste(&hand.browser.text_of("main pre").await).await;
    let words = "First call received, 200 in";
    hand.arrive("First call", words, [0, 0]).await;
    hand.browser.press("I have stored it").await;
    let stored = hand.browser.at().await;
    hand.press("See it in usage").await;
    hand.arrive("See it in usage", "Calls", [1, 0]).await;
    hand.browser.goto(&stored).await;
    hand.browser.press("Keys").await;
    hand.press("Rotate").await;
    hand.press("Make replacement").await;
    hand.arrive("Replace a key", "Make your first call", [2, 0])
        .await;
}

async fn deprecate(hand: &mut Hand) {
    hand.open("/console/apis/petstore/versions").await;
    hand.press("Deprecate").await;
    hand.browser.wait_until_it_says("Ends on", WAIT).await;
    hand.fields += 1;
    hand.browser
        .type_day("input[name=sunset]", "01012099")
        .await;
    hand.press("Deprecate version").await;
    hand.arrive("Deprecate a version", "Ends 1 Jan 2099", [2, 1])
        .await;
}

async fn accept_an_invitation(hand: &mut Hand, root: &CiToken, stack: &TestStack, name: &str) {
    let email = format!("{}-new@invited.test", name.to_lowercase());
    let invited = json!({"email": email, "role": "developer"});
    let invited = root.post("/v1/invitations", &invited).await;
    invited.assert_status(201);
    let link = stack.mailbox().link_to(&email, "/invite/").await;
    hand.browser.forget().await;
    // The link in the mail.
    hand.clicks += 1;
    hand.browser.goto(&link).await;
    hand.fill("input[name=name]", "Ines").await;
    hand.fill("input[name=password]", PASSWORD).await;
    hand.press_button("Continue").await;
    hand.arrive("Accept an invitation", "Petstore", [2, 2])
        .await;
}
