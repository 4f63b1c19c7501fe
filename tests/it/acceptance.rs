//! What has to be seen of a capability before it counts as there, over REST and from the command line, with calls through real
//! gateways where it is about calls: docs/acceptance.md says which.

use std::collections::BTreeMap;
use std::path::Path;

use gatehouse_harness::callers::{CiToken, Cli, Consumer};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, descriptions, eventually};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::GATEHOUSE;

/// Calls until the gateway answers so: what was decided reaches it a moment later.
async fn until_refused(consumer: &Consumer, url: &str, status: u16, code: &str) {
    eventually(PATIENCE, code, async || {
        consumer.get(url).await.expect_problem(status, code)
    })
    .await;
}

#[tokio::test]
async fn another_backend_answers_under_the_same_address() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Backends").await;
    let cli = Cli::new(&stack, tenant.root().await);
    let [first, second, third] = [
        TestUpstream::start().await,
        TestUpstream::start().await,
        TestUpstream::start().await,
    ];
    cli.token.offer_petstore("petstore", &first.url()).await;
    let shop = cli
        .token
        .grant("backends", "Shop", "petstore", "open", "production")
        .await;
    let url = tenant.production_url(0, "/petstore/v1/pets");
    let answered_by = async |backend: &TestUpstream| {
        eventually(PATIENCE, "the new backend answers", async || {
            shop.consumer.get(&url).await.assert_status(200);
            (backend.count() > 0).then_some(()).ok_or(String::new())
        })
        .await;
    };
    answered_by(&first).await;
    let set = ["upstream", "set", "petstore", "production", "--target"];
    cli.done(&[&set[..], &[&second.url()]].concat()).await;
    answered_by(&second).await;
    let before = second.count();
    let target = json!({"targets": [{"url": third.url()}]});
    let upstream = "/v1/apis/petstore/upstreams/production";
    cli.token.put(upstream, &target).await.assert_status(200);
    answered_by(&third).await;
    // The calls in between went to the one or the other, and none was lost.
    let after = second.count();
    answered_by(&third).await;
    assert_eq!(second.count(), after, "{before}");
}

#[tokio::test]
async fn a_publisher_uploads_a_description_and_may_approve_nothing() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Publishers").await;
    let upstream = TestUpstream::start().await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let wish = json!({
        "new_application": {"name": "Shop", "team": "publishers"},
        "api": "petstore",
        "plan": "gold",
        "environment": "production",
        "reason": "To sell pets.",
    });
    let asked = root.post("/v1/subscriptions", &wish).await;
    let asked = asked.assert_status(201).json()["id"].clone();
    let asked = asked.as_str().unwrap();

    let cli = Cli::new(&stack, tenant.ci().await);
    let next = descriptions::petstore("Petstore", &upstream.url()).to_string();
    let made = cli
        .token
        .send_bytes(
            Method::PUT,
            "/v1/apis/petstore/versions/v2/spec?create=true",
            HeaderMap::new(),
            "application/json",
            Some(next.into()),
        )
        .await;
    made.assert_status(201);
    let approve = format!("/v1/subscriptions/{asked}/approve");
    let refused = cli.token.post(&approve, &json!({})).await;
    refused.assert_problem(403, "forbidden");
    let refused = cli.run(&["subscription", "approve", asked]).await;
    assert!(
        refused.assert_code(1).stderr.contains("forbidden"),
        "{refused:?}"
    );
    let state = root.get(&format!("/v1/subscriptions/{asked}")).await;
    assert_eq!(state.json()["state"], "pending");
}

#[tokio::test]
async fn deleting_an_application_ends_its_keys_and_its_access() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Deletions").await;
    let upstream = TestUpstream::start().await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let url = tenant.production_url(1, "/petstore/v1/pets");
    let mut ended = Vec::new();
    for name in ["Shop", "Till"] {
        let granted = cli
            .token
            .grant("deletions", name, "petstore", "open", "production")
            .await;
        granted.consumer.get(&url).await.assert_status(200);
        ended.push(granted);
    }
    let path = format!("/v1/applications/{}", ended[0].application);
    let mut headers = HeaderMap::new();
    let shown = cli.token.get(&path).await;
    headers.insert("if-match", shown.headers["etag"].clone());
    let deleted = cli.token.send(Method::DELETE, &path, headers, None).await;
    deleted.assert_ok();
    let unasked = cli.run(&["application", "delete", "till"]).await;
    unasked.assert_code(1);
    cli.done(&["application", "delete", "till", "--yes"]).await;
    for granted in ended {
        until_refused(&granted.consumer, &url, 401, "key_revoked").await;
        let key = cli.token.get(&format!("/v1/keys/{}", granted.key)).await;
        assert_eq!(key.assert_status(200).json()["state"], "revoked");
        let path = format!("/v1/subscriptions/{}", granted.subscription);
        let subscription = cli.token.get(&path).await.assert_status(200).json();
        assert_eq!(subscription["state"], "ended", "{subscription}");
    }
}

async fn refused_as_conflict(cli: &Cli, verb: &[&str], path: &str, body: &Value) {
    cli.token
        .post(path, body)
        .await
        .assert_problem(409, "conflict");
    let refused = cli.run(verb).await;
    let said = &refused.assert_code(1).stderr;
    assert!(said.contains("conflict"), "{refused:?}");
}

