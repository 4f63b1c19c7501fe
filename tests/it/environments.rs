//! Tenants and environments share a gateway without ever meeting.

use gatehouse_harness::callers::{Cli, Consumer};
use gatehouse_harness::{Answer, TestStack, TestUpstream};

use crate::GATEHOUSE;
use crate::roads::{For, Person, Road, Wish, text};

async fn answers(consumer: &Consumer, url: &str) -> Answer {
    consumer.get(url).await
}

#[tokio::test]
async fn two_tenants_publish_the_same_slug_on_one_gateway_and_each_key_works_only_under_its_own_base_url()
 {
    let stack = TestStack::shared(GATEHOUSE).await;
    let (ours, theirs) = (TestUpstream::start().await, TestUpstream::start().await);
    let (left, right) = (
        stack.tenant("Lefthand").await,
        stack.tenant("Righthand").await,
    );
    let (left_ci, right_ci) = (left.root().await, right.root().await);
    left_ci.offer_petstore("petstore", &ours.url()).await;
    right_ci.offer_petstore("petstore", &theirs.url()).await;
    let left_key = left_ci
        .grant("lefthand", "App", "petstore", "open", "production")
        .await;
    let right_key = right_ci
        .grant("righthand", "App", "petstore", "open", "production")
        .await;
    for gateway in [0, 1] {
        let left_url = left.production_url(gateway, "/petstore/v1/pets");
        let right_url = right.production_url(gateway, "/petstore/v1/pets");
        answers(&left_key.consumer, &left_url)
            .await
            .assert_status(200);
        answers(&right_key.consumer, &right_url)
            .await
            .assert_status(200);
        for (consumer, url) in [
            (&left_key.consumer, &right_url),
            (&right_key.consumer, &left_url),
        ] {
            let refused = answers(consumer, url).await;
            assert_eq!(refused.status, 401, "{refused}");
            assert!(
                matches!(refused.code().as_str(), "wrong_environment" | "key_unknown"),
                "{refused}"
            );
        }
    }
    assert_eq!(
        (ours.count(), theirs.count()),
        (2, 2),
        "each backend saw its own tenant's calls and nothing else"
    );
}

async fn each_opens_its_own(stack: &TestStack, road: Road) {
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant(&road.name("Twofold")).await;
    let cli = Cli::new(stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let owner = Person { cli, road };
    let mut keys = Vec::new();
    for (name, environment, begins) in [
        ("Live", "production", "gth_live_"),
        ("Test", "sandbox", "gth_test_"),
    ] {
        let wish = Wish {
            api: "petstore",
            plan: "open",
            environment,
        };
        let access = owner.grant(For::New(name, None), wish).await;
        let key = owner.key(text(&access, "/application/id"), environment);
        let (key, _) = key.await;
        assert!(key.key().starts_with(begins), "{name}");
        keys.push(key);
    }
    let (live, test) = (&keys[0], &keys[1]);
    for gateway in [0, 1] {
        let production = tenant.production_url(gateway, "/petstore/v1/pets");
        let sandbox = tenant.sandbox_url(gateway, "/petstore/v1/pets");
        answers(live, &production).await.assert_status(200);
        answers(test, &sandbox).await.assert_status(200);
        answers(test, &production)
            .await
            .assert_problem(401, "wrong_environment");
        answers(live, &sandbox)
            .await
            .assert_problem(401, "wrong_environment");
    }
    assert_eq!(upstream.count(), 4);
}

#[tokio::test]
async fn a_test_key_is_refused_in_production_and_a_live_key_in_the_sandbox() {
    let stack = TestStack::shared(GATEHOUSE).await;
    for road in Road::BOTH {
        each_opens_its_own(&stack, road).await;
    }
}
