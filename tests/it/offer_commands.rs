//! The offer beside plans, through the built executable: guides, the changelog, products over several APIs.

use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, eventually};
use serde_json::json;

use crate::GATEHOUSE;

const PETS: &str = r#"{ "openapi": "3.0.3", "info": { "title": "Pets", "version": "1" }, "paths": { "/pets": {
  "get": { "operationId": "listPets", "summary": "List all pets", "responses": { "200": { "description": "ok" } } } } } }"#;

#[tokio::test]
async fn guides_and_the_changelog_are_kept_from_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Authors").await;
    let token = tenant.root().await;
    let cli = async |args: &[&str]| token.cli(stack.program(), args).await;
    let json_of = async |args: &[&str]| {
        let mut args = args.to_vec();
        args.extend(["-o", "json"]);
        cli(&args).await.json()
    };
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let description = written("pets.json", PETS);
    cli(&[
        "spec",
        "publish",
        &description,
        "--api",
        "pets",
        "--version",
        "v1",
        "--create",
    ])
    .await
    .assert_success();
    let text = written("begin.md", "# Begin\nCall it.\n");
    let made = json_of(&[
        "guide", "create", "pets", "begin", "--title", "Begin", "--file", &text,
    ])
    .await;
    assert_eq!(made["slug"], "begin");
    let shown = cli(&["guide", "text", "pets", "begin"]).await;
    assert!(
        shown
            .assert_success()
            .stdout
            .starts_with("# Begin\nCall it.")
    );
    let changed = json_of(&["guide", "update", "pets", "begin", "--title", "Start"]).await;
    assert_eq!(changed["title"], "Start");
    assert_eq!(
        changed["markdown"], "# Begin\nCall it.\n",
        "what was not named stays"
    );
    let listed = json_of(&["guide", "list", "pets"]).await;
    assert_eq!(listed[0]["title"], "Start");
    let got = json_of(&["guide", "get", "pets", "begin"]).await;
    assert!(got["html"].as_str().unwrap().contains("Call it."));
    let refused = cli(&["guide", "create", "pets", "No Slug"]).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("slug"), "{refused:?}");
    cli(&["guide", "delete", "pets", "begin", "--yes"])
        .await
        .assert_success();
    assert_eq!(json_of(&["guide", "list", "pets"]).await, json!([]));

    let note = json_of(&[
        "changelog",
        "add",
        "pets",
        "--title",
        "A pause",
        "--about",
        "v1",
    ])
    .await;
    let entries = json_of(&["changelog", "list", "pets"]).await;
    assert_eq!(entries[0]["title"], "A pause");
    assert_eq!(entries[1]["title"], "v1 is published");
    let id = note["id"].as_str().unwrap();
    let better = json_of(&["changelog", "update", "pets", id, "--title", "A long pause"]).await;
    assert_eq!(better["title"], "A long pause");
    cli(&["changelog", "delete", "pets", id, "--yes"])
        .await
        .assert_success();
    let stays = entries[1]["id"].as_str().unwrap();
    let refused = cli(&["changelog", "delete", "pets", stays, "--yes"]).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("its entry stays"), "{refused:?}");
}

