//! `gatehouse key` through the built executable, down to what a gateway lets through.

use std::os::unix::fs::PermissionsExt;

use gatehouse_harness::callers::{Cli, Consumer};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, eventually};
use serde_json::{Value, json};

use crate::GATEHOUSE;

/// The evidence of a key, once `calls` are in the ledger.
async fn evidence(cli: &Cli, key: &str, calls: i64) -> Value {
    eventually(PATIENCE, "the calls are evidence", async || {
        let seen = cli.json(&["key", "evidence", key]).await;
        let known = seen["calls_last_hour"] == calls;
        known.then(|| seen.clone()).ok_or_else(|| seen.to_string())
    })
    .await
}

async fn works(key: &str, url: &str) {
    eventually(PATIENCE, "the key works", async || {
        Consumer::with_key(key).get(url).await.expect(200)
    })
    .await;
}

#[tokio::test]
async fn keys_are_made_replaced_and_ended_and_never_stand_in_a_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Turning").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let team = json!({"slug": "tills", "name": "Tills", "kind": "consumer"});
    root.post("/v1/teams", &team).await.assert_status(201);
    root.grant("tills", "Till", "petstore", "open", "production")
        .await;
    let cli = Cli::new(&stack, root);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let path = file.to_str().unwrap();
    let dry = cli.json(&["key", "create", "till", "--dry-run"]).await;
    assert_eq!(dry["secret"], Value::Null);
    let made = cli
        .json(&[
            "key",
            "create",
            "till",
            "--name",
            "main",
            "--secret-file",
            path,
        ])
        .await;
    assert_eq!(made["secret"], Value::Null, "it is in the file alone");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let old = std::fs::read_to_string(&file).unwrap();
    let id = made["id"].as_str().unwrap();
    let listed = cli
        .run(&["key", "list", "till", "--usable", "-o", "name"])
        .await;
    assert!(listed.assert_success().stdout.contains(id), "{listed:?}");
    assert_eq!(cli.json(&["key", "get", id]).await["name"], "main");
    let url = tenant.production_url(1, "/petstore/v1/pets");
    works(&old, &url).await;
    // What the ledger has not been told of yet would count as use after the replacement.
    evidence(&cli, id, 1).await;

    let useless = cli.run(&["key", "rotate", id, "--overlap", "31d"]).await;
    assert!(
        useless.assert_code(1).stderr.contains("/overlap_s"),
        "{useless:?}"
    );
    let rotate = [
        "key",
        "rotate",
        id,
        "--overlap",
        "1h",
        "--quiet-hours",
        "24",
    ];
    let new = cli.run(&rotate).await;
    let new = new.assert_success().stdout.trim().to_owned();
    works(&new, &url).await;
    works(&old, &url).await;
    let seen = evidence(&cli, id, 2).await;
    assert_eq!(
        (&seen["state"], &seen["quiet_hours"]),
        (&json!("retiring"), &json!(24))
    );
    assert_eq!(seen["calls_since_replaced"], 1);
    // Through two gateways, their spools and the ledger.
    let sources = seen["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 1, "{seen}");
    assert_eq!(
        (&sources[0]["address"], &sources[0]["calls"]),
        (&json!("127.0.0.1"), &json!(2))
    );
    let next = seen["replaced_by"].as_str().unwrap().to_owned();
    let sure = cli.run(&["key", "revoke", id]).await;
    assert!(sure.assert_code(1).stderr.contains("--yes"), "{sure:?}");
    cli.run(&["key", "revoke", id, "--yes", "--wait", "30"])
        .await
        .assert_success();
    Consumer::with_key(&old)
        .get(&url)
        .await
        .assert_problem(401, "key_revoked");

    // The command ends when every gateway refuses what leaked: that is its proof.
    let leaked = cli.run(&["key", "rotate", &next, "--leaked"]).await;
    let last = leaked.assert_success().stdout.trim().to_owned();
    assert!(leaked.stderr.contains("In force on"), "{leaked:?}");
    Consumer::with_key(&new)
        .get(&url)
        .await
        .assert_problem(401, "key_revoked");
    works(&last, &url).await;
    let ended = cli.json(&["key", "evidence", &next]).await;
    assert!(ended["leaked_at"].is_string(), "{ended}");
    let basic = cli
        .json(&["key", "create", "till", "--kind", "basic"])
        .await;
    assert_eq!(basic["kind"], "basic");
    let jwk = folder.path().join("jwk");
    std::fs::write(&jwk, "{}").unwrap();
    let jwk = [
        "key",
        "create",
        "till",
        "--kind",
        "jwt_key",
        "--public-key",
        jwk.to_str().unwrap(),
    ];
    let refused = cli.run(&jwk).await;
    assert!(
        refused.assert_code(1).stderr.contains("/public_key"),
        "{refused:?}"
    );
    let unknown = cli
        .run(&["key", "get", "key_00000000000000000000000007"])
        .await;
    unknown.assert_code(1);
}

#[tokio::test]
async fn colleagues_are_taken_into_the_team_of_an_application_and_its_webhooks_are_listed() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Colleagues").await;
    let root = tenant.root().await;
    let team = json!({"slug": "tills", "name": "Tills", "kind": "consumer"});
    root.post("/v1/teams", &team).await.assert_status(201);
    let cli = Cli::new(&stack, root);
    for name in ["Till", "Other"] {
        let make = ["application", "create", name, "--team", "tills"];
        cli.run(&make).await.assert_success();
    }
    let invite = ["application", "invite", "till", "mia@colleagues.test"];
    let invited = cli.json(&invite).await;
    assert_eq!(invited["invitation"]["email"], "mia@colleagues.test");
    let nobody = cli
        .run(&["application", "invite", "till", "no address"])
        .await;
    assert!(
        nobody.assert_code(1).stderr.contains("/email"),
        "{nobody:?}"
    );
    let stranger = "usr_00000000000000000000000007";
    let gone = ["application", "remove-member", "till", stranger, "--yes"];
    let gone = cli.run(&gone).await;
    assert!(gone.assert_code(1).stderr.contains("not_found"), "{gone:?}");
    // One who is here already works on it at once.
    let email = cli.json(&["member", "list"]).await[0]["email"].clone();
    let taken = ["application", "invite", "till", email.as_str().unwrap()];
    let taken = cli.json(&taken).await;
    assert_eq!(taken["invitation"], Value::Null);
    let members = cli.json(&["application", "members", "till"]).await;
    assert_eq!(members, taken["members"], "{members}");
    let id = members[0]["user_id"].as_str().unwrap();
    let left = ["application", "remove-member", "till", id, "--yes"];
    assert_eq!(cli.json(&left).await["members"], json!([]));
    let url = "https://hooks.example.com/till";
    let make = ["webhook", "create", "Till", url, "--application", "till"];
    let hook = cli.json(&make).await;
    for (application, count) in [("till", 1), ("other", 0)] {
        let list = ["webhook", "list", "--application", application];
        let listed = cli.json(&list).await;
        assert_eq!(listed.as_array().unwrap().len(), count, "{hook}");
    }
}
