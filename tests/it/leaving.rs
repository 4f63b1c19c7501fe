//! People, teams and a whole tenant come and go on the command line.

use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, accounts, members};
use gatehouse_domain::id::TenantId;
use gatehouse_domain::{Permission, Role};
use gatehouse_harness::TestStack;
use gatehouse_harness::callers::CiToken;
use gatehouse_harness::command::Ran;
use serde_json::{Value, json};

use crate::GATEHOUSE;

async fn run(stack: &TestStack, token: &CiToken, args: &[&str]) -> Ran {
    token.cli(stack.program(), args).await
}

async fn read(stack: &TestStack, token: &CiToken, args: &[&str]) -> Value {
    let args = [args, &["-o", "json"]].concat();
    run(stack, token, &args).await.json()
}

#[tokio::test]
async fn what_hangs_on_somebody_is_handed_over_and_invitations_and_teams_are_looked_after() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Leaving").await;
    let token = tenant.root().await;
    let cli = async |args: &[&str]| read(&stack, &token, args).await;
    tenant.developer("Dolores").await;
    tenant.developer("Bo").await;

    let team = ["team", "create", "kiosks", "--name", "Kiosks"];
    assert_eq!(cli(&team).await["kind"], "consumer");
    let led = cli(&["team", "add", "kiosks", "Dolores", "--role", "lead"]).await;
    assert_eq!(led["members"][0]["role"], "lead", "{led}");
    cli(&["team", "add", "kiosks", "Bo"]).await;
    let renamed = cli(&["team", "update", "kiosks", "--name", "All kiosks"]).await;
    assert_eq!(renamed["name"], "All kiosks");
    let fewer = cli(&["team", "remove", "kiosks", "Bo"]).await;
    assert_eq!(fewer["members"].as_array().unwrap().len(), 1);
    let listed = cli(&["team", "list"]).await;
    assert!(listed.to_string().contains("All kiosks"));
    assert_eq!(cli(&["team", "get", "kiosks"]).await["slug"], "kiosks");

    let belongings = cli(&["member", "belongings", "Dolores"]).await;
    assert_eq!(belongings["led_teams"][0]["slug"], "kiosks", "{belongings}");
    let disable = ["member", "disable", "Dolores"];
    let warned = run(&stack, &token, &disable).await;
    warned.assert_code(1);
    assert!(warned.stderr.contains("All kiosks"), "{warned:?}");
    let transfer = ["member", "transfer", "Dolores", "--to", "Bo"];
    let would = cli(&[&transfer[..], &["--dry-run"]].concat()).await;
    assert_eq!(would["led_teams"][0]["slug"], "kiosks");
    let done = cli(&transfer).await;
    assert_eq!(done["led_teams"], would["led_teams"]);
    let left = cli(&["member", "belongings", "Dolores"]).await;
    assert_eq!(left["led_teams"], json!([]));

    let wanted = ["invitation", "create", "nora@new.test"];
    let invited = cli(&wanted).await;
    let id = invited["id"].as_str().unwrap();
    let again = cli(&["invitation", "resend", id]).await;
    assert!(
        again["expires_at"].as_str() > invited["expires_at"].as_str(),
        "{again}"
    );
    assert_eq!(cli(&["invitation", "list"]).await[0]["id"], id);
    let revoked = run(&stack, &token, &["invitation", "revoke", id]).await;
    revoked.assert_success();
    assert_eq!(cli(&["invitation", "list"]).await, json!([]));
}

/// A token of somebody who owns the tenant: nobody else ends it.
pub(crate) async fn owners_token(stack: &TestStack, tenant: TenantId) -> CiToken {
    let db = stack.control_plane().await;
    let ada = accounts::find_user_by_email(&db, &stack.admin().email);
    let ada = ada.await.unwrap().unwrap().id;
    let system = Actor::system(tenant, "test");
    members::set_roles(&db, &system, ada, None, vec![Role::Owner])
        .await
        .unwrap();
    let owner = members::actor_of_user(&db, tenant, ada).await.unwrap();
    let wanted = CreateToken {
        name: "owner".to_owned(),
        scopes: Permission::ALL.to_vec(),
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    let made = tokens::create_token(&db, &owner.unwrap(), wanted).await;
    let (_, key) = made.unwrap().value;
    db.close().await;
    CiToken::new(&stack.admin_api_url(), &key.reveal())
}

#[tokio::test]
async fn a_tenant_is_exported_closed_and_opened_again() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Winding up").await;
    let token = owners_token(&stack, tenant.id().await).await;
    let cli = async |args: &[&str]| read(&stack, &token, args).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.ndjson");
    let path = file.to_str().unwrap();
    let export = ["tenant", "export", path];
    run(&stack, &token, &export).await.assert_success();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().count() > 10, "{text}");
    assert!(text.lines().last().unwrap().contains("\"end\":true"));
    let own = tenant.id().await.uuid().to_string();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let whose = line.pointer("/row/tenant_id").and_then(Value::as_str);
        assert!(whose.is_none_or(|whose| whose == own), "{line}");
    }
    let twice = run(&stack, &token, &export).await;
    twice.assert_code(1);
    assert!(twice.stderr.contains("exists already"), "{twice:?}");
    let jobs = cli(&["job", "list"]).await;
    let job = jobs[0]["id"].as_str().unwrap();
    let watched = cli(&["job", "watch", job]).await;
    assert_eq!(watched["state"], "done");
    assert_eq!(cli(&["job", "get", job]).await["id"], job);
    let output = run(&stack, &token, &["job", "output", job]).await;
    assert!(output.assert_success().stdout.contains("gatehouse/v1"));
    let over = run(&stack, &token, &["job", "cancel", job]).await;
    over.assert_code(1);
    assert!(over.stderr.contains("over already"), "{over:?}");

    let close = ["tenant", "close", "winding-up", "--reason", "We move."];
    let asked = run(&stack, &token, &close).await;
    asked.assert_code(1);
    assert!(asked.stderr.contains("--yes"), "{asked:?}");
    let closed = cli(&[&close[..], &["--yes"]].concat()).await;
    assert_eq!(closed["status"], "closing");
    let refused = run(&stack, &token, &["api", "create", "late"]).await;
    assert_ne!(refused.code, Some(0), "{refused:?}");
    let opened = cli(&["tenant", "reopen", "--reason", "We stay."]).await;
    assert_eq!(opened["status"], "active");
    run(&stack, &token, &["api", "create", "late"])
        .await
        .assert_success();
}
