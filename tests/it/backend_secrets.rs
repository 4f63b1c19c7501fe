//! Backend secrets from the command line to the backend: it is shown what was put, and nothing else anywhere shows it.

use std::path::Path;

use gatehouse_harness::callers::{Cli, Consumer};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Role, StackPlan, TestStack, TestUpstream, eventually};
use serde_json::json;

use crate::GATEHOUSE;
use crate::at_rest::{files, hex, holds, rows, tables};

const PETS: &str = "/petstore/v1/pets";
const FIRST: &str = "canary-of-the-first-quarter";
const SECOND: &str = "canary-of-the-second-quarter";
const DOCUMENT: &str =
    "request: {set: [{name: authorization, value: 'Bearer ${vault:pets-token}'}]}\n";

/// Calls until the backend is shown this as `Authorization`; what was put reaches the gateway a moment later. No call is refused.
async fn until_shown(consumer: &Consumer, url: &str, backend: &TestUpstream, value: &str) {
    let wanted = format!("Bearer {value}");
    eventually(PATIENCE, "the backend is shown the value", async || {
        consumer.get(url).await.assert_status(200);
        let call = backend
            .received()
            .pop()
            .ok_or_else(|| "no call".to_owned())?;
        assert!(!call.headers.contains_key("x-api-key"), "{call:?}");
        let mut shown = call.headers.get_all("authorization").iter();
        match (shown.next(), shown.next()) {
            (Some(value), None) if *value == wanted => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

/// Puts a value by standard input.
async fn put(cli: &Cli, value: &str) -> serde_json::Value {
    let args = ["backend-secret", "put", "petstore", "pets-token"];
    let why = ["--reason", "Every quarter.", "-o", "json"];
    let line = format!("{value}\n");
    cli.fed(&[&args[..], &why].concat(), &line).await.json()
}

#[tokio::test]
async fn the_backend_is_shown_what_was_put_and_then_what_was_put_in_its_place() {
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let tenant = stack.first_tenant();
    let (root, backend) = (tenant.root().await, TestUpstream::start().await);
    root.offer_petstore("petstore", &backend.url()).await;
    let live = root
        .grant("acme", "Live", "petstore", "open", "production")
        .await
        .consumer;
    let cli = Cli::new(&stack, root);
    let url = tenant.production_url(0, PETS);
    let folder = tempfile::tempdir().unwrap();

    let made = put(&cli, FIRST).await;
    assert_eq!(
        (&made["name"], &made["policies"]),
        (&json!("pets-token"), &json!([]))
    );
    let file = folder.path().join("headers.yaml");
    std::fs::write(&file, DOCUMENT).unwrap();
    let file = file.to_str().unwrap();
    let create = ["policy", "create", "headers", "--file", file];
    let place = ["--api", "petstore", "--name", "show-token"];
    cli.json(&[&create[..], &place].concat()).await;
    until_shown(&live, &url, &backend, FIRST).await;

    // The policy stays as it is, and every call from then on shows the new one.
    let rotated = put(&cli, SECOND).await;
    assert_eq!(
        (&rotated["id"], &rotated["row_version"]),
        (&made["id"], &json!(2))
    );
    let change = rotated["change_id"].as_str().unwrap();
    cli.done(&["change", "watch", change]).await;
    let before = backend.count();
    for _ in 0..10 {
        live.get(&url).await.assert_status(200);
    }
    let calls = backend.received();
    let since = &calls[usize::try_from(before).unwrap()..];
    let is_new = |value: &http::HeaderValue| *value == format!("Bearer {SECOND}");
    assert_eq!(since.len(), 10);
    assert!(
        since
            .iter()
            .all(|call| is_new(&call.headers["authorization"]))
    );

    // It outlives an outage: the gateway starts with nobody else alive, from what it has on disk.
    stack.stop(Role::AdminApi);
    stack.kill9(Role::Gateway(0));
    stack.restart(Role::Gateway(0));
    // On a connection of its own: the one before ended with the gateway.
    let live = Consumer::with_key(live.key());
    until_shown(&live, &url, &backend, SECOND).await;
    shows_neither(&stack).await;
}

/// Neither the database nor anything on a gateway's disk nor a log shows a value.
async fn shows_neither(stack: &TestStack) {
    let mut database = stack.sql().await;
    let tables = tables(&mut database).await;
    assert!(tables.contains(&"backend_secret".to_owned()), "{tables:?}");
    let mut is_named = 0;
    for table in &tables {
        for value in [FIRST, SECOND] {
            for written in [value.to_owned(), hex(value.as_bytes())] {
                let found = rows(&mut database, table, &written).await;
                assert_eq!(found, 0, "{written} in {table}");
            }
        }
        // The policy and its record are found in this way, so a value would be.
        is_named += rows(&mut database, table, "${vault:pets-token}").await;
    }
    assert!(is_named > 0, "the policy is in the database");
    for (path, bytes) in files(stack.folder()) {
        for value in [FIRST, SECOND] {
            assert!(!holds(&bytes, value.as_bytes()), "{}", path.display());
            let hex = hex(value.as_bytes());
            assert!(!holds(&bytes, hex.as_bytes()), "{}", path.display());
        }
    }
    let mut on_disk = files(&stack.gateway_folder(0)).into_iter();
    let has_field = on_disk.any(|(_, bytes)| holds(&bytes, b"authorization"));
    assert!(has_field, "the field is on the gateway's disk");
}

/// Everything a folder of an export holds, as one text.
fn exported(folder: &Path) -> String {
    let files = files(folder).into_iter();
    files
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
        .collect()
}

#[tokio::test]
async fn files_name_it_and_neither_they_nor_an_export_hold_its_value() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Vaulted").await;
    let (root, backend) = (tenant.root().await, TestUpstream::start().await);
    root.offer_petstore("petstore", &backend.url()).await;
    let live = root
        .grant("vaulted", "Live", "petstore", "open", "production")
        .await
        .consumer;
    let cli = Cli::new(&stack, root);
    let url = tenant.production_url(1, PETS);
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let head = "apiVersion: gatehouse/v1\nkind: policy\nmetadata: {name: show-token}\n";
    let spec = "spec:\n  api: petstore\n  kind: headers\n  document:\n    ";
    write("policy.yaml", &format!("{head}{spec}{DOCUMENT}"));

    // It has to be there first, and no file of these puts it.
    let refused = cli.run(&["apply", dir, "--yes"]).await;
    let said = &refused.assert_code(1).stderr;
    let place = "policy.yaml#/spec/document/request/set/0/value";
    assert!(said.contains(place), "{said}");
    put(&cli, FIRST).await;
    cli.done(&["apply", dir, "--yes"]).await;
    until_shown(&live, &url, &backend, FIRST).await;

    let out = tempfile::tempdir().unwrap();
    let path = out.path().to_str().unwrap();
    cli.done(&["export", path]).await;
    let text = exported(out.path());
    assert!(text.contains("Bearer ${vault:pets-token}"), "{text}");
    assert!(!text.contains(FIRST), "{text}");

    // Files of other kinds name none.
    let api = "apiVersion: gatehouse/v1\nkind: api\nmetadata: {name: petstore}\n";
    let spec = "spec: {summary: '${vault:pets-token}'}\n";
    write("api.yaml", &format!("{api}{spec}"));
    let refused = cli.run(&["diff", dir]).await;
    let said = &refused.assert_code(1).stderr;
    assert!(said.contains("api.yaml#/spec/summary"), "{said}");
}

#[tokio::test]
async fn the_command_line_shows_no_value_takes_none_as_an_argument_and_deletes_none_that_is_named()
{
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Kept").await;
    let (root, backend) = (tenant.root().await, TestUpstream::start().await);
    root.offer_petstore("petstore", &backend.url()).await;
    let cli = Cli::new(&stack, root);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let name = ["petstore", "pets-token"];
    let words = |verb: &'static str| [&["backend-secret", verb][..], &name].concat();
    let file = write("value", &format!("{FIRST}\n"));
    let from = ["--value-file", file.as_str()];
    let dry = [&words("put")[..], &from, &["--dry-run"]].concat();
    cli.done(&dry).await;
    cli.run(&words("get")).await.assert_code(1);
    let hint = cli.run(&[&words("put")[..], &from].concat()).await;
    let hint = &hint.assert_success().stderr;
    assert!(hint.contains("${vault:pets-token}"), "{hint}");

    // A command line never has a value, and more than one line is the wrong file.
    let typed = cli.run(&[&words("put")[..], &["typed"]].concat()).await;
    typed.assert_code(2);
    let lines = cli.fed(&words("put"), "begin\nrest\n").await;
    let said = &lines.assert_code(1).stderr;
    assert!(said.contains("more than one line"), "{said}");
    assert!(!said.contains("rest"), "{said}");

    let document = write("headers.yaml", DOCUMENT);
    let create = ["policy", "create", "headers", "--file", &document];
    let place = ["--api", "petstore", "--name", "show-token"];
    cli.done(&[&create[..], &place].concat()).await;
    let table = cli.done(&["backend-secret", "list", "petstore"]).await;
    let is_told = ["pets-token", "show-token"].map(|word| table.contains(word));
    assert_eq!(is_told, [true, true], "{table}");
    let shown = cli.json(&words("get")).await;
    assert_eq!(shown["row_version"], 1, "{shown}");
    assert!(!shown.to_string().contains(FIRST), "{shown}");
    assert!(!table.contains(FIRST), "{table}");

    let delete = [&words("delete")[..], &["--yes"]].concat();
    let held = cli.run(&delete).await;
    let said = &held.assert_code(1).stderr;
    assert!(said.contains("show-token"), "{said}");
    let policy = ["policy", "delete", "show-token", "--yes"];
    let would = cli.run(&[&policy[..], &["--dry-run"]].concat()).await;
    let said = &would.assert_success().stderr;
    assert!(said.contains("could be deleted"), "{said}");
    cli.done(&policy).await;
    let why = ["--reason", "Moved."];
    cli.done(&[&delete[..], &why].concat()).await;
    let left = cli.json(&["backend-secret", "list", "petstore"]).await;
    assert_eq!(left, json!([]));
}
