//! What is taken as configuration, what is refused and reported, and starting with nothing else alive.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::GatewayGroupId;
use gatehouse_snapshot::object::Object;
use gatehouse_snapshot::protocol::{DELTAS_TYPE, SNAPSHOT_TYPE};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::state_hash::StateHash;

use crate::control_plane::{Mood, framed};
use crate::http::until;
use crate::node::{Start, World};
use crate::objects::{
    self, PRODUCTION, configuration, credential, good_key, key, route, subscription, tenant,
};
use crate::upstream::{Upstream, nobody};

const PATH: &str = "/petstore/v1/pets";

fn files(world: &World, prefix: &str) -> Vec<PathBuf> {
    let folder = world.folder.path().join("config");
    let found = std::fs::read_dir(folder)
        .expect("a folder")
        .map_while(Result::ok);
    let mut found: Vec<PathBuf> = found
        .map(|file| file.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(prefix))
        })
        .collect();
    found.sort();
    found
}

/// Has the next poll answered with a lie; returns what the gateway reports.
fn lie(world: &World, media_type: &'static str, bytes: Vec<u8>) -> String {
    // An honest change first: whatever was refused before is no longer reported.
    world.put(&[Object::Tenant(tenant())]);
    until("nothing is reported", || {
        world
            .control_plane
            .last_ack()
            .is_some_and(|ack| ack.error.is_none())
    });
    world.control_plane.state().lie = Some((media_type, bytes));
    world.control_plane.wake();
    world.wait_for_refusal()
}

fn refused_metric(world: &World, reason: &str) -> bool {
    let page = world.node.status_page("/metrics").text();
    page.contains(&format!(
        "gatehouse_config_refused_total{{reason=\"{reason}\"}}"
    ))
}

#[test]
fn forged_foreign_old_and_damaged_snapshots_are_refused_and_reported() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    world.put(&[Object::Tenant(tenant())]);
    let stranger = Signer::from_seed(&[8; 32]).expect("a signer");
    let other_group = GatewayGroupId::from_uuid(uuid::Uuid::from_u128(0xbad));
    let lies = {
        let mut state = world.control_plane.state();
        state.mute_after_lie = true;
        let good = state.snapshot_as(objects::GROUP, 1, 99, &state.signer);
        let mut flipped = good.clone();
        // Inside an id of the first object.
        let at = good
            .windows(3)
            .position(|window| window == [0, 0, 0])
            .expect("zeros");
        flipped[at] ^= 1;
        [
            (flipped, "damaged", "damaged"),
            (good[..good.len() - 1].to_vec(), "damaged", "damaged"),
            (
                state.snapshot_as(other_group, 1, 99, &state.signer),
                "another gateway group",
                "foreign_group",
            ),
            (
                state.snapshot_as(objects::GROUP, 1, 99, &stranger),
                "unknown key",
                "unknown_key",
            ),
            (
                state.snapshot_as(objects::GROUP, 0, 99, &state.signer),
                "older (generation 0",
                "older",
            ),
            (
                state.snapshot_as(objects::GROUP, 1, 1, &state.signer),
                "older (generation 1, sequence 1)",
                "older",
            ),
        ]
    };
    for (bytes, says, reason) in lies {
        let said = lie(&world, SNAPSHOT_TYPE, bytes);
        assert!(said.contains(says), "{reason}: {said}");
        assert!(refused_metric(&world, reason), "{reason}");
        let (seq, hash) = {
            let state = world.control_plane.state();
            (state.seq, state.state_hash.to_string())
        };
        let ack = world.control_plane.last_ack().expect("an ack");
        assert_eq!((ack.seq, ack.state_hash), (seq, hash), "what ran runs on");
        assert_eq!(world.get(PATH).status, 200);
        let ready = world.node.status_page("/readyz");
        assert_eq!(ready.status, 200);
        assert_eq!(
            ready.json()["checks"]["configuration"]["status"],
            "degraded",
            "{}",
            ready.text()
        );
    }
}

