//! What the owner of an installation does at its command line: the next signing key, a new generation after a restore, and a
//! folder from which a gateway starts alone.

use std::path::Path;
use std::time::{Duration, Instant};

use gatehouse_harness::command::{self, Ran};
use gatehouse_harness::ports;
use gatehouse_harness::process::{Plan, Process};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, eventually};
use serde_json::Value;
use sqlx::PgConnection;

use super::Scene;
use crate::GATEHOUSE;

/// A verb of the command line against the stack's database.
async fn run(stack: &TestStack, verb: &[&str]) -> Ran {
    let folder = stack.folder().display().to_string();
    let place = [
        "--data-dir",
        &folder,
        "--database-url",
        stack.superuser_url(),
    ];
    let ran = command::run(Path::new(GATEHOUSE), &[verb, &place].concat(), &[]).await;
    ran.assert_success();
    ran
}

async fn gateway(scene: &Scene) -> Value {
    scene.root.get("/v1/gateways").await.json()["data"][0].clone()
}

#[tokio::test]
async fn a_gateway_follows_two_rotations_of_the_signing_key_it_was_away_for() {
    let scene = Scene::start().await;
    let before = scene.granted("Before").await;
    scene.between.cut(true);
    for _ in 0..2 {
        let ran = run(&scene.stack, &["config-key", "rotate"]).await;
        assert!(ran.stdout.starts_with("grp_"), "{ran:?}");
    }
    scene.between.cut(false);
    let after = scene.granted("After").await;
    for granted in [&before, &after] {
        granted.consumer.get(&scene.pets()).await.assert_status(200);
    }
    let gateway = gateway(&scene).await;
    assert_eq!(gateway["state"], "in_force", "{gateway}");
    assert!(gateway["last_error"].is_null(), "{gateway}");
}

async fn all(conn: &mut PgConnection, statements: &'static str) {
    sqlx::raw_sql(statements).execute(conn).await.unwrap();
}

#[tokio::test]
async fn after_an_older_database_is_restored_a_gateway_names_the_command_that_brings_it_back() {
    let scene = Scene::start().await;
    let kept = scene.granted("Kept").await;
    let mut conn = scene.stack.sql().await;
    all(
        &mut conn,
        "create table old_object as table config_object; create table old_group as table gateway_group;",
    )
    .await;
    let lost = scene.granted("Lost").await;
    lost.consumer.get(&scene.pets()).await.assert_status(200);
    all(
        &mut conn,
        "begin;
         delete from config_object; insert into config_object table old_object;
         update gateway_group g set head_seq = o.head_seq, state_hash = o.state_hash from old_group o where o.id = g.id;
         delete from config_change c using old_group o where c.group_id = o.id and c.seq > o.head_seq;
         delete from node_ack;
         commit;",
    )
    .await;
    eventually(PATIENCE, "the console tells what to do", async || {
        let gateway = gateway(&scene).await;
        let error = gateway["last_error"].as_str().unwrap_or_default();
        let named = error.contains("`gatehouse gateway raise-generation`");
        if named && gateway["state"] == "diverged" {
            Ok(())
        } else {
            Err(gateway.to_string())
        }
    })
    .await;
    // It goes on with what it has; an older configuration could let in what was revoked since.
    lost.consumer.get(&scene.pets()).await.assert_status(200);

    let ran = run(&scene.stack, &["gateway", "raise-generation"]).await;
    assert!(ran.stdout.contains("default  2"), "{ran:?}");
    eventually(
        Duration::from_secs(45),
        "it is in force again",
        async || {
            let gateway = gateway(&scene).await;
            if gateway["state"] == "in_force" && gateway["last_error"].is_null() {
                Ok(())
            } else {
                Err(gateway.to_string())
            }
        },
    )
    .await;
    kept.consumer.get(&scene.pets()).await.assert_status(200);
    lost.consumer
        .get(&scene.pets())
        .await
        .assert_problem(401, "key_unknown");
    assert_eq!(scene.config().await["config"]["generation"], 2);
}

/// A gateway that has nothing but a snapshot folder.
struct Alone {
    process: Process,
    url: String,
    folder: tempfile::TempDir,
}

impl Alone {
    fn start(snapshots: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (calls, status) = (ports::free(), ports::free());
        let env = [
            ("LISTEN", calls.to_string()),
            ("STATUS_LISTEN", status.to_string()),
            // Nobody listens there.
            ("CONTROL_PLANE", format!("http://{}", ports::free())),
            ("DATA_DIR", folder.path().join("data").display().to_string()),
            ("SNAPSHOT_DIR", snapshots.display().to_string()),
        ];
        let env = env.map(|(name, value)| (format!("GATEHOUSE_GATEWAY__{name}"), value));
        let mut process = Process::start(Plan {
            name: "alone".to_owned(),
            program: GATEHOUSE.into(),
            args: vec!["gateway".to_owned()],
            env: env.into(),
            log: folder.path().join("log"),
            announce: Some(folder.path().join("ready")),
            working_dir: folder.path().to_owned(),
        });
        process.ready();
        Self {
            process,
            url: format!("http://{calls}"),
            folder,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_gateway_serves_from_an_exported_folder_alone_and_refuses_a_wrongly_signed_one() {
    let scene = Scene::start().await;
    let granted = scene.granted("Steady").await;
    let exported = tempfile::tempdir().unwrap();
    let folder = exported.path().join("snapshots");
    let ran = run(
        &scene.stack,
        &["gateway", "export-snapshot", folder.to_str().unwrap()],
    )
    .await;
    assert!(ran.stderr.contains("objects"), "{ran:?}");
    let began = Instant::now();
    let alone = Alone::start(&folder);
    let pets = scene.pets();
    let path = pets.strip_prefix(&scene.stack.gateway_url(0)).unwrap();
    let url = format!("{}{path}", alone.url);
    granted.consumer.get(&url).await.assert_status(200);
    let took = began.elapsed();
    assert!(
        cfg!(debug_assertions) || took < Duration::from_secs(5),
        "{took:?}"
    );
    let stranger = gatehouse_harness::callers::Consumer::with_key(
        "gth_live_0000000000000000000000000000000000000000000000000",
    );
    assert_eq!(stranger.get(&url).await.status.as_u16(), 401);
    drop(alone);

    // Keys of another installation stand in the enrolment file: nothing in the folder is signed by one of them.
    let enrolment = folder.join("enrolment.json");
    let text = std::fs::read_to_string(&enrolment).unwrap();
    let mut words: Value = serde_json::from_str(&text).unwrap();
    for key in words["signing_keys"].as_array_mut().unwrap() {
        *key = Value::from("07".repeat(32));
    }
    std::fs::write(&enrolment, words.to_string()).unwrap();
    let refused = Alone::start(&folder);
    let url = format!("{}{path}", refused.url);
    let answer = granted.consumer.get(&url).await;
    answer.assert_problem(503, "auth_unknown");
    let log = refused.process.log();
    assert!(log.contains("unknown key"), "{log}");
    assert!(refused.folder.path().join("data").exists());
}
