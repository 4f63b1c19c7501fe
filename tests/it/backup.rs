//! Disaster: the database is gone, and comes back from a backup.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gatehouse_harness::command::{self, Ran};
use gatehouse_harness::{Role, StackPlan, TestStack, TestUpstream, eventually, postgres_cache};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::GATEHOUSE;

async fn run(args: &[&str]) -> Ran {
    command::run(Path::new(GATEHOUSE), args, &[]).await
}

/// A verb against the stack's database.
async fn on(stack: &TestStack, verb: &[&str]) -> Ran {
    let folder = stack.folder().display().to_string();
    let place = [
        "--data-dir",
        &folder,
        "--database-url",
        stack.superuser_url(),
    ];
    run(&[verb, &place].concat()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restored_into_an_empty_database_serves_the_same_keys_and_verifies() {
    let upstream = TestUpstream::start().await;
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    stack.expects_server_errors();
    let root = stack.first_tenant().root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let grant = async |name: &str| {
        root.grant("acme", name, "petstore", "open", "production")
            .await
    };
    let kept = grant("Kept").await;
    let pets = stack.first_tenant().production_url(0, "/petstore/v1/pets");
    kept.consumer.get(&pets).await.assert_status(200);

    let stop = Arc::new(AtomicBool::new(false));
    let mut writer = JoinSet::new();
    writer.spawn({
        let (root, stop) = (root.clone(), Arc::clone(&stop));
        async move {
            let mut acknowledged = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let name = format!("team-{}", acknowledged.len());
                let made = root
                    .post(
                        "/v1/teams",
                        &json!({"slug": name, "name": name, "kind": "consumer"}),
                    )
                    .await;
                made.assert_status(201);
                acknowledged.push((name, Instant::now()));
            }
            acknowledged
        }
    });
    let saved = tempfile::tempdir().unwrap();
    let folder = saved.path().join("backup");
    let folder = folder.to_str().unwrap();
    let began = Instant::now();
    on(&stack, &["backup", folder]).await.assert_success();
    stop.store(true, Ordering::Relaxed);
    let acknowledged = writer.join_next().await.unwrap().unwrap();
    // What the backup knows nothing of: two signing keys, a generation, a grant.
    for verb in [
        ["config-key", "rotate"],
        ["config-key", "rotate"],
        ["gateway", "raise-generation"],
    ] {
        on(&stack, &verb).await.assert_success();
    }
    let lost = grant("Lost").await;
    lost.consumer.get(&pets).await.assert_status(200);

    for role in [Role::AdminApi, Role::Portal] {
        stack.stop(role);
    }
    sqlx::raw_sql("drop schema public cascade; create schema public")
        .execute(&mut stack.sql().await)
        .await
        .unwrap();
    let restored = on(&stack, &["restore", folder]).await;
    restored.assert_success();
    for role in [Role::AdminApi, Role::Portal] {
        stack.restart(role);
    }
    eventually(
        Duration::from_secs(60),
        "the gateway follows by itself",
        async || {
            let gateways = root.get("/v1/gateways").await.json();
            let gateway: &Value = &gateways["data"][0];
            if gateway["state"] == "in_force" && gateway["last_error"].is_null() {
                Ok(())
            } else {
                Err(gateway.to_string())
            }
        },
    )
    .await;
    kept.consumer.get(&pets).await.assert_status(200);
    lost.consumer
        .get(&pets)
        .await
        .assert_problem(401, "key_unknown");
    let verified = on(&stack, &["audit", "verify"]).await;
    verified.assert_success();
    assert!(verified.stdout.contains("acme  intact"), "{verified:?}");
    let before = acknowledged.iter().filter(|(_, at)| *at < began);
    for (name, _) in before {
        root.get(&format!("/v1/teams/{name}"))
            .await
            .assert_status(200);
    }
    // It is whole: what is done from here on fits to it.
    grant("After")
        .await
        .consumer
        .get(&pets)
        .await
        .assert_status(200);
    let again = on(&stack, &["restore", folder]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("not empty"), "{again:?}");
}

#[tokio::test]
async fn a_restore_wants_the_key_of_the_installation_and_every_byte_of_the_backup() {
    let cache = postgres_cache().await.display().to_string();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (first, second, saved) = (at("first"), at("second"), at("saved"));
    let verb = async |words: &[&str], data: &str| {
        run(&[words, &["--data-dir", data, "--cache-dir", &cache]].concat()).await
    };
    let link = verb(&["first-administrator"], &first).await;
    link.assert_success();
    verb(&["backup", &saved], &first).await.assert_success();
    let again = verb(&["backup", &saved], &first).await;
    assert!(
        again.code == Some(1) && again.stderr.contains("holds a backup already"),
        "{again:?}"
    );

    let without = verb(&["restore", &saved], &second).await;
    assert!(
        without.code == Some(1) && without.stderr.contains("--master-key"),
        "{without:?}"
    );
    let key = format!("{first}/master.key");
    let restore = ["restore", saved.as_str(), "--master-key", key.as_str()];
    let rows = folder.path().join("saved/user_token.rows");
    let whole = std::fs::read_to_string(&rows).unwrap();
    assert!(
        whole.lines().count() == 1,
        "the link of the first administrator: {whole}"
    );
    std::fs::write(&rows, whole.replace("first_admin", "first_adnin")).unwrap();
    let tampered = verb(&restore, &second).await;
    assert!(
        tampered.code == Some(1) && tampered.stderr.contains("user_token"),
        "{tampered:?}"
    );
    std::fs::write(&rows, whole).unwrap();
    std::fs::remove_file(format!("{second}/master.key")).unwrap();
    verb(&restore, &second).await.assert_success();
    // No file of it is for others to read, and the key is not in it.
    use std::os::unix::fs::PermissionsExt;
    for file in std::fs::read_dir(&saved).unwrap().flatten() {
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{file:?}"
        );
        assert_ne!(file.file_name(), "master.key");
    }
}
