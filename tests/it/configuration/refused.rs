//! A configuration that is not what it should be is refused and reported; what runs goes on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use gatehouse_domain::id::{ChangeId, GatewayGroupId};
use gatehouse_harness::callers::Granted;
use gatehouse_harness::fault_proxy::Exchange;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Role, eventually};
use gatehouse_snapshot::FORMAT;
use gatehouse_snapshot::delta::{Body, Header, SignedDelta};
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::{DELTAS_TYPE, SNAPSHOT_TYPE};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::snapshot::Writer;
use gatehouse_snapshot::state_hash::StateHash;
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::Scene;

type Answer = (StatusCode, HeaderMap, Bytes);

/// Two attempts after a refusal are up to this far apart.
const NEXT_ATTEMPT: Duration = Duration::from_secs(45);

#[tokio::test]
async fn a_flipped_byte_an_older_generation_another_groups_file_and_an_unknown_key_are_refused_and_reported()
 {
    let scene = Scene::start().await;
    let granted = scene.granted("Steady").await;
    let signer = signer_of(&scene).await;
    let group = group_of(&scene).await;
    let old_snapshot = recorded(&scene, SNAPSHOT_TYPE);
    let old_delta = recorded(&scene, DELTAS_TYPE);

    let flipped = |exchange: &Exchange| {
        let mut bytes = exchange.body.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        Some((exchange.status, exchange.headers.clone(), bytes.into()))
    };
    refuses(
        &scene,
        &granted,
        &["damaged", "does not fit"],
        DELTAS_TYPE,
        flipped,
    )
    .await;

    refuses(&scene, &granted, &["older"], DELTAS_TYPE, move |_| {
        Some(old_delta.clone())
    })
    .await;

    let foreign = Uuid::from_u128(7).into();
    let honest = signed_delta(&scene, foreign, &signer).await;
    refuses(
        &scene,
        &granted,
        &["another gateway group"],
        DELTAS_TYPE,
        move |_| Some(honest.clone()),
    )
    .await;

    let stranger = Signer::from_seed(&[9; 32]).unwrap();
    let forged = signed_delta(&scene, group, &stranger).await;
    refuses(&scene, &granted, &["unknown key"], DELTAS_TYPE, move |_| {
        Some(forged.clone())
    })
    .await;

    // The same of whole snapshots, which a new generation asks for.
    let foreign = snapshot(foreign, &signer);
    let forged = snapshot(group, &stranger);
    for (said, bad) in [
        ("older", old_snapshot),
        ("another gateway group", foreign),
        ("unknown key", forged),
    ] {
        refuses(&scene, &granted, &[said], SNAPSHOT_TYPE, move |_| {
            Some(bad.clone())
        })
        .await;
    }
}

fn is_of(exchange: &Exchange, kind: &str) -> bool {
    exchange
        .headers
        .get("content-type")
        .is_some_and(|found| found == kind)
}

async fn begin_generation(scene: &Scene) {
    let mut conn = scene.stack.sql().await;
    sqlx::query("update gateway_group set generation = generation + 1")
        .execute(&mut conn)
        .await
        .unwrap();
}

/// The first answer of a kind that passed between gateway and admin API.
fn recorded(scene: &Scene, kind: &str) -> Answer {
    let seen = scene.between.seen();
    let first = seen.into_iter().find(|one| is_of(one, kind));
    let first = first.unwrap_or_else(|| panic!("no {kind} has passed"));
    (first.status, first.headers, first.body)
}

/// What the installation signs its configuration with.
async fn signer_of(scene: &Scene) -> Signer {
    let control_plane = scene.stack.control_plane().await;
    control_plane.keys().config_signer(1).unwrap()
}

async fn group_of(scene: &Scene) -> GatewayGroupId {
    let mut conn = scene.stack.sql().await;
    let id: Uuid = sqlx::query_scalar("select id from gateway_group")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    id.into()
}

fn answer(kind: &'static str, body: Vec<u8>) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", http::HeaderValue::from_static(kind));
    (StatusCode::OK, headers, body.into())
}

/// A delta that would fit what runs, but for its group or its signer.
async fn signed_delta(scene: &Scene, group: GatewayGroupId, signer: &Signer) -> Answer {
    let config = scene.config().await["config"].clone();
    let seq = config["seq"].as_u64().unwrap();
    let state = StateHash::from_slice(
        &gatehouse_snapshot::node_auth::unhex(config["state_hash"].as_str().unwrap()).unwrap(),
    );
    let header = Header {
        format: FORMAT,
        group,
        generation: u32::try_from(config["generation"].as_u64().unwrap()).unwrap(),
        prev_seq: seq,
        seq: seq + 1,
        prev_hash: state.unwrap(),
        new_hash: state.unwrap(),
        body_sha256: [0; 32],
        change: ChangeId::from_uuid(Uuid::from_u128(3)),
        at: Moment(0),
    };
    let delta = SignedDelta::new(header, Body::default().encode(), signer).encode();
    let length = u32::try_from(delta.len()).unwrap().to_le_bytes();
    answer(DELTAS_TYPE, [length.as_slice(), &delta].concat())
}

