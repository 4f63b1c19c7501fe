//! What gateways say they run, whose signature they are given, and new generations.

use std::time::Duration;

use gatehouse_control_plane::Lookup;
use gatehouse_control_plane::gateways::{
    self, ConfigAnswer, CreateJoinToken, Known, Node, NodeState,
};
use gatehouse_control_plane::plans::{self, UpdatePlan};
use gatehouse_harness::eventually;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_snapshot::delta::SignedDelta;
use gatehouse_snapshot::key_chain;
use gatehouse_snapshot::node_auth::{hex, unhex};
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::{AckReply, AckRequest, JoinReply, JoinRequest, LimitsAsk};
use gatehouse_snapshot::sign::{PublicKey, SigningKeyId};
use sqlx::Connection;
use tokio::task::JoinSet;

use crate::world::World;

impl World {
    async fn join(&self, number: u8) -> (Node, JoinReply) {
        let token =
            gateways::create_installation_join_token(&self.db, CreateJoinToken::default()).await;
        let request = JoinRequest {
            token: token.unwrap().1.reveal().to_string(),
            name: format!("gateway-{number}"),
            version: "1".to_owned(),
            public_key: hex(&[number; 32]),
        };
        let joined = gateways::join(&self.db, &request).await.unwrap().unwrap();
        let node = Node {
            id: joined.node,
            group: joined.group,
        };
        (node, joined)
    }

    async fn ack(&self, node: Node, generation: u32, seq: i64, hash: &[u8]) -> AckReply {
        let request = ack_of(generation, seq, hash);
        gateways::acknowledge(&self.db, node, &request)
            .await
            .unwrap()
    }

    async fn state_of(&self, node: Node) -> NodeState {
        let nodes = gateways::list_nodes(&self.db, &self.otto).await.unwrap();
        nodes.iter().find(|one| one.id == node.id).unwrap().state
    }
}

fn ack_of(generation: u32, seq: i64, hash: &[u8]) -> AckRequest {
    AckRequest {
        generation,
        seq: seq.unsigned_abs(),
        state_hash: hex(hash),
        applied_at: Moment(0),
        error: None,
        version: "1".to_owned(),
        draining: false,
        limits: LimitsAsk::default(),
    }
}

fn pinned(joined: &JoinReply) -> Vec<PublicKey> {
    let key = |text: &String| PublicKey(unhex(text).unwrap().try_into().unwrap());
    joined.signing_keys.iter().map(key).collect()
}

fn signers_of(answer: ConfigAnswer) -> Vec<SigningKeyId> {
    let ConfigAnswer::Deltas(bytes) = answer else {
        panic!("{answer:?}");
    };
    let mut rest = bytes.as_ref();
    let mut signers = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (delta, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        signers.push(SignedDelta::decode(delta).unwrap().signed_by());
        rest = after;
    }
    signers
}

#[tokio::test]
async fn a_gateway_that_runs_something_else_under_a_number_is_marked_and_told_so() {
    let world = World::create().await;
    let (node, _) = world.join(1).await;
    let (seq, hash) = world.head().await;
    let other = [7; 32];
    assert!(
        !world.ack(node, 0, 0, &[0; 32]).await.diverged,
        "has none yet"
    );
    assert!(!world.ack(node, 1, seq, &hash).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::InForce);

    // Something else under the newest number: not in force, however high the number.
    let change = world.ask(&world.dora, "Shop", "free").await.id;
    let (next, next_hash) = world.head().await;
    assert!(world.ack(node, 1, next, &other).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::Diverged);
    let acked = world
        .count("select coalesce(max(seq), 0) from node_ack")
        .await;
    assert_eq!(acked, seq, "what is not the same was not acknowledged");
    assert!(!world.ack(node, 1, next, &next_hash).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::InForce);

    // Under an older one, while its change is kept.
    gatehouse_control_plane::subscriptions::cancel(&world.db, &world.dora, change)
        .await
        .unwrap();
    assert!(!world.ack(node, 1, next, &next_hash).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::Behind);
    assert!(world.ack(node, 1, next, &hash).await.diverged);

    // A number there never was, or a generation.
    assert!(world.ack(node, 1, next + 5, &hash).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::Diverged);
    assert!(world.ack(node, 2, next + 5, &hash).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::Diverged);
}

