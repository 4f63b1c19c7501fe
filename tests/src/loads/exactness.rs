//! kill -9 on either side of the usage road, while calls go through several gateways. With everything settled:
//!
//! - ended ≤ reached the backend ≤ ended + interrupted, by what the ledger and the backend say;
//! - interrupted ≤ calls under way at the kills;
//! - what a client received whole is in the ledger, ended, once; no call is there twice;
//! - without a kill the three numbers are one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gatehouse_domain::id::decode;
use gatehouse_snapshot::protocol::USAGE;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use sqlx::PgConnection;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::backend::Backend;
use super::{Note, Scene};
use crate::callers::Consumer;
use crate::eventually;
use crate::fault_proxy::FaultProxy;
use crate::stack::{Role, StackPlan};

const CALLERS_PER_GATEWAY: usize = 4;
/// Taking in and reading millions of calls is part of it.
const SETTLES_WITHIN: Duration = Duration::from_secs(3_600);
/// The ledger may be behind, but not stand still.
const GROWS_WITHIN: Duration = Duration::from_secs(60);

/// How large a run is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub gateways: usize,
    /// Calls without a kill, then calls among kills.
    pub quiet: u64,
    pub calls: u64,
    /// Calls between two kills: this, and up to as many more.
    pub between: u64,
}

/// What one caller received whole, by request id, and how often a call was cut.
#[derive(Default)]
struct Received {
    whole: Vec<Uuid>,
    cut: u64,
}

/// What all callers received.
struct Heard {
    whole: BTreeSet<Uuid>,
    cut: u64,
}

/// Callers of every gateway, until they are stopped.
struct Callers {
    stop: Arc<AtomicBool>,
    calling: JoinSet<Received>,
}

impl Callers {
    fn start(consumer: &Consumer, urls: &[String]) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let mut calling = JoinSet::new();
        for url in urls {
            for _ in 0..CALLERS_PER_GATEWAY {
                calling.spawn(call_until(consumer.clone(), url.clone(), Arc::clone(&stop)));
            }
        }
        Self { stop, calling }
    }

    async fn stop(self) -> Heard {
        self.stop.store(true, Ordering::Relaxed);
        let received = self.calling.join_all().await;
        let whole = received.iter().flat_map(|one| one.whole.iter().copied());
        Heard {
            whole: whole.collect(),
            cut: received.iter().map(|one| one.cut).sum(),
        }
    }
}

/// Fails by panicking: what is wrong here is wrong for good.
pub async fn run(program: &str, size: Size, note: Note<'_>) -> anyhow::Result<()> {
    let plan = StackPlan::of(program).gateways(size.gateways);
    let between = FaultProxy::start(format!("http://{}", plan.admin_api_address())).await;
    let scene = Scene::start(plan.control_plane(between.url())).await;
    between.keep_nothing();
    lose_every_third_reply(&between);
    let (stack, backend, steady) = (&scene.stack, &scene.backend, &scene.steady.consumer);
    stack.expects_server_errors(); // A killed admin API takes its answers with it.
    let urls = scene.urls();
    let mut conn = stack.sql().await;
    for url in &urls {
        eventually(
            SETTLES_WITHIN,
            "every gateway has the subscription",
            async || match steady.try_get(url).await {
                Ok(answer) if answer.status == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            },
        )
        .await;
    }
    let warm_up = settled(&mut conn, backend, &BTreeSet::new()).await;
    assert_eq!(warm_up.interrupted, 0);
    // No kill: the three numbers are one.
    let before = backend.count();
    let callers = Callers::start(steady, &urls);
    calls_arrive(backend, size.quiet).await;
    let quiet = callers.stop().await;
    let heard = quiet.whole.len() as u64;
    assert_eq!((quiet.cut, heard), (0, backend.count() - before));
    let ledger = settled(&mut conn, backend, &quiet.whole).await;
    assert_eq!((ledger.ended, ledger.interrupted), (backend.count(), 0));
    // Kills of gateways in turn, and of the admin API.
    let callers = Callers::start(steady, &urls);
    let (until, mut kills, mut round) = (backend.count() + size.calls, 0, 0_u64);
    while backend.count() < until {
        let number = round as usize % size.gateways;
        calls_arrive(backend, size.between + round * 7 % size.between).await;
        stack.kill9(Role::Gateway(number));
        kills += 1;
        stack.restart(Role::Gateway(number));
        calls_arrive(backend, size.between + round * 13 % size.between).await;
        stack.kill9(Role::AdminApi);
        calls_arrive(backend, size.between).await;
        stack.restart(Role::AdminApi);
        round += 1;
        note(json!({ "calls": backend.count(), "kills_of_gateways": kills }))?;
    }
    let heard = callers.stop().await;
    let whole = quiet.whole.union(&heard.whole).copied().collect();
    let ledger = settled(&mut conn, backend, &whole).await;
    let under_way_at_kills = kills * CALLERS_PER_GATEWAY as u64;
    note(json!({
        "ended": ledger.ended, "backend": backend.count(), "interrupted": ledger.interrupted,
        "heard_whole": whole.len(), "cut": heard.cut,
        "kills_of_gateways": kills, "under_way_at_kills_at_most": under_way_at_kills,
    }))?;
    assert!(ledger.interrupted <= under_way_at_kills);
    assert!(ledger.interrupted <= heard.cut);
    sums_agree(&mut conn, ledger.all).await;
    Ok(())
}

