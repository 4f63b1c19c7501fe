//! Two versions of an API beside each other, through the built executable and a real gateway; and the end of the older one.

use gatehouse_harness::callers::{CiToken, Cli, Consumer};
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestStack, TestUpstream, descriptions, eventually};
use gatehouse_runtime::Clock;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::GATEHOUSE;
use crate::roads::{For, Person, Road, Wish, text};

/// Times are told in whole milliseconds, and a busy machine reads its clock some time before it answers.
const SLACK: Duration = Duration::seconds(1);

/// Publishes `v1` with pets, and `v2` that has animals instead.
async fn publish_both(root: &CiToken, stack: &TestStack, upstream: &TestUpstream) {
    let first = descriptions::petstore("Petstore", &upstream.url());
    let mut second = first.clone();
    second["info"]["version"] = json!("2.0.0");
    second["paths"] = json!({
        "/pets": first["paths"]["/pets"],
        "/animals/{id}": first["paths"]["/pets/{id}"],
    });
    for (version, description) in [("v1", &first), ("v2", &second)] {
        let file = descriptions::write(stack.folder(), "pets.json", description);
        let published = root
            .publish(stack.program(), &file, "pets", version, &["--create"])
            .await;
        published.assert_success();
    }
}

/// Offers one version as a product with its tiers, each so many calls at once: the next comes back long after the test.
async fn offer(owner: &Person, product: &str, version: &str, tiers: &[(&str, u32)]) {
    let items = json!([{"api": "pets", "version": version}]);
    let made = json!({"slug": product, "name": product, "items": items});
    let item = format!("pets/{version}");
    let create = ["product", "create", product, "--item", &item];
    owner.act("/v1/products", &made, &create).await;
    for (plan, amount) in tiers {
        let rate = json!({"kind": "rate", "amount": amount, "window_s": 3_600, "burst": amount});
        let rule = format!("{amount}/1h+{amount}");
        owner.plan(product, plan, "auto", &[(&rule, rate)]).await;
    }
    match owner.road {
        Road::Rest => {
            let path = format!("/v1/products/{product}");
            let published = json!({"state": "published"});
            let published = owner.rest().patch(&path, &published).await;
            published.assert_status(200);
        }
        Road::CommandLine => {
            let publish = ["product", "update", product, "--state", "published"];
            owner.cli.done(&publish).await;
        }
    }
}

/// How many calls pass before one is refused, of more than any tier allows.
async fn passing(consumer: &Consumer, url: &str) -> usize {
    let mut passed = 0;
    for _ in 0..9 {
        let answer = consumer.get(url).await;
        match answer.status.as_u16() {
            200 => passed += 1,
            _ => {
                answer.assert_problem(429, "rate_limited");
            }
        }
    }
    passed
}