#[test]
fn deltas_that_do_not_follow_are_refused_and_mended_by_a_snapshot_where_that_helps() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let first = world.control_plane.upsert(&[Object::Tenant(tenant())]);
    world.wait_for_head();
    // Sent again: older than what runs.
    let said = lie(&world, DELTAS_TYPE, framed(&first));
    assert!(said.contains("older"), "{said}");
    // A flipped byte.
    let mut flipped = first.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    lie(&world, DELTAS_TYPE, framed(&flipped));
    assert!(refused_metric(&world, "damaged") || refused_metric(&world, "bad_signature"));
    // A hole: the gateway asks for the whole.
    world.put(&[Object::Tenant(tenant())]);
    let gap = {
        let mut state = world.control_plane.state();
        state.make_delta(vec![], &[], &[Object::Tenant(tenant())]);
        let after_the_hole = state.make_delta(vec![], &[], &[Object::Tenant(tenant())]);
        state.lie = Some((DELTAS_TYPE, framed(&after_the_hole)));
        state.polls.clear();
        after_the_hole
    };
    assert!(!gap.is_empty());
    world.control_plane.wake();
    world.wait_for_head();
    assert!(refused_metric(&world, "gap"));
    assert!(
        world.control_plane.state().polls.contains(&(0, 0)),
        "a snapshot was asked for"
    );
    // A signed delta whose objects do not add up to what it promises.
    {
        let mut state = world.control_plane.state();
        let honest = state.state_hash;
        state.state_hash = StateHash([5; 32]);
        let wrong = state.make_delta(vec![], &[], &[Object::Tenant(tenant())]);
        state.state_hash = honest;
        state.lie = Some((DELTAS_TYPE, framed(&wrong)));
        state.polls.clear();
    }
    world.control_plane.wake();
    world.wait_for_head();
    assert!(refused_metric(&world, "state_mismatch"));
    assert!(world.control_plane.state().polls.contains(&(0, 0)));
    assert_eq!(world.get(PATH).status, 200);
}

#[test]
fn a_configuration_that_cannot_run_is_refused_and_the_next_good_one_is_taken() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let mut nowhere = route(PRODUCTION, 0);
    nowhere.upstream = Some(uuid::Uuid::from_u128(404).into());
    world.control_plane.upsert(&[Object::Route(nowhere)]);
    let said = world.wait_for_refusal();
    assert!(
        said.contains("route rt_") || said.contains("upstream"),
        "{said}"
    );
    assert!(refused_metric(&world, "cannot_run"));
    assert_eq!(world.get(PATH).status, 200, "what ran runs on");
    world.put(&[Object::Route(route(PRODUCTION, 0))]);
    assert_eq!(world.get(PATH).status, 200);
    assert!(
        world
            .control_plane
            .last_ack()
            .is_some_and(|ack| ack.error.is_none())
    );
}

#[test]
fn a_gateway_starts_from_its_disk_with_nothing_else_alive() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    let second = key(EnvironmentKind::Production, 2);
    let mut revoked = credential(&second, PRODUCTION, 2);
    world.put(&[Object::Credential(revoked.clone())]);
    revoked.state = CredentialState::Revoked;
    world
        .control_plane
        .publish(vec![], &[Object::Credential(revoked)], &[]);
    world.wait_for_head();
    world.control_plane.state().mood = Mood::Hanging;
    let seq = world.control_plane.state().seq;
    let second = second.reveal().to_string();
    for _ in 0..3 {
        let began = Instant::now();
        world.restart(&Start::default());
        assert_eq!(world.get(PATH).status, 200);
        assert!(began.elapsed() < Duration::from_secs(15));
        let revoked = world.node.call("GET", PATH, &[("x-api-key", &second)], b"");
        assert_eq!(
            revoked.code(),
            "key_revoked",
            "the journal is part of what it starts from"
        );
        let ready = world.node.status_page("/readyz");
        let json = ready.json();
        assert_eq!(ready.status, 200, "{json}");
        assert_eq!(
            (
                json["config"]["seq"].as_u64(),
                json["config"]["source"].as_str()
            ),
            (Some(seq), Some("disk"))
        );
        assert_eq!(json["checks"]["control_plane"]["status"], "degraded");
    }
    world.control_plane.state().mood = Mood::Well;
    world.restart(&Start::default());
    world.put(&[Object::Tenant(tenant())]);
    let json = world.node.status_page("/readyz").json();
    assert_eq!(
        (json["status"].as_str(), json["config"]["source"].as_str()),
        (Some("ready"), Some("control plane"))
    );
    assert_eq!(
        world.control_plane.state().joins,
        1,
        "one enrolment lasts for ever"
    );
}

