//! Verbs of those who run the installation, through the built executable: tenants, gateways in and out of rotation, what looks
//! after keys and second factors, and the verbs of the tenant that nothing else runs.

use gatehouse_control_plane::second_factor;
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_harness::callers::{Cli, PASSWORD};
use gatehouse_harness::command::{Ran, run};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Role, StackPlan, TestStack, TestUpstream, eventually};
use gatehouse_runtime::{Clock, Secret};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::GATEHOUSE;

fn names(listed: &Value, pointer: &str) -> Vec<String> {
    let rows = listed.as_array().unwrap().iter();
    rows.map(|row| row.pointer(pointer).unwrap().as_str().unwrap().to_owned())
        .collect()
}

/// A verb beside the database.
async fn beside(stack: &TestStack, args: &[&str]) -> Ran {
    let folder = stack.folder().display().to_string();
    let place = [
        "--data-dir",
        &folder,
        "--database-url",
        stack.superuser_url(),
    ];
    run(stack.program(), &[args, &place].concat(), &[]).await
}

#[tokio::test]
async fn tenants_of_the_installation_are_made_suspended_and_activated_by_platform_people() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let first = stack.first_tenant();
    let platform = Cli::new(&stack, first.platform().await);
    let root = Cli::new(&stack, first.root().await);
    let create = [
        "tenant",
        "create",
        "fourth-coffee",
        "--name",
        "Fourth Coffee",
    ];
    let dry = platform.json(&[&create[..], &["--dry-run"]].concat()).await;
    assert_eq!(dry["slug"], "fourth-coffee");
    platform
        .run(&["tenant", "get", "fourth-coffee"])
        .await
        .assert_code(1);
    let made = platform.json(&create).await;
    assert_eq!(made["name"], "Fourth Coffee");
    let listed = names(&platform.json(&["tenant", "list"]).await, "/slug");
    for slug in [first.slug.as_str(), "fourth-coffee"] {
        assert!(listed.iter().any(|one| one == slug), "{listed:?}");
    }

    let id = made["id"].as_str().unwrap();
    let suspend = ["tenant", "suspend", "fourth-coffee", "--reason", "Unpaid."];
    assert_eq!(platform.json(&suspend).await["status"], "suspended");
    let got = platform.json(&["tenant", "get", id]).await;
    assert_eq!(got["status"], "suspended");
    platform.run(&suspend).await.assert_code(1);
    let activate = ["tenant", "activate", id, "--reason", "Paid."];
    assert_eq!(platform.json(&activate).await["status"], "active");
    platform
        .run(&["tenant", "suspend", "fourth-coffee"])
        .await
        .assert_code(2);
    // Without a name it is the tenant of the token, as ever.
    let own = platform.json(&["tenant", "get"]).await;
    assert_eq!(own["slug"], first.slug.as_str());

    for args in [&["tenant", "list"][..], &create, &suspend, &activate] {
        let refused = root.run(args).await;
        refused.assert_code(1);
        assert!(refused.stdout.is_empty(), "{refused:?}");
    }
    let token = [
        "token",
        "create",
        "ops",
        "--scope",
        "gateway.read",
        "--platform",
    ];
    let lent = platform.json(&token).await;
    assert_eq!(lent["platform"], true);
    let refused = root.run(&token).await;
    refused.assert_code(1);
    assert!(refused.stderr.contains("/platform"), "{refused:?}");
}

