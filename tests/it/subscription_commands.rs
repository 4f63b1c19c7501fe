//! `gatehouse subscription` and `gatehouse approval` through the built executable, down to what a gateway lets through.

use gatehouse_harness::callers::{Cli, Wish};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, eventually};
use serde_json::{Value, json};

use crate::GATEHOUSE;

#[tokio::test]
async fn an_approver_decides_under_a_lower_limit_and_the_gateway_keeps_to_it() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Deciding").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let daily = json!([{ "kind": "quota", "amount": 100, "period": "day" }]);
    root.add_plan("petstore", "gold", "manual", &daily).await;
    let developer = tenant.developer("Perla").await;
    let access = developer
        .request(Wish {
            api: "petstore",
            plan: "gold",
            environment: "production",
            application: "Crowd",
        })
        .await;
    let id = access.subscription.as_str();
    let cli = Cli::new(&stack, root);
    let queue = cli.run(&["subscription", "queue", "-o", "name"]).await;
    assert_eq!(queue.assert_success().stdout.trim(), id);
    let useless = cli
        .run(&["subscription", "approve", id, "--limit", "100/day"])
        .await;
    useless.assert_code(1);
    assert!(useless.stderr.contains("/limits/0"), "{useless:?}");
    let checked = cli
        .json(&[
            "subscription",
            "approve",
            id,
            "--limit",
            "2/day",
            "--dry-run",
        ])
        .await;
    assert_eq!(checked["shown"], "active");
    let pending = cli.json(&["subscription", "get", id]).await;
    assert_eq!(pending["shown"], "pending");
    let approved = cli
        .json(&[
            "subscription",
            "approve",
            id,
            "--limit",
            "2/day",
            "--wait",
            "30",
        ])
        .await;
    assert_eq!(approved["own_limits"], json!(["2 a day"]));

    let (consumer, _) = cli.token.issue_key("crowd", "production").await;
    let url = tenant.production_url(1, "/petstore/v1/pets");
    eventually(PATIENCE, "the key is known", async || {
        consumer.get(&url).await.expect(200)
    })
    .await;
    // The last calls of a small quota are lent from gateway to gateway, which takes a moment.
    eventually(PATIENCE, "the second call is let through", async || {
        consumer.get(&url).await.expect(200)
    })
    .await;
    consumer
        .get(&url)
        .await
        .assert_problem(429, "quota_exceeded");
    // The calls count for the plan that was agreed to, not for one of the subscription's own.
    let mut conn = stack.sql().await;
    eventually(PATIENCE, "the calls are in the ledger", async || {
        let counted: i64 = sqlx::query_scalar(
            "select coalesce(sum(u.count), 0)::bigint from usage_minute u join plan p on p.id = u.plan_id where p.slug = 'gold' and u.status_class = 2
             and u.tenant_id = (select tenant_id from subscription where id = $1)",
        )
        .bind(id.parse::<gatehouse_domain::id::SubscriptionId>().unwrap().uuid())
        .fetch_one(&mut conn)
        .await
        .unwrap();
        (counted == 2).then_some(()).ok_or_else(|| format!("{counted} are counted"))
    })
    .await;

    for (verb, more, shown) in [
        ("suspend", &["--reason", "Too loud."][..], "suspended"),
        ("unsuspend", &[], "active"),
        ("pause", &[], "paused"),
        ("resume", &[], "active"),
    ] {
        let args = [&["subscription", verb, id][..], more].concat();
        assert_eq!(cli.json(&args).await["shown"], shown, "{verb}");
    }
    let asked = cli
        .json(&["subscription", "change-plan", id, "--plan", "open"])
        .await;
    assert_eq!(
        asked["own_limits"],
        json!([]),
        "another plan, decided by its own mode"
    );
    let unasked = cli
        .run(&["subscription", "revoke", id, "--reason", "Over."])
        .await;
    unasked.assert_code(1);
    assert!(
        unasked.stderr.contains("Crowd") && unasked.stderr.contains("--yes"),
        "{unasked:?}"
    );
    let over = ["subscription", "revoke", id, "--reason", "Over.", "--yes"];
    assert_eq!(cli.json(&over).await["shown"], "revoked");
    let story = cli.json(&["subscription", "timeline", id]).await;
    let story: Vec<&str> = story
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["action"].as_str())
        .collect();
    assert_eq!(story.first(), Some(&"subscription.request"));
    assert_eq!(story.last(), Some(&"subscription.revoke"));
    let renewed = cli.run(&["subscription", "renew", id]).await;
    renewed.assert_code(1);
    assert!(renewed.stderr.contains("conflict"), "{renewed:?}");
}

