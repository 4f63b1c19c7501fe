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
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let start = |program| {
            Command::new(program)
                .args([
                    "--port",
                    &port.to_string(),
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--dir",
                    "/tmp",
                ])
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
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            match store.link().await {
                Ok(link) => return Some(Self { child, link }),
                Err(error) => assert!(tokio::time::Instant::now() < deadline, "{error}"),
            }
        }
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
            let said = Question::Rate(ask)
                .put_to(&mut server.link, node(at), count as u32)
                .await
                .unwrap();
            let Said::Rate(told) = said else {
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
    let subscription = SubscriptionId::from_uuid(Uuid::from_u128(1));
    const COUNT: usize = 3;
    const AMOUNT: u64 = 10_000;
    let (mut own, mut ceiling) = ([0_u64; COUNT], [0_u64; COUNT]);
    let mut flushed = false;
    for step in 0..400 {
        let at = random(COUNT as u64) as usize;
        own[at] += random(ceiling[at] - own[at] + 1);
        let ask = QuotaAsk {
            subscription,
            period: QuotaPeriod::Day,
            window_start: Moment(0),
            own: own[at],
            ceiling: ceiling[at],
            demand: random(40),
        };
        let others: u64 = (0..COUNT)
            .filter(|other| *other != at)
            .map(|other| ceiling[other])
            .sum();
        let account = QuotaAccount {
            amount: AMOUNT,
            used: 0,
            settled: 0,
            others,
            nodes: COUNT as u32,
        };
        let wanted = account.grant(own[at], ceiling[at], ask.demand);
        let question = Question::Quota {
            ask,
            amount: AMOUNT,
            settled: 0,
            used: 0,
        };
        let said = question
            .put_to(&mut server.link, node(at), COUNT as u32)
            .await
            .unwrap();
        let Said::Quota(grant) = said else {
            panic!("a lease")
        };
        if !flushed {
            assert_eq!((grant.ceiling, grant.others), (wanted.told, wanted.others));
        }
        ceiling[at] = grant.ceiling;
        if step == 200 {
            server
                .link
                .ask::<String>(&redis::cmd("FLUSHALL"))
                .await
                .unwrap();
            // Each node says within two seconds what it holds, whether it needs more or not.
            for other in 0..COUNT {
                let ask = QuotaAsk {
                    subscription,
                    period: QuotaPeriod::Day,
                    window_start: Moment(0),
                    own: own[other],
                    ceiling: ceiling[other],
                    demand: 0,
                };
                let question = Question::Quota {
                    ask,
                    amount: AMOUNT,
                    settled: 0,
                    used: 0,
                };
                let said = question
                    .put_to(&mut server.link, node(other), COUNT as u32)
                    .await
                    .unwrap();
                let Said::Quota(grant) = said else {
                    panic!("a lease")
                };
                ceiling[other] = grant.ceiling;
            }
            flushed = true;
        }
    }
    let leased: u64 = ceiling.iter().sum();
    assert!((9_900..=AMOUNT + 30).contains(&leased), "{leased}");
}

#[tokio::test]
async fn a_store_that_stands_still_is_given_up_after_fifty_milliseconds() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    server
        .link
        .ask::<String>(&redis::cmd("PING"))
        .await
        .unwrap();
    server.link.patience = ANSWER;
    let pid = server.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-STOP", &pid])
            .status()
            .unwrap()
            .success()
    );
    let began = tokio::time::Instant::now();
    assert!(
        server
            .link
            .ask::<String>(&redis::cmd("PING"))
            .await
            .is_err()
    );
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(
        Command::new("kill")
            .args(["-CONT", &pid])
            .status()
            .unwrap()
            .success()
    );
}