#[tokio::test]
async fn a_gateway_is_drained_put_back_and_retired_from_the_command_line() {
    let stack = TestStack::start(StackPlan::of(GATEHOUSE).gateways(2)).await;
    let (first, upstream) = (stack.first_tenant(), TestUpstream::start().await);
    let platform = Cli::new(&stack, first.platform().await);
    let root = Cli::new(&stack, first.root().await);
    root.token.offer_petstore("petstore", &upstream.url()).await;
    let listed = root.json(&["gateway", "list"]).await;
    assert_eq!(names(&listed, "/rotation"), ["serving", "serving"]);
    let node = listed[0]["name"].as_str().unwrap().to_owned();
    let beside_it = beside(
        &stack,
        &["gateway", "list", "--from-database", "-o", "json"],
    )
    .await;
    assert_eq!(names(&beside_it.json(), "/name"), names(&listed, "/name"));
    // One that every tenant's calls go through is not a tenant's to take away.
    for verb in ["drain", "retire"] {
        let refused = root.run(&["gateway", verb, &node, "--dry-run"]).await;
        refused.assert_code(1);
        assert!(refused.stderr.contains("forbidden"), "{refused:?}");
    }

    let drained = platform.json(&["gateway", "drain", &node]).await;
    assert_eq!(drained["rotation"], "drained", "{drained}");
    let number = number_of(&stack, &node);
    assert_eq!(stack.readiness(number).await.status, 503);
    let still = stack
        .anonymous()
        .get(&first.production_url(number, "/petstore/v1/pets"))
        .await;
    still.assert_problem(401, "no_key");
    assert_eq!(still.header("connection"), Some("close"));
    // Whoever asks again is told that it is out.
    let again = platform.json(&["gateway", "drain", &node]).await;
    assert_eq!(again["rotation"], "drained", "{again}");
    // A restart does not end it.
    stack.stop(Role::Gateway(number));
    stack.restart(Role::Gateway(number));
    eventually(PATIENCE, "it is out as it starts", async || {
        let page = stack.readiness(number).await;
        let out = page.status == 503 && page.json()["status"] == "draining";
        out.then_some(()).ok_or_else(|| page.text())
    })
    .await;

    platform.json(&["gateway", "undrain", &node]).await;
    eventually(PATIENCE, "it is ready again", async || {
        let status = stack.readiness(number).await.status.as_u16();
        (status == 200)
            .then_some(())
            .ok_or_else(|| status.to_string())
    })
    .await;
    platform
        .run(&["gateway", "undrain", &node])
        .await
        .assert_code(1);

    stack.stop(Role::Gateway(number));
    let unsure = platform.run(&["gateway", "retire", &node]).await;
    unsure.assert_code(1);
    assert!(unsure.stderr.contains("--yes"), "{unsure:?}");
    platform
        .run(&["gateway", "retire", &node, "--yes"])
        .await
        .assert_success();
    let left = names(&root.json(&["gateway", "list"]).await, "/name");
    assert!(left.len() == 1 && left[0] != node, "{left:?}");
}

/// Which of the stack's gateways has joined under a name, `gateway-1` and so on.
fn number_of(stack: &TestStack, name: &str) -> usize {
    let number: usize = name.rsplit('-').next().unwrap().parse().unwrap();
    assert!((1..=stack.gateway_count()).contains(&number), "{name}");
    number - 1
}

#[tokio::test]
async fn apis_are_followed_and_handed_over_deputies_taken_back_and_the_notice_changed() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Following").await;
    let cli = Cli::new(&stack, tenant.root().await);
    cli.token.offer_petstore("petstore", &upstream.url()).await;
    let followed = async || names(&cli.json(&["api", "followed"]).await, "/api/slug");
    assert!(followed().await.is_empty());
    let one = cli.json(&["api", "follow", "petstore"]).await;
    assert_eq!(one["api"]["slug"], "petstore");
    assert_eq!(followed().await, ["petstore"]);
    cli.run(&["api", "follow", "nowhere"]).await.assert_code(1);
    cli.run(&["api", "unfollow", "petstore"])
        .await
        .assert_success();
    assert!(followed().await.is_empty());

    tenant.approver("Deputy").await;
    let members = cli.json(&["member", "list"]).await;
    let members = members.as_array().unwrap();
    let deputy = members.iter().find(|one| one["name"] == "Deputy").unwrap();
    let until = Clock::system().now() + time::Duration::days(30);
    let until = until.format(&Rfc3339).unwrap();
    let id = deputy["user_id"].as_str().unwrap();
    let delegate = ["approval", "delegate", id, "--until", &until];
    let made = cli.json(&delegate).await;
    let id = made["id"].as_str().unwrap();
    let deputies = cli.json(&["approval", "deputies"]).await;
    assert_eq!(names(&deputies, "/id"), [id]);
    assert_eq!(deputies[0]["in_force"], true);
    assert_eq!(
        cli.json(&["approval", "undelegate", id]).await["id"],
        made["id"]
    );
    let ended = cli.json(&["approval", "deputies"]).await;
    assert_eq!(
        (&ended[0]["id"], &ended[0]["in_force"]),
        (&made["id"], &json!(false))
    );
    cli.run(&["approval", "undelegate", id])
        .await
        .assert_code(1);

    let changed = cli
        .json(&["tenant", "update", "--minimum-notice-days", "45"])
        .await;
    assert_eq!(changed["minimum_notice_days"], 45);
    let got = cli.json(&["tenant", "get"]).await;
    assert_eq!(got["minimum_notice_days"], 45);
    let wrong = cli
        .run(&["tenant", "update", "--minimum-notice-days", "9999"])
        .await;
    wrong.assert_code(1);
    assert!(wrong.stderr.contains("/minimum_notice_days"), "{wrong:?}");
    let team = json!({"slug": "heirs", "name": "Heirs", "kind": "provider"});
    cli.token.post("/v1/teams", &team).await.assert_status(201);
    let handed = cli
        .json(&["api", "update", "petstore", "--owner-team", "heirs"])
        .await;
    assert_eq!(handed["owner_team"]["slug"], "heirs");
    let got = cli.json(&["api", "get", "petstore"]).await;
    assert_eq!(got["owner_team"]["slug"], "heirs");
}

/// Whether a member has a second factor.
async fn has_factor(cli: &Cli, user: &str) -> bool {
    cli.json(&["member", "get", user]).await["second_factor"] == true
}