#[tokio::test]
async fn what_runs_under_a_generation_that_is_over_puts_no_change_in_force() {
    let world = World::create().await;
    let (node, _) = world.join(1).await;
    let (seq, _) = world.head().await;
    gateways::raise_generation(&world.db).await.unwrap();
    // As before the database was restored.
    assert!(!world.ack(node, 1, seq + 50, &[1; 32]).await.diverged);
    assert_eq!(world.state_of(node).await, NodeState::Behind);
    assert_eq!(world.count("select count(*) from node_ack").await, 0);
}

#[tokio::test]
async fn a_new_generation_is_beyond_any_that_a_gateway_has_told_of() {
    let world = World::create().await;
    let (node, _) = world.join(1).await;
    let raise = async || gateways::raise_generation(&world.db).await.unwrap();
    assert_eq!(raise().await, [("default".to_owned(), 2)]);
    // A gateway that followed a generation which the restored database knows nothing of.
    world.ack(node, 7, 90, &[1; 32]).await;
    assert_eq!(raise().await, [("default".to_owned(), 8)]);
    let told = world
        .count("select count(*) from audit_log where action = 'configuration.raise_generation'")
        .await;
    assert_eq!(told, 2);
}

#[tokio::test]
async fn the_announced_key_signs_after_a_rotation_and_gateways_get_the_links_they_miss() {
    let world = World::create().await;
    let (node, joined) = world.join(1).await;
    let [first, second] = pinned(&joined)[..] else {
        panic!("{joined:?}");
    };
    let (seq, _) = world.head().await;
    let known = |since: i64, key: PublicKey| Known {
        generation: 1,
        since: since.unsigned_abs(),
        key: key_chain::name(key.id()),
    };
    let config = async |known| {
        gateways::config_since(&world.db, node, &known)
            .await
            .unwrap()
    };
    let reply = config(known(seq - 1, second)).await;
    assert!(reply.links.is_empty());
    assert_eq!(signers_of(reply.answer), [first.id()]);

    let rotated = gateways::rotate_config_key(&world.db).await.unwrap();
    assert_eq!(rotated.len(), 1);
    assert_eq!(rotated[0].seq, seq.unsigned_abs() + 1);
    let reply = config(known(seq, second)).await;
    let mut accepted = vec![second];
    key_chain::follow(&mut accepted, &reply.links).unwrap();
    assert_eq!(
        accepted,
        pinned(&world.join(2).await.1),
        "those of a new one"
    );
    assert_eq!(
        signers_of(reply.answer),
        [second.id()],
        "the change of nothing"
    );
    world.assert_consistent().await;

    // One that was away for two rotations goes from key to key; one that knows all is sent none.
    gateways::rotate_config_key(&world.db).await.unwrap();
    let reply = config(known(seq, first)).await;
    let mut accepted = vec![first];
    key_chain::follow(&mut accepted, &reply.links).unwrap();
    assert_eq!(accepted.len(), 4);
    let newest = accepted[3];
    assert!(config(known(seq, newest)).await.links.is_empty());
    let told = world
        .count("select count(*) from audit_log where action = 'configuration.rotate_key'")
        .await;
    assert_eq!(told, 2);
}

impl World {
    /// Waits until so many sessions wait for a lock.
    async fn wait_for_waiting(&self, count: i64) {
        eventually(PATIENCE, "sessions wait for locks", async || {
            let waiting = self
                .count("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
                .await;
            (waiting == count)
                .then_some(())
                .ok_or_else(|| format!("{waiting} of {count} wait"))
        })
        .await;
    }
}

#[tokio::test]
async fn a_gateway_joins_while_a_verb_commits_and_neither_waits_for_the_other_for_ever() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await;
    let mut holder = world.superuser().await;
    let mut held = holder.begin().await.unwrap();
    sqlx::query("select from audit_head for update")
        .execute(&mut *held)
        .await
        .unwrap();
    // The verb is first at the audit head and wants the group's head next; the gateway refers to the group already.
    let (db, ana) = (world.db.clone(), world.ana.clone());
    let verb = async move {
        use gatehouse_control_plane::subscriptions::{Conditions, approve};
        approve(&db, &ana, asked.id, Conditions::default()).await
    };
    let mut verbs = JoinSet::new();
    verbs.spawn(verb);
    world.wait_for_waiting(1).await;
    let token = gateways::create_installation_join_token(&world.db, CreateJoinToken::default())
        .await
        .unwrap();
    let request = JoinRequest {
        token: token.1.reveal().to_string(),
        name: "late".to_owned(),
        version: "1".to_owned(),
        public_key: hex(&[9; 32]),
    };
    let db = world.db.clone();
    let mut joins = JoinSet::new();
    joins.spawn(async move { gateways::join(&db, &request).await });
    world.wait_for_waiting(2).await;
    held.commit().await.unwrap();
    let approved = verbs.join_next().await.unwrap().unwrap();
    assert!(approved.is_ok(), "{approved:?}");
    let joined = joins.join_next().await.unwrap().unwrap();
    assert!(joined.unwrap().is_some());
}

