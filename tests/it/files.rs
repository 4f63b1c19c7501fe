//! Configuration as code through the built executable: export, diff, apply, sync, drift, releases and the way back.

use gatehouse_harness::TestStack;
use gatehouse_harness::callers::Cli;
use serde_json::{Value, json};

use crate::GATEHOUSE;

const PETS: &str = r#"{ "openapi": "3.0.3", "info": { "title": "Pets", "version": "1" }, "servers": [{ "url": "https://pets.example" }],
  "paths": { "/pets": { "get": { "operationId": "listPets", "responses": { "200": { "description": "ok" } } } } } }"#;

#[tokio::test]
async fn a_folder_of_files_is_the_configuration_and_every_release_can_be_gone_back_to() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Folder").await;
    let token = tenant.root().await;
    let cli = Cli::new(&stack, token);
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

#[tokio::test]
async fn roles_rules_texts_and_products_are_files_too() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Whole").await;
    let token = tenant.root().await;
    let cli = Cli::new(&stack, token);
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let resource = |kind: &str, metadata: &str, spec: &str| {
        format!("apiVersion: gatehouse/v1\nkind: {kind}\nmetadata: {metadata}\nspec:\n{spec}")
    };
    write("README.md", "What is kept here; no thing names it.");
    write("v1.json", PETS);
    write(
        "api.yaml",
        &resource("api", "{name: pets}", "  name: Pets\n"),
    );
    write(
        "version.yaml",
        &resource(
            "version",
            "{api: pets, name: v1}",
            "  description: {file: v1.json}\n",
        ),
    );
    write("terms.md", "Be good.\n");
    write(
        "terms.yaml",
        &resource(
            "terms",
            "{name: store}",
            "  title: Store\n  text: {file: terms.md}\n",
        ),
    );
    let role = |permissions: &str| {
        resource(
            "role",
            "{name: release}",
            &format!("  permissions: {permissions}\n"),
        )
    };
    write("role.yaml", &role("[spec.publish]"));
    write(
        "lint.yaml",
        &resource("lint_rules", "{name: tenant}", "  path-no-verb: warn\n"),
    );
    write(
        "product.yaml",
        &resource(
            "product",
            "{name: bundle}",
            "  state: published\n  items: [{api: pets, version: v1, operations: [GET /pets]}]\n",
        ),
    );
    write(
        "plan.yaml",
        &resource(
            "plan",
            "{product: bundle, name: basic}",
            "  approval: auto\n  terms: store\n",
        ),
    );
    let applied = cli.json(&["sync", dir, "--scope", "all", "--yes"]).await;
    assert_eq!(applied["state"], "applied", "{applied}");
    let told = cli.json(&["product", "get", "bundle"]).await;
    assert_eq!(told["items"][0]["operations"], json!(["GET /pets"]));
    let rules = cli.json(&["lint", "rules"]).await;
    let is_verb = |rule: &&Value| rule["id"] == "path-no-verb";
    let rules = rules.as_array().unwrap();
    assert_eq!(rules.iter().find(is_verb).unwrap()["level"], "warn");

    // A new text is a new version; a fault stands at its place; what is gone is taken away.
    write("terms.md", "Be better.\n");
    let diff = cli.run(&["diff", dir, "--exit-code"]).await;
    assert!(
        diff.assert_code(3).stdout.contains("terms/store"),
        "{diff:#?}"
    );
    cli.run(&["apply", dir, "--yes"]).await.assert_success();
    let terms = cli.json(&["terms", "get", "store"]).await;
    assert_eq!(terms["version"], 2, "{terms}");
    write("role.yaml", &role("[spec.publish, owner.manage]"));
    let refused = cli.run(&["diff", dir]).await;
    let said = &refused.assert_code(1).stderr;
    assert!(said.contains("5:"), "{said}");
    assert!(said.contains("role.yaml#/spec/permissions/1"), "{said}");
    std::fs::remove_file(folder.path().join("role.yaml")).unwrap();
    let done = cli.json(&["sync", dir, "--scope", "all", "--yes"]).await;
    assert_eq!(done["changes"][0]["action"], "delete");
    assert_eq!(done["changes"][0]["resource"], "role/release");

    // What is written is read again, texts included.
    let exported = tempfile::tempdir().unwrap();
    let out = exported.path().to_str().unwrap();
    cli.run(&["export", out, "--scope", "all"])
        .await
        .assert_success();
    let text = std::fs::read_to_string(exported.path().join("terms/store.md"));
    assert_eq!(text.unwrap(), "Be better.\n");
    let same = cli.json(&["sync", out, "--scope", "all", "--yes"]).await;
    assert_eq!(same["changes"], json!([]));
}

#[tokio::test]
async fn what_moved_since_it_was_looked_at_is_not_applied_and_what_files_own_is_edited_there() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Moving").await;
    let token = tenant.root().await;
    token.offer_petstore("pets", "https://pets.example").await;
    let cli = Cli::new(&stack, token);
    let rest = &cli.token;
    let content = "apiVersion: gatehouse/v1\nkind: plan\nmetadata: {api: pets, name: open}\nspec: {name: From files}\n";
    let files = json!({"files": [{"path": "open.yaml", "content": content}]});
    let made = rest.post("/v1/changesets", &files).await;
    let made = made.assert_status(201).json();
    let by_hand = ["plan", "update", "pets", "open", "--summary", "By hand."];
    cli.run(&by_hand).await.assert_success();
    let path = format!("/v1/changesets/{}/apply", made["id"].as_str().unwrap());
    let moved = rest.post(&path, &json!({})).await;
    moved.assert_problem(409, "conflict");
    assert!(moved.text().contains("plan/pets/open"), "{moved}");
    let plan = async || cli.json(&["plan", "get", "pets", "open"]).await;
    assert_eq!(plan().await["name"], "open", "nothing was done");
    let again = rest.post("/v1/changesets", &files).await;
    let again = again.assert_status(201).json();
    let path = format!("/v1/changesets/{}/apply", again["id"].as_str().unwrap());
    rest.post(&path, &json!({})).await.assert_status(200);
    assert_eq!(plan().await["name"], "From files");

    // As long as edits are recorded, they are made; where they are refused, neither road makes them.
    let edits = json!({"interactive_edits": "refuse"});
    let set = rest.patch("/v1/configuration", &edits).await;
    assert_eq!(set.assert_status(200).json()["interactive_edits"], "refuse");
    let rename = ["plan", "update", "pets", "open", "--name", "By hand"];
    let refused = cli.run(&rename).await;
    let said = &refused.assert_code(1).stderr;
    assert!(
        said.contains("/spec/name of plan/pets/open") && said.contains("conflict"),
        "{said}"
    );
    let refused = rest
        .patch("/v1/apis/pets/plans/open", &json!({"name": "By hand"}))
        .await;
    refused.assert_problem(409, "conflict");
    assert_eq!(plan().await["name"], "From files");
    let free = ["plan", "update", "pets", "open", "--summary", "Free."];
    cli.run(&free).await.assert_success();
    assert_eq!(plan().await["summary"], "Free.", "no file states it");
}