#[tokio::test]
async fn requests_grants_and_many_decisions_are_made_from_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Bulk").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let cli = Cli::new(&stack, root);
    let wish = |name: &'static str| {
        [
            "subscription",
            "request",
            "petstore",
            "--plan",
            "gold",
            "--environment",
            "production",
            "--new-application",
            name,
            "--reason",
            "To sell.",
        ]
    };
    let own = cli.json(&wish("Mine")).await;
    let own = own["id"].as_str().unwrap();
    let refused = cli.run(&["subscription", "approve", own]).await;
    refused.assert_code(1);
    assert!(
        refused.stderr.contains("You asked for this yourself"),
        "{refused:?}"
    );
    let mut others = Vec::new();
    for (name, application) in [("Della", "First"), ("Dino", "Second")] {
        let developer = tenant.developer(name).await;
        let access = developer
            .request(Wish {
                api: "petstore",
                plan: "gold",
                environment: "production",
                application,
            })
            .await;
        others.push(access.subscription);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decisions.json");
    let decide = async |decisions: Value, atomic: bool| {
        std::fs::write(&file, decisions.to_string()).unwrap();
        let mut args = vec![
            "subscription",
            "decide",
            file.to_str().unwrap(),
            "-o",
            "json",
        ];
        args.extend(atomic.then_some("--atomic"));
        cli.run(&args).await
    };
    let both = json!([{ "subscription": others[0], "verdict": "approve" }, { "subscription": own, "verdict": "approve" }]);
    let none = decide(both.clone(), true).await;
    none.assert_code(1);
    assert!(none.stderr.contains("2 were not carried out"), "{none:?}");
    let one = decide(both, false).await;
    one.assert_code(1);
    let shown: Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!(
        (&shown[0]["status"], &shown[1]["status"]),
        (&json!(200), &json!(403))
    );
    let rejected =
        json!([{ "subscription": others[1], "verdict": "reject", "reason": "Not now." }]);
    decide(rejected, true).await.assert_success();
    let states = cli
        .json(&[
            "subscription",
            "list",
            "--state",
            "rejected",
            "--api",
            "petstore",
        ])
        .await;
    assert_eq!(states[0]["id"], others[1]);
    let back = cli.json(&["subscription", "withdraw", own]).await;
    assert_eq!(back["shown"], "withdrawn");
    let granted = cli
        .json(&[
            "subscription",
            "grant",
            "petstore",
            "--plan",
            "gold",
            "--environment",
            "production",
            "--application",
            "second",
            "--reason",
            "Now.",
        ])
        .await;
    let granted = granted["id"].as_str().unwrap();
    let cancelled = cli
        .json(&["subscription", "cancel", granted, "--yes"])
        .await;
    assert_eq!(cancelled["shown"], "cancelled");
    let typo = cli.run(&["subscription", "reject", granted]).await;
    typo.assert_code(2);
    assert!(typo.stderr.contains("--reason"), "{typo:?}");
}

