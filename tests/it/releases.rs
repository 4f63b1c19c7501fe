//! Configuration as files over REST, as the command line sends it; and what going back to a release brings to a gateway.

use gatehouse_harness::callers::{CiToken, Cli};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestStack, TestUpstream, eventually};
use serde_json::{Value, json};

use crate::GATEHOUSE;
use crate::roads::{Person, Road, text};

async fn export(token: &CiToken) -> Value {
    let files = token.get("/v1/export").await.assert_status(200).json();
    files["files"].clone()
}

async fn newest(token: &CiToken) -> i64 {
    let releases = token.get("/v1/releases").await.assert_status(200).json();
    releases["data"][0]["number"].as_i64().unwrap()
}

#[tokio::test]
async fn what_is_exported_and_edited_is_compared_and_applied_over_rest_and_then_nothing_differs() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let root = stack.tenant("Filed").await.root().await;
    root.offer_petstore("pets", "https://pets.example").await;
    let plan = "/v1/apis/pets/plans/open";
    let summary = json!({"summary": "As it was."});
    root.patch(plan, &summary).await.assert_status(200);
    let mut files = export(&root).await;
    let mut edited = 0;
    for file in files.as_array_mut().unwrap() {
        let content = text(file, "/content").to_owned();
        edited += content.matches("As it was.").count();
        file["content"] = json!(content.replace("As it was.", "As it shall be."));
    }
    assert_eq!(edited, 1, "{files}");

    let body = json!({"files": files});
    let compared = root.post("/v1/changesets", &body).await;
    let compared = compared.assert_status(201).json();
    let changes = compared["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{compared}");
    assert_eq!(
        (&changes[0]["resource"], &changes[0]["action"]),
        (&json!("plan/pets/open"), &json!("update"))
    );
    let field =
        json!([{"pointer": "/spec/summary", "before": "As it was.", "after": "As it shall be."}]);
    assert_eq!(changes[0]["fields"], field, "{compared}");
    let unchanged = root.get(plan).await.json();
    assert_eq!(unchanged["summary"], "As it was.", "looking is not doing");

    let apply = format!("/v1/changesets/{}/apply", text(&compared, "/id"));
    let applied = root.post(&apply, &json!({})).await;
    assert_eq!(applied.assert_status(200).json()["state"], "applied");
    let changed = root.get(plan).await.json();
    assert_eq!(changed["summary"], "As it shall be.");
    assert_eq!(export(&root).await, files, "to the byte");
    let again = root.post("/v1/changesets", &body).await;
    let again = again.assert_status(201).json();
    assert_eq!(again["changes"], json!([]), "{again}");
}

/// The hash of everything the gateway serves by, as it tells it itself, once it has a change.
async fn hash_at_the_gateway(stack: &TestStack, person: &Person, changed: &Value) -> String {
    person.in_force(changed).await;
    let wanted = person.rest().get("/v1/gateways").await.json()["data"][0]["head_seq"].clone();
    let config = eventually(PATIENCE, "its page tells of it", async || {
        let page = stack.readiness(0).await;
        let config = page.json()["config"].clone();
        let told = config["seq"] == wanted;
        told.then_some(config).ok_or_else(|| page.to_string())
    })
    .await;
    text(&config, "/state_hash").to_owned()
}

#[tokio::test]
async fn going_back_to_a_release_brings_a_gateway_the_very_configuration_of_then() {
    // Of its own: what other tests do is in the hash, too.
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let (upstream, other) = (TestUpstream::start().await, TestUpstream::start().await);
    let cli = Cli::new(&stack, stack.first_tenant().root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let limit = json!({"limits": [{"kind": "quota", "amount": 100, "period": "day"}]});
    let plan = "/v1/apis/petstore/plans/open";
    let changed = cli
        .token
        .patch(plan, &limit)
        .await
        .assert_status(200)
        .json();
    for road in Road::BOTH {
        let person = Person {
            cli: cli.clone(),
            road,
        };
        let number = newest(&cli.token).await.to_string();
        let (then, files) = (
            hash_at_the_gateway(&stack, &person, &changed).await,
            export(&cli.token).await,
        );
        let wider = json!({"limits": [{"kind": "quota", "amount": 900, "period": "day"}]});
        cli.token.patch(plan, &wider).await.assert_status(200);
        let url = other.url();
        let set = [
            "upstream",
            "set",
            "petstore",
            "production",
            "--target",
            &url,
        ];
        let moved = cli.json(&set).await;
        let between = hash_at_the_gateway(&stack, &person, &moved).await;
        assert_ne!(between, then);

        let path = format!("/v1/releases/{number}/rollback");
        let rollback = ["release", "rollback", &number, "--yes"];
        let back = person.act(&path, &json!({}), &rollback).await;
        assert_eq!(
            back["rolled_back_to"],
            json!(number.parse::<i64>().unwrap())
        );
        let after = hash_at_the_gateway(&stack, &person, &back).await;
        assert_eq!(after, then, "{road:?}");
        assert_eq!(export(&cli.token).await, files, "{road:?}");
    }
}
