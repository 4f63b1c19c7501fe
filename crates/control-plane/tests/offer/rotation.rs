//! Replaced keys: who still uses them, how they end, and what teams are told of the end of keys.

use std::net::IpAddr;

use gatehouse_control_plane::credentials::{self, CredentialView, Evidence, IssueKey, Rotate};
use gatehouse_control_plane::{Actor, Db, Lookup, jobs, outbox};
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::id::CredentialId;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::usage::CallRecord;
use serde_json::Value;
use time::Duration;
use tokio::task::JoinSet;

use crate::usage::{call, key, node, take};
use crate::world::{World, faults, is_forbidden, is_not_found, is_not_yours};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

async fn evidence(world: &World, key: &CredentialView) -> Evidence {
    let found = credentials::evidence(&world.db, &world.dora, key.id).await;
    found.unwrap()
}

async fn state(world: &World, id: CredentialId) -> CredentialState {
    let found = credentials::get_credential(&world.db, &world.dora, id).await;
    found.unwrap().state
}

async fn rotate(world: &World, key: &CredentialView, how: Rotate) -> CredentialView {
    let made = credentials::rotate(&world.db, &world.dora, key.id, None, how).await;
    made.unwrap().value.0
}

/// The job, in several replicas at the same time.
async fn watch(world: &World) {
    let mut replicas = JoinSet::new();
    for _ in 0..4 {
        let db: Db = world.db.clone();
        replicas.spawn(async move { jobs::watch_keys(&db).await });
    }
    for done in replicas.join_all().await {
        done.unwrap();
    }
}

/// Every gateway was heard from just now.
async fn hear(world: &World) {
    sqlx::query("update gateway_node set last_seen_at = $1")
        .bind(world.db.clock().now())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
}

async fn payloads(world: &World, kind: &str) -> Vec<Value> {
    sqlx::query_scalar("select payload from outbox where type = $1 order by at, id")
        .bind(kind)
        .fetch_all(&mut world.superuser().await)
        .await
        .unwrap()
}

fn overlap(quiet_hours: Option<i32>) -> Rotate {
    Rotate {
        quiet_hours,
        ..Rotate::with_overlap(7 * 86_400)
    }
}

#[tokio::test]
async fn evidence_counts_the_calls_with_a_replaced_key_and_names_gateways_that_are_silent() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let old = key(&world, &subscription).await;
    let gateway = node(&world, "one").await;
    let calls = |key: &CredentialView, count: usize| {
        (0..count)
            .map(|_| call(&world, &subscription, key))
            .collect()
    };
    take(&world, gateway, 1, calls(&old, 5)).await;
    let before = evidence(&world, &old).await;
    assert_eq!(
        (before.calls_since_replaced, before.replaced_by),
        (None, None),
        "it was not replaced"
    );
    assert_eq!((before.calls_last_hour, before.calls_last_day), (5, 5));
    let new = rotate(&world, &old, overlap(Some(24))).await;
    take(&world, gateway, 2, calls(&new, 2)).await;
    assert_eq!(
        evidence(&world, &old).await.calls_since_replaced,
        Some(0),
        "calls with the new key are none with the old"
    );
    world.pass(2 * HOUR);
    take(&world, gateway, 3, calls(&old, 3)).await;
    hear(&world).await;
    let now = world.db.clock().now();
    let seen = evidence(&world, &old).await;
    assert_eq!(seen.state, CredentialState::Retiring);
    assert_eq!(seen.replaced_by, Some(new.id));
    assert_eq!(seen.replaced_at, Some(now - Duration::hours(2)));
    assert_eq!(seen.quiet_hours, Some(24));
    assert_eq!(seen.last_used_at, Some(now));
    assert_eq!(seen.calls_since_replaced, Some(3));
    assert_eq!((seen.calls_last_hour, seen.calls_last_day), (3, 8));
    assert_eq!(seen.operations.len(), 1);
    assert_eq!(
        (
            seen.operations[0].operation.as_str(),
            seen.operations[0].calls
        ),
        ("GET /pets/{}", 8)
    );
    assert!(seen.unheard_gateways.is_empty());
    world.pass(10);
    assert_eq!(evidence(&world, &old).await.unheard_gateways, ["one"]);
    let foreign = credentials::evidence(&world.db, &world.eli, old.id).await;
    assert!(is_not_found(&foreign));
}

