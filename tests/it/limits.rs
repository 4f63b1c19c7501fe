//! A plan that limits both how fast and how much, made on either road: its key meets both limits at a real gateway.

use std::time::Instant;

use gatehouse_harness::callers::{Cli, Consumer};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Answer, StackPlan, TestStack, TestUpstream, eventually};
use gatehouse_runtime::Clock;
use serde_json::json;
use tokio::task::JoinSet;

use crate::GATEHOUSE;
use crate::roads::{For, Person, Road, Wish, text};

const PER_SECOND: u32 = 5;
const BURST: u32 = 10;
const PER_DAY: u32 = 100;
/// More than the burst and what comes back while they are under way.
const AT_ONCE: usize = 40;

/// A zone whose day neither begins nor ends while the test runs.
fn far_from_midnight() -> &'static str {
    match Clock::system().now().hour() {
        3..=20 => "UTC",
        // Ten hours behind.
        _ => "Pacific/Honolulu",
    }
}

/// Many calls in one moment. How many passed.
async fn all_at_once(consumer: &Consumer, url: &str) -> u32 {
    let mut calls = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (consumer, url) = (consumer.clone(), url.to_owned());
        calls.spawn(async move { consumer.get(&url).await });
    }
    let mut passed = 0;
    for answer in calls.join_all().await {
        match answer.status.as_u16() {
            200 => passed += 1,
            _ => {
                answer.assert_problem(429, "rate_limited");
                let wait = answer.header("retry-after").unwrap_or_default();
                assert_eq!(wait, "1", "at five a second: {answer}");
            }
        }
    }
    passed
}

/// Calls at the pace of the rate until the quota is used up. How many more passed, and how the next was refused.
async fn to_the_end(consumer: &Consumer, url: &str) -> (u32, Answer) {
    let mut passed = 0;
    let over = eventually(PATIENCE * 4, "the quota is used up", async || {
        let answer = consumer.get(url).await;
        match answer.code().as_str() {
            "quota_exceeded" => return Ok(answer),
            "rate_limited" => {}
            _ => {
                answer.assert_status(200);
                passed += 1;
            }
        }
        Err(format!("{passed} more passed: {answer}"))
    })
    .await;
    (passed, over)
}

async fn meets_both(person: &Person, application: &str, url: &str) {
    let per_second = format!("{PER_SECOND}/1s+{BURST}");
    let rate = json!({"kind": "rate", "amount": PER_SECOND, "window_s": 1, "burst": BURST});
    let (per_day, quota) = (
        format!("{PER_DAY}/day"),
        json!({"kind": "quota", "amount": PER_DAY, "period": "day"}),
    );
    let limits = [(per_second.as_str(), rate), (per_day.as_str(), quota)];
    let plan = application.to_lowercase();
    person.plan("petstore", &plan, "auto", &limits).await;
    let wish = Wish {
        api: "petstore",
        plan: &plan,
        environment: "production",
    };
    let access = person.grant(For::New(application, None), wish).await;
    let key = person.key(text(&access, "/application/id"), "production");
    let (consumer, _) = key.await;

    let begun = Instant::now();
    let mut passed = all_at_once(&consumer, url).await;
    // What the gateway saw took no longer than what is seen from here.
    let most = f64::from(BURST) + begun.elapsed().as_secs_f64() * f64::from(PER_SECOND);
    assert!(passed >= BURST, "{passed} of the burst");
    assert!(f64::from(passed) <= most, "{passed} of {most}");
    let (more, over) = to_the_end(&consumer, url).await;
    passed += more;
    assert_eq!(passed, PER_DAY, "{over}");
    over.assert_problem(429, "quota_exceeded");
    let wait = over
        .header("retry-after")
        .and_then(|wait| wait.parse().ok());
    assert!(wait.is_some_and(|wait: u32| wait > 3_600), "{over}");
}

#[tokio::test]
async fn a_key_meets_the_rate_with_its_burst_and_the_quota_of_the_day_of_one_plan() {
    // With one gateway, whose counts are exact at once.
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.first_tenant();
    let cli = Cli::new(&stack, tenant.root().await);
    let zone = json!({"time_zone": far_from_midnight()});
    let moved = cli.token.patch("/v1/tenant", &zone).await;
    moved.assert_status(200);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let url = tenant.production_url(0, "/petstore/v1/pets");
    let [rest, shell] = Road::BOTH.map(|road| Person {
        cli: cli.clone(),
        road,
    });
    tokio::join!(
        meets_both(&rest, "Rest", &url),
        meets_both(&shell, "Shell", &url),
    );
    assert_eq!(
        upstream.count(),
        2 * u64::from(PER_DAY),
        "what was refused reached no backend"
    );
}
