//! Keys: replaced with an overlap, replaced at once, shown once.

use gatehouse_control_plane::jobs;
use gatehouse_harness::callers::{Cli, Consumer, Developer, Wish};
use gatehouse_harness::html::Page;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestStack, TestUpstream, eventually};
use gatehouse_runtime::Clock;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::GATEHOUSE;
use crate::roads::{Person, Road, text};

async fn replace(developer: &Developer, application: &str, overlap: &str) -> (String, Page) {
    let keys = developer.keys_page(application).await;
    let page = developer.portal.get(&keys.link("Rotate")).await;
    let form = page
        .form("main form[action$='/rotate']")
        .set("overlap", overlap);
    let page = developer
        .portal
        .submit(form.press("Make replacement"))
        .await;
    page.assert_status(200);
    (page.attribute("input#key", "value"), page)
}

#[tokio::test]
async fn a_replaced_key_works_during_the_overlap_and_a_leaked_one_not_a_moment_longer() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Rotating").await;
    tenant
        .root()
        .await
        .offer_petstore("petstore", &upstream.url())
        .await;
    let developer = tenant.developer("Rosa").await;
    developer
        .request(Wish {
            api: "petstore",
            plan: "open",
            environment: "production",
            application: "Carousel",
        })
        .await;
    let keys = developer.keys_page("Carousel").await;
    let (first, _) = developer.make_key_at(&keys, Some("production")).await;
    let url = tenant.production_url(1, "/petstore/v1/pets");
    let works = async |key: &str| {
        eventually(PATIENCE, "the key works", async || {
            Consumer::with_key(key).get(&url).await.expect(200)
        })
        .await;
    };
    works(&first).await;

    let (second, _) = replace(&developer, "Carousel", "7 days").await;
    works(&second).await;
    works(&first).await;
    let listed = developer.keys_page("Carousel").await;
    listed.assert_says("Retiring").assert_says("Works until");

    let (third, page) = replace(&developer, "Carousel", "Not at all: it has leaked").await;
    works(&third).await;
    eventually(PATIENCE, "the leaked key is refused", async || {
        Consumer::with_key(&second)
            .get(&url)
            .await
            .expect_problem(401, "key_revoked")
    })
    .await;

    // Shown until it is stored, to this person alone, and in no list.
    let again = developer.portal.get(&page.at).await;
    assert_eq!(again.attribute("input#key", "value"), third);
    let stored = again.form("main form[action$='/stored']");
    developer
        .portal
        .submit(stored.press("I have stored it"))
        .await
        .assert_says("It was shown once");
    for path in [page.at.as_str(), &developer.keys_page("Carousel").await.at] {
        let text = developer.portal.get(path).await.answer.text();
        for key in [&first, &second, &third] {
            assert!(!text.contains(key.as_str()), "{path} shows a key");
        }
    }
    let mut conn = stack.sql().await;
    let plain: i64 = sqlx::query_scalar(
        "select count(*) from session where position(convert_to($1, 'UTF8') in data) > 0",
    )
    .bind(&third[20..])
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(plain, 0, "no session holds it in the clear");
}

/// A busy machine reads its clock some time before it answers.
const SLACK: Duration = Duration::seconds(1);

