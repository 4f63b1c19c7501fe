//! Verbs of the command line that set a tenant up: its settings, who may sign in and exchange, webhooks, questions, its log. Each
//! through the built executable: what it prints is read back, and what it changes is read by another verb.

use gatehouse_harness::callers::Cli;
use gatehouse_harness::command::run;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestIssuer, TestStack, TestUpstream, eventually};
use gatehouse_runtime::clock::Clock;
use serde_json::json;

use crate::GATEHOUSE;

const AUDIENCE: &str = "https://gatehouse.example";

/// A stack whose admin API may call this machine, as one may whose receivers are in a network of its own.
pub(crate) async fn near() -> TestStack {
    let allowed = "GATEHOUSE_ADMIN_API__EGRESS__ALLOWED_NETWORKS";
    let plan = StackPlan::of(GATEHOUSE).setting(allowed, "[\"127.0.0.0/8\"]");
    TestStack::start(plan).await
}

#[tokio::test]
async fn a_trust_is_made_read_and_ended_and_the_program_itself_publishes_by_it_without_a_secret() {
    let (stack, issuer, upstream) = (
        near().await,
        TestIssuer::start().await,
        TestUpstream::start().await,
    );
    let cli = Cli::new(&stack, stack.first_tenant().root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let url = issuer.url();
    let made = cli
        .json(&[
            "ci-trust",
            "create",
            "orders",
            "--issuer",
            &url,
            "--audience",
            AUDIENCE,
            "--subject",
            "repo:acme/*:ref:refs/heads/main",
            "--scope",
            "api.write",
            "--scope",
            "api.read",
            "--ttl",
            "300",
        ])
        .await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["issuer"], &made["ttl_s"]),
        (&json!(url), &json!(300))
    );
    assert_eq!(cli.json(&["ci-trust", "get", id]).await["id"], made["id"]);
    let listed = cli.json(&["ci-trust", "list"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);

    let now = Clock::system().now().unix_timestamp();
    let identity = |subject: &str| {
        issuer.token(&json!({ "iss": url, "sub": subject, "aud": AUDIENCE, "iat": now, "nbf": now - 5, "exp": now + 300 }))
    };
    let admin_api = stack.admin_api_url();
    let as_workload = async |identity: String, args: &[&str]| {
        let env = [
            ("GATEHOUSE_URL", admin_api.as_str()),
            ("GATEHOUSE_CI_TRUST", id),
            ("GATEHOUSE_ID_TOKEN", &identity),
            ("XDG_CONFIG_HOME", "/nonexistent"),
        ];
        run(stack.program(), args, &env).await
    };
    let name = [
        "api",
        "update",
        "petstore",
        "--summary",
        "By a workload.",
        "-o",
        "json",
    ];
    let own = identity("repo:acme/orders:ref:refs/heads/main");
    let changed = as_workload(own.clone(), &name).await;
    assert_eq!(changed.json()["summary"], "By a workload.");
    let log = cli.json(&["audit", "list", "--action", "api.update"]).await;
    let who = "orders: repo:acme/orders:ref:refs/heads/main";
    assert_eq!(log[0]["actor_name"], who, "{log}");
    let strange = as_workload(identity("repo:stranger/orders:ref:refs/heads/main"), &name).await;
    strange.assert_code(5);

    cli.done(&["ci-trust", "delete", id, "--yes"]).await;
    assert!(
        cli.json(&["ci-trust", "list"])
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );
    as_workload(own, &name).await.assert_code(5);
}

#[tokio::test]
async fn identity_providers_and_settings_of_the_tenant_are_changed_and_read() {
    let (stack, issuer) = (near().await, TestIssuer::start().await);
    let cli = Cli::new(&stack, stack.first_tenant().root().await);
    let url = issuer.url();
    let made = cli
        .json(&[
            "identity-provider",
            "create",
            "staff",
            "--issuer",
            &url,
            "--client-id",
            "gatehouse",
            "--name",
            "Staff",
        ])
        .await;
    assert_eq!(
        (&made["slug"], &made["issuer"]),
        (&json!("staff"), &json!(url))
    );
    let changed = cli
        .json(&[
            "identity-provider",
            "update",
            "staff",
            "--name",
            "All staff",
            "--enabled",
            "false",
        ])
        .await;
    assert_eq!(
        (&changed["name"], &changed["enabled"]),
        (&json!("All staff"), &json!(false))
    );
    let got = cli.json(&["identity-provider", "get", "staff"]).await;
    assert_eq!(got["name"], "All staff");
    assert_eq!(
        cli.json(&["identity-provider", "list"]).await[0]["slug"],
        "staff"
    );
    cli.done(&["identity-provider", "delete", "staff", "--yes"])
        .await;
    cli.run(&["identity-provider", "get", "staff"])
        .await
        .assert_code(1);

    let before = cli.json(&["tenant", "get"]).await;
    let changed = cli
        .json(&[
            "tenant",
            "update",
            "--name",
            "Renamed",
            "--signup-mode",
            "invite",
            "--time-zone",
            "Europe/Berlin",
        ])
        .await;
    assert_eq!(changed["slug"], before["slug"]);
    let got = cli.json(&["tenant", "get"]).await;
    assert_eq!(
        (&got["name"], &got["signup_mode"], &got["time_zone"]),
        (&json!("Renamed"), &json!("invite"), &json!("Europe/Berlin"))
    );
    let wrong = cli
        .run(&["tenant", "update", "--time-zone", "Mars/Olympus"])
        .await;
    wrong.assert_code(1);
    assert!(wrong.stderr.contains("/time_zone"), "{wrong:?}");
    let public = [
        "environment",
        "update",
        "sandbox",
        "--public-url",
        "https://sandbox.example.com",
    ];
    let changed = cli.json(&public).await;
    assert_eq!(
        changed["public_url"]
            .as_str()
            .unwrap()
            .trim_end_matches('/'),
        "https://sandbox.example.com"
    );

    let invited = cli
        .json(&[
            "member",
            "invite",
            "nia@people.example",
            "--role",
            "developer",
        ])
        .await;
    assert_eq!(invited["email"], "nia@people.example");
    let members = cli.json(&["member", "list"]).await;
    let one = members[0]["user_id"].as_str().unwrap();
    assert_eq!(
        cli.json(&["member", "get", one]).await["user_id"],
        members[0]["user_id"]
    );
    let nobody = cli
        .run(&["member", "get", "usr_00000000000000000000000007"])
        .await;
    nobody.assert_code(1);
}

