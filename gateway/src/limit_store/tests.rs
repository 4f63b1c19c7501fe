//! The scripts against a real server, held to the arithmetic they repeat.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::sharing::{self, QuotaAccount, RateNode};
use uuid::Uuid;

use super::*;

/// A server of this test's own, on a free port, that keeps nothing.
struct Server {
    child: Child,
    link: Link,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// `None`, said aloud, where neither program is installed.
    async fn start() -> Option<Self> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let (mut child, mut store) = Self::begin()?;
            let link = loop {
                match store.link().await {
                    Ok(link) => break Some(link),
                    Err(_) if child.try_wait().unwrap().is_some() => break None,
                    Err(error) => assert!(tokio::time::Instant::now() < deadline, "{error}"),
                }
            };
            // Where the port was taken in between, somebody else may even have answered.
            if let (Some(link), None) = (link, child.try_wait().unwrap()) {
                return Some(Self { child, link });
            }
        }
    }

    /// The program at a port that was free a moment ago, and a store that is to reach it.
    fn begin() -> Option<(Child, LimitStore)> {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let start = |program| {
            Command::new(program)
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
                .args(["--save", "", "--dir", "/tmp"])
                .stdout(Stdio::null())
                .spawn()
        };
        let Ok(child) = start("valkey-server").or_else(|_| start("redis-server")) else {
            let _ = writeln!(
                std::io::stderr().lock(),
                "SKIPPED: neither valkey-server nor redis-server is installed"
            );
            return None;
        };
        let url = Secret::new(format!("redis://127.0.0.1:{port}"));
        let group = GatewayGroupId::from_uuid(Uuid::from_u128(1));
        let mut store = LimitStore::new(&url, group, node(0));
        // A busy machine is no stall.
        store.patience = Duration::from_secs(10);
        Some((child, store))
    }
}

impl Server {
    /// What a node of so many is told.
    async fn ask(&mut self, question: Question, at: usize, nodes: usize) -> Said {
        let said = question.put_to(&mut self.link, node(at), nodes as u32);
        said.await.unwrap()
    }

    async fn says(&mut self, word: &str) -> bool {
        self.link.ask::<String>(&redis::cmd(word)).await.is_ok()
    }

    /// Stops or continues the process.
    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

/// Nodes with a quota between them: what each has used, and up to where it may.
struct Quota {
    own: [u64; Self::NODES],
    ceiling: [u64; Self::NODES],
}

impl Quota {
    const NODES: usize = 3;
    const AMOUNT: u64 = 10_000;

    fn others(&self, at: usize) -> u64 {
        self.ceiling.iter().sum::<u64>() - self.ceiling[at]
    }

    /// One node says where it is and is told up to where it may go.
    async fn ask(&mut self, server: &mut Server, at: usize, demand: u64) -> QuotaGrant {
        let ask = QuotaAsk {
            subscription: SubscriptionId::from_uuid(Uuid::from_u128(1)),
            period: QuotaPeriod::Day,
            window_start: Moment(0),
            own: self.own[at],
            ceiling: self.ceiling[at],
            demand,
        };
        let question = Question::Quota {
            ask,
            amount: Self::AMOUNT,
            settled: 0,
            used: 0,
        };
        let Said::Quota(grant) = server.ask(question, at, Self::NODES).await else {
            panic!("a lease")
        };
        self.ceiling[at] = grant.ceiling;
        grant
    }
}

fn node(number: usize) -> NodeId {
    NodeId::from_uuid(Uuid::from_u128(100 + number as u128))
}

/// A repeatable sequence of numbers below a bound.
fn numbers() -> impl FnMut(u64) -> u64 {
    let mut seed = 11_u64;
    move |below| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    }
}

#[tokio::test]
async fn shares_of_the_store_are_those_of_the_control_plane() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let mut random = numbers();
    for count in 2..6_usize {
        let subscription = SubscriptionId::from_uuid(Uuid::from_u128(count as u128));
        let limit = LimitId::from_uuid(Uuid::from_u128(9));
        let equal = sharing::equal_share(count);
        let mut in_force = vec![0; count];
        let mut known = vec![
            RateNode {
                demand: 0,
                held: equal
            };
            count
        ];
        for _ in 0..60 {
            let at = random(count as u64) as usize;
            let demand = random(3) * 1_000;
            let held = if in_force[at] == 0 {
                equal
            } else {
                in_force[at]
            };
            known[at] = RateNode { demand, held };
            let wanted = sharing::share(&known, at);
            known[at].held = wanted.max(held);
            let ask = RateAsk {
                subscription,
                limit,
                demand,
                share: in_force[at],
            };
            let Said::Rate(told) = server.ask(Question::Rate(ask), at, count).await else {
                panic!("a share")
            };
            assert_eq!(told.share, wanted, "{known:?}");
            if random(4) > 0 {
                in_force[at] = told.share;
            }
        }
    }
}

#[tokio::test]
async fn leases_of_the_store_are_those_of_the_control_plane_and_a_flushed_store_learns_anew() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let mut random = numbers();
    let mut quota = Quota {
        own: [0; Quota::NODES],
        ceiling: [0; Quota::NODES],
    };
    let mut flushed = false;
    for step in 0..400 {
        let at = random(Quota::NODES as u64) as usize;
        quota.own[at] += random(quota.ceiling[at] - quota.own[at] + 1);
        let demand = random(40);
        let account = QuotaAccount {
            amount: Quota::AMOUNT,
            used: 0,
            settled: 0,
            others: quota.others(at),
            nodes: Quota::NODES as u32,
        };
        let wanted = account.grant(quota.own[at], quota.ceiling[at], demand);
        let grant = quota.ask(&mut server, at, demand).await;
        if !flushed {
            assert_eq!((grant.ceiling, grant.others), (wanted.told, wanted.others));
        }
        if step == 200 {
            assert!(server.says("FLUSHALL").await);
            // Each node says within two seconds what it holds, whether it needs more or not.
            for other in 0..Quota::NODES {
                quota.ask(&mut server, other, 0).await;
            }
            flushed = true;
        }
    }
    let leased: u64 = quota.ceiling.iter().sum();
    assert!((9_900..=Quota::AMOUNT + 30).contains(&leased), "{leased}");
}

#[tokio::test]
async fn a_store_that_stands_still_is_given_up_after_fifty_milliseconds() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    assert!(server.says("PING").await);
    server.link.patience = ANSWER;
    server.signal("-STOP");
    let began = tokio::time::Instant::now();
    assert!(!server.says("PING").await);
    assert!(began.elapsed() < Duration::from_secs(2));
    server.signal("-CONT");
}