#[tokio::test]
async fn rules_deadlines_and_deputies_are_set_from_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Rules").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    root.add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let cli = Cli::new(&stack, root);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("approval.json");
    let rule = json!({ "name": "production too", "mode": "enforce", "match": "any",
                       "conditions": [{ "kind": "environment", "environments": ["production"] }] });
    let question =
        json!({ "key": "volume", "text": "How many?", "kind": "text", "required": true });
    let body = json!({ "rule": rule, "due_s": 600, "questions": [question] });
    std::fs::write(&file, body.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let tried = cli
        .json(&[
            "approval", "simulate", "petstore", "gold", "--file", file, "--days", "7",
        ])
        .await;
    assert_eq!(tried["requests"], 0);
    let set = cli
        .json(&["approval", "set", "petstore", "gold", "--file", file])
        .await;
    assert_eq!(set["rule"]["name"], "production too");
    let shown = cli.json(&["approval", "get", "petstore", "gold"]).await;
    assert_eq!((&shown["due_s"], &shown["rule"]), (&json!(600), &rule));
    let wish = [
        "subscription",
        "request",
        "petstore",
        "--plan",
        "gold",
        "--environment",
        "production",
        "--new-application",
        "Shop",
    ];
    let unanswered = cli.run(&wish).await;
    unanswered.assert_code(1);
    assert!(
        unanswered.stderr.contains("/answers/volume"),
        "{unanswered:?}"
    );
    let granted = cli
        .json(&[&wish[..], &["--answer", "volume=ten"]].concat())
        .await;
    assert_eq!(granted["decision"]["rule"], "production too");

    let deadlines = cli.json(&["approval", "deadlines"]).await;
    assert_eq!(deadlines["due_s"], 172_800);
    let set = cli
        .json(&[
            "approval",
            "deadlines",
            "--due-s",
            "3600",
            "--remind-before-s",
            "0",
        ])
        .await;
    assert_eq!(
        (&set["due_s"], &set["remind_before_s"]),
        (&json!(3600), &json!(null))
    );
    let nobody = cli
        .run(&[
            "approval",
            "delegate",
            "usr_01m2k3a4b5c6d7e8f9g0h1j2k3",
            "--until",
            "2026-01-01T00:00:00Z",
        ])
        .await;
    nobody.assert_code(1);
    assert!(nobody.stderr.contains("/ends_at"), "{nobody:?}");
    assert_eq!(cli.json(&["approval", "deputies"]).await, json!([]));
}

#[tokio::test]
async fn both_sides_write_and_a_refusal_is_taken_back_from_the_command_line() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Conversing").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let daily = json!([{ "kind": "quota", "amount": 100, "period": "day" }]);
    root.add_plan("petstore", "gold", "manual", &daily).await;
    let developer = tenant.developer("Petronella").await;
    let access = developer
        .request(Wish {
            api: "petstore",
            plan: "gold",
            environment: "production",
            application: "Crowd",
        })
        .await;
    let id = access.subscription.as_str();
    let cli = Cli::new(&stack, root);
    let empty = cli
        .run(&["subscription", "message", id, "--text", " "])
        .await;
    empty.assert_code(1);
    assert!(empty.stderr.contains("/text"), "{empty:?}");
    let sent = cli
        .json(&["subscription", "message", id, "--text", "Why?"])
        .await;
    assert_eq!(
        (&sent["side"], &sent["text"]),
        (&json!("approver"), &json!("Why?"))
    );
    let said = cli.json(&["subscription", "messages", id]).await;
    assert_eq!(said[0]["text"], "Why?", "{said}");
    let queue = cli.json(&["subscription", "queue"]).await;
    let row = &queue[0];
    assert_eq!(row["messages"]["count"], 1, "{row}");
    assert_eq!(row["risk"]["asked_per_day"], 100, "{row}");
    let rejected = ["subscription", "reject", id, "--reason", "Not now."];
    assert_eq!(cli.json(&rejected).await["shown"], "rejected");
    let again = ["subscription", "reconsider", id, "--reason", "Sorry."];
    assert_eq!(cli.json(&again).await["shown"], "pending");
    let twice = cli.run(&again).await;
    twice.assert_code(1);
    assert!(twice.stderr.contains("still waits"), "{twice:?}");

    let reasons = cli.json(&["approval", "reasons"]).await;
    assert_eq!(reasons["reject_reasons"].as_array().unwrap().len(), 4);
    let own = [
        "approval",
        "reasons",
        "--reason",
        "Ask first",
        "--reason",
        "Too much",
    ];
    let own = cli.json(&own).await;
    assert_eq!(own["reject_reasons"], json!(["Ask first", "Too much"]));
    // Due times are changed without a word about the reasons, which stay.
    let due = cli
        .json(&["approval", "deadlines", "--due-s", "3600"])
        .await;
    assert_eq!(
        (&due["due_s"], &due["reject_reasons"]),
        (&json!(3600), &own["reject_reasons"])
    );
    let none = cli.json(&["approval", "reasons", "--none"]).await;
    assert_eq!(
        (&none["reject_reasons"], &none["due_s"]),
        (&json!([]), &json!(3600))
    );
    let reset = cli.json(&["approval", "reasons", "--reset"]).await;
    assert_eq!(reset["reject_reasons"].as_array().unwrap().len(), 4);
}
