//! The product in one test: publish, request, approve, call, limit, revoke, outage, return.

use std::time::{Duration, Instant};

use gatehouse_harness::callers::{Approver, CiToken, Consumer, Developer, Wish};
use gatehouse_harness::command::run;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{
    Answer, Role, StackPlan, TestStack, TestUpstream, descriptions, eventually,
};
use serde_json::json;

use crate::GATEHOUSE;

/// What the product promises between a decision and its enforcement everywhere. Pages are loaded in between, which an unoptimised
/// build does slowly beside other tests: `loads::revocation` measures the promise itself.
const IN_FORCE: Duration = if cfg!(debug_assertions) {
    PATIENCE
} else {
    Duration::from_secs(1)
};

/// The limit under test, per subscription over all gateways: so many calls at once, and so many a minute after that.
const BURST: usize = 4;
const A_MINUTE: usize = 2;

const CONTROL_PLANE: [Role; 2] = [Role::AdminApi, Role::Portal];
const GATEWAYS: [Role; 2] = [Role::Gateway(0), Role::Gateway(1)];

#[tokio::test]
async fn an_api_is_published_requested_approved_called_limited_revoked_and_survives_an_outage() {
    let upstream = TestUpstream::start().await;
    let stack = TestStack::start(StackPlan::of(GATEHOUSE).gateways(2).own_postgres()).await;
    let acme = stack.first_tenant();
    let pets = [0, 1].map(|gateway| acme.production_url(gateway, "/petstore/v1/pets"));

    let ci = acme.ci().await;
    publish_from_ci(&stack, &ci, &upstream).await;
    offer_plans(&ci).await;

    let developer = acme.developer("Dana Developer").await;
    let approver = acme.approver("Olga").await;
    let access = developer.request(wish("Limited", "Mobile checkout")).await;
    access
        .page
        .assert_says("Pending")
        .assert_says("Waiting for a decision");
    let limited = key_for(&developer, "Mobile checkout").await;
    everywhere(
        &pets,
        Instant::now(),
        &limited,
        Expected::Problem(403, "subscription_pending"),
    )
    .await;

    let decided = Instant::now();
    let queue = approver.approve(&access.subscription).await;
    queue.assert_says("Approved Petstore for Mobile checkout");
    everywhere(&pets, decided, &limited, Expected::Status(200)).await;
    both_sides_are_told(&developer, &approver).await;
    the_limit_holds_over_both(&limited, &pets, decided).await;

    // Two applications that nobody limits: one stays, one loses its access and then its key.
    let warehouse = developer.request(wish("Open", "Warehouse")).await;
    let steady = key_for(&developer, "Warehouse").await;
    let pilot = developer.request(wish("Open", "Pilot")).await;
    let ended = key_for(&developer, "Pilot").await;
    for key in [&steady, &ended] {
        everywhere(&pets, Instant::now(), key, Expected::Status(200)).await;
    }
    let decided = Instant::now();
    approver
        .revoke(&pilot.subscription, "The pilot has ended.")
        .await;
    everywhere(
        &pets,
        decided,
        &ended,
        Expected::Problem(403, "subscription_expired"),
    )
    .await;
    let decided = Instant::now();
    developer.revoke_key("Pilot").await;
    everywhere(
        &pets,
        decided,
        &ended,
        Expected::Problem(401, "key_revoked"),
    )
    .await;

    let answered = usage_settles(&stack, &warehouse.subscription, 2).await;
    let in_outage = outage(&stack, &pets, &steady, &ended).await;
    everything_returns(&stack).await;
    usage_settles(&stack, &warehouse.subscription, answered + in_outage).await;
    let steady = Consumer::with_key(steady.key());
    everywhere(&pets, Instant::now(), &steady, Expected::Status(200)).await;
    audit_verifies(&stack).await;
}

async fn publish_from_ci(stack: &TestStack, ci: &CiToken, upstream: &TestUpstream) {
    let description = descriptions::petstore("Petstore", &upstream.url());
    let file = descriptions::write(stack.folder(), "petstore.json", &description);
    let published = ci
        .publish(stack.program(), &file, "petstore", "v1", &["--create"])
        .await;
    published.assert_success();
    assert!(published.stdout.contains("created"), "{published:?}");
    assert!(
        published.stderr.contains("In force on 2 of 2 gateways"),
        "{published:?}"
    );
    let again = ci
        .publish(stack.program(), &file, "petstore", "v1", &[])
        .await;
    assert!(
        again.assert_success().stdout.contains("unchanged"),
        "{again:?}"
    );
}

async fn offer_plans(ci: &CiToken) {
    let limit = json!([{"kind": "rate", "amount": A_MINUTE, "window_s": 60, "burst": BURST}]);
    for (slug, name, approval, limits) in [
        ("limited", "Limited", "manual", limit),
        ("open", "Open", "auto", json!([])),
    ] {
        let plan = json!({
            "slug": slug,
            "name": name,
            "approval": approval,
            "environments": ["production", "sandbox"],
            "limits": limits,
        });
        ci.post("/v1/apis/petstore/plans", &plan)
            .await
            .assert_status(201);
    }
}

fn wish<'a>(plan: &'a str, application: &'a str) -> Wish<'a> {
    Wish {
        api: "petstore",
        plan,
        environment: "production",
        application,
    }
}

