//! Every reason a gateway refuses for, brought about as it comes about in life, with its status, code and headers.

use gatehouse_control_plane::PlatformActor;
use gatehouse_control_plane::tenants::set_tenant_status;
use gatehouse_domain::TenantStatus;
use gatehouse_harness::callers::{CiToken, Consumer, Granted, Wish};
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Answer, TestStack, TestUpstream, eventually};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::json;

use crate::GATEHOUSE;

/// A tenant with a petstore, and somebody who may call it.
struct Scene<'a> {
    tenant: Tenant<'a>,
    root: CiToken,
    upstream: TestUpstream,
    granted: Granted,
    pets: String,
}

impl<'a> Scene<'a> {
    async fn of(stack: &'a TestStack, name: &str) -> Self {
        let upstream = TestUpstream::start().await;
        let tenant = stack.tenant(name).await;
        let root = tenant.root().await;
        root.offer_petstore("petstore", &upstream.url()).await;
        let granted = root
            .grant(&tenant.slug, "App", "petstore", "open", "production")
            .await;
        let pets = tenant.production_url(0, "/petstore/v1/pets");
        granted.consumer.get(&pets).await.assert_status(200);
        Self {
            tenant,
            root,
            upstream,
            granted,
            pets,
        }
    }

    /// Changes something by the admin API and waits until every gateway has it.
    async fn change(&self, path: &str, body: serde_json::Value) {
        let changed = self.root.post(path, &body).await;
        self.root.wait_in_force(changed.assert_ok()).await;
    }

    async fn call(&self) -> Answer {
        self.granted.consumer.get(&self.pets).await
    }
}

fn one(name: &'static str, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(
        http::HeaderName::from_static(name),
        HeaderValue::from_str(value).unwrap(),
    )])
}

#[tokio::test]
async fn a_call_without_one_good_key_is_refused_and_says_how_to_send_it() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "Keyless").await;
    let key = scene.granted.consumer.key();
    let anonymous = stack.anonymous();
    let none = anonymous.get(&scene.pets).await;
    none.assert_problem(401, "no_key");
    assert!(
        none.header("www-authenticate")
            .is_some_and(|value| value.starts_with("Bearer")),
        "{none}"
    );
    let mut mistyped = key.to_owned();
    let last = if mistyped.ends_with('0') { "1" } else { "0" };
    mistyped.replace_range(mistyped.len() - 1.., last);
    for broken in [&mistyped, &key[..key.len() - 1], "gth_live_", "hello"] {
        Consumer::with_key(broken)
            .get(&scene.pets)
            .await
            .assert_problem(401, "key_malformed");
    }
    let twice = scene.granted.consumer.call(
        Method::GET,
        &scene.pets,
        one("authorization", &format!("Bearer {key}")),
        "".into(),
    );
    twice.await.unwrap().assert_problem(401, "ambiguous_key");
    let other = stack.tenant("Keyholder").await.root().await;
    let stranger = other_key(&other).await;
    let refused = stranger.get(&scene.pets).await;
    assert!(
        ["key_unknown", "wrong_environment"].contains(&refused.code().as_str()),
        "{refused}"
    );
    assert_eq!(
        scene.upstream.count(),
        1,
        "nothing but the good call reached the backend"
    );
    assert!(
        !stack
            .log(gatehouse_harness::Role::Gateway(0))
            .contains(&key[20..40]),
        "no key is in the log"
    );
}