/// Tiers, products, access and keys by one road, for versions that are there.
async fn live_together(owner: &Person, tenant: &Tenant<'_>) {
    offer(owner, "pets-one", "v1", &[("free", 2), ("standard", 5)]).await;
    offer(owner, "pets-two", "v2", &[("free", 3)]).await;
    let open = |api, plan| Wish {
        api,
        plan,
        environment: "production",
    };
    let small = owner.grant(For::New("Small", None), open("pets-one", "free"));
    let small = small.await;
    let small = text(&small, "/application/id");
    owner
        .grant(For::Existing(small), open("pets-two", "free"))
        .await;
    let large = owner.grant(For::New("Large", None), open("pets-one", "standard"));
    let large = large.await;
    let (small, _) = owner.key(small, "production").await;
    let large = owner.key(text(&large, "/application/id"), "production");
    let (large, _) = large.await;
    let url = |path: &str| tenant.production_url(0, path);

    // What each has is its own.
    for path in ["/pets/v1/animals/7", "/pets/v2/pets/7"] {
        let unknown = small.get(&url(path)).await;
        unknown.assert_problem(404, "no_route");
    }
    for (version, path) in [("v1", "/pets/{id}"), ("v2", "/animals/{id}")] {
        let description = match owner.road {
            Road::Rest => {
                let address = format!("/v1/apis/pets/versions/{version}/spec");
                owner.rest().get(&address).await.assert_status(200).text()
            }
            Road::CommandLine => owner.cli.done(&["version", "spec", "pets", version]).await,
        };
        let description: Value = serde_json::from_str(&description).unwrap();
        let paths = &description["paths"];
        assert!(paths[path].is_object(), "{version}: {paths}");
    }
    large
        .get(&url("/pets/v2/pets"))
        .await
        .assert_problem(403, "not_subscribed");

    // Two applications on two tiers meet different limits at one operation; and one of them others at the next version.
    assert_eq!(passing(&small, &url("/pets/v1/pets")).await, 2);
    assert_eq!(passing(&large, &url("/pets/v1/pets")).await, 5);
    assert_eq!(passing(&small, &url("/pets/v2/pets")).await, 3);
    for label in ["v1", "v2"] {
        let address = format!("/v1/apis/pets/versions/{label}");
        let verb = ["version", "get", "pets", label];
        let shown = owner.get(&address, &verb).await;
        assert_eq!(shown["state"], "published");
    }
}

#[tokio::test]
async fn two_versions_live_together_each_with_its_description_plans_and_limits() {
    // With one gateway, whose count is exact at once.
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let upstream = TestUpstream::start().await;
    for road in Road::BOTH {
        let tenant = stack.tenant(&road.name("Tiers")).await;
        let cli = Cli::new(&stack, tenant.root().await);
        publish_both(&cli.token, &stack, &upstream).await;
        live_together(&Person { cli, road }, &tenant).await;
    }
}

#[tokio::test]
async fn a_version_answers_until_its_sunset_and_then_says_where_to_go_with_nobody_retiring_it() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Sunsets").await;
    let root = tenant.root().await;
    publish_both(&root, &stack, &upstream).await;
    root.add_plan("pets", "open", "auto", &json!([])).await;
    let granted = root
        .grant("sunsets", "Late", "pets", "open", "production")
        .await;
    let guide = json!({"slug": "moving", "title": "Moving to v2", "markdown": "Say animals."});
    root.post("/v1/apis/pets/guides", &guide)
        .await
        .assert_status(201);
    let sunset = Clock::system().now() + Duration::seconds(20);
    let ends = sunset.format(&Rfc3339).unwrap();
    let deprecate =
        format!("version deprecate pets v1 --sunset-at {ends} --successor v2 --guide moving");
    let deprecate: Vec<&str> = deprecate.split(' ').collect();
    root.cli(stack.program(), &deprecate).await.assert_success();
    let url = |path: &str| tenant.production_url(1, path);
    let mut told = false;
    let gone = eventually(PATIENCE, "the version has ended", async || {
        let before = Clock::system().now();
        let answer = granted.consumer.get(&url("/pets/v1/pets")).await;
        if answer.status.as_u16() == 200 {
            assert!(before < sunset + SLACK, "served after its end: {answer}");
            told |= answer.header("sunset").is_some();
            return Err(answer.to_string());
        }
        assert!(
            Clock::system().now() + SLACK >= sunset,
            "not served before its end: {answer}"
        );
        Ok(answer)
    })
    .await;
    assert!(told, "every answer before said when it ends");
    gone.assert_problem(410, "version_retired");
    let body = gone.json();
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.contains("/sunsets/pets/v2"), "{detail}");
    let help = body["help"].as_str().unwrap();
    assert!(help.ends_with("/apis/pets/guides/moving"), "{help}");
    let next = granted.consumer.get(&url("/pets/v2/pets")).await;
    next.assert_status(200);
    let shown = root.get("/v1/apis/pets/versions/v1").await.json();
    assert_eq!(shown["state"], "deprecated", "nobody retired it");
}
