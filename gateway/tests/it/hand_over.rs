//! A restart by hand-over: nobody is refused, cut or counted twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use gatehouse_domain::plan::LimitRule;
use gatehouse_snapshot::object::Object;

use crate::http::{Connection, until};
use crate::node::{Start, World};
use crate::objects::{configuration, good_key, plan, tenant};
use crate::upstream::Upstream;

const HAND_OVERS: usize = 5;
const CLIENTS: usize = 4;
/// A retired gateway ends once its last connection has had its answer. What hurries it is a drain that is nearly over.
const UNHURRIED: [(&str, &str); 1] = [("LISTENER__DRAIN", "25s")];

fn unhurried(objects: &[Object]) -> World {
    let start = Start {
        variables: &UNHURRIED,
        ..Start::default()
    };
    World::start(objects, &start)
}

/// Clients that keep their connection as long as the gateway lets them, and expect an answer to everything they ask.
struct Clients {
    enough: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Clients {
    fn start(world: &World) -> Self {
        let (enough, served) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let address = world.node.gateway;
        let client = |_| {
            let (enough, served) = (Arc::clone(&enough), Arc::clone(&served));
            std::thread::spawn(move || {
                let request = format!(
                    "GET /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {}\r\n\r\n",
                    good_key()
                );
                let mut failures = Vec::new();
                let mut connection = Connection::open(address);
                while !enough.load(Ordering::Relaxed) {
                    let reply = connection
                        .write(request.as_bytes())
                        .and_then(|()| connection.read(false));
                    match reply {
                        Ok(reply) if reply.status == 200 && reply.whole => {
                            served.fetch_add(1, Ordering::Relaxed);
                            if reply.header("connection") == Some("close") {
                                connection = Connection::open(address);
                            }
                        }
                        failed => {
                            failures.push(format!("{failed:?}"));
                            connection = Connection::open(address);
                        }
                    }
                }
                failures
            })
        };
        Self {
            threads: (0..CLIENTS).map(client).collect(),
            enough,
            served,
        }
    }

    fn wait_for_more(&self) {
        let before = self.served.load(Ordering::Relaxed);
        until("clients are served", || {
            self.served.load(Ordering::Relaxed) > before + 20 * CLIENTS
        });
    }

    fn end(self) -> (usize, Vec<String>) {
        self.enough.store(true, Ordering::Relaxed);
        let failures = self
            .threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no client panics"));
        let failures = failures.collect();
        (self.served.load(Ordering::Relaxed), failures)
    }
}

#[test]
fn gateways_that_take_over_from_each_other_fail_no_call_and_count_each_once() {
    let upstream = Upstream::echo();
    let mut world = unhurried(&configuration(&[&upstream.url()]));
    let address = world.node.gateway;
    let clients = Clients::start(&world);
    for _ in 0..HAND_OVERS {
        clients.wait_for_more();
        let retired = world.take_over(&UNHURRIED);
        assert_eq!(world.node.gateway, address);
        retired.ended();
        assert_eq!(world.node.status_page("/readyz").status, 200);
    }
    clients.wait_for_more();
    let (served, failures) = clients.end();
    assert_eq!(failures, Vec::<String>::new(), "of {served}");
    until("every call is in the ledger once", || {
        let state = world.control_plane.state();
        let recorded = state.batches.iter().map(|batch| batch.records.len());
        recorded.sum::<usize>() == served
    });
}

#[test]
fn a_gateway_that_took_over_follows_the_control_plane_and_the_old_one_does_not() {
    let upstream = Upstream::echo();
    let mut world = unhurried(&configuration(&[&upstream.url()]));
    let request = format!(
        "GET /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {}\r\n\r\n",
        good_key()
    );
    let mut begun = Connection::open(world.node.gateway);
    begun.write(request.as_bytes()).unwrap();
    assert_eq!(begun.read(false).unwrap().header("connection"), None);
    let retired = world.take_over(&UNHURRIED);
    until("the old one retires", || {
        retired.tasks().token().is_cancelled()
    });
    let mut suspended = tenant();
    suspended.suspended = true;
    world.put(&[Object::Tenant(suspended)]);
    assert_eq!(world.get("/petstore/v1/pets").code(), "tenant_suspended");
    // A connection from before gets its answer, and hears that it should not come back.
    begun.write(request.as_bytes()).unwrap();
    let reply = begun.read(false).unwrap();
    assert_eq!(
        (reply.status, reply.header("connection")),
        (200, Some("close"))
    );
    retired.ended();
    world.restart(&Start::default());
    assert_eq!(
        world.get("/petstore/v1/pets").code(),
        "tenant_suspended",
        "it is on disk"
    );
}

#[test]
fn a_hand_over_brings_one_more_burst_and_the_old_gateway_keeps_to_its_own() {
    const BURST: usize = 5;
    let upstream = Upstream::echo();
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Plan(plan(&[LimitRule::Rate {
        amount: 1,
        window_s: 3_600,
        burst: BURST as u32,
    }])));
    let mut world = unhurried(&objects);
    let passed = |world: &World| {
        let calls = (0..2 * BURST).map(|_| world.get("/petstore/v1/pets"));
        calls.filter(|reply| reply.status == 200).count()
    };
    let request = format!(
        "GET /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {}\r\n\r\n",
        good_key()
    );
    assert_eq!(passed(&world), BURST);
    for _ in 0..2 {
        let mut begun = Connection::open(world.node.gateway);
        begun.write(request.as_bytes()).unwrap();
        assert_eq!(begun.read(false).unwrap().status, 429);
        let retired = world.take_over(&UNHURRIED);
        until("the old one retires", || {
            retired.tasks().token().is_cancelled()
        });
        assert_eq!(passed(&world), BURST);
        begun.write(request.as_bytes()).unwrap();
        assert_eq!(begun.read(false).unwrap().status, 429);
        retired.ended();
    }
}

#[test]
fn only_a_folder_with_a_running_gateway_can_be_taken_over() {
    let world = World::with(&[]);
    world.node.stop();
    let settings = crate::node::settings_for(world.folder.path(), world.control_plane.address, &[]);
    let refused = world.node.inside(|| {
        gatehouse_gateway::BoundGateway::take_over(settings, gatehouse_runtime::Clock::system())
    });
    let error = refused.err().expect("refused").to_string();
    assert!(error.contains("without taking over"), "{error}");
}