/// Gives somebody a second factor, as if their app had shown a first code.
async fn protect(stack: &TestStack, tenant: TenantId, user: UserId) {
    let db = stack.control_plane().await;
    let password = Secret::new(PASSWORD.to_owned());
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    second_factor::set_up(&db, tenant, user, password, here)
        .await
        .unwrap();
    db.close().await;
    let confirmed = sqlx::query("update second_factor set confirmed_at = now() where user_id = $1")
        .bind(user.uuid())
        .execute(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(confirmed.rows_affected(), 1);
}

#[tokio::test]
async fn a_lost_second_factor_is_taken_away_by_an_administrator_and_beside_the_database() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Losing").await;
    let cli = Cli::new(&stack, tenant.root().await);
    let person = tenant.approver("Loser").await;
    let members = cli.json(&["member", "list"]).await;
    let members = members.as_array().unwrap();
    let found = members.iter().find(|one| one["name"] == "Loser").unwrap();
    let id = found["user_id"].as_str().unwrap();
    let (place, user): (TenantId, UserId) = (tenant.id().await, id.parse().unwrap());

    protect(&stack, place, user).await;
    assert!(has_factor(&cli, id).await);
    let reset = ["member", "reset-second-factor", id];
    cli.run(&reset).await.assert_code(1);
    assert!(has_factor(&cli, id).await, "nobody said --yes");
    let done = cli.json(&[&reset[..], &["--yes"]].concat()).await;
    assert_eq!(done["user_id"], id);
    assert!(!has_factor(&cli, id).await);
    let nothing = cli.run(&[&reset[..], &["--yes"]].concat()).await;
    nothing.assert_code(1);

    protect(&stack, place, user).await;
    let nobody = beside(&stack, &["reset-second-factor", "nobody@people.example"]).await;
    nobody.assert_code(1);
    assert!(nobody.stderr.contains("no account"), "{nobody:?}");
    assert!(has_factor(&cli, id).await);
    let done = beside(&stack, &["reset-second-factor", &person.email]).await;
    done.assert_success();
    assert!(done.stdout.is_empty(), "{done:?}");
    assert!(done.stderr.contains("Loser signs in"), "{done:?}");
    assert!(!has_factor(&cli, id).await);
}

#[tokio::test]
async fn the_master_keys_in_use_are_told_and_one_that_is_not_there_is_an_error() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let told = beside(&stack, &["master-key", "status"]).await;
    let lines: Vec<&str> = told.assert_success().stdout.lines().collect();
    let words: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(lines.len(), 1, "{told:?}");
    assert_eq!((words[0].len(), &words[1..3]), (16, &["in", "use"][..]));
    assert!(words[3].parse::<u64>().unwrap() >= 1, "{told:?}");
    let elsewhere = tempfile::tempdir().unwrap();
    let args = [
        "master-key",
        "status",
        "--data-dir",
        elsewhere.path().to_str().unwrap(),
        "--database-url",
        stack.superuser_url(),
    ];
    let other = run(stack.program(), &args, &[]).await;
    other.assert_code(1);
    assert!(other.stdout.is_empty(), "{other:?}");
}

#[tokio::test]
async fn settings_are_printed_with_where_they_come_from_and_never_a_secret() {
    let print = async |role: &str, env: &[(&str, &str)]| {
        run(GATEHOUSE.as_ref(), &["config", "print", role], env).await
    };
    let listen = ("GATEHOUSE_GATEWAY__LISTEN", "127.0.0.1:9");
    let gateway = print("gateway", &[listen]).await;
    let lines: Vec<&str> = gateway.assert_success().stdout.lines().collect();
    let own = "listen = \"127.0.0.1:9\"  # GATEHOUSE_GATEWAY__LISTEN";
    assert!(lines.contains(&own), "{gateway:?}");
    assert!(lines.contains(&"limits.concurrency = 4096  # default"));
    assert!(lines.iter().all(|line| line.contains(" = ")), "{gateway:?}");
    let smtp = (
        "GATEHOUSE_ADMIN_API__MAIL__SMTP_URL",
        "smtp://me:canary@mail.example",
    );
    let admin_api = print("admin-api", &[smtp]).await;
    let text = &admin_api.assert_success().stdout;
    assert!(text.contains("mail.smtp_url = [secret]  # GATEHOUSE_ADMIN_API__MAIL__SMTP_URL"));
    assert!(!text.contains("canary"), "{text}");
    print("portal", &[]).await.assert_success();
    let wrong = print("gateway", &[("GATEHOUSE_GATEWAY__LISTN", "127.0.0.1:9")]).await;
    wrong.assert_code(1);
    assert!(
        wrong
            .stderr
            .contains("did you mean GATEHOUSE_GATEWAY__LISTEN"),
        "{wrong:?}"
    );
    print("nothing", &[]).await.assert_code(2);
}