#[tokio::test]
async fn a_caller_that_goes_away_at_any_moment_leaves_no_session_inside_a_transaction() {
    let world = World::bare().await;
    let mut watcher = world.superuser().await;
    for moment in (0..2_000).step_by(25) {
        let read = gatehouse_control_plane::environments::list_environments(&world.db, &world.ada);
        let gone = async {
            for _ in 0..moment {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            _ = read => {}
            () = gone => {}
        }
        // Well before the server ends such sessions by itself.
        eventually(Duration::from_secs(10), "every transaction has ended", async || {
            let inside: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
            )
            .fetch_one(&mut watcher)
            .await
            .unwrap();
            (inside == 0)
                .then_some(())
                .ok_or_else(|| format!("{inside} sessions are inside one, left after {moment} turns"))
        })
        .await;
    }
}

#[tokio::test]
async fn a_gateway_that_falls_behind_is_told_of_once_and_once_more_when_it_has_caught_up() {
    let world = World::create().await;
    let after = time::Duration::seconds(30);
    let look = async || gateways::watch_lag(&world.db, after).await.unwrap();
    let told = async |kind: &'static str| match kind {
        "lagging" => {
            world
                .count("select count(*) from outbox where type = 'node.lagging'")
                .await
        }
        _ => {
            world
                .count("select count(*) from outbox where type = 'node.caught_up'")
                .await
        }
    };
    let (node, joined) = world.join(1).await;
    let (head, hash) = world.head().await;
    world.ack(node, 1, head, &hash).await;
    world.pass(3_600);
    assert_eq!(look().await, (0, 0), "it has everything, however long ago");
    let limits = UpdatePlan {
        limits: Some(Vec::new()),
        ..UpdatePlan::default()
    };
    let plan = Lookup::from("team");
    let changed = plans::update_plan(&world.db, &world.paul, world.api(), plan, None, limits).await;
    let change = changed.unwrap().change.unwrap();
    world.pass(30);
    assert_eq!(look().await, (0, 0), "not longer than the threshold");
    world.pass(1);
    assert_eq!(look().await, (1, 0));
    world.pass(600);
    assert_eq!(
        (look().await, told("lagging").await),
        ((0, 0), 1),
        "once for each lag"
    );
    let waiting = gatehouse_control_plane::changes::get_change(&world.db, &world.ada, change.id)
        .await
        .unwrap();
    assert!(!waiting.converged && waiting.groups[0].gateways[0].acknowledged_at.is_none());
    let (head, hash) = world.head().await;
    world.ack(node, 1, head, &hash).await;
    assert_eq!((look().await, told("caught_up").await), ((0, 1), 1));
    assert_eq!(look().await, (0, 0));
    let arrived = gatehouse_control_plane::changes::get_change(&world.db, &world.ada, change.id)
        .await
        .unwrap();
    assert!(arrived.converged);
    assert_eq!(
        arrived.groups[0].gateways[0].acknowledged_after_ms,
        Some(631_000)
    );
    drop(joined);
}

