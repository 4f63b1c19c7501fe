//! The ledger: batches of calls as gateways send them.

use std::time::Instant;

use gatehouse_control_plane::Lookup;
use gatehouse_control_plane::credentials::{self, CredentialView, IssueKey};
use gatehouse_control_plane::gateways::{
    CreateJoinToken, Node, create_installation_join_token, join,
};
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_control_plane::usage::{
    CallFilter, Ingest, UsageRange, api_usage, get_call, ingest, list_calls,
};
use gatehouse_control_plane::{Page, Refusal, versions};
use gatehouse_domain::id::CredentialId;
use gatehouse_domain::{OperationKey, Role};
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::JoinRequest;
use gatehouse_snapshot::usage::{Attribution, BATCH_RECORDS_MAX, Batch, CallRecord};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::{World, is_not_found, make_tenant, member};

/// A gateway of the default group.
pub(crate) async fn node(world: &World, name: &str) -> Node {
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

pub(crate) async fn key(world: &World, subscription: &SubscriptionView) -> CredentialView {
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: "till".to_owned(),
        expires_in_days: None,
        products: Vec::new(),
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
pub(crate) fn call(
    world: &World,
    subscription: &SubscriptionView,
    key: &CredentialView,
) -> CallRecord {
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
        source: None,
    }
}

pub(crate) async fn take(world: &World, node: Node, sequence: u64, records: Vec<CallRecord>) {
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

#[tokio::test]
async fn the_usage_of_an_api_adds_up_all_applications_for_those_who_answer_for_it() {
    let world = World::create().await;
    let db = &world.db;
    let version = versions::get_version(db, &world.dora, world.api(), "v1").await;
    let version = version.unwrap().id;
    let node = node(&world, "one").await;
    let mut records = Vec::new();
    for (name, latency_us, status) in [("Shop", 900, 200), ("Till", 150_000, 502)] {
        let subscription = world.approved(name, "team").await;
        let key = key(&world, &subscription).await;
        let mut call = call(&world, &subscription, &key);
        call.attribution.api_version = Some(version);
        (call.latency_us, call.status) = (latency_us, status);
        records.extend([
            call.clone(),
            CallRecord {
                request_id: Uuid::now_v7(),
                ..call
            },
        ]);
    }
    take(&world, node, 1, records).await;
    for range in [UsageRange::Hour, UsageRange::Day, UsageRange::Quarter] {
        let used = api_usage(db, &world.paul, world.api(), range)
            .await
            .unwrap();
        let totals = &used.totals;
        assert_eq!(
            (totals.calls, totals.succeeded, totals.server_errors),
            (4, 2, 2),
            "{range:?}"
        );
        assert_eq!(
            (totals.p50_us, totals.p95_us),
            (Some(1_000), Some(200_000)),
            "{range:?}"
        );
        let last = used.buckets.last().unwrap();
        assert_eq!(&last.totals, totals, "{range:?}");
        let operations: Vec<_> = used
            .operations
            .iter()
            .map(|one| (one.version.as_str(), one.totals.calls))
            .collect();
        assert_eq!(operations, [("v1", 4)]);
    }
    // A developer sees the API, not what others call; a stranger sees nothing.
    let seen = api_usage(db, &world.dora, world.api(), UsageRange::Day).await;
    assert!(matches!(seen, Err(Refusal::Forbidden(_))), "{seen:?}");
    let elsewhere = make_tenant(db, "elsewhere").await;
    let stranger = member(db, elsewhere, "sam", Role::Owner).await;
    let seen = api_usage(db, &stranger, world.api(), UsageRange::Day).await;
    assert!(is_not_found(&seen), "{seen:?}");
}

#[tokio::test]
async fn calls_are_listed_by_how_they_ended_where_and_when_and_read_one_by_one() {
    let world = World::create().await;
    let db = &world.db;
    let subscription = world.approved("Shop", "team").await;
    let app = subscription.application.id;
    let key = key(&world, &subscription).await;
    let node = node(&world, "one").await;
    let version = versions::get_version(db, &world.dora, world.api(), "v1")
        .await
        .unwrap();
    let start = db.clock().now();
    let at = |seconds: i64, status: u16, reason: &str| {
        let mut call = call(&world, &subscription, &key);
        call.at = Moment::from(start + Duration::seconds(seconds));
        call.status = status;
        call.reason = reason.to_owned();
        call.attribution.api_version = Some(version.id);
        call
    };
    let mut console = at(3, 429, "rate_limited");
    console.attribution.credential = None;
    let refused = at(2, 429, "rate_limited");
    let (asked, one) = (refused.request_id, console.request_id);
    let nowhere = CallRecord {
        attribution: Attribution {
            api_version: None,
            ..at(0, 200, "ok").attribution
        },
        ..at(-7_200, 200, "ok")
    };
    take(
        &world,
        node,
        1,
        vec![nowhere, at(1, 200, "ok"), refused, console],
    )
    .await;

    let list = async |filter: CallFilter| {
        let page = Page::default();
        let listed = list_calls(db, &world.dora, app, &filter, &page)
            .await
            .unwrap();
        let rows = listed.data.into_iter();
        rows.map(|call| (call.status, call.console))
            .collect::<Vec<_>>()
    };
    let all = list(CallFilter::default()).await;
    assert_eq!(all, [(429, true), (429, false), (200, false), (200, false)]);
    let class = |class| CallFilter {
        class: Some(class),
        ..CallFilter::default()
    };
    assert_eq!(list(class(4)).await, [(429, true), (429, false)]);
    assert!(list(class(5)).await.is_empty());
    let of = |api: &str| CallFilter {
        api: Some(api.to_owned()),
        ..CallFilter::default()
    };
    assert_eq!(list(of("pets")).await.len(), 3);
    assert!(list(of("orders")).await.is_empty());
    let since = CallFilter {
        since: Some(start),
        ..CallFilter::default()
    };
    assert_eq!(list(since).await.len(), 3);

    // Page by page, each call once.
    let mut page = Page {
        limit: 2,
        after: None,
    };
    let mut seen = Vec::new();
    loop {
        let listed = list_calls(db, &world.dora, app, &CallFilter::default(), &page)
            .await
            .unwrap();
        seen.extend(listed.data.iter().map(|call| call.request_id));
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 4);

    let found = get_call(db, &world.dora, app, asked).await.unwrap();
    assert_eq!(
        (
            found.reason.as_str(),
            found.api.as_deref(),
            found.version.as_deref(),
            found.same_reason
        ),
        ("rate_limited", Some("pets"), Some("v1"), 2)
    );
    assert_eq!(found.key_last4, Some(key.last4.clone()));
    assert_eq!(found.plan, Some(subscription.plan.name.clone()));
    let console = get_call(db, &world.dora, app, one).await.unwrap();
    assert_eq!(console.key_last4, None);
    // Not allowed answers as never made.
    for (actor, request) in [(&world.eli, asked), (&world.dora, Uuid::from_u128(7))] {
        assert!(is_not_found(&get_call(db, actor, app, request).await));
    }
    let eli = list_calls(
        db,
        &world.eli,
        app,
        &CallFilter::default(),
        &Page::default(),
    )
    .await;
    assert!(is_not_found(&eli));
    let other = make_tenant(db, "acme").await;
    let spy = gatehouse_control_plane::Actor::system(other, "spy");
    assert!(is_not_found(&get_call(db, &spy, app, asked).await));
}
