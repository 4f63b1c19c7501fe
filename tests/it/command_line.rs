//! Every verb of the command line that speaks to an admin API, through the built executable: what it prints is read back, and its
//! exit code is held.

use gatehouse_harness::callers::{CiToken, Cli};
use gatehouse_harness::command::run;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, eventually};
use serde_json::{Value, json};

use crate::GATEHOUSE;

const PETS: &str = r#"{ "openapi": "3.0.3", "info": { "title": "Pets", "version": "1" }, "paths": { "/pets": {
  "get": { "operationId": "listPets", "summary": "List all pets", "responses": { "200": { "description": "ok" } } } } } }"#;

#[tokio::test]
async fn an_owner_sets_an_api_up_and_a_consumer_calls_it_without_leaving_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Terminal").await;
    let token = tenant.root().await;
    let cli = Cli::new(&stack, token);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pets.json");
    std::fs::write(&file, PETS).unwrap();
    let file = file.to_str().unwrap();

    let made = cli
        .json(&["api", "create", "pets", "--summary", "All pets"])
        .await;
    assert_eq!(
        (&made["slug"], &made["name"]),
        (&json!("pets"), &json!("pets"))
    );
    let url = upstream.url();
    let set = cli
        .json(&["upstream", "set", "pets", "production", "--target", &url])
        .await;
    assert_eq!(
        set["targets"][0]["url"]
            .as_str()
            .unwrap()
            .trim_end_matches('/'),
        url
    );
    let read = cli.json(&["upstream", "get", "pets", "production"]).await;
    assert_eq!(read["id"], set["id"]);
    cli.run(&["spec", "publish", file, "--api", "pets", "--version", "v1"])
        .await
        .assert_success();
    let versions = cli.json(&["version", "list", "pets"]).await;
    assert_eq!(versions[0]["label"], "v1");
    assert_eq!(versions[0]["state"], "published");
    let content = cli.run(&["version", "spec", "pets", "v1"]).await;
    assert_eq!(content.assert_success().stdout, PETS);
    let operations = cli.json(&["operation", "list", "pets", "v1"]).await;
    assert_eq!(operations[0]["operation_id"], "listPets");
    let found = cli.json(&["operation", "search", "pets"]).await;
    assert_eq!(found[0]["api"]["slug"], "pets");

    let limits = ["--limit", "100/1s+200", "--limit", "5000/day"];
    let create = [
        "plan",
        "create",
        "pets",
        "basic",
        "--approval",
        "auto",
        "--environment",
        "production",
    ];
    let plan = cli.json(&[&create[..], &limits[..]].concat()).await;
    assert_eq!(plan["limits"].as_array().unwrap().len(), 2);
    let changed = cli
        .json(&["plan", "update", "pets", "basic", "--summary", "For all"])
        .await;
    assert_eq!(changed["summary"], "For all");
    assert_eq!(changed["limits"], plan["limits"], "what was not said stays");

    let application = cli.json(&["application", "create", "Kiosk"]).await;
    assert_eq!(application["slug"], "kiosk");
    let wish = json!({ "application": "kiosk", "api": "pets", "plan": "basic", "environment": "production", "reason": "Try." });
    let granted = cli.token.post("/v1/subscriptions/grant", &wish).await;
    granted.assert_status(201);
    let (consumer, _) = cli.token.issue_key("kiosk", "production").await;
    let path = tenant.production_url(1, "/pets/v1/pets");
    let path = path.strip_prefix(&stack.gateway_url(1)).unwrap();
    let gateway = stack.gateway_url(1);
    let env = [
        ("GATEHOUSE_KEY", consumer.key()),
        ("GATEHOUSE_GATEWAY_URL", &gateway),
    ];
    eventually(PATIENCE, "the call is let through", async || {
        let called = run(stack.program(), &["call", "GET", path], &env).await;
        (called.code == Some(0))
            .then_some(())
            .ok_or_else(|| format!("{called:?}"))
    })
    .await;
    let refused = run(
        stack.program(),
        &["call", "GET", path],
        &[("GATEHOUSE_GATEWAY_URL", gateway.as_str())],
    )
    .await;
    refused.assert_code(1);
    assert!(
        refused.stderr.contains("no_key") && refused.stderr.contains("Fix: "),
        "{refused:?}"
    );

    eventually(
        PATIENCE,
        "the call is in usage and in the log",
        async || {
            let usage = cli.json(&["usage", "--application", "kiosk"]).await;
            let calls = cli
                .json(&["logs", "tail", "--application", "kiosk", "--status", "2xx"])
                .await;
            let counted = usage["totals"]["calls"].as_u64() >= Some(1);
            let logged = calls[0]["status"] == 200;
            (counted && logged)
                .then_some(())
                .ok_or_else(|| format!("{usage} {calls}"))
        },
    )
    .await;
    let none = cli
        .json(&["logs", "tail", "--application", "kiosk", "--status", "5xx"])
        .await;
    assert_eq!(none, json!([]));
}