#[tokio::test]
async fn a_version_takes_no_step_that_its_state_does_not_allow() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Steps").await;
    let upstream = TestUpstream::start().await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let step = |name: &str| format!("/v1/apis/petstore/versions/v1/{name}");
    let end = json!({"sunset_at": "2100-01-01T00:00:00Z"});
    let retire = ["version", "retire", "petstore", "v1", "--yes"];
    let deprecate = [
        "version",
        "deprecate",
        "petstore",
        "v1",
        "--sunset-at",
        "2100-01-01T00:00:00Z",
    ];
    let publish = ["version", "publish", "petstore", "v1"];
    // What nobody was told of does not end.
    refused_as_conflict(&cli, &retire, &step("retire"), &json!({})).await;
    let told = cli.token.post(&step("deprecate"), &end).await;
    told.assert_status(200);
    cli.done(&retire).await;
    refused_as_conflict(&cli, &deprecate, &step("deprecate"), &end).await;
    refused_as_conflict(&cli, &publish, &step("publish"), &json!({})).await;
    let shown = cli.json(&["version", "get", "petstore", "v1"]).await;
    assert_eq!(shown["state"], "retired");
    for action in ["version.deprecate", "version.retire"] {
        let records = cli.json(&["audit", "list", "--action", action]).await;
        assert_eq!(records.as_array().unwrap().len(), 1, "{records}");
    }
}

#[tokio::test]
async fn a_deprecated_version_says_when_it_ends_where_to_go_and_who_still_calls() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Farewells").await;
    let upstream = TestUpstream::start().await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let next = descriptions::petstore("Petstore", &upstream.url());
    let file = descriptions::write(stack.folder(), "farewells.json", &next);
    let published = cli
        .token
        .publish(stack.program(), &file, "petstore", "v2", &["--create"])
        .await;
    published.assert_success();
    let guide = json!({"slug": "move", "title": "Move to v2", "markdown": "Change the address."});
    let guides = "/v1/apis/petstore/guides";
    cli.token.post(guides, &guide).await.assert_status(201);
    let shop = cli
        .token
        .grant("farewells", "Shop", "petstore", "open", "production")
        .await;
    let deprecate = "version deprecate petstore v1 --sunset-at 2100-01-01T00:00:00Z --successor v2 --guide move";
    let deprecate: Vec<&str> = deprecate.split(' ').collect();
    cli.done(&deprecate).await;
    let path = "/v1/apis/petstore/versions/v1";
    for shown in [
        cli.token.get(path).await.assert_status(200).json(),
        cli.json(&["version", "get", "petstore", "v1"]).await,
    ] {
        assert_eq!(shown["state"], "deprecated");
        assert_eq!(shown["sunset_at"], "2100-01-01T00:00:00Z");
        assert_eq!(
            (&shown["successor"], &shown["guide"]),
            (&json!("v2"), &json!("move"))
        );
    }
    let url = tenant.production_url(0, "/petstore/v1/pets");
    eventually(PATIENCE, "answers say that it ends", async || {
        let answer = shop.consumer.get(&url).await.expect(200)?;
        let (deprecation, sunset) = (answer.header("deprecation"), answer.header("sunset"));
        let sunset = sunset == Some("Fri, 01 Jan 2100 00:00:00 GMT");
        let told = deprecation.is_some_and(|value| value.starts_with('@')) && sunset;
        told.then_some(()).ok_or_else(|| answer.to_string())
    })
    .await;
    let callers = ["version", "callers", "petstore", "v1"];
    eventually(PATIENCE, "who calls is known", async || {
        let listed = cli.json(&callers).await;
        let rest = cli.token.get(&format!("{path}/callers")).await.json();
        let [listed, rest] = [&listed, &rest].map(|list| list.to_string().contains("\"Shop\""));
        (listed && rest).then_some(()).ok_or(String::new())
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_warns_lets_a_description_pass_and_says_so() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Warned").await;
    let upstream = TestUpstream::start().await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    cli.done(&["lint", "set", "path-casing", "warn"]).await;
    let mut odd = descriptions::petstore("Petstore", &upstream.url());
    odd["paths"]["/petOwners"] = json!({"get": {"responses": {"200": {"description": "ok"}}}});
    let file = descriptions::write(stack.folder(), "warned.json", &odd);
    let published = cli
        .token
        .publish(stack.program(), &file, "petstore", "v1", &[])
        .await;
    let said = published.assert_success();
    let told = format!("{}{}", said.stdout, said.stderr);
    assert!(
        told.contains("path-casing") && told.contains("/petOwners"),
        "{said:?}"
    );
    let operations = cli.done(&["operation", "list", "petstore", "v1"]).await;
    assert!(operations.contains("/petOwners"), "{operations}");
}

/// The files of a folder and their bytes.
fn bytes_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

async fn exported(cli: &Cli) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    cli.done(&["export", folder.path().to_str().unwrap()]).await;
    bytes_of(folder.path())
}

async fn newest_release(token: &CiToken) -> i64 {
    let releases = token.get("/v1/releases").await.assert_status(200).json();
    releases["data"][0]["number"].as_i64().unwrap()
}

#[tokio::test]
async fn going_back_to_a_release_restores_the_files_byte_for_byte() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Bytes").await;
    let upstream = TestUpstream::start().await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let (then, number) = (exported(&cli).await, newest_release(&cli.token).await);
    let rename = ["plan", "update", "petstore", "open", "--name", "Wide open"];
    cli.done(&rename).await;
    cli.done(&["api", "update", "petstore", "--name", "Menagerie"])
        .await;
    assert_ne!(exported(&cli).await, then);
    let number = number.to_string();
    cli.done(&["release", "rollback", &number, "--yes"]).await;
    assert_eq!(exported(&cli).await, then);
    // And over REST, back again.
    let renamed = newest_release(&cli.token).await - 1;
    let path = format!("/v1/releases/{renamed}/rollback");
    cli.token.post(&path, &json!({})).await.assert_ok();
    let shown = cli.json(&["api", "get", "petstore"]).await;
    assert_eq!(shown["name"], "Menagerie");
}