async fn works_to_the_end(stack: &TestStack, upstream: &TestUpstream, road: Road) {
    let tenant = stack.tenant(&road.name("Overlapping")).await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let granted = root
        .grant(&tenant.slug, "Till", "petstore", "open", "production")
        .await;
    let owner = Person {
        cli: Cli::new(stack, root),
        road,
    };
    let (id, home) = (&granted.key, format!("/v1/keys/{}", granted.key));
    let (path, overlap) = (format!("{home}/rotate"), json!({"overlap_s": 15}));
    let rotate = ["key", "rotate", id, "--overlap", "15s"];
    let new = owner.act(&path, &overlap, &rotate).await;
    let new = Consumer::with_key(text(&new, "/secret"));
    let replaced = owner.get(&home, &["key", "get", id]).await;
    let ends = text(&replaced, "/retire_at");
    let ends = OffsetDateTime::parse(ends, &Rfc3339).unwrap();
    let urls = [0, 1].map(|gateway| tenant.production_url(gateway, "/petstore/v1/pets"));
    // Gateways judge by the clock, the same as this test's: nothing is published at the end.
    for url in &urls {
        let mut worked = 0;
        let refused = eventually(PATIENCE * 2, "the overlap is over", async || {
            let before = Clock::system().now();
            let answer = granted.consumer.get(url).await;
            if answer.status.as_u16() == 200 {
                assert!(
                    before < ends + SLACK,
                    "let through after the overlap: {answer}"
                );
                worked += 1;
                new.get(url).await.expect(200)?;
                return Err(answer.to_string());
            }
            assert!(
                Clock::system().now() + SLACK >= ends,
                "refused during the overlap: {answer}"
            );
            Ok(answer)
        })
        .await;
        refused.assert_problem(401, "key_revoked");
        assert!(refused.text().contains("it worked until"), "{refused}");
        // The first gateway is watched to the end of the overlap, the second only after it.
        assert!(worked > 0 || url == &urls[1], "it worked before");
        new.get(url).await.assert_status(200);
    }
}

#[tokio::test]
async fn a_replaced_key_works_to_the_end_of_its_overlap_and_not_after_it() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let [rest, shell] = Road::BOTH.map(|road| works_to_the_end(&stack, &upstream, road));
    tokio::join!(rest, shell);
}

#[tokio::test]
async fn the_form_that_makes_a_key_sent_twice_makes_one() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Twice").await;
    let developer = tenant.developer("Tom").await;
    let page = developer.portal.get("/applications/new").await;
    let form = page
        .form("main form[action$='/applications/new']")
        .set("name", "Once");
    developer
        .portal
        .submit(form.press("Create application"))
        .await
        .assert_status(200);
    let keys = developer.keys_page("Once").await;
    let press = keys.form("main form[action$='/keys']").press("Create key");
    let (first, second) = (
        developer.portal.submit_once(&press).await,
        developer.portal.submit_once(&press).await,
    );
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303));
    let made = developer
        .keys_page("Once")
        .await
        .texts_of("main table tbody tr");
    assert_eq!(made.len(), 1, "{made:?}");
}

#[tokio::test]
async fn what_has_ended_is_named_until_its_time_in_the_gateways_is_over_and_unknown_afterwards() {
    // Of its own: what is forgotten here is forgotten for every tenant.
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.first_tenant();
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let granted = root
        .grant("acme", "Former", "petstore", "open", "production")
        .await;
    let (second, _) = root.issue_key(&granted.application, "production").await;
    let url = tenant.production_url(0, "/petstore/v1/pets");
    for (path, reason) in [
        (
            format!("/v1/keys/{}/revoke", granted.key),
            json!({"reason": "Lost."}),
        ),
        (
            format!("/v1/subscriptions/{}/revoke", granted.subscription),
            json!({"reason": "Over."}),
        ),
    ] {
        root.wait_in_force(root.post(&path, &reason).await.assert_status(200))
            .await;
    }
    let forget = async |kept| {
        let db = stack.control_plane().await;
        jobs::forget_ended(&db, kept).await.unwrap();
        db.close().await;
    };
    forget(time::Duration::HOUR).await;
    let key = granted.consumer.get(&url).await;
    key.assert_problem(401, "key_revoked");
    let subscription = second.get(&url).await;
    subscription.assert_problem(403, "subscription_expired");
    forget(time::Duration::ZERO).await;
    eventually(PATIENCE, "the key is unknown", async || {
        let answer = granted.consumer.get(&url).await;
        answer.expect_problem(401, "key_unknown")
    })
    .await;
    let subscription = second.get(&url).await;
    subscription.assert_problem(403, "not_subscribed");
}