async fn other_key(root: &CiToken) -> Consumer {
    let made = root
        .post(
            "/v1/applications",
            &json!({"name": "Elsewhere", "team": "keyholder"}),
        )
        .await;
    let application = made.assert_status(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    root.issue_key(&application, "production").await.0
}

#[tokio::test]
async fn addresses_and_methods_nobody_offers_are_told_apart() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "Lost").await;
    for path in [
        "/petstore/v1/nothing",
        "/petstore/v2/pets",
        "/nothing/v1/pets",
        "/petstore/v1/pets/1/2",
    ] {
        let url = scene.tenant.production_url(0, path);
        scene
            .granted
            .consumer
            .get(&url)
            .await
            .assert_problem(404, "no_route");
    }
    let wrong = scene
        .granted
        .consumer
        .call(Method::DELETE, &scene.pets, HeaderMap::new(), "".into())
        .await
        .unwrap();
    wrong.assert_problem(405, "method_not_allowed");
    let allowed = wrong.header("allow").unwrap_or_default();
    assert!(
        allowed.contains("GET") && allowed.contains("POST"),
        "{wrong}"
    );
    for trick in [
        "/petstore/v1/../v1/pets",
        "/petstore/v1/%2e%2e/pets",
        "/petstore//v1/pets",
        "/petstore/v1/pets%2f1",
    ] {
        let answer = raw_get(&stack, &scene, trick).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{trick}: {answer}");
    }
    assert_eq!(scene.upstream.count(), 1);
}

/// Sends a path as it is: clients tidy addresses up before they send them.
async fn raw_get(stack: &TestStack, scene: &Scene<'_>, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = stack.gateway_url(0).replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let (base, key) = (&scene.tenant.production, scene.granted.consumer.key());
    let request = format!(
        "GET {base}{path} HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn every_state_of_a_subscription_has_its_own_answer() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "States").await;
    let subscription = format!("/v1/subscriptions/{}", scene.granted.subscription);
    scene
        .change(
            &format!("{subscription}/suspend"),
            json!({"reason": "Too loud."}),
        )
        .await;
    scene
        .call()
        .await
        .assert_problem(403, "subscription_suspended");
    scene
        .change(&format!("{subscription}/pause"), json!({}))
        .await;
    scene
        .change(&format!("{subscription}/resume"), json!({}))
        .await;
    scene
        .call()
        .await
        .assert_problem(403, "subscription_suspended");
    scene
        .change(&format!("{subscription}/unsuspend"), json!({}))
        .await;
    scene.call().await.assert_status(200);
    scene
        .change(&format!("{subscription}/pause"), json!({}))
        .await;
    scene
        .call()
        .await
        .assert_problem(403, "subscription_paused");
    scene
        .change(&format!("{subscription}/resume"), json!({}))
        .await;
    scene.call().await.assert_status(200);

    let application = format!("/v1/applications/{}", scene.granted.application);
    scene
        .change(
            &format!("{application}/suspend"),
            json!({"reason": "Under inquiry."}),
        )
        .await;
    scene
        .call()
        .await
        .assert_problem(403, "application_suspended");
    scene
        .change(&format!("{application}/unsuspend"), json!({}))
        .await;
    scene.call().await.assert_status(200);

    scene
        .change(&format!("{subscription}/cancel"), json!({}))
        .await;
    scene
        .call()
        .await
        .assert_problem(403, "subscription_expired");
    let bare = scene
        .root
        .post(
            "/v1/applications",
            &json!({"name": "Bare", "team": scene.tenant.slug}),
        )
        .await
        .json();
    let (bare, _) = scene
        .root
        .issue_key(bare["id"].as_str().unwrap(), "production")
        .await;
    bare.get(&scene.pets)
        .await
        .assert_problem(403, "not_subscribed");
}

#[tokio::test]
async fn a_rejected_request_answers_so_and_its_reason_reaches_the_developer() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "Choosy").await;
    scene
        .root
        .add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let developer = scene.tenant.developer("Rita").await;
    let approver = scene.tenant.approver("Strict").await;
    let wish = Wish {
        api: "petstore",
        plan: "gold",
        environment: "production",
        application: "Hopeful",
    };
    let access = developer.request(wish).await;
    let keys = developer.keys_page("Hopeful").await;
    let (key, _) = developer.make_key_at(&keys, Some("production")).await;
    approver
        .reject(&[&access.subscription], "Use the bulk export instead.")
        .await
        .assert_says("Rejected");
    eventually(PATIENCE, "the rejection is in force", async || {
        Consumer::with_key(&key)
            .get(&scene.pets)
            .await
            .expect_problem(403, "subscription_rejected")
    })
    .await;
    let told = developer.portal.get(&access.request).await;
    told.assert_says("Rejected")
        .assert_says("Use the bulk export instead.");
    let again = developer.request(wish).await;
    assert_ne!(again.subscription, access.subscription, "one may ask again");
}