/// Makes the gateway take the whole configuration anew, so that a further snapshot lies on its disk.
fn new_snapshot(world: &World) {
    let before = files(world, "snapshot-").len();
    let mut state = world.control_plane.state();
    state.make_delta(vec![], &[], &[Object::Tenant(tenant())]);
    let newest = state.make_delta(vec![], &[], &[Object::Tenant(tenant())]);
    state.lie = Some((DELTAS_TYPE, framed(&newest)));
    drop(state);
    world.control_plane.wake();
    world.wait_for_head();
    until("the snapshot is kept", || {
        files(world, "snapshot-").len() > before.min(2)
    });
}

#[test]
fn a_damaged_newest_snapshot_falls_back_to_the_one_before_and_is_said_aloud() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    new_snapshot(&world);
    let third = key(EnvironmentKind::Production, 3);
    world.put(&[Object::Credential(credential(&third, PRODUCTION, 3))]);
    let snapshots = files(&world, "snapshot-");
    assert_eq!(snapshots.len(), 2, "{snapshots:?}");
    world.node.stop();
    let newest = snapshots.last().expect("a snapshot");
    let mut bytes = std::fs::read(newest).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(newest, bytes).expect("written");
    // Nothing mends it before it was told.
    world.control_plane.state().config_mood = Mood::Failing;
    world.control_plane.state().acks.clear();
    world.restart(&Start::default());
    let third = third.reveal().to_string();
    let seq = world.control_plane.state().seq;
    let json = world.node.status_page("/readyz").json();
    assert_eq!(
        json["checks"]["configuration"]["status"], "degraded",
        "{json}"
    );
    assert!(
        json["checks"]["configuration"]["detail"]
            .as_str()
            .is_some_and(|text| text.contains("snapshot 1-3")),
        "{json}"
    );
    assert_eq!(world.get(PATH).status, 200);
    // The first snapshot and its journal end where the hole was; what could be replayed after it was.
    assert!(
        json["config"]["seq"]
            .as_u64()
            .is_some_and(|found| found < seq),
        "{json}"
    );
    let said = world.wait_for_refusal();
    assert!(said.contains("snapshot"), "{said}");
    world.control_plane.state().config_mood = Mood::Well;
    world.wait_for_head();
    let reply = world.node.call("GET", PATH, &[("x-api-key", &third)], b"");
    assert_eq!(reply.status, 200);
    until("a fresh snapshot has mended the disk", || {
        let json = world.node.status_page("/readyz").json();
        json["checks"]["configuration"]["status"] == "ok"
    });
}

#[test]
fn two_older_snapshots_are_kept_and_no_more() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    for _ in 0..5 {
        new_snapshot(&world);
        world.put(&[Object::Tenant(tenant())]);
    }
    until("older ones are gone", || {
        files(&world, "snapshot-").len() == 3
    });
    for snapshot in files(&world, "snapshot-") {
        let name = snapshot
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let bytes = std::fs::read(&snapshot).expect("read");
        let digest =
            gatehouse_snapshot::node_auth::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
        assert!(
            name.ends_with(&format!("-{digest}.bin")),
            "{name} is named by its content"
        );
    }
    assert!(files(&world, "journal-").len() <= 4);
}