#[tokio::test]
async fn results_are_tables_json_yaml_or_names_and_talk_stays_on_standard_error() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Formats").await;
    let cli = Cli::new(&stack, tenant.root().await);
    for name in ["One", "Two", "Three"] {
        cli.run(&["application", "create", name])
            .await
            .assert_success();
    }
    let table = cli.run(&["application", "list"]).await;
    let lines: Vec<&str> = table.assert_success().stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{table:?}");
    assert!(lines[0].starts_with("APPLICATION  NAME"), "{table:?}");
    let names = cli.run(&["application", "list", "-o", "name"]).await;
    let names: Vec<&str> = names.stdout.lines().collect();
    assert_eq!(names, ["three", "two", "one"]);
    let rows = cli.json(&["application", "list"]).await;
    assert_eq!(rows.as_array().unwrap().len(), 3);
    let yaml = cli.run(&["application", "get", "two", "-o", "yaml"]).await;
    assert!(
        yaml.assert_success().stdout.contains("slug: two"),
        "{yaml:?}"
    );

    for (limit, shown, more) in [("2", 2, true), ("3", 3, false), ("4", 3, false)] {
        let some = cli
            .run(&["application", "list", "--limit", limit, "-o", "name"])
            .await;
        assert_eq!(some.stdout.lines().count(), shown, "{some:?}");
        assert_eq!(some.stderr.contains("There are more"), more, "{some:?}");
    }
    let quiet = cli
        .run(&["application", "list", "--limit", "2", "--quiet"])
        .await;
    assert_eq!(quiet.stderr, "");
}

#[tokio::test]
async fn a_change_is_checked_by_a_dry_run_asked_about_and_refused_when_nothing_was_said() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Careful").await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.run(&["application", "create", "Ghost", "--dry-run"])
        .await
        .assert_success();
    assert_eq!(cli.json(&["application", "list"]).await, json!([]));
    cli.run(&["application", "create", "Real"])
        .await
        .assert_success();
    let nothing = cli.run(&["application", "update", "real"]).await;
    nothing.assert_code(1);
    assert!(nothing.stderr.contains("say what to change"), "{nothing:?}");
    let suspended = cli
        .json(&["application", "suspend", "real", "--reason", "Too loud."])
        .await;
    assert_eq!(suspended["state"], "suspended");
    let back = cli.json(&["application", "unsuspend", "real"]).await;
    assert_eq!(back["state"], "active");
    // Nobody is there to be asked.
    let unasked = cli.run(&["application", "delete", "real"]).await;
    unasked.assert_code(1);
    assert!(
        unasked.stderr.contains("0 subscriptions and 0 keys"),
        "{unasked:?}"
    );
    assert!(unasked.stderr.contains("--yes"), "{unasked:?}");
    cli.run(&["application", "delete", "real", "--yes"])
        .await
        .assert_success();
    assert_eq!(cli.json(&["application", "list"]).await, json!([]));
    let gone = cli.run(&["application", "get", "real"]).await;
    gone.assert_code(1);
    assert!(
        gone.stderr.contains("not_found") && gone.stderr.contains("Request: req_"),
        "{gone:?}"
    );
    let typo = cli.run(&["aplication", "list"]).await;
    typo.assert_code(2);
    assert!(typo.stderr.contains("'application'"), "{typo:?}");
}