#[tokio::test]
async fn a_suspended_tenant_is_refused_everywhere_until_it_is_active_again() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "Unpaid").await;
    let (db, id) = (stack.control_plane().await, scene.tenant.id().await);
    let who = PlatformActor::system("test");
    for (status, expected) in [(TenantStatus::Suspended, 403), (TenantStatus::Active, 200)] {
        set_tenant_status(&db, &who, id, status, "Unpaid.")
            .await
            .unwrap();
        for gateway in [0, 1] {
            let url = scene.tenant.production_url(gateway, "/petstore/v1/pets");
            eventually(PATIENCE, "the tenant's state is in force", async || {
                scene.granted.consumer.get(&url).await.expect(expected)
            })
            .await;
        }
        if expected == 403 {
            scene.call().await.assert_problem(403, "tenant_suspended");
        }
    }
    db.close().await;
}

#[tokio::test]
async fn a_quota_ends_with_its_number_and_says_when_it_begins_again() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "Thrifty").await;
    scene
        .root
        .add_plan(
            "petstore",
            "small",
            "auto",
            &json!([{"kind": "quota", "amount": 3, "period": "day"}]),
        )
        .await;
    let small = scene
        .root
        .grant(
            &scene.tenant.slug,
            "Small",
            "petstore",
            "small",
            "production",
        )
        .await;
    let wait_of = |answer: &Answer| -> u64 {
        let wait = answer.header("retry-after");
        wait.and_then(|wait| wait.parse().ok()).unwrap_or_default()
    };
    for left in [2, 1, 0] {
        // Two gateways share the quota: the last few calls of it may have to be asked for, which takes less than a second.
        let answer = eventually(
            PATIENCE,
            "the call has its place in the quota",
            async || {
                let answer = small.consumer.get(&scene.pets).await;
                let asks = answer.status == 429 && wait_of(&answer) == 1;
                if asks {
                    Err(answer.to_string())
                } else {
                    Ok(answer)
                }
            },
        )
        .await;
        answer.assert_status(200);
        let told = answer.header("ratelimit").unwrap_or_default();
        assert!(told.contains(&format!("r={left}")), "{answer}");
    }
    let over = small.consumer.get(&scene.pets).await;
    over.assert_problem(429, "quota_exceeded");
    let wait = wait_of(&over);
    assert!((1..=86_400).contains(&wait), "{over}");
    scene.call().await.assert_status(200);
    assert_eq!(
        scene.upstream.count(),
        5,
        "the refused call did not reach the backend"
    );
}

#[tokio::test]
async fn a_backend_that_is_away_is_told_from_one_that_fails() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let scene = Scene::of(&stack, "Weary").await;
    let failing = scene
        .granted
        .consumer
        .get(&format!("{}?status=500", scene.pets))
        .await;
    assert_eq!(
        (failing.status.as_u16(), failing.code().as_str()),
        (500, ""),
        "a backend's own answer passes: {failing}"
    );
    let Scene {
        granted,
        pets,
        upstream,
        ..
    } = scene;
    drop(upstream);
    let away = eventually(PATIENCE, "the backend is gone", async || {
        match granted.consumer.get(&pets).await {
            answer if answer.status == 503 || answer.status == 502 => Ok(answer),
            answer => Err(answer.to_string()),
        }
    })
    .await;
    if away.status == 503 {
        away.assert_problem(503, "upstream_unavailable");
        assert!(away.header("retry-after").is_some(), "{away}");
    }
    let next = granted.consumer.get(&pets).await;
    next.assert_problem(503, "upstream_unavailable");
}