#[tokio::test]
async fn a_product_over_two_apis_opens_what_it_names_and_nothing_else_at_every_gateway() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Bundlers").await;
    let token = tenant.root().await;
    token.offer_petstore("pets", &upstream.url()).await;
    token.offer_petstore("toys", &upstream.url()).await;
    let cli = async |args: &[&str]| {
        let mut args = args.to_vec();
        args.extend(["-o", "json"]);
        token.cli(stack.program(), &args).await.json()
    };
    let items = ["--item", "pets/v1=GET /pets", "--item", "toys/v1"];
    let made = cli(&[&["product", "create", "shop", "--name", "Shop"][..], &items].concat()).await;
    assert_eq!(made["state"], "draft");
    cli(&[
        "plan",
        "create",
        "shop",
        "all",
        "--approval",
        "auto",
        "--environment",
        "production",
    ])
    .await;
    let offered = cli(&["product", "update", "shop", "--state", "published"]).await;
    assert_eq!(offered["state"], "published");
    let listed = cli(&["product", "list"]).await;
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["slug"] == "shop"),
        "{listed}"
    );
    let granted = token
        .grant("bundlers", "Till", "shop", "all", "production")
        .await;
    let answer = async |gateway: usize, path: &str| {
        granted
            .consumer
            .get(&tenant.production_url(gateway, path))
            .await
    };
    for gateway in [0, 1] {
        answer(gateway, "/pets/v1/pets").await.assert_status(200);
        answer(gateway, "/toys/v1/pets/7").await.assert_status(200);
        answer(gateway, "/pets/v1/pets/7")
            .await
            .assert_problem(403, "operation_not_subscribed");
    }
    // What is taken out of the product is closed again, under the same key.
    let changed = cli(&[
        "product",
        "items",
        "shop",
        "--item",
        "pets/v1=GET /pets/{id}",
    ])
    .await;
    let change = changed["change_id"].as_str().unwrap().to_owned();
    eventually(PATIENCE, "every gateway has the change", async || {
        let state = token
            .get(&format!("/v1/changes/{change}"))
            .await
            .expect(200)?;
        match state.json()["in_force"] == true {
            true => Ok(()),
            false => Err(state.to_string()),
        }
    })
    .await;
    for gateway in [0, 1] {
        answer(gateway, "/pets/v1/pets/7").await.assert_status(200);
        answer(gateway, "/pets/v1/pets")
            .await
            .assert_problem(403, "operation_not_subscribed");
        let closed = answer(gateway, "/toys/v1/pets/7").await;
        assert_eq!(closed.status, 403, "{closed}");
    }
    cli(&["product", "update", "shop", "--state", "deprecated"]).await;
    let ended = cli(&["product", "retire", "shop", "--reason", "Closed.", "--yes"]).await;
    assert_eq!(ended["state"], "retired");
    eventually(PATIENCE, "nothing is let through any more", async || {
        let closed = answer(0, "/pets/v1/pets/7").await;
        match closed.status == 403 {
            true => Ok(()),
            false => Err(closed.to_string()),
        }
    })
    .await;
}

#[tokio::test]
async fn terms_are_written_accepted_and_accepted_again_from_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Signers").await;
    let token = tenant.root().await;
    token.offer_petstore("pets", &upstream.url()).await;
    let cli = async |args: &[&str]| token.cli(stack.program(), args).await;
    let json_of = async |args: &[&str]| {
        let mut args = args.to_vec();
        args.extend(["-o", "json"]);
        cli(&args).await.json()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("terms.md");
    let file = file.to_str().unwrap();
    std::fs::write(file, "Be good.\n").unwrap();
    let title = ["--title", "Store terms", "--file", file];
    let made = json_of(&[&["terms", "create", "store"][..], &title].concat()).await;
    assert_eq!(made["version"], 1);
    let plan = "--approval auto --environment sandbox --accepts store --max-subscription-days 14 --trial true";
    let plan: Vec<&str> = plan.split(' ').collect();
    let price = ["--price", "EUR 49.90/month, EUR 0.5/1000 calls"];
    let create = [&["plan", "create", "pets", "signed"][..], &plan, &price];
    let made = json_of(&create.concat()).await;
    assert_eq!(made["price"]["per_thousand_calls"], "0.5");
    assert_eq!(
        (&made["trial"], &made["terms"]["slug"]),
        (&json!(true), &json!("store"))
    );
    let request = "subscription request pets --new-application Kiosk --plan signed --environment sandbox --reason why";
    let request: Vec<&str> = request.split(' ').collect();
    let refused = cli(&request).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("Accept version 1"), "{refused:?}");
    let accepted = [&request[..], &["--accept-terms", "1"]].concat();
    let access = json_of(&accepted).await;
    assert_eq!(access["accepted_terms"]["version"], 1);
    std::fs::write(file, "Be better.\n").unwrap();
    let published = json_of(&["terms", "publish", "store", "--file", file]).await;
    assert_eq!(published["version"], 2);
    let first = cli(&["terms", "text", "store", "--number", "1"]).await;
    assert_eq!(first.assert_success().stdout.trim_end(), "Be good.");
    let listed = json_of(&["terms", "list"]).await;
    assert_eq!(listed[0]["version"], 2);
    assert_eq!(json_of(&["terms", "get", "store"]).await["version"], 2);
    let id = access["id"].as_str().unwrap();
    let now = json_of(&["subscription", "get", id]).await;
    assert_eq!(now["terms_to_accept"]["version"], 2);
    let accept = ["subscription", "accept-terms", id, "--terms", "store"];
    let stale = cli(&[&accept[..], &["--number", "1"]].concat()).await;
    stale.assert_code(1);
    let now = json_of(&[&accept[..], &["--number", "2"]].concat()).await;
    assert_eq!(now["accepted_terms"]["version"], 2);
}