#[tokio::test]
async fn signing_in_keeps_a_token_that_works_for_its_own_address_and_no_other() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Contexts").await;
    let token = tenant
        .token("laptop", &["catalogue.read", "api.read"])
        .await;
    let home = tempfile::tempdir().unwrap();
    let secret = home.path().join("token");
    std::fs::write(&secret, token.token()).unwrap();
    let (secret, home) = (secret.to_str().unwrap(), home.path().to_str().unwrap());
    let url = stack.admin_api_url();
    let env = [("XDG_CONFIG_HOME", home)];
    let program = stack.program();

    let before = run(program, &["whoami"], &env).await;
    before.assert_code(1);
    assert!(before.stderr.contains("gatehouse login"), "{before:?}");
    let login = [
        "login",
        "--url",
        &url,
        "--token-file",
        secret,
        "--context",
        "work",
    ];
    let signed_in = run(program, &login, &env).await;
    assert!(
        signed_in.assert_success().stdout.contains("contexts"),
        "{signed_in:?}"
    );
    assert!(!signed_in.stdout.contains(token.token()));
    let who = run(program, &["whoami", "-o", "json"], &env).await.json();
    assert_eq!(who["name"], "laptop");
    assert_eq!(who["tenant"], "contexts");
    assert_eq!(who["permissions"], json!(["catalogue.read", "api.read"]));
    let listed = run(program, &["context", "list"], &env).await;
    assert_eq!(listed.stdout.trim(), format!("* work  {url}"));
    // The token is not for another address, whoever asks.
    let elsewhere = run(program, &["whoami", "--url", "http://127.0.0.1:9"], &env).await;
    elsewhere.assert_code(1);
    assert!(elsewhere.stderr.contains("not signed in"), "{elsewhere:?}");
    let file = std::path::Path::new(home).join("gatehouse/contexts.json");
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    std::fs::write(secret, "gta_wrong").unwrap();
    let wrong = run(program, &login, &env).await;
    wrong.assert_code(5);
    let kept = run(program, &["whoami", "-o", "name"], &env).await;
    assert_eq!(kept.stdout.trim(), "laptop", "the one that worked is kept");
    run(program, &["context", "use", "none"], &env)
        .await
        .assert_code(1);
    run(program, &["context", "remove", "work"], &env)
        .await
        .assert_success();
    run(program, &["whoami"], &env).await.assert_code(1);
}

#[tokio::test]
async fn tokens_are_made_once_and_end_at_once() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Tokens").await;
    let cli = Cli::new(&stack, tenant.root().await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let file = file.to_str().unwrap();
    let create = [
        "token",
        "create",
        "pipeline",
        "--scope",
        "spec.publish",
        "--days",
        "7",
    ];
    let made = cli
        .json(&[&create[..], &["--secret-file", file]].concat())
        .await;
    assert_eq!(
        made["secret"],
        Value::Null,
        "it is in the file and nowhere else"
    );
    let secret = std::fs::read_to_string(file).unwrap();
    let theirs = CiToken::new(&stack.admin_api_url(), &secret);
    let who = theirs
        .cli(stack.program(), &["whoami", "-o", "json"])
        .await
        .json();
    assert_eq!(who["name"], "pipeline");
    let forbidden = theirs.cli(stack.program(), &["token", "list"]).await;
    forbidden.assert_code(1);
    assert!(forbidden.stderr.contains("token.manage"), "{forbidden:?}");
    let id = made["id"].as_str().unwrap();
    cli.run(&["token", "revoke", id, "--yes"])
        .await
        .assert_success();
    theirs
        .cli(stack.program(), &["whoami"])
        .await
        .assert_code(5);
    let read = cli.json(&["token", "get", id]).await;
    assert!(read["revoked_at"].is_string());
    let plain = cli
        .run(&["token", "create", "other", "--scope", "api.read"])
        .await;
    assert!(
        plain.assert_success().stdout.starts_with("gta_"),
        "{plain:?}"
    );
}

#[tokio::test]
async fn versions_are_deprecated_and_retired_and_plans_closed() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Ending").await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("pets", &upstream.url()).await;
    let deprecated = cli
        .json(&[
            "version",
            "deprecate",
            "pets",
            "v1",
            "--sunset-at",
            "2100-01-01T00:00:00Z",
        ])
        .await;
    assert_eq!(deprecated["state"], "deprecated");
    let again = cli.json(&["version", "publish", "pets", "v1"]).await;
    assert_eq!(again["state"], "published");
    let plans = cli.json(&["plan", "list", "pets"]).await;
    let slug = plans[0]["slug"].as_str().unwrap().to_owned();
    let unasked = cli.run(&["plan", "close", "pets", &slug]).await;
    unasked.assert_code(1);
    assert!(unasked.stderr.contains("0 subscriptions"), "{unasked:?}");
    let closed = cli.json(&["plan", "close", "pets", &slug, "--yes"]).await;
    assert_eq!(closed["state"], "closed");
    cli.run(&[
        "version",
        "deprecate",
        "pets",
        "v1",
        "--sunset-at",
        "2100-01-01T00:00:00Z",
    ])
    .await
    .assert_success();
    let retired = cli
        .json(&["version", "retire", "pets", "v1", "--yes"])
        .await;
    assert_eq!(retired["state"], "retired");
    let environments = cli.json(&["environment", "list"]).await;
    assert_eq!(environments.as_array().unwrap().len(), 2);
    let one = cli.json(&["environment", "get", "sandbox"]).await;
    assert_eq!(one["kind"], "sandbox");
}