#[tokio::test]
async fn a_replaced_key_ends_once_nobody_used_it_for_long_enough() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let old = key(&world, &subscription).await;
    let gateway = node(&world, "one").await;
    rotate(&world, &old, overlap(Some(24))).await;
    let plain = key(&world, &subscription).await;
    rotate(&world, &plain, overlap(None)).await;
    world.pass(20 * HOUR);
    take(&world, gateway, 1, vec![call(&world, &subscription, &old)]).await;
    world.pass(24 * HOUR - 1);
    hear(&world).await;
    watch(&world).await;
    assert_eq!(state(&world, old.id).await, CredentialState::Retiring);
    world.pass(1);
    // While a gateway is silent nobody knows whether the key is.
    world.pass(10);
    watch(&world).await;
    assert_eq!(state(&world, old.id).await, CredentialState::Retiring);
    hear(&world).await;
    watch(&world).await;
    watch(&world).await;
    let ended = credentials::get_credential(&world.db, &world.dora, old.id).await;
    let ended = ended.unwrap();
    assert_eq!(ended.state, CredentialState::Revoked);
    assert_eq!(ended.revoked_at, Some(world.db.clock().now()));
    assert_eq!(
        ended.revoked_reason.as_deref(),
        Some("Nobody used it any more.")
    );
    assert_eq!(state(&world, plain.id).await, CredentialState::Retiring);
    assert_eq!(payloads(&world, "credential.retired").await.len(), 1);
    let audited = "select count(*) from audit_log where action = 'credential.retire'";
    assert_eq!(world.count(audited).await, 1);
    let sent = "select count(*) from config_change where kind = 'credential.retire'";
    assert_eq!(world.count(sent).await, 1, "gateways are told");
    let by_hand = credentials::retire_quiet(&world.db, &world.ada, 10).await;
    assert!(is_not_yours(&by_hand));
}

#[tokio::test]
async fn a_leaked_key_ends_at_once_and_its_team_is_told_why() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let old = key(&world, &subscription).await;
    let leaked = |overlap_s, quiet_hours| Rotate {
        overlap_s,
        quiet_hours,
        leaked: true,
    };
    let attempt = |how| credentials::rotate(&world.db, &world.dora, old.id, None, how);
    assert_eq!(faults(attempt(leaked(60, None)).await), ["/overlap_s"]);
    assert_eq!(faults(attempt(leaked(0, Some(1))).await), ["/quiet_hours"]);
    for hours in [0, 721] {
        assert_eq!(
            faults(attempt(overlap(Some(hours))).await),
            ["/quiet_hours"]
        );
    }
    let made = attempt(leaked(0, None)).await.unwrap();
    assert!(made.change.is_some(), "what proves that it is refused");
    let seen = evidence(&world, &old).await;
    assert_eq!(seen.state, CredentialState::Revoked);
    assert_eq!(seen.leaked_at, Some(world.db.clock().now()));
    assert_eq!(seen.replaced_by, Some(made.value.0.id));
    let told = payloads(&world, "credential.leaked").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["credential"], old.id.to_string());
    // Within its bounds an hour and 30 days are fine.
    for hours in [1, 720] {
        let other = key(&world, &subscription).await;
        rotate(&world, &other, overlap(Some(hours))).await;
    }
}

async fn issue(world: &World, actor: &Actor, days: Option<i32>) -> CredentialId {
    let subscription = world.approved("Shop", "team").await;
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: String::new(),
        expires_in_days: days,
        products: Vec::new(),
    };
    let application = Lookup::Id(subscription.application.id);
    let made = credentials::issue(&world.db, actor, application, input).await;
    made.unwrap().value.0.id
}

