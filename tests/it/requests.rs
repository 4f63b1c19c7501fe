//! What developers ask for with tokens of their own, over REST and from the command line, down to what gateways let through.

use std::time::Duration;

use gatehouse_harness::callers::{Cli, Consumer};
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Answer, TestStack, TestUpstream, eventually};
use serde_json::{Value, json};

use crate::GATEHOUSE;
use crate::roads::{For, Person, Road, Wish, text};

/// From the word that something was decided to every gateway's keeping to it.
const IN_TIME: Duration = if cfg!(debug_assertions) {
    PATIENCE
} else {
    Duration::from_secs(1)
};

const DEVELOPER: &[&str] = &["catalogue.read", "application.manage"];

/// A petstore, whoever runs it and whoever wants it, and its address at each gateway.
struct Scene<'a> {
    tenant: Tenant<'a>,
    owner: Person,
    developer: Person,
    urls: [String; 2],
    _upstream: TestUpstream,
}

impl<'a> Scene<'a> {
    async fn of(stack: &'a TestStack, road: Road, name: &str) -> Self {
        let upstream = TestUpstream::start().await;
        let tenant = stack.tenant(&road.name(name)).await;
        let cli = Cli::new(stack, tenant.root().await);
        cli.token.offer_petstore("petstore", &upstream.url()).await;
        let developer = tenant.developer("Dora").await;
        let token = tenant.token_of(&developer.email, DEVELOPER).await;
        Self {
            owner: Person { cli, road },
            developer: Person {
                cli: Cli::new(stack, token),
                road,
            },
            urls: [0, 1].map(|gateway| tenant.production_url(gateway, "/petstore/v1/pets")),
            tenant,
            _upstream: upstream,
        }
    }

    /// Every gateway answers so, in time.
    async fn everywhere(
        &self,
        key: &Consumer,
        expected: impl Fn(Answer) -> Result<Answer, String>,
    ) {
        eventually(IN_TIME, "every gateway keeps to it", async || {
            for url in &self.urls {
                expected(key.get(url).await)?;
            }
            Ok(())
        })
        .await;
    }
}

fn wish(plan: &str) -> Wish<'_> {
    Wish {
        api: "petstore",
        plan,
        environment: "production",
    }
}

/// The entries of a list: the command line prints them bare.
fn entries(list: &Value) -> &Vec<Value> {
    let found = list.as_array().or(list["data"].as_array());
    found.unwrap_or_else(|| panic!("no list: {list}"))
}

async fn before_and_after(stack: &TestStack, road: Road) {
    let scene = Scene::of(stack, road, "Deciders").await;
    let (developer, owner) = (&scene.developer, &scene.owner);
    owner.plan("petstore", "gold", "manual", &[]).await;
    let ask = async |application: &str| {
        let asked = developer.request(For::New(application, None), wish("gold"));
        let asked = asked.await;
        assert_eq!(asked["shown"], "pending", "{asked}");
        let key = developer.key(text(&asked, "/application/id"), "production");
        let (key, _) = key.await;
        // The key came to the gateways after the request.
        for url in &scene.urls {
            let pending = key.get(url).await;
            pending.assert_problem(403, "subscription_pending");
        }
        (text(&asked, "/id").to_owned(), key)
    };
    let (id, key) = ask("Patient").await;
    let approve = ["subscription", "approve", &id];
    let path = format!("/v1/subscriptions/{id}/approve");
    let nothing = json!({});
    let forbidden = developer.refused((403, "forbidden"), &path, &nothing, &approve);
    forbidden.await;
    let approved = owner.act(&path, &nothing, &approve).await;
    assert_eq!(approved["shown"], "active", "{approved}");
    scene.everywhere(&key, |answer| answer.expect(200)).await;

    let (id, refused) = ask("Hopeful").await;
    let reject = ["subscription", "reject", &id, "--reason", "Sold out."];
    let path = format!("/v1/subscriptions/{id}/reject");
    let reason = json!({"reason": "Sold out."});
    let rejected = owner.act(&path, &reason, &reject).await;
    assert_eq!(rejected["shown"], "rejected", "{rejected}");
    let says_so = |answer: Answer| answer.expect_problem(403, "subscription_rejected");
    scene.everywhere(&refused, says_so).await;
    scene.everywhere(&key, |answer| answer.expect(200)).await;
}

#[tokio::test]
async fn a_request_opens_nothing_before_it_is_approved_and_nothing_after_it_was_rejected() {
    let stack = TestStack::shared(GATEHOUSE).await;
    for road in Road::BOTH {
        before_and_after(&stack, road).await;
    }
}

async fn made_and_deleted(stack: &TestStack, road: Road) {
    let scene = Scene::of(stack, road, "Makers").await;
    let developer = &scene.developer;
    let (home, get) = ("/v1/applications/shop", ["application", "get", "shop"]);
    let create = ["application", "create", "Shop"];
    let body = json!({"name": "Shop"});
    let made = developer.act("/v1/applications", &body, &create).await;
    assert_eq!(made["slug"], "shop", "{made}");
    let access = developer.request(For::Existing("shop"), wish("open")).await;
    let (key, id) = developer.key("shop", "production").await;
    scene.everywhere(&key, |answer| answer.expect(200)).await;

    // Both belong to it, and it to whoever made it.
    let shown = developer.get(home, &get).await;
    assert_eq!(
        (&shown["subscriptions"], &shown["keys"]),
        (&json!(1), &json!(1))
    );
    let path = format!("{home}/keys");
    let keys = developer.get(&path, &["key", "list", "shop"]).await;
    assert_eq!(entries(&keys)[0]["id"], id.as_str());
    let list = ["subscription", "list", "--application", "shop"];
    let listed = developer.get("/v1/subscriptions?application=shop", &list);
    let listed = listed.await;
    assert_eq!(entries(&listed)[0]["id"], access["id"]);
    let other = scene.tenant.developer("Otto").await;
    let token = scene.tenant.token_of(&other.email, DEVELOPER).await;
    let other = Cli::new(stack, token);
    other.token.get(home).await.assert_problem(404, "not_found");
    let unseen = other.run(&get).await;
    let said = &unseen.assert_code(1).stderr;
    assert!(said.contains("not_found"), "{unseen:?}");

    match road {
        Road::Rest => {
            developer.rest().delete(home).await.assert_ok();
        }
        Road::CommandLine => {
            let delete = ["application", "delete", "shop", "--yes"];
            developer.cli.done(&delete).await;
        }
    }
    let ended = |answer: Answer| answer.expect_problem(401, "key_revoked");
    scene.everywhere(&key, ended).await;
    let path = format!("/v1/keys/{id}");
    let key = scene.owner.get(&path, &["key", "get", &id]).await;
    assert_eq!(key["state"], "revoked", "{key}");
    let id = text(&access, "/id");
    let path = format!("/v1/subscriptions/{id}");
    let access = scene.owner.get(&path, &["subscription", "get", id]).await;
    assert_eq!(access["state"], "ended", "{access}");
}

#[tokio::test]
async fn an_application_of_a_developer_has_its_keys_and_its_access_until_they_delete_it() {
    let stack = TestStack::shared(GATEHOUSE).await;
    for road in Road::BOTH {
        made_and_deleted(&stack, road).await;
    }
}