#[tokio::test]
async fn shells_get_a_script_that_completes_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(std::path::Path::new(GATEHOUSE), &["completion", shell], &[]).await;
        assert!(script.assert_success().stdout.contains("whoami"), "{shell}");
    }
}

#[tokio::test]
async fn roles_are_made_granted_for_one_api_explained_and_taken_back() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Rights").await;
    let cli = Cli::new(&stack, tenant.root().await);
    tenant.developer("Dora").await;
    let members = cli.json(&["member", "list"]).await;
    let dora = members
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["name"] == "Dora")
        .unwrap_or_else(|| panic!("{members}"));
    let email = dora["email"].as_str().unwrap();
    cli.run(&["api", "create", "pets"]).await.assert_success();
    cli.run(&["api", "create", "shop"]).await.assert_success();

    let create = ["role", "create", "release", "--name", "Release managers"];
    let permission = ["--permission", "spec.publish", "--permission", "api.read"];
    let made = cli.json(&[&create[..], &permission[..]].concat()).await;
    assert_eq!(made["permissions"], json!(["api.read", "spec.publish"]));
    let names = cli.run(&["role", "list", "-o", "name"]).await;
    assert_eq!(names.stdout.lines().last(), Some("release"));
    let renamed = cli
        .json(&["role", "update", "release", "--name", "Releases"])
        .await;
    assert_eq!(
        (&renamed["name"], &renamed["permissions"]),
        (&json!("Releases"), &made["permissions"])
    );

    let can = async |api: &str| {
        let asked = [
            "member",
            "can",
            email,
            "--permission",
            "spec.publish",
            "--api",
            api,
        ];
        cli.run(&asked).await
    };
    let no = can("pets").await;
    no.assert_code(1);
    assert!(
        no.stderr.contains("owner, admin, publisher, release"),
        "{no:?}"
    );
    let granted = cli
        .json(&[
            "member", "grant", email, "--role", "release", "--api", "pets",
        ])
        .await;
    assert_eq!(granted["scope"]["slug"], "pets");
    let yes = can("pets").await;
    assert!(
        yes.assert_success().stdout.contains("spec.publish"),
        "{yes:?}"
    );
    can("shop").await.assert_code(1);
    let held = cli.json(&["member", "grants", email]).await;
    assert_eq!(held.as_array().unwrap().len(), 2, "{held}");

    let delete = ["role", "delete", "release", "--yes"];
    let refused = cli.run(&delete).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("Dora has this role"), "{refused:?}");
    let grant = granted["id"].as_str().unwrap();
    cli.run(&["member", "ungrant", email, grant])
        .await
        .assert_success();
    can("pets").await.assert_code(1);
    cli.run(&delete).await.assert_success();
    cli.run(&["role", "get", "release"]).await.assert_code(1);

    let disabled = cli.json(&["member", "disable", email, "--yes"]).await;
    assert_eq!(disabled["status"], "disabled");
    let enabled = cli.json(&["member", "enable", email]).await;
    assert_eq!(enabled["status"], "active");
    let roles = [
        "member", "roles", email, "--role", "approver", "--role", "auditor",
    ];
    assert_eq!(
        cli.json(&roles).await["roles"],
        json!(["approver", "auditor"])
    );
}

#[tokio::test]
async fn mails_are_listed_shown_and_sent_to_oneself() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Letters").await;
    let token = tenant.root().await;
    let cli = Cli::new(&stack, token);
    let listed = cli.json(&["mail", "list"]).await;
    assert!(listed.as_array().unwrap().len() > 30, "{listed}");
    let shown = cli.run(&["mail", "show", "key_leaked"]).await;
    shown.assert_success();
    assert!(shown.stdout.contains("because it leaked"), "{shown:?}");
    let sent = cli.json(&["mail", "test", "key_leaked"]).await;
    assert!(sent["to"].as_str().unwrap().contains('@'), "{sent}");
    cli.run(&["mail", "test", "nothing"]).await.assert_code(1);
}