#[test]
fn a_journal_that_ends_in_a_torn_frame_is_read_up_to_it() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    let second = key(EnvironmentKind::Production, 2);
    world.put(&[Object::Credential(credential(&second, PRODUCTION, 2))]);
    world.node.stop();
    let journals = files(&world, "journal-");
    let journal = journals
        .iter()
        .find(|path| std::fs::metadata(path).is_ok_and(|found| found.len() > 0));
    let journal = journal.expect("a journal with a delta");
    let mut bytes = std::fs::read(journal).expect("read");
    bytes.extend_from_slice(&[200, 0, 0, 0, 1, 2, 3]);
    std::fs::write(journal, bytes).expect("written");
    world.control_plane.state().mood = Mood::Failing;
    world.restart(&Start::default());
    let second = second.reveal().to_string();
    assert_eq!(
        world
            .node
            .call("GET", PATH, &[("x-api-key", &second)], b"")
            .status,
        200
    );
    world.control_plane.state().mood = Mood::Well;
    world.put(&[Object::Tenant(tenant())]);
    world.control_plane.state().mood = Mood::Failing;
    let seq = world.control_plane.state().seq;
    world.restart(&Start::default());
    assert_eq!(
        world.node.status_page("/readyz").json()["config"]["seq"].as_u64(),
        Some(seq)
    );
}

#[test]
fn a_restored_control_plane_of_a_newer_generation_is_followed() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    for _ in 0..3 {
        world.put(&[Object::Tenant(tenant())]);
    }
    {
        let mut state = world.control_plane.state();
        state.generation = 2;
        state.seq = 1;
    }
    world.control_plane.wake();
    world.wait_for_head();
    assert_eq!(
        world
            .control_plane
            .last_ack()
            .map(|ack| (ack.generation, ack.seq)),
        Some((2, 1))
    );
    assert_eq!(world.get(PATH).status, 200);
}

#[test]
fn a_control_plane_that_hangs_is_left_and_found_again() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    world.control_plane.state().mood = Mood::Failing;
    world.control_plane.upsert(&[Object::Tenant(tenant())]);
    for _ in 0..20 {
        assert_eq!(world.get(PATH).status, 200);
    }
    world.control_plane.state().mood = Mood::Well;
    let began = Instant::now();
    world.wait_for_head();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn the_status_pages_answer_on_their_own_listener_only() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    for page in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(world.node.status_page(page).status, 200, "{page}");
        assert_eq!(world.get(page).code(), "no_route", "{page}");
    }
    assert_eq!(world.node.status_page(PATH).status, 404);
}

#[test]
fn no_secret_is_shown_on_the_status_pages_or_kept_in_the_open() {
    use std::os::unix::fs::PermissionsExt;
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    assert_eq!(world.get(PATH).status, 200);
    let key = good_key();
    let group_key = gatehouse_snapshot::node_auth::hex(&objects::GROUP_KEY);
    for page in ["/healthz", "/readyz", "/metrics"] {
        let text = world.node.status_page(page).text();
        assert!(!text.contains(&key[10..40]) && !text.contains(&group_key));
    }
    let mode = std::fs::metadata(world.folder.path().join("identity.json"))
        .expect("kept")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    for folder in ["usage", "config"] {
        let found = std::fs::read_dir(world.folder.path().join(folder)).expect("a folder");
        for file in found.map_while(Result::ok) {
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            let secret = &key.as_bytes()[19..51];
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret),
                "{:?}",
                file.path()
            );
        }
    }
}

#[test]
fn a_snapshot_that_takes_longer_than_several_heartbeats_is_received_whole() {
    let upstream = Upstream::echo();
    let world = World::unconfigured(&Start::default());
    world.control_plane.state().snapshot_pace = Some(Duration::from_millis(600));
    world
        .control_plane
        .upsert(&configuration(&[&upstream.url()]));
    world.wait_for_head();
    assert_eq!(world.get(PATH).status, 200);
}

