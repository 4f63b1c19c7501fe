//! kill -9 on either side of the usage road, while calls go through several gateways. With everything settled:
//!
//! - ended ≤ reached the backend ≤ ended + interrupted, by what the ledger and the backend say;
//! - interrupted ≤ calls under way at the kills;
//! - what a client received whole is in the ledger, ended, once; no call is there twice;
//! - without a kill the three numbers are one.
//!
//! The suite runs a reduced form. The full one is the same test with a number of calls:
//! `GATEHOUSE_EXACTNESS_CALLS=5000000 cargo test --release -p gatehouse --test it exactness -- --nocapture`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gatehouse_domain::id::decode;
use gatehouse_harness::callers::Consumer;
use gatehouse_harness::fault_proxy::FaultProxy;
use gatehouse_harness::{Role, StackPlan, TestStack, eventually};
use gatehouse_snapshot::protocol::USAGE;
use http::{HeaderMap, StatusCode};
use sqlx::PgConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::GATEHOUSE;

const CALLERS_PER_GATEWAY: usize = 4;
/// Reading millions of calls from the ledger is part of it.
const SETTLES_WITHIN: Duration = Duration::from_secs(300);

/// How large a run is.
struct Size {
    gateways: usize,
    /// Calls without a kill, then calls among kills.
    quiet: u64,
    calls: u64,
    /// Calls between two kills: this, and up to as many more.
    between: u64,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the full form is asked for from outside, where no settings are"
)]
fn size() -> Size {
    let asked = std::env::var("GATEHOUSE_EXACTNESS_CALLS").ok();
    match asked.and_then(|calls| calls.parse().ok()) {
        Some(calls) => Size {
            gateways: 4,
            quiet: calls / 10,
            calls,
            between: 4_000,
        },
        None => Size {
            gateways: 2,
            quiet: 200,
            calls: 6_000,
            between: 40,
        },
    }
}

/// A backend that counts whole requests and nothing else: every connection stays open, so nothing is ever sent twice.
struct Backend {
    url: String,
    count: Arc<AtomicU64>,
    _serving: JoinSet<()>,
}

impl Backend {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let count = Arc::<AtomicU64>::default();
        let mut serving = JoinSet::new();
        let counted = Arc::clone(&count);
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream, Arc::clone(&counted)));
            }
        });
        Self {
            url,
            count,
            _serving: serving,
        }
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}

async fn answer(mut stream: TcpStream, count: Arc<AtomicU64>) {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let mut received = Vec::new();
    while matches!(stream.read_buf(&mut received).await, Ok(bytes) if bytes > 0) {
        // Requests without a body: the head is the whole.
        while let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            count.fetch_add(1, Ordering::SeqCst);
            received.drain(..end + 4);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_gateways_and_admin_api_loses_no_whole_response_and_doubles_none() {
    let size = size();
    let began = Instant::now();
    let backend = Backend::start().await;
    let plan = StackPlan::of(GATEHOUSE).gateways(size.gateways);
    let between = FaultProxy::start(format!("http://{}", plan.admin_api_address())).await;
    let stack = TestStack::start(plan.control_plane(between.url())).await;
    between.keep_nothing();
    lose_every_third_reply(&between);
    stack.expects_server_errors(); // A killed admin API takes its answers with it.
    let acme = stack.first_tenant();
    let root = acme.root().await;
    root.offer_petstore("petstore", &backend.url).await;
    let granted = root
        .grant("acme", "Steady", "petstore", "open", "production")
        .await;
    let urls: Vec<String> = (0..size.gateways)
        .map(|number| acme.production_url(number, "/petstore/v1/pets"))
        .collect();
    let mut conn = stack.sql().await;
    for url in &urls {
        eventually(
            SETTLES_WITHIN,
            "every gateway has the subscription",
            async || match granted.consumer.try_get(url).await {
                Ok(answer) if answer.status == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            },
        )
        .await;
    }
    let warm_up = settled(&mut conn, &backend, &BTreeSet::new()).await;
    assert_eq!(warm_up.interrupted, 0);
    // No kill: the three numbers are one.
    let before = backend.count();
    let callers = Callers::start(&granted.consumer, &urls);
    calls_arrive(&backend, size.quiet).await;
    let quiet = callers.stop().await;
    let heard = u64::try_from(quiet.whole.len()).unwrap();
    assert_eq!((quiet.cut, heard), (0, backend.count() - before));
    let ledger = settled(&mut conn, &backend, &quiet.whole).await;
    assert_eq!((ledger.ended, ledger.interrupted), (backend.count(), 0));
    // Kills of gateways in turn, and of the admin API.
    let callers = Callers::start(&granted.consumer, &urls);
    let (until, mut kills, mut round) = (backend.count() + size.calls, 0, 0_u64);
    while backend.count() < until {
        let number = usize::try_from(round).unwrap() % size.gateways;
        calls_arrive(&backend, size.between + round * 7 % size.between).await;
        stack.kill9(Role::Gateway(number));
        kills += 1;
        stack.restart(Role::Gateway(number));
        calls_arrive(&backend, size.between + round * 13 % size.between).await;
        stack.kill9(Role::AdminApi);
        calls_arrive(&backend, size.between).await;
        stack.restart(Role::AdminApi);
        round += 1;
        println!(
            "{} calls, {kills} kills, {:?}",
            backend.count(),
            began.elapsed()
        );
    }
    let heard = callers.stop().await;
    let whole = quiet.whole.union(&heard.whole).copied().collect();
    let ledger = settled(&mut conn, &backend, &whole).await;
    let under_way_at_kills = kills * CALLERS_PER_GATEWAY as u64;
    println!(
        "ended {}, backend {}, interrupted {}, heard whole {}, cut {}, at most {under_way_at_kills} under way at {kills} kills",
        ledger.ended,
        backend.count(),
        ledger.interrupted,
        whole.len(),
        heard.cut,
    );
    assert!(ledger.interrupted <= under_way_at_kills);
    assert!(ledger.interrupted <= heard.cut);
    sums_agree(&mut conn, ledger.all).await;
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
    eventually(SETTLES_WITHIN, "the ledger settles", async || {
        let rows: Vec<(Uuid, bool, i32)> =
            sqlx::query_as("select request_id, interrupted, status from call_log")
                .fetch_all(&mut *conn)
                .await
                .unwrap();
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
        let reached = backend.count();
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

/// The sums of every resolution, and the use of the key, say the same as the single calls.
async fn sums_agree(conn: &mut PgConnection, calls: u64) {
    for sum in [
        "select coalesce(sum(count), 0)::bigint from usage_minute where application_id <> '00000000-0000-0000-0000-000000000000'",
        "select coalesce(sum(count), 0)::bigint from usage_hour where application_id <> '00000000-0000-0000-0000-000000000000'",
        "select coalesce(sum(count), 0)::bigint from usage_day where application_id <> '00000000-0000-0000-0000-000000000000'",
        "select coalesce(sum(calls), 0)::bigint from credential_use",
    ] {
        let counted: i64 = sqlx::query_scalar(sum).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(counted.unsigned_abs(), calls, "{sum}");
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