/// What the ledger holds.
struct Ledger {
    ended: u64,
    interrupted: u64,
    /// With those that were refused while a gateway did not know the subscription yet.
    all: u64,
}

/// Waits until the ledger has what it must have, and holds it to what it must not.
async fn settled(conn: &mut PgConnection, backend: &Backend, whole: &BTreeSet<Uuid>) -> Ledger {
    let mut found = Ledger {
        ended: 0,
        interrupted: 0,
        all: 0,
    };
    let mut grown = (0, Instant::now());
    eventually(SETTLES_WITHIN, "the ledger settles", async || {
        let reached = backend.count();
        // The sum first: reading millions of calls again and again would keep the ledger from taking in the rest.
        let told = summed(&mut *conn, BY_DAY).await;
        if told > grown.0 {
            grown = (told, Instant::now());
        }
        if told < reached {
            assert!(
                grown.1.elapsed() < GROWS_WITHIN,
                "{told} of {reached} are told"
            );
            return Err(format!("{told} are told, {reached} reached the backend"));
        }
        let rows: Vec<(Uuid, bool, i32)> =
            sqlx::query_as("select request_id, interrupted, status from call_log")
                .fetch_all(&mut *conn)
                .await
                .expect("the ledger");
        let all: BTreeSet<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
        assert_eq!(all.len(), rows.len(), "a call is in the ledger twice");
        let ended: BTreeSet<Uuid> = rows
            .iter()
            .filter(|(_, interrupted, status)| !interrupted && *status != 403)
            .map(|(id, ..)| *id)
            .collect();
        let interrupted = rows.iter().filter(|(_, interrupted, _)| *interrupted);
        found = Ledger {
            ended: ended.len() as u64,
            interrupted: interrupted.count() as u64,
            all: all.len() as u64,
        };
        assert!(found.ended <= reached, "{} of {reached}", found.ended);
        let missing = whole.difference(&ended).count();
        if missing > 0 {
            return Err(format!("{missing} of {} are missing", whole.len()));
        }
        match found.ended + found.interrupted {
            told if told >= reached => Ok(()),
            told => Err(format!("{told} are told, {reached} reached the backend")),
        }
    })
    .await;
    found
}

const BY_DAY: &str = "select coalesce(sum(count), 0)::bigint from usage_day where application_id <> '00000000-0000-0000-0000-000000000000'";

async fn summed(conn: &mut PgConnection, sum: &'static str) -> u64 {
    let counted: i64 = sqlx::query_scalar(sum)
        .fetch_one(conn)
        .await
        .expect("the ledger");
    counted.unsigned_abs()
}

/// The sums of every resolution, and the use of the key, say the same as the single calls.
async fn sums_agree(conn: &mut PgConnection, calls: u64) {
    for sum in [
        "select coalesce(sum(count), 0)::bigint from usage_minute where application_id <> '00000000-0000-0000-0000-000000000000'",
        "select coalesce(sum(count), 0)::bigint from usage_hour where application_id <> '00000000-0000-0000-0000-000000000000'",
        BY_DAY,
        "select coalesce(sum(calls), 0)::bigint from credential_use",
    ] {
        assert_eq!(summed(&mut *conn, sum).await, calls, "{sum}");
    }
}

/// Calls that were taken, but whose reply never came, are sent again.
fn lose_every_third_reply(between: &FaultProxy) {
    let mut replies = 0;
    between.tamper(move |exchange| {
        let is_reply = exchange.path.starts_with(USAGE) && exchange.status == StatusCode::OK;
        replies += u64::from(is_reply);
        let lost = is_reply && replies % 3 == 0;
        lost.then(|| {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                HeaderMap::new(),
                Bytes::new(),
            )
        })
    });
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
async fn calls_arrive(backend: &Backend, more: u64) {
    let from = backend.count();
    eventually(Duration::from_secs(300), "calls go on", async || {
        match backend.count() - from {
            arrived if arrived >= more => Ok(()),
            arrived => Err(format!("{arrived} of {more}")),
        }
    })
    .await;
}