/// An empty configuration of a far later generation: every key would stop working.
fn snapshot(group: GatewayGroupId, signer: &Signer) -> Answer {
    let mut writer = Writer::default();
    let mut bytes = writer.start();
    bytes.extend(writer.finish(group, 1_000, 1, Moment(0), signer));
    answer(SNAPSHOT_TYPE, bytes)
}

/// Sends `bad` in place of the next answer, and sees it refused, reported in both places, and got over.
async fn refuses(
    scene: &Scene,
    granted: &Granted,
    said: &[&str],
    asks_for: &'static str,
    mut bad: impl FnMut(&Exchange) -> Option<Answer> + Send + 'static,
) {
    let before = scene.config().await["config"].clone();
    let sent = Arc::new(Mutex::new(0));
    let count = Arc::clone(&sent);
    scene.between.tamper(move |exchange| {
        if !exchange.path.starts_with("/gateway/v1/config") || exchange.body.is_empty() {
            return None;
        }
        if !is_of(exchange, asks_for) {
            // The gateway may ask for everything at once after a refusal; it must not get well before it was looked at.
            return Some((
                StatusCode::SERVICE_UNAVAILABLE,
                HeaderMap::new(),
                Bytes::new(),
            ));
        }
        *count.lock().unwrap() += 1;
        bad(exchange)
    });
    if asks_for == SNAPSHOT_TYPE {
        // Only now: a poll that waits hears of a new generation by itself.
        begin_generation(scene).await;
    }
    let made = scene
        .root
        .post(
            &format!("/v1/applications/{}/keys", granted.application),
            &serde_json::json!({"environment": "production", "name": "next"}),
        )
        .await;
    let made = made.assert_status(201).json();
    let said_so = async |text: String| {
        if said.iter().any(|words| text.contains(words)) {
            Ok(())
        } else {
            Err(text)
        }
    };
    eventually(
        PATIENCE,
        &format!("/readyz tells that it is {said:?}"),
        async || {
            said_so(scene.config().await["checks"]["configuration"]["detail"].to_string()).await
        },
    )
    .await;
    eventually(
        PATIENCE,
        &format!("the console hears that it is {said:?}"),
        async || {
            said_so(
                scene.root.get("/v1/gateways").await.expect(200)?.json()["data"][0]["last_error"]
                    .to_string(),
            )
            .await
        },
    )
    .await;
    assert!(*sent.lock().unwrap() > 0);
    let after = scene.config().await["config"].clone();
    assert_eq!(
        (&after["seq"], &after["state_hash"]),
        (&before["seq"], &before["state_hash"]),
        "what runs is untouched"
    );
    granted.consumer.get(&scene.pets()).await.assert_status(200);
    let change = scene
        .root
        .get(&format!(
            "/v1/changes/{}",
            made["change_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        change.json()["in_force"],
        false,
        "a refused change is not called live: {change}"
    );

    scene.between.be_honest();
    let fresh = gatehouse_harness::callers::Consumer::with_key(made["secret"].as_str().unwrap());
    eventually(
        NEXT_ATTEMPT,
        "the true configuration is taken",
        async || fresh.get(&scene.pets()).await.expect(200),
    )
    .await;
    eventually(PATIENCE, "nothing is reported any more", async || {
        let ready = scene.config().await;
        if ready["status"] == "ready" {
            Ok(())
        } else {
            Err(ready.to_string())
        }
    })
    .await;
}

#[tokio::test]
async fn bad_files_on_disk_are_passed_over_and_told_and_the_control_plane_is_not_needed() {
    let scene = Scene::start().await;
    let granted = scene.granted("Steady").await;
    granted.consumer.get(&scene.pets()).await.assert_status(200);
    scene.between.cut(true);
    scene.stack.kill9(Role::Gateway(0));
    let signer = signer_of(&scene).await;
    let (_, _, foreign) = snapshot(Uuid::from_u128(7).into(), &signer);
    let folder = scene.stack.gateway_folder(0);
    let held: Vec<_> = walk(&folder)
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("snapshot"))
        .collect();
    assert!(!held.is_empty(), "{:?}", walk(&folder));
    for path in held {
        std::fs::write(&path, &foreign).unwrap();
    }
    scene.stack.restart(Role::Gateway(0));
    let ready = scene.stack.readiness(0).await;
    ready.assert_status(503);
    assert_eq!(
        ready.json()["checks"]["configuration"]["status"],
        "failed",
        "{ready}"
    );
    granted
        .consumer
        .get(&scene.pets())
        .await
        .assert_problem(503, "auth_unknown");
    scene.between.cut(false);
    eventually(PATIENCE, "the true configuration is fetched", async || {
        granted.consumer.get(&scene.pets()).await.expect(200)
    })
    .await;
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(walk(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