#[test]
fn a_refusal_is_no_longer_told_when_a_poll_finds_nothing_newer() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let first = world.control_plane.upsert(&[Object::Tenant(tenant())]);
    world.wait_for_head();
    let said = lie(&world, DELTAS_TYPE, framed(&first));
    assert!(said.contains("older"), "{said}");
    world.control_plane.state().nothing = true;
    world.control_plane.wake();
    until("nothing is reported", || {
        world
            .control_plane
            .last_ack()
            .is_some_and(|ack| ack.error.is_none())
    });
}

#[test]
fn a_snapshot_that_cannot_be_kept_is_asked_for_until_it_can() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let seq = world.control_plane.state().seq + 2;
    let journal = world
        .folder
        .path()
        .join(format!("config/journal-1-{seq}.log"));
    std::fs::create_dir(&journal).expect("in the way");
    new_snapshot(&world);
    let said = world.wait_for_refusal();
    assert!(said.contains("disk"), "{said}");
    std::fs::remove_dir(&journal).expect("out of the way");
    until("the journal after the snapshot is there", || {
        journal.is_file()
    });
    until("nothing is reported", || {
        world
            .control_plane
            .last_ack()
            .is_some_and(|ack| ack.error.is_none())
    });
}

#[test]
fn a_second_gateway_on_the_same_folder_is_refused() {
    let world = World::with(&configuration(&[&nobody()]));
    let settings = crate::node::settings_for(world.folder.path(), world.control_plane.address, &[]);
    let second = world.node.inside(|| {
        let clock = gatehouse_runtime::Clock::system();
        gatehouse_gateway::BoundGateway::bind(settings, clock).map(drop)
    });
    let said = second.expect_err("refused").to_string();
    assert!(said.contains("in use by another gateway"), "{said}");
}

#[test]
fn one_revocation_among_a_hundred_thousand_keys_is_small_and_quick() {
    const KEYS: u64 = 100_000;
    let upstream = Upstream::echo();
    let mut objects = configuration(&[&upstream.url()]);
    let template = credential(&key(EnvironmentKind::Production, 1), PRODUCTION, 0);
    objects.extend((0..KEYS).map(|number| {
        let mut other = template.clone();
        other.id = uuid::Uuid::from_u128(1_000_000 + u128::from(number)).into();
        other.key_id = number;
        Object::Credential(other)
    }));
    let world = World::with(&objects);
    assert_eq!(world.get(PATH).status, 200);
    let page = world.node.status_page("/metrics").text();
    assert!(
        page.contains(&format!("gatehouse_config_credentials {}", KEYS + 1)),
        "all keys are in force"
    );
    let mut revoked = template.clone();
    revoked.state = CredentialState::Revoked;
    // The best of three: the machine may be at something else, a hundred thousand keys are there every time.
    let times = (0..3).map(|_| {
        let began = Instant::now();
        let delta =
            world
                .control_plane
                .publish(vec![], &[Object::Credential(revoked.clone())], &[]);
        until("the key is refused", || world.get(PATH).status == 401);
        let whole = began.elapsed();
        println!(
            "revoked among {KEYS} keys: {} bytes, refused after {whole:?}",
            delta.len()
        );
        assert!(delta.len() < 4 * 1024);
        world.put(&[Object::Credential(template.clone())]);
        assert_eq!(world.get(PATH).status, 200);
        whole
    });
    let best = times.min().expect("three times");
    assert!(best < Duration::from_secs(1), "{best:?}");
    let subscribed = world
        .control_plane
        .upsert(&[Object::Subscription(subscription(PRODUCTION))]);
    assert!(subscribed.len() < 4 * 1024);
    world.wait_for_head();
}

