//! The ledger: batches of calls as gateways send them.

use std::time::Instant;

use gatehouse_control_plane::Lookup;
use gatehouse_control_plane::credentials::{self, CredentialView, IssueKey};
use gatehouse_control_plane::gateways::{
    CreateJoinToken, Node, create_installation_join_token, join,
};
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_control_plane::usage::{Ingest, ingest};
use gatehouse_domain::OperationKey;
use gatehouse_domain::id::CredentialId;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::JoinRequest;
use gatehouse_snapshot::usage::{Attribution, BATCH_RECORDS_MAX, Batch, CallRecord};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::World;

/// A gateway of the default group.
async fn node(world: &World, name: &str) -> Node {
    let created = create_installation_join_token(&world.db, CreateJoinToken::default()).await;
    let (_, token) = created.unwrap();
    let number = name.bytes().map(u32::from).sum::<u32>();
    let request = JoinRequest {
        token: token.reveal().to_string(),
        name: name.to_owned(),
        version: "0".to_owned(),
        public_key: format!("{number:064x}"),
    };
    let joined = join(&world.db, &request).await.unwrap().unwrap();
    Node {
        id: joined.node,
        group: joined.group,
    }
}

async fn key(world: &World, subscription: &SubscriptionView) -> CredentialView {
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: "till".to_owned(),
        expires_in_days: None,
    };
    let application = Lookup::Id(subscription.application.id);
    let issued = credentials::issue(&world.db, &world.dora, application, input).await;
    issued.unwrap().value.0
}

async fn read(world: &World, id: CredentialId) -> CredentialView {
    let found = credentials::get_credential(&world.db, &world.dora, id).await;
    found.unwrap()
}

/// A call of a key. Every request id is another.
fn call(world: &World, subscription: &SubscriptionView, key: &CredentialView) -> CallRecord {
    CallRecord {
        at: Moment::from(world.db.clock().now()),
        request_id: Uuid::now_v7(),
        trace_id: Some(Uuid::from_u128(5)),
        attribution: Attribution {
            tenant: Some(world.tenant),
            environment: Some(key.environment.id),
            api_version: None,
            operation: Some(OperationKey::new("GET", "/pets/{id}")),
            application: Some(subscription.application.id),
            credential: Some(key.id),
            subscription: Some(subscription.id),
            plan: Some(subscription.plan.id),
        },
        method: "GET".to_owned(),
        path: "/pets/v1/pets/1234".to_owned(),
        status: 200,
        reason: "ok".to_owned(),
        counted: true,
        interrupted: false,
        latency_us: 800,
        upstream_us: 500,
        bytes_in: 0,
        bytes_out: 1_024,
    }
}

async fn take(world: &World, node: Node, sequence: u64, records: Vec<CallRecord>) {
    let boot = node.id.uuid();
    let batch = Batch::new(boot, sequence, 0, records);
    let taken = ingest(&world.db, node, &batch).await.unwrap();
    assert!(matches!(taken, Ingest::Taken(_)), "{taken:?}");
}

#[tokio::test]
async fn the_use_of_a_key_is_exact_to_the_call_in_whatever_order_batches_come() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let key = key(&world, &subscription).await;
    assert_eq!((key.last_used_at, key.calls), (None, 0));
    let (one, other) = (node(&world, "one").await, node(&world, "other").await);
    let start = world.db.clock().now();
    let at = |seconds: i64, status: u16| CallRecord {
        at: Moment::from(start + Duration::seconds(seconds)),
        status,
        ..call(&world, &subscription, &key)
    };
    let second = |seconds: i64| Some(OffsetDateTime::from(at(seconds, 0).at));
    take(&world, one, 1, vec![at(5, 200), at(7, 200)]).await;
    let seen = read(&world, key.id).await;
    assert_eq!((seen.last_used_at, seen.calls), (second(7), 2));
    take(&world, other, 1, vec![at(6, 200), at(-20, 404)]).await;
    let seen = read(&world, key.id).await;
    assert_eq!(
        (seen.last_used_at, seen.calls),
        (second(7), 4),
        "the latest"
    );
    let first = seen.first_call.unwrap();
    assert_eq!(
        (Some(first.at), first.status),
        (second(-20), 404),
        "the earliest"
    );
    // One second later is seen at once, and a batch that comes again counts once.
    for _ in 0..2 {
        take(&world, one, 2, vec![at(8, 200)]).await;
    }
    let seen = read(&world, key.id).await;
    assert_eq!((seen.last_used_at, seen.calls), (second(8), 5));
    let foreign = Uuid::from_u128(9).into();
    let mut stranger = at(9, 200);
    stranger.attribution.credential = Some(foreign);
    take(&world, one, 3, vec![stranger]).await;
    assert_eq!(world.count("select count(*) from credential_use").await, 1);
    let trace =
        "select count(*) from call_log where trace_id = '00000000-0000-0000-0000-000000000005'";
    assert_eq!(world.count(trace).await, 6);
}

/// How fast the ledger takes calls: printed, and held to a floor that a busy machine with an unoptimised build reaches.
#[tokio::test]
async fn the_ledger_takes_thousands_of_calls_a_second() {
    let world = World::create().await;
    let mut callers = Vec::new();
    for number in 0..20 {
        let subscription = world.approved(&format!("Shop {number}"), "team").await;
        let key = key(&world, &subscription).await;
        callers.push((subscription, key));
    }
    let node = node(&world, "fast").await;
    let batches = 4;
    let mut spent = std::time::Duration::ZERO;
    for sequence in 1..=batches {
        let records = (0..BATCH_RECORDS_MAX).map(|number| {
            let (subscription, key) = &callers[number % callers.len()];
            CallRecord {
                latency_us: 300 + 7 * number as u64,
                ..call(&world, subscription, key)
            }
        });
        let records = records.collect();
        let began = Instant::now();
        take(&world, node, sequence, records).await;
        spent += began.elapsed();
    }
    let calls = batches * BATCH_RECORDS_MAX as u64;
    let a_second = calls as f64 / spent.as_secs_f64();
    println!(
        "{a_second:.0} calls a second, {:?} a batch",
        spent / batches as u32
    );
    let logged = world.count("select count(*) from call_log").await;
    assert_eq!(logged.unsigned_abs(), calls);
    assert!(a_second > 500.0, "{a_second}");
}