#[tokio::test]
async fn a_change_that_is_too_long_for_one_answer_comes_as_a_snapshot() {
    let world = World::create().await;
    let (node, joined) = world.join(1).await;
    let key = pinned(&joined)[0];
    let first = world.ask(&world.dora, "Shop", "free").await;
    let (seq, _) = world.head().await;
    world.ask(&world.dora, "Till", "free").await;
    assert_eq!(world.head().await.0, seq + 1, "{first:?}");
    let mut conn = world.superuser().await;
    let answer = async |since: i64| {
        let known = Known {
            generation: 1,
            since: since.unsigned_abs(),
            key: key_chain::name(key.id()),
        };
        let reply = gateways::config_since(&world.db, node, &known).await;
        reply.unwrap().answer
    };
    for (length, whole) in [(8 << 20, false), ((8 << 20) + 1, true)] {
        sqlx::query(
            "update config_change set body = convert_to(repeat('x', $1), 'UTF8') where seq = $2",
        )
        .bind(length)
        .bind(seq + 1)
        .execute(&mut conn)
        .await
        .unwrap();
        let is_snapshot = matches!(answer(seq).await, ConfigAnswer::Snapshot(_));
        assert_eq!(is_snapshot, whole, "{length}");
        // What goes before it comes as ever.
        assert_eq!(signers_of(answer(seq - 1).await).len(), 1, "{length}");
    }
}

#[tokio::test]
async fn after_a_restore_gateways_that_are_ahead_bring_the_database_to_where_they_are() {
    let world = World::create().await;
    let (node, joined) = world.join(1).await;
    let [_, second] = pinned(&joined)[..] else {
        panic!("{joined:?}");
    };
    // Three rotations, of which the database that is put back knows nothing.
    let mut accepted = vec![second];
    for _ in 0..3 {
        gateways::rotate_config_key(&world.db).await.unwrap();
    }
    let known = |generation: u32, since: i64, key: PublicKey| Known {
        generation,
        since: since.unsigned_abs(),
        key: key_chain::name(key.id()),
    };
    let config = async |known| {
        gateways::config_since(&world.db, node, &known)
            .await
            .unwrap()
    };
    let (seq, hash) = world.head().await;
    let links = config(known(1, seq, second)).await.links;
    key_chain::follow(&mut accepted, &links).unwrap();
    let newest = *accepted.last().unwrap();
    let mut conn = world.superuser().await;
    let key = async || {
        world
            .count("select config_key::bigint from installation")
            .await
    };
    let generation = async || {
        world
            .count("select max(generation)::bigint from gateway_group")
            .await
    };
    let older = "update installation set config_key = 1";
    sqlx::raw_sql(older).execute(&mut conn).await.unwrap();

    // Put there by hand, it stays as it is, and waits for the commands.
    config(known(1, seq, newest)).await;
    assert!(world.ack(node, 1, seq + 9, &hash).await.diverged);
    assert_eq!((key().await, generation().await), (1, 1));

    let raised = gateways::after_restore(&world.db).await.unwrap();
    assert_eq!(raised, [("default".to_owned(), 2)]);
    let reply = config(known(1, seq, newest)).await;
    assert!(matches!(reply.answer, ConfigAnswer::Snapshot(_)));
    assert_eq!((key().await, generation().await), (4, 3));
    // The next one finds it done; one that knows less is sent what it misses.
    config(known(1, seq, newest)).await;
    assert_eq!((key().await, generation().await), (4, 3));
    let links = config(known(1, seq, second)).await.links;
    assert_eq!(links.len(), 3);

    // One that has had later generations: many say so, and one new one begins.
    world.pass(60);
    let mut telling = JoinSet::new();
    for number in 2..6 {
        let (node, _) = world.join(number).await;
        let db = world.db.clone();
        let request = ack_of(7, seq + 9, &hash);
        telling.spawn(async move { gateways::acknowledge(&db, node, &request).await });
    }
    while let Some(told) = telling.join_next().await {
        told.unwrap().unwrap();
    }
    assert_eq!(generation().await, 8);
    // One that began again since the restore is followed as well, and no second time.
    let late = |generation| AckRequest {
        applied_at: Moment::from(world.db.clock().now()),
        ..ack_of(generation, seq + 9, &hash)
    };
    for told in [8, 9] {
        let told = gateways::acknowledge(&world.db, node, &late(told)).await;
        assert!(told.unwrap().diverged && generation().await == 9);
    }
    // Nor is anybody a month later.
    world.pass(gateways::HEALS_FOR.whole_seconds().unsigned_abs());
    let (other, _) = world.join(7).await;
    assert!(world.ack(other, 9, seq + 9, &hash).await.diverged);
    assert_eq!(generation().await, 9);
    let told = world
        .count("select count(*) from audit_log where action = 'configuration.raise_generation' and actor_name = 'restore'")
        .await;
    assert_eq!(told, 4);
}