#[tokio::test]
async fn the_end_of_a_key_is_told_30_7_and_1_days_before_each_once() {
    let world = World::create().await;
    let year = issue(&world, &world.dora, Some(365)).await;
    let week = issue(&world, &world.dora, Some(7)).await;
    issue(&world, &world.dora, None).await;
    let told = async |id: CredentialId| -> Vec<i64> {
        let told = payloads(&world, "credential.expiring").await;
        let own = told
            .iter()
            .filter(|payload| payload["credential"] == id.to_string());
        own.map(|payload| payload["days"].as_i64().unwrap())
            .collect()
    };
    watch(&world).await;
    assert!(told(week).await.is_empty(), "it never was to live longer");
    world.pass(6 * DAY);
    watch(&world).await;
    assert_eq!(told(week).await, [1]);
    world.pass(329 * DAY - 1);
    watch(&world).await;
    assert!(told(year).await.is_empty());
    world.pass(1);
    watch(&world).await;
    watch(&world).await;
    assert_eq!(told(year).await, [30]);
    world.pass(23 * DAY);
    watch(&world).await;
    world.pass(6 * DAY);
    watch(&world).await;
    watch(&world).await;
    assert_eq!(told(year).await, [30, 7, 1]);
    world.pass(DAY);
    watch(&world).await;
    assert_eq!(told(year).await, [30, 7, 1], "nothing after the end");
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    let mails = "select count(*) from mail where template = 'key_expiring'";
    assert_eq!(world.count(mails).await, 4);
    let subject: String = sqlx::query_scalar(
        "select subject from mail where template = 'key_expiring' order by created_at, id limit 1",
    )
    .fetch_one(&mut world.superuser().await)
    .await
    .unwrap();
    assert!(subject.starts_with("Key gth_live_"), "{subject}");
    let by_hand = credentials::tell_of_expiry(&world.db, &world.dora, 10).await;
    assert!(is_not_yours(&by_hand) || is_forbidden(&by_hand));
}

#[tokio::test]
async fn a_key_that_was_replaced_is_told_of_no_more() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: String::new(),
        expires_in_days: Some(40),
        products: Vec::new(),
    };
    let application = Lookup::Id(subscription.application.id);
    let made = credentials::issue(&world.db, &world.dora, application, input).await;
    let old = made.unwrap().value.0;
    world.pass(9 * DAY);
    rotate(&world, &old, Rotate::with_overlap(20 * 86_400)).await;
    world.pass(DAY);
    watch(&world).await;
    assert!(payloads(&world, "credential.expiring").await.is_empty());
}

#[tokio::test]
async fn the_newest_ten_addresses_of_a_key_are_kept_whatever_order_batches_come_in() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let (used, other) = (
        key(&world, &subscription).await,
        key(&world, &subscription).await,
    );
    let gateway = node(&world, "one").await;
    let start = world.db.clock().now();
    let from = |address: [u8; 4], seconds: i64| CallRecord {
        at: Moment::from(start - Duration::seconds(seconds)),
        source: Some(IpAddr::from(address)),
        ..call(&world, &subscription, &used)
    };
    assert!(evidence(&world, &used).await.sources.is_empty());
    // Of nine, ten and eleven addresses in one batch the newest ten are kept.
    for (sequence, count) in [(1, 9), (2, 10), (3, 11)] {
        let calls = (0..count).map(|n| from([192, 0, 2, n], i64::from(n)));
        take(&world, gateway, sequence, calls.collect()).await;
        let seen = evidence(&world, &used).await.sources;
        assert_eq!(seen.len(), usize::from(count).min(10));
    }
    // An old one from a batch that comes late is not kept; a newer one pushes the oldest out.
    let late = vec![from([198, 51, 100, 1], 3_600), from([198, 51, 100, 2], -1)];
    take(&world, gateway, 4, late).await;
    let seen = evidence(&world, &used).await.sources;
    let shown: Vec<_> = seen
        .iter()
        .map(|one| (one.address.to_string(), one.calls))
        .collect();
    let mut expected = vec![("198.51.100.2".to_owned(), 1)];
    expected.extend((0..9).map(|n| (format!("192.0.2.{n}"), 3)));
    assert_eq!(shown, expected);
    assert!(evidence(&world, &other).await.sources.is_empty());
    let mut six = from([0; 4], -2);
    six.source = "2001:db8::7".parse().ok();
    let mut nowhere = from([0; 4], -3);
    nowhere.source = None;
    take(&world, gateway, 5, vec![six, nowhere]).await;
    let seen = evidence(&world, &used).await.sources;
    assert_eq!(seen[0].address.to_string(), "2001:db8::7");
    assert_eq!(
        world.count("select count(*) from credential_source").await,
        10
    );
}
