//! What is one's own, through the built executable: sessions of real browsers, the inbox, how mail comes.

use gatehouse_harness::callers::{Cli, EVERYTHING};
use gatehouse_harness::{TestStack, TestUpstream};
use serde_json::{Value, json};

use crate::GATEHOUSE;

/// What a developer may do, and to make tokens.
const ALL_OF_A_DEVELOPER: &[&str] = &["catalogue.read", "application.manage", "token.manage"];

fn rows(listed: &Value) -> &Vec<Value> {
    listed.as_array().unwrap()
}

#[tokio::test]
async fn a_developer_sees_where_they_are_signed_in_and_signs_out_there() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Own Sessions").await;
    let dora = tenant.developer("Dora").await;
    let cli = Cli::new(
        &stack,
        tenant.token_of(&dora.email, ALL_OF_A_DEVELOPER).await,
    );
    let account = cli.json(&["account", "show"]).await;
    assert_eq!(account["email"], dora.email.as_str());
    assert_eq!(account["tenant"]["slug"], "own-sessions");
    let shown = cli.done(&["account", "show"]).await;
    assert!(
        shown.contains(&dora.email) && shown.contains("TIME ZONE"),
        "{shown}"
    );
    let yaml = cli.done(&["account", "show", "-o", "yaml"]).await;
    assert!(yaml.contains("time_zone: UTC"), "{yaml}");

    // The browser she signed up with.
    dora.portal.get("/inbox").await.assert_status(200);
    let sessions = cli.json(&["account", "sessions"]).await;
    let count = rows(&sessions).len();
    assert!(count > 0, "{sessions}");
    assert_eq!(sessions[0]["ip"], "127.0.0.1");
    let name = sessions[0]["id"].as_str().unwrap();
    let dry = cli
        .run(&["account", "end-session", name, "--dry-run"])
        .await;
    dry.assert_success();
    dora.portal.get("/inbox").await.assert_status(200);
    cli.run(&["account", "end-session", name])
        .await
        .assert_success();
    let away = dora.portal.get_once("/inbox").await;
    assert_eq!(away.status, 303, "she is signed out");
    let again = cli.run(&["account", "end-session", name]).await;
    again.assert_code(1);
    assert!(again.stderr.contains("not_found"), "{again:?}");
    assert!(again.stdout.is_empty(), "{again:?}");

    let unsure = cli.run(&["account", "end-sessions"]).await;
    unsure.assert_code(1);
    assert!(unsure.stderr.contains("--yes"), "{unsure:?}");
    let ended = cli.json(&["account", "end-sessions", "--yes"]).await;
    assert_eq!(ended["ended"], count - 1);
    let factor = cli.json(&["account", "second-factor"]).await;
    assert_eq!(factor["on"], false);
    assert_eq!(cli.json(&["account", "passkeys"]).await, json!([]));
}

#[tokio::test]
async fn an_inbox_is_read_and_mail_chosen_from_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Own Inbox").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let dora = tenant.developer("Dora").await;
    let cli = Cli::new(
        &stack,
        tenant.token_of(&dora.email, ALL_OF_A_DEVELOPER).await,
    );
    // She follows the API, and its owners write.
    cli.json(&["api", "follow", "petstore"]).await;
    let owner = Cli::new(&stack, root);
    for title in ["One", "Two"] {
        owner
            .json(&["changelog", "add", "petstore", "--title", title])
            .await;
    }
    let told = gatehouse_harness::eventually(
        gatehouse_harness::wait::PATIENCE,
        "both are in the inbox",
        async || {
            // What was published just before she followed it may be told as well, before these.
            let inbox = cli.json(&["account", "inbox"]).await;
            let noted = rows(&inbox).iter().filter(|row| row["type"] == "api.noted");
            (noted.count() == 2)
                .then(|| inbox.clone())
                .ok_or_else(|| inbox.to_string())
        },
    )
    .await;
    let one = cli
        .run(&["account", "inbox", "--limit", "1", "-o", "name"])
        .await;
    assert_eq!(one.stdout.trim(), told[0]["id"], "{one:?}");
    let id = told[1]["id"].as_str().unwrap();
    let left = cli.json(&["account", "read", id]).await;
    assert_eq!(left["unread"], rows(&told).len() - 1);
    cli.run(&["account", "read"]).await.assert_code(2);
    cli.run(&["account", "read", id, "--all"])
        .await
        .assert_code(2);
    let none = cli.json(&["account", "read", "--all"]).await;
    assert_eq!(none["unread"], 0);
    assert_eq!(cli.json(&["account", "show"]).await["unread"], 0);

    let chosen = cli.json(&["account", "prefer", "*", "daily"]).await;
    assert_eq!(chosen["mail"], "daily");
    let dry = ["account", "prefer", "api.noted", "off", "--dry-run"];
    assert_eq!(cli.json(&dry).await["mail"], "off");
    let listed = cli.json(&["account", "preferences"]).await;
    let noted = rows(&listed).iter().find(|row| row["type"] == "api.noted");
    assert_eq!(noted.unwrap()["mail"], "daily");
    let back = cli.json(&["account", "prefer", "*", "default"]).await;
    assert_eq!(
        (&back["mail"], &back["chosen"]),
        (&json!("immediate"), &json!(false))
    );
    let required = ["account", "prefer", "credential.revoked", "off"];
    let refused = cli.run(&required).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("/mail"), "{refused:?}");
    cli.run(&["account", "prefer", "*", "weekly"])
        .await
        .assert_code(2);
}

#[tokio::test]
async fn a_token_with_less_than_its_maker_opens_no_account_and_says_what_to_do() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Own Account").await;
    // Made in the console, by somebody who is signed in with their own password.
    let cli = Cli::new(&stack, tenant.root().await);
    let account = cli.json(&["account", "show"]).await;
    assert_eq!(account["token"]["name"], "root");
    assert!(!rows(&cli.json(&["account", "sessions"]).await).is_empty());
    for (token, why) in [
        (
            tenant.token("less", &EVERYTHING[1..]).await,
            "catalogue.read",
        ),
        (tenant.platform().await, "above all tenants"),
        (tenant.token("ci", &["spec.publish"]).await, "lacks"),
    ] {
        let cli = Cli::new(&stack, token);
        for args in [
            &["account", "show"][..],
            &["account", "inbox"],
            &["account", "end-sessions", "--yes"],
            &["account", "prefer", "*", "off"],
        ] {
            let refused = cli.run(args).await;
            refused.assert_code(1);
            assert!(refused.stdout.is_empty(), "{refused:?}");
            for said in [why, "forbidden", "under /account"] {
                assert!(
                    refused.stderr.contains(said),
                    "{args:?} {said}: {refused:?}"
                );
            }
        }
    }
}