/// Fills a folder as `gatehouse gateway export-snapshot` does.
fn snapshot_folder(world: &World, signer: &Signer) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let state = world.control_plane.state();
    let bytes = state.snapshot_as(objects::GROUP, state.generation, state.seq, signer);
    let digest =
        gatehouse_snapshot::node_auth::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
    let name = format!("snapshot-{}-{}-{digest}.bin", state.generation, state.seq);
    std::fs::write(folder.path().join(name), bytes).expect("written");
    let enrolment = gatehouse_snapshot::protocol::Enrolment {
        group: objects::GROUP,
        group_key: gatehouse_snapshot::node_auth::hex(&objects::GROUP_KEY),
        signing_keys: vec![gatehouse_snapshot::node_auth::hex(&state.signer.public().0)],
    };
    let path = folder.path().join("enrolment.json");
    std::fs::write(&path, serde_json::to_vec(&enrolment).expect("json")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
    folder
}

#[test]
fn an_empty_gateway_serves_from_a_snapshot_folder_and_joins_when_the_control_plane_is_back() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let folder = snapshot_folder(&world, &Signer::from_seed(&[9; 32]).expect("a signer"));
    world.control_plane.state().mood = Mood::Hanging;
    let empty = tempfile::tempdir().expect("a folder");
    let began = Instant::now();
    let snapshot_dir = folder.path().display().to_string();
    let node = world.start_with(empty.path(), &[("SNAPSHOT_DIR", &snapshot_dir)]);
    assert_eq!(node.get(PATH).status, 200);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let json = node.status_page("/readyz").json();
    assert_eq!(json["config"]["source"], "disk", "{json}");
    let joins = world.control_plane.state().joins;
    world.control_plane.state().mood = Mood::Well;
    until("it has joined", || {
        world.control_plane.state().joins > joins
    });
    until("it follows the control plane", || {
        world.put(&[Object::Tenant(tenant())]);
        node.status_page("/readyz").json()["config"]["source"] == "control plane"
    });
    assert_eq!(node.get(PATH).status, 200);
    node.stop();
    // What it took over is its own now.
    drop(folder);
    world.control_plane.state().mood = Mood::Hanging;
    let again = world.start_on(empty.path());
    assert_eq!(again.get(PATH).status, 200);
}

#[test]
fn a_snapshot_folder_signed_by_a_stranger_or_open_to_others_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let forged = snapshot_folder(&world, &Signer::from_seed(&[8; 32]).expect("a signer"));
    world.control_plane.state().mood = Mood::Failing;
    let empty = tempfile::tempdir().expect("a folder");
    let snapshot_dir = forged.path().display().to_string();
    let variables = [("SNAPSHOT_DIR", snapshot_dir.as_str())];
    let node = world.start_with(empty.path(), &variables);
    assert_eq!(node.get(PATH).code(), "auth_unknown");
    let ready = node.status_page("/readyz");
    assert_eq!(ready.status, 503, "{}", ready.text());
    assert!(ready.text().contains("unknown key"), "{}", ready.text());
    node.stop();
    let enrolment = forged.path().join("enrolment.json");
    std::fs::set_permissions(&enrolment, std::fs::Permissions::from_mode(0o640)).expect("its mode");
    let address = world.control_plane.address;
    let settings = crate::node::settings_for(empty.path(), address, &variables);
    let refused = world.node.inside(|| {
        let clock = gatehouse_runtime::Clock::system();
        gatehouse_gateway::BoundGateway::bind(settings, clock).map(drop)
    });
    let said = format!("{:#}", refused.expect_err("refused"));
    assert!(said.contains("mode 0600"), "{said}");
}

#[test]
fn the_name_of_a_damaged_snapshot_keeps_no_older_one_out() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    world.node.stop();
    let claims = format!("config/snapshot-1-999-{}.bin", "0".repeat(64));
    std::fs::write(world.folder.path().join(claims), b"nothing").expect("written");
    world.restart(&Start::default());
    world.put(&[Object::Tenant(tenant())]);
    assert_eq!(world.get(PATH).status, 200);
    until("a fresh snapshot was taken in spite of the name", || {
        let json = world.node.status_page("/readyz").json();
        json["checks"]["configuration"]["status"] == "ok"
    });
}