async fn key_for(developer: &Developer, application: &str) -> Consumer {
    let keys = developer.keys_page(application).await;
    let (key, page) = developer.make_key_at(&keys, Some("production")).await;
    assert!(
        page.text_of("pre").contains(&key),
        "the command carries the key: {page}"
    );
    assert_eq!(
        page.answer.header("cache-control"),
        Some("private, no-store")
    );
    Consumer::with_key(&key)
}

/// The approver heard of the request, the developer of the decision.
async fn both_sides_are_told(developer: &Developer, approver: &Approver) {
    for portal in [&developer.portal, &approver.portal] {
        eventually(PATIENCE, "the inbox tells of the application", async || {
            let inbox = portal.get("/inbox").await;
            if inbox.text_of("main").contains("Mobile checkout") {
                Ok(())
            } else {
                Err(inbox.to_string())
            }
        })
        .await;
    }
}

#[derive(Clone, Copy)]
enum Expected {
    Status(u16),
    Problem(u16, &'static str),
}

/// Both gateways answer so within the promised time after a moment.
async fn everywhere(urls: &[String; 2], since: Instant, caller: &Consumer, expected: Expected) {
    for url in urls {
        let left = IN_FORCE.saturating_sub(since.elapsed());
        eventually(left, "in force everywhere in time", async || {
            let answer = caller.get(url).await;
            match expected {
                Expected::Status(status) => answer.expect(status),
                Expected::Problem(status, code) => answer.expect_problem(status, code),
            }
        })
        .await;
    }
}

/// Over both gateways together no more calls pass than the burst and what a minute brings, and no fewer than the burst.
async fn the_limit_holds_over_both(caller: &Consumer, urls: &[String; 2], since: Instant) {
    let mut answers: Vec<Answer> = Vec::new();
    for call in 0..12 {
        answers.push(caller.get(&urls[call % 2]).await);
    }
    let took = since.elapsed();
    assert!(
        took < Duration::from_secs(60),
        "too slow to judge: {took:?}"
    );
    // One call on each gateway has passed before.
    let passed = 2 + answers.iter().filter(|answer| answer.status == 200).count();
    assert!(
        (BURST..=BURST + A_MINUTE).contains(&passed),
        "{passed} calls passed in {took:?}"
    );
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status != 200)
        .collect();
    for answer in refused {
        answer.assert_problem(429, "rate_limited");
        for header in ["retry-after", "ratelimit", "ratelimit-policy"] {
            assert!(answer.header(header).is_some(), "no {header} in {answer}");
        }
    }
}

/// Waits until the ledger holds exactly so many answered calls of a subscription.
async fn usage_settles(stack: &TestStack, subscription: &str, calls: u64) -> u64 {
    let id: gatehouse_domain::id::SubscriptionId = subscription.parse().unwrap();
    let mut conn = stack.sql().await;
    let mut sum = async || -> i64 {
        let query = "select coalesce(sum(count), 0)::bigint from usage_minute where subscription_id = $1 and status_class = 2";
        sqlx::query_scalar(query)
            .bind(id.uuid())
            .fetch_one(&mut conn)
            .await
            .unwrap()
    };
    eventually(PATIENCE, "every call is in the ledger, once", async || {
        let counted = sum().await.unsigned_abs();
        assert!(counted <= calls, "{counted} calls were counted of {calls}");
        if counted == calls {
            Ok(())
        } else {
            Err(format!("{counted} of {calls}"))
        }
    })
    .await;
    calls
}

/// Without admin API, portal and Postgres, gateways start again from their disks and judge as before. Gives the number of
/// calls that `steady` got answered.
async fn outage(stack: &TestStack, urls: &[String; 2], steady: &Consumer, ended: &Consumer) -> u64 {
    stack.expects_server_errors();
    for role in CONTROL_PLANE {
        stack.kill9(role);
    }
    stack.kill9_postgres().await;
    for role in GATEWAYS {
        let before = stack.pid(role);
        stack.kill9(role);
        stack.restart(role);
        assert_ne!(stack.pid(role), before);
    }
    // The connections of before went with the killed processes.
    let (steady, ended) = (
        Consumer::with_key(steady.key()),
        Consumer::with_key(ended.key()),
    );
    for url in urls {
        for _ in 0..5 {
            steady.get(url).await.assert_status(200);
        }
        ended.get(url).await.assert_problem(401, "key_revoked");
    }
    for number in [0, 1] {
        let ready = stack.readiness(number).await;
        assert_eq!(
            ready.assert_status(200).json()["status"],
            "degraded",
            "it says that the control plane is away: {ready}"
        );
    }
    10
}

async fn everything_returns(stack: &TestStack) {
    stack.restart_postgres().await;
    for role in CONTROL_PLANE {
        stack.restart(role);
    }
    for number in [0, 1] {
        eventually(PATIENCE, "the gateways are whole again", async || {
            let ready = stack.readiness(number).await;
            if ready.json()["status"] == "ready" {
                Ok(())
            } else {
                Err(ready.to_string())
            }
        })
        .await;
    }
}

async fn audit_verifies(stack: &TestStack) {
    let folder = stack.folder().to_str().unwrap();
    let env = [("DATABASE_URL", stack.superuser_url())];
    let verified = run(
        stack.program(),
        &["audit", "verify", "--data-dir", folder],
        &env,
    )
    .await;
    assert!(
        verified.assert_success().stdout.contains("acme  intact"),
        "{verified:?}"
    );
}