#[tokio::test]
async fn a_webhook_is_tried_paused_given_another_secret_and_sent_to_again() {
    let (stack, receiver) = (near().await, TestUpstream::start().await);
    let cli = Cli::new(&stack, stack.first_tenant().root().await);
    let hook = cli
        .json(&["webhook", "create", "Till", &receiver.url()])
        .await;
    let id = hook["id"].as_str().unwrap();
    let first = hook["secret"].as_str().unwrap().to_owned();
    let tried = cli.json(&["webhook", "test", id]).await;
    assert_eq!(tried["type"], "webhook.test");
    eventually(PATIENCE, "the message of a test", async || {
        let count = receiver.count();
        (count == 1)
            .then_some(())
            .ok_or_else(|| format!("{count} received"))
    })
    .await;
    let delivered = eventually(PATIENCE, "its delivery", async || {
        let found = cli
            .json(&["webhook", "deliveries", id, "--state", "delivered"])
            .await;
        let first = found.as_array().unwrap().first().cloned();
        first.ok_or_else(|| found.to_string())
    })
    .await;
    let again = cli
        .json(&[
            "webhook",
            "redeliver",
            id,
            delivered["id"].as_str().unwrap(),
        ])
        .await;
    assert_eq!(again["id"], delivered["id"]);
    eventually(PATIENCE, "the same message again", async || {
        let count = receiver.count();
        (count == 2)
            .then_some(())
            .ok_or_else(|| format!("{count} received"))
    })
    .await;
    let none = cli
        .json(&[
            "webhook",
            "redeliver",
            id,
            "--since",
            "2026-01-01T00:00:00Z",
        ])
        .await;
    assert_eq!(none["deliveries"], 0, "nothing was given up");

    let rotated = cli
        .json(&["webhook", "rotate-secret", id, "--overlap-hours", "1"])
        .await;
    assert_ne!(rotated["secret"], first.as_str());
    let renamed = cli
        .json(&["webhook", "update", id, "--name", "Counter"])
        .await;
    assert_eq!(renamed["name"], "Counter");
    assert_eq!(cli.json(&["webhook", "pause", id]).await["state"], "paused");
    assert_eq!(cli.json(&["webhook", "get", id]).await["state"], "paused");
    assert_eq!(
        cli.json(&["webhook", "resume", id]).await["state"],
        "active"
    );
    cli.done(&["webhook", "delete", id, "--yes"]).await;
    cli.run(&["webhook", "get", id]).await.assert_code(1);
}

#[tokio::test]
async fn questions_news_versions_plans_and_the_log_are_read_and_written() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Asking").await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let asked = cli
        .json(&["question", "ask", "petstore", "How many pets?"])
        .await;
    let question = asked["id"].as_str().unwrap();
    let answer = [
        "question",
        "answer",
        "petstore",
        question,
        "As many as you like.",
    ];
    let answered = cli.json(&answer).await;
    assert_ne!(answered["id"], asked["id"]);
    let hide = [
        "question",
        "hide",
        "petstore",
        question,
        "--reason",
        "Asked twice.",
    ];
    cli.done(&hide).await;
    cli.done(&["question", "show", "petstore", question]).await;
    let listed = cli.json(&["question", "list", "petstore"]).await;
    assert_eq!(listed[0]["text"], "How many pets?", "{listed}");

    let version = cli.json(&["version", "get", "petstore", "v1"]).await;
    assert_eq!(version["label"], "v1");
    let callers = cli.json(&["version", "callers", "petstore", "v1"]).await;
    assert!(callers.as_array().unwrap().is_empty(), "{callers}");
    let daily = json!([{ "kind": "quota", "amount": 100, "period": "day" }]);
    cli.token
        .add_plan("petstore", "gold", "manual", &daily)
        .await;
    let plan = cli.json(&["plan", "get", "petstore", "gold"]).await;
    assert_eq!(plan["slug"], "gold");
    let change = ["plan", "update", "petstore", "gold", "--limit", "200/day"];
    let changed = cli.json(&change).await;
    let revisions = cli.json(&["plan", "revisions", "petstore", "gold"]).await;
    assert_eq!(revisions.as_array().unwrap().len(), 2, "{revisions}");
    let watched = cli
        .json(&["change", "watch", changed["change_id"].as_str().unwrap()])
        .await;
    assert_eq!(watched["in_force"], true, "{watched}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.ndjson");
    let file = file.to_str().unwrap();
    cli.done(&["audit", "export", file]).await;
    let lines = std::fs::read_to_string(file).unwrap();
    assert!(
        lines.lines().any(|line| line.contains("plan.update")),
        "{lines}"
    );
    cli.done(&["audit", "verify", "--file", file]).await;
    let spoilt = lines.replacen("plan.update", "plan.upbate", 1);
    std::fs::write(file, spoilt).unwrap();
    cli.run(&["audit", "verify", "--file", file])
        .await
        .assert_code(1);
    let checkpoints = cli.json(&["audit", "checkpoints"]).await;
    assert!(checkpoints.is_array());
}
