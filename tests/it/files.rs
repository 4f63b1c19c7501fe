//! Configuration as code through the built executable: export, diff, apply, sync, drift, releases and the way back.

use gatehouse_harness::TestStack;
use gatehouse_harness::callers::CiToken;
use gatehouse_harness::command::Ran;
use serde_json::{Value, json};

use crate::GATEHOUSE;

struct Cli<'a> {
    stack: &'a TestStack,
    token: CiToken,
}

impl Cli<'_> {
    async fn run(&self, args: &[&str]) -> Ran {
        self.token.cli(self.stack.program(), args).await
    }

    async fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.extend(["-o", "json"]);
        self.run(&args).await.json()
    }
}

const PETS: &str = r#"{ "openapi": "3.0.3", "info": { "title": "Pets", "version": "1" }, "servers": [{ "url": "https://pets.example" }],
  "paths": { "/pets": { "get": { "operationId": "listPets", "responses": { "200": { "description": "ok" } } } } } }"#;

#[tokio::test]
async fn a_folder_of_files_is_the_configuration_and_every_release_can_be_gone_back_to() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Folder").await;
    let token = tenant.root().await;
    let cli = Cli {
        stack: &stack,
        token,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let dir = folder.path().to_str().unwrap();
    let write = |name: &str, text: &str| {
        let target = path(name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, text).unwrap();
    };
    let head = |kind: &str, metadata: &str| {
        format!("apiVersion: gatehouse/v1\nkind: {kind}\nmetadata: {metadata}\nspec:\n")
    };
    write(
        "apis/pets/api.yaml",
        &(head("api", "{name: pets}") + "  name: Pets\n  visibility: public\n"),
    );
    write("apis/pets/versions/v1.openapi.json", PETS);
    write(
        "apis/pets/versions/v1.yaml",
        &(head("version", "{api: pets, name: v1}") + "  description: {file: v1.openapi.json}\n"),
    );
    let plan = head("plan", "{api: pets, name: basic}") + "  name: Basic\n  approval: auto\n";
    write("apis/pets/plans/basic.yaml", &plan);

    // Looking changes nothing and says so by its exit code; doing asks first where nobody can be asked.
    let diff = cli.run(&["diff", dir, "--exit-code"]).await;
    assert!(
        diff.assert_code(3).stdout.contains("plan/pets/basic"),
        "{diff:#?}"
    );
    cli.run(&["apply", dir]).await.assert_code(1);
    let applied = cli
        .json(&[
            "apply", dir, "--yes", "--commit", "0a1b2c", "--scope", "pets",
        ])
        .await;
    assert_eq!(
        (&applied["state"], &applied["source"]["commit"]),
        (&json!("applied"), &json!("0a1b2c"))
    );
    let first = applied["release"].as_i64().unwrap();
    cli.run(&["diff", dir, "--exit-code"]).await.assert_code(0);

    // What was exported is what is there, to the byte.
    let exported = tempfile::tempdir().unwrap();
    let out = exported.path().to_str().unwrap();
    let listed = cli.run(&["export", out, "--scope", "pets"]).await;
    assert!(
        listed
            .assert_success()
            .stdout
            .contains("apis/pets/plans/basic.yaml")
    );
    let spec = std::fs::read_to_string(exported.path().join("apis/pets/versions/v1.openapi.json"));
    assert_eq!(spec.unwrap(), PETS);
    let same = cli
        .run(&["sync", out, "--scope", "pets", "--yes", "-o", "json"])
        .await;
    assert_eq!(same.json()["changes"], json!([]));

    // A fault has its file, line and column.
    write(
        "apis/pets/plans/basic.yaml",
        &(plan.clone() + "  limitz: []\n"),
    );
    let refused = cli.run(&["diff", dir]).await;
    let said = &refused.assert_code(1).stderr;
    assert!(
        said.contains("7:3 apis/pets/plans/basic.yaml#/spec/limitz"),
        "{said}"
    );

    // An edit by hand of what the files own is drift until the next apply.
    write("apis/pets/plans/basic.yaml", &plan);
    cli.run(&["plan", "update", "pets", "basic", "--name", "By hand"])
        .await
        .assert_success();
    let drift = cli.run(&["drift", "--exit-code"]).await;
    assert!(
        drift.assert_code(3).stdout.contains("By hand"),
        "{drift:#?}"
    );
    cli.run(&["apply", dir, "--yes"]).await.assert_success();
    cli.run(&["drift", "--exit-code"]).await.assert_code(0);

    // Taken away only by sync, and brought back by the release before.
    std::fs::remove_file(path("apis/pets/plans/basic.yaml")).unwrap();
    cli.run(&["diff", dir, "--exit-code"]).await.assert_code(0);
    let diff = cli
        .run(&["diff", dir, "--scope", "pets", "--sync", "--exit-code"])
        .await;
    assert!(diff.assert_code(3).stdout.contains("delete"), "{diff:#?}");
    cli.run(&["sync", dir, "--yes"]).await.assert_code(1);
    let moved = head("api", "{name: pets}") + "  name: Many pets\n  visibility: public\n";
    write("apis/pets/api.yaml", &moved);
    cli.run(&["apply", dir, "--yes"]).await.assert_success();
    let releases = cli.json(&["release", "list"]).await;
    assert!(releases[0]["number"].as_i64().unwrap() > first);
    let number = first.to_string();
    let back = cli.json(&["release", "rollback", &number, "--yes"]).await;
    assert_eq!(back["rolled_back_to"], first);
    let shown = cli.json(&["api", "get", "pets"]).await;
    assert_eq!(shown["name"], "Pets");
    let diff = cli
        .json(&["release", "diff", &back["number"].to_string()])
        .await;
    assert_eq!(diff["changes"][0]["resource"], "api/pets");
    let latest = cli
        .json(&["release", "show", &back["number"].to_string()])
        .await;
    assert!(
        !latest["gateways"].as_array().unwrap().is_empty(),
        "{latest}"
    );
    cli.run(&["release", "show", "9999"]).await.assert_code(1);
}
