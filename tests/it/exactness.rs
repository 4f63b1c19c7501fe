//! kill -9 on either side of the usage road: what a client received whole is in the ledger once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gatehouse_domain::id::decode;
use gatehouse_harness::callers::Consumer;
use gatehouse_harness::{Role, StackPlan, TestStack, TestUpstream, eventually};
use sqlx::PgConnection;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::GATEHOUSE;

const CALLERS: usize = 4;
/// Each round kills the gateway, then the admin API.
const ROUNDS: u64 = 6;
const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// What one caller received whole, by request id, and how often a call was cut.
#[derive(Default)]
struct Received {
    whole: Vec<Uuid>,
    cut: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_gateway_and_admin_api_loses_no_whole_response_and_doubles_none() {
    let upstream = TestUpstream::start().await;
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    stack.expects_server_errors(); // A killed admin API takes its answers with it.
    let acme = stack.first_tenant();
    let root = acme.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let granted = root
        .grant("acme", "Steady", "petstore", "open", "production")
        .await;
    let url = acme.production_url(0, "/petstore/v1/pets");
    let stop = Arc::new(AtomicBool::new(false));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(call_until(
            granted.consumer.clone(),
            url.clone(),
            Arc::clone(&stop),
        ));
    }
    let mut conn = stack.sql().await;
    for round in 0..ROUNDS {
        calls_arrive(&upstream, 40 + 17 * round).await;
        stack.kill9(Role::Gateway(0));
        stack.restart(Role::Gateway(0));
        calls_arrive(&upstream, 25 + 13 * round).await;
        stack.kill9(Role::AdminApi);
        calls_arrive(&upstream, 30).await;
        stack.restart(Role::AdminApi);
    }
    stop.store(true, Ordering::Relaxed);
    let received = callers.join_all().await;
    let whole: BTreeSet<Uuid> = received
        .iter()
        .flat_map(|one| one.whole.iter().copied())
        .collect();
    let cut: u64 = received.iter().map(|one| one.cut).sum();
    assert!(
        whole.len() > 200,
        "{} calls are too few to tell",
        whole.len()
    );
    eventually(
        SETTLES_WITHIN,
        "every whole response is in the ledger",
        async || {
            let ledger = ledger(&mut conn).await;
            let distinct: BTreeSet<Uuid> = ledger.iter().copied().collect();
            assert_eq!(
                distinct.len(),
                ledger.len(),
                "a call is in the ledger twice"
            );
            let missing = whole.difference(&distinct).count();
            if missing == 0 {
                Ok(())
            } else {
                Err(format!("{missing} of {} are missing", whole.len()))
            }
        },
    )
    .await;
    // Beyond them there are only calls that were cut, and the sums say the same as the single calls.
    let logged = u64::try_from(ledger(&mut conn).await.len()).unwrap();
    let most = u64::try_from(whole.len()).unwrap() + cut;
    assert!(
        logged <= most,
        "{logged} calls in the ledger, {} whole and {cut} cut",
        whole.len()
    );
    let sum = "select coalesce(sum(count), 0)::bigint from usage_minute";
    let counted: i64 = sqlx::query_scalar(sum).fetch_one(&mut conn).await.unwrap();
    assert_eq!(counted.unsigned_abs(), logged);
    for table in ["usage_hour", "usage_day"] {
        let sum = format!("select coalesce(sum(count), 0)::bigint from {table}");
        let same: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sum))
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(same, counted, "{table}");
    }
}

async fn call_until(consumer: Consumer, url: String, stop: Arc<AtomicBool>) -> Received {
    let mut received = Received::default();
    while !stop.load(Ordering::Relaxed) {
        match consumer.try_get(&url).await {
            Ok(answer) => {
                answer.assert_status(200);
                let id = answer
                    .header("gatehouse-request-id")
                    .and_then(|id| id.strip_prefix("req_"))
                    .and_then(decode);
                received
                    .whole
                    .push(Uuid::from_u128(id.expect("a request id")));
            }
            Err(_) => {
                received.cut += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    received
}

/// Lets so many more calls reach the backend.
async fn calls_arrive(upstream: &TestUpstream, more: u64) {
    let from = upstream.count();
    eventually(Duration::from_secs(60), "calls go on", async || {
        match upstream.count() - from {
            arrived if arrived >= more => Ok(()),
            arrived => Err(format!("{arrived} of {more}")),
        }
    })
    .await;
}

async fn ledger(conn: &mut PgConnection) -> Vec<Uuid> {
    sqlx::query_scalar("select request_id from call_log where application_id is not null")
        .fetch_all(conn)
        .await
        .unwrap()
}
