//! Streaming, faults of backends, and the one retry.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use gatehouse_snapshot::object::{LoadBalancing, Object, Target};

use crate::http::{Connection, PATIENCE, Reply, request, until};
use crate::node::{Start, World};
use crate::objects::{self, configuration, good_key};
use crate::upstream::{Upstream, nobody};

const PATH: &str = "/petstore/v1/pets";

/// A gateway of one worker: connections to backends belong to a worker, and these tests count them.
fn world(upstream: &Upstream) -> World {
    of_one_worker(&configuration(&[&upstream.url()]))
}

fn of_one_worker(objects: &[Object]) -> World {
    let start = Start {
        variables: &[("WORKERS", "1")],
        ..Default::default()
    };
    World::start(objects, &start)
}

fn connection(world: &World, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Connection {
    let key = good_key();
    let headers = [&[("x-api-key", key.as_str())], headers].concat();
    let mut connection = Connection::open(world.node.gateway);
    connection
        .write(&request(method, PATH, &headers, body))
        .expect("written");
    connection
}

fn send(world: &World, method: &str, body: &[u8]) -> Reply {
    connection(world, method, &[], body)
        .read(method == "HEAD")
        .expect("an answer")
}

#[test]
fn the_first_byte_of_an_answer_arrives_before_the_last_was_sent() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let upstream = Upstream::start(move |mut exchange| {
        exchange.read();
        exchange.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n");
        let _ = wait.lock().expect("not poisoned").recv();
        exchange.write(b"4\r\nlast\r\n0\r\n\r\n");
    });
    let world = world(&upstream);
    let mut connection = connection(&world, "GET", &[], b"");
    let head = connection.read_head().expect("a head");
    assert_eq!(
        (head.status, head.header("transfer-encoding")),
        (200, Some("chunked"))
    );
    let mut first = [0; 10];
    connection.read_exact(&mut first).expect("the first piece");
    assert_eq!(&first, b"5\r\nfirst\r\n");
    go.send(()).expect("the backend waits");
    let mut rest = [0; 14];
    connection.read_exact(&mut rest).expect("the rest");
    assert_eq!(&rest, b"4\r\nlast\r\n0\r\n\r\n");
}

#[test]
fn the_first_byte_of_a_request_arrives_before_the_last_was_sent() {
    let (got, first) = std::sync::mpsc::channel();
    let upstream = Upstream::start(move |mut exchange| {
        exchange.read_head();
        let _ = got.send(exchange.read_chunk());
        while exchange.read_chunk().is_some() {}
        exchange.answer("done");
    });
    let world = world(&upstream);
    let mut connection = connection(&world, "POST", &[("transfer-encoding", "chunked")], b"");
    connection.write(b"5\r\nfirst\r\n").expect("written");
    let piece = first.recv_timeout(PATIENCE).expect("the backend reads");
    assert_eq!(piece.as_deref(), Some(b"first".as_slice()));
    connection
        .write(b"4\r\nlast\r\n0\r\n\r\n")
        .expect("written");
    assert_eq!(connection.read(false).expect("an answer").text(), "done");
}

#[test]
fn a_gibibyte_streams_each_way_without_being_held() {
    const TOTAL: u64 = 1 << 30;
    const PIECE: usize = 256 * 1024;
    let upstream = Upstream::start(move |mut exchange| {
        while let Some(head) = exchange.read_head() {
            let piece = vec![7; PIECE];
            if head.line.starts_with("GET") {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {TOTAL}\r\n\r\n");
                exchange.write(head.as_bytes());
                for _ in 0..TOTAL / PIECE as u64 {
                    if !exchange.write(&piece) {
                        return;
                    }
                }
            } else {
                let copied = std::io::copy(
                    &mut exchange.stream.by_ref().take(TOTAL),
                    &mut std::io::sink(),
                );
                exchange.answer(&copied.unwrap_or_default().to_string());
            }
        }
    });
    let world = world(&upstream);
    assert_eq!(world.get("/nowhere").status, 404);
    // Other tests run in this process, too: only what shows every time is held for these bodies.
    let grown: Vec<u64> = (0..3)
        .map(|_| kib_held_by_streams(&world, TOTAL, PIECE))
        .inspect(|grown| println!("{grown} KiB more"))
        .take_while(|grown| *grown >= 32 * 1024)
        .collect();
    assert!(grown.len() < 3, "{grown:?} KiB more");
}

/// Streams so many bytes each way; how much more memory this process had in the meantime, in KiB.
fn kib_held_by_streams(world: &World, total: u64, piece: usize) -> u64 {
    let before = resident_kib();
    let mut down = connection(world, "GET", &[], b"");
    let head = down.read_head().expect("a head");
    let length = total.to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));
    let pieces = total / piece as u64;
    let mut piece = vec![0; piece];
    let mut highest = before;
    for number in 0..pieces {
        down.read_exact(&mut piece).expect("a piece");
        if number % 256 == 0 {
            highest = highest.max(resident_kib());
        }
    }
    let mut up = connection(world, "POST", &[("content-length", &length)], b"");
    for number in 0..pieces {
        up.write(&piece).expect("a piece");
        if number % 256 == 0 {
            highest = highest.max(resident_kib());
        }
    }
    assert_eq!(up.read(false).expect("an answer").text(), length);
    highest - before
}

/// Resident memory of this process, which holds client, gateway and backend.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux machine");
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}

#[test]
fn a_slow_reader_slows_the_backend_down() {
    let (told, taken) = std::sync::mpsc::channel();
    let upstream = Upstream::start(move |mut exchange| {
        exchange.read();
        exchange.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        let chunk = [b"10000\r\n".as_slice(), &[0; 65_536], b"\r\n"].concat();
        let _ = exchange
            .stream
            .get_ref()
            .set_write_timeout(Some(Duration::from_millis(300)));
        let mut sent = 0u64;
        while exchange.write(&chunk) && sent < 1 << 30 {
            sent += 65_536;
        }
        let _ = told.send(sent);
    });
    let world = world(&upstream);
    let mut connection = connection(&world, "GET", &[], b"");
    connection.read_head().expect("a head");
    let taken = taken
        .recv_timeout(PATIENCE)
        .expect("the backend was held up and gave up");
    assert!(
        taken < 64 << 20,
        "{taken} bytes were taken for a reader that reads nothing"
    );
    let page = world.node.status_page("/metrics").text();
    assert!(page.contains("gatehouse_calls_under_way 1"), "{page}");
}

#[test]
fn faults_of_a_backend_have_their_own_codes() {
    let world = World::with(&configuration(&[&nobody()]));
    let reply = send(&world, "GET", b"");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (503, "upstream_unavailable")
    );
    assert!(reply.header("retry-after").is_some());
    let target = |upstream: &Upstream| Object::Upstream(objects::upstream(&[&upstream.url()]));
    let reset = Upstream::start(|mut exchange| {
        exchange.read();
        exchange.reset();
    });
    world.put(&[target(&reset)]);
    let reply = send(&world, "GET", b"");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (502, "upstream_failed")
    );
    assert_eq!(
        reset.connections(),
        1,
        "a fresh connection that fails is not tried again"
    );
    let garbage = Upstream::start(|mut exchange| {
        exchange.read();
        exchange.write(b"SSH-2.0-OpenSSH_9\r\n\r\n");
    });
    world.put(&[target(&garbage)]);
    assert_eq!(send(&world, "GET", b"").code(), "upstream_failed");
    let switching = Upstream::start(|mut exchange| {
        exchange.read();
        exchange.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        );
    });
    world.put(&[target(&switching)]);
    assert_eq!(send(&world, "GET", b"").code(), "upstream_failed");
    let stalled = Upstream::start(|mut exchange| {
        exchange.read();
        let _ = exchange.read();
    });
    let mut hasty = objects::upstream(&[&stalled.url()]);
    hasty.response_timeout_ms = 150;
    world.put(&[Object::Upstream(hasty)]);
    let began = Instant::now();
    let reply = send(&world, "GET", b"");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (504, "upstream_timeout")
    );
    assert!(began.elapsed() < Duration::from_secs(5));
    // 192.0.2.0/24 is never routed (RFC 5737); a machine may also refuse it at once.
    let mut away = objects::upstream(&["http://192.0.2.1:9"]);
    away.connect_timeout_ms = 150;
    world.put(&[Object::Upstream(away)]);
    let reply = send(&world, "GET", b"");
    assert!(matches!(
        reply.code().as_str(),
        "upstream_timeout" | "upstream_unavailable"
    ));
    world.put(&[Object::Upstream(objects::upstream(&[
        "http://169.254.169.254",
    ]))]);
    assert_eq!(
        send(&world, "GET", b"").code(),
        "upstream_unavailable",
        "link-local is never a backend"
    );
}

#[test]
fn a_response_whose_length_can_be_read_in_two_ways_is_a_fault_of_the_backend() {
    for head in [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n9\r\nlong body\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n9\r\nlong body\r\n0\r\n\r\n",
        "content-length: 5, 5\r\n\r\nfive!",
        "content-length: 5\r\ncontent-length: 5\r\n\r\nfive!",
        "content-length: +5\r\n\r\nfive!",
    ] {
        let upstream = Upstream::start(move |mut exchange| {
            exchange.read();
            exchange.write(format!("HTTP/1.1 200 OK\r\n{head}").as_bytes());
        });
        let world = world(&upstream);
        let reply = send(&world, "GET", b"");
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (502, "upstream_failed"),
            "{head}"
        );
        assert_eq!(send(&world, "HEAD", b"").status, 502, "{head}");
    }
}

#[test]
fn a_backend_that_dies_in_the_middle_never_looks_complete() {
    for head in ["content-length: 100", "transfer-encoding: chunked"] {
        for reset in [true, false] {
            let upstream = Upstream::start(move |mut exchange| {
                exchange.read();
                let text = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n3\r\nabc\r\n");
                exchange.write(text.as_bytes());
                let _ = exchange.stream.get_mut().flush();
                std::thread::park_timeout(Duration::from_millis(50));
                if reset {
                    exchange.reset();
                }
            });
            let world = world(&upstream);
            let reply = connection(&world, "GET", &[], b"")
                .read(false)
                .expect("a head");
            assert_eq!(reply.status, 200);
            assert!(!reply.whole, "{head} reset={reset}: {reply:?}");
            until("the call is recorded as failed", || {
                let state = world.control_plane.state();
                let mut records = state.batches.iter().flat_map(|batch| &batch.records);
                records.any(|record| record.reason == "upstream_failed" && record.status == 200)
            });
        }
    }
}

#[test]
fn a_stall_in_the_middle_of_an_answer_ends_the_connection() {
    let upstream = Upstream::start(|mut exchange| {
        exchange.read();
        exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc");
        let _ = exchange.read();
    });
    let mut objects = configuration(&[&upstream.url()]);
    let mut hasty = objects::upstream(&[&upstream.url()]);
    hasty.idle_timeout_ms = 150;
    objects.push(Object::Upstream(hasty));
    let world = World::with(&objects);
    let reply = connection(&world, "GET", &[], b"")
        .read(false)
        .expect("a head");
    assert!(!reply.whole && reply.body == b"abc");
    until("the call is recorded as timed out", || {
        let state = world.control_plane.state();
        let mut records = state.batches.iter().flat_map(|batch| &batch.records);
        records.any(|record| record.reason == "upstream_timeout")
    });
}

#[test]
fn a_client_that_leaves_takes_its_call_to_the_backend_along() {
    let (told, ended) = std::sync::mpsc::channel();
    let upstream = Upstream::start(move |mut exchange| {
        exchange.read();
        let left = exchange.stream.read(&mut [0; 1]);
        let _ = told.send(matches!(left, Ok(0) | Err(_)));
    });
    let mut objects = configuration(&[&upstream.url()]);
    let mut patient = objects::upstream(&[&upstream.url()]);
    patient.response_timeout_ms = 60_000;
    objects.push(Object::Upstream(patient));
    let world = World::with(&objects);
    let waiting = connection(&world, "GET", &[], b"");
    until("the backend has the call", || upstream.seen().len() == 1);
    drop(waiting);
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(true));
    until("the call is recorded as left", || {
        let state = world.control_plane.state();
        let mut records = state.batches.iter().flat_map(|batch| &batch.records);
        records.any(|record| {
            record.reason == "client_closed" && record.status == 499 && record.counted
        })
    });
}

/// A backend that answers the first request of each connection and dies at the second, without a byte.
fn dies_when_reused() -> Upstream {
    Upstream::start(|mut exchange| {
        if exchange.read().is_some() && exchange.answer("ok") {
            exchange.read();
            exchange.reset();
        }
    })
}

#[test]
fn a_dead_pooled_connection_costs_a_safe_call_one_retry_and_no_error() {
    let upstream = dies_when_reused();
    let world = world(&upstream);
    for _ in 0..5 {
        for method in ["GET", "HEAD", "GET"] {
            assert_eq!(send(&world, method, b"").status, 200, "{method}");
        }
    }
    let page = world.node.status_page("/metrics").text();
    let retries = page
        .lines()
        .find_map(|line| line.strip_prefix("gatehouse_upstream_retries_total "));
    assert!(retries.is_some_and(|count| count != "0"), "{page}");
}

#[test]
fn a_call_with_effects_that_was_sent_is_never_sent_twice() {
    let upstream = dies_when_reused();
    let world = world(&upstream);
    assert_eq!(send(&world, "POST", b"one").status, 200);
    let second = send(&world, "POST", b"two");
    assert_eq!(
        (second.status, second.code().as_str()),
        (502, "upstream_failed")
    );
    let posts = upstream
        .seen()
        .iter()
        .filter(|seen| seen.body == b"two")
        .count();
    assert_eq!(posts, 1);
}

#[test]
fn a_connection_the_backend_closed_while_unused_is_noticed() {
    let upstream = Upstream::start(|mut exchange| {
        exchange.read();
        exchange.answer("ok");
        exchange.close();
    });
    let world = world(&upstream);
    for number in 0..20 {
        let path = format!("{PATH}/{number}");
        let headers = [("x-api-key", good_key())];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let reply = world.node.call("DELETE", &path, &headers, b"");
        assert_eq!(reply.status, 200, "call {number}: {reply:?}");
    }
}

#[test]
fn connections_are_used_again_and_targets_take_turns() {
    let (one, two) = (Upstream::echo(), Upstream::echo());
    let mut objects = configuration(&[&one.url()]);
    let mut both = objects::upstream(&[&one.url(), &two.url()]);
    both.targets[0].weight = 3;
    objects.push(Object::Upstream(both.clone()));
    let world = of_one_worker(&objects);
    for _ in 0..16 {
        assert_eq!(world.get(PATH).status, 200);
    }
    assert_eq!((one.seen().len(), two.seen().len()), (12, 4));
    assert_eq!((one.connections(), two.connections()), (1, 1));
    both.load_balancing = LoadBalancing::LeastConnections;
    both.targets = vec![Target {
        url: format!("{}/base/", two.url()),
        weight: 1,
    }];
    world.put(&[Object::Upstream(both)]);
    assert_eq!(world.get(PATH).text(), "GET /base/pets HTTP/1.1");
}

#[test]
fn bodiless_answers_and_interim_ones_keep_the_connection_in_step() {
    let upstream = Upstream::start(|mut exchange| {
        while let Some(seen) = exchange.read() {
            let answer = match seen
                .line
                .split('/')
                .nth(2)
                .and_then(|rest| rest.split(' ').next())
            {
                Some("204") => "HTTP/1.1 204 No Content\r\n\r\n",
                Some("304") => {
                    "HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\ncontent-length: 5\r\n\r\n"
                }
                Some("103") => {
                    "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
                }
                Some("0") => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                _ => {
                    "HTTP/1.1 200 OK\r\nconnection: x-hop\r\nx-hop: 1\r\nkeep-alive: 5\r\ncontent-length: 4\r\n\r\nmore"
                }
            };
            exchange.write(answer.as_bytes());
        }
    });
    let world = world(&upstream);
    let key = good_key();
    let mut connection = Connection::open(world.node.gateway);
    for (id, status, body) in [
        ("204", 204, ""),
        ("304", 304, ""),
        ("103", 200, "ok"),
        ("0", 200, ""),
        ("x", 200, "more"),
    ] {
        let path = format!("{PATH}/{id}");
        connection
            .write(&request("GET", &path, &[("x-api-key", &key)], b""))
            .expect("written");
        let reply = connection.read(false).expect("an answer");
        assert_eq!(
            (reply.status, reply.text().as_str(), reply.whole),
            (status, body, true),
            "{id}"
        );
        assert!(reply.header("x-hop").is_none() && reply.header("keep-alive").is_none());
    }
    assert_eq!(
        upstream.connections(),
        1,
        "every answer left the connection usable"
    );
}

#[test]
fn a_refused_call_is_answered_without_waiting_for_its_body() {
    let upstream = Upstream::echo();
    let world = world(&upstream);
    let mut waiting = Connection::open(world.node.gateway);
    let head = "POST /petstore/v1/pets HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\nexpect: 100-continue\r\n\r\n";
    waiting.write(head.as_bytes()).expect("written");
    let reply = waiting.read_head().expect("an answer");
    assert_eq!(reply.status, 401, "and no 100 before it");
    let key = good_key();
    let mut good = Connection::open(world.node.gateway);
    let head = format!(
        "POST /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n"
    );
    good.write(head.as_bytes()).expect("written");
    assert_eq!(good.read_head().expect("an interim answer").status, 100);
    good.write(b"abc").expect("written");
    assert_eq!(good.read(false).expect("an answer").status, 200);
    assert_eq!(
        upstream.seen().last().map(|seen| seen.body.clone()),
        Some(b"abc".to_vec())
    );
}

#[test]
fn shutdown_lets_a_call_under_way_finish() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let upstream = Upstream::start(move |mut exchange| {
        exchange.read();
        let _ = wait.lock().expect("not poisoned").recv();
        exchange.answer("late");
    });
    let mut patient = objects::upstream(&[&upstream.url()]);
    patient.response_timeout_ms = 60_000;
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Upstream(patient));
    // The drain ends with the call: a long one only leaves the test its time.
    let start = Start {
        variables: &[("WORKERS", "1"), ("LISTENER__DRAIN", "25s")],
        ..Start::default()
    };
    let world = World::start(&objects, &start);
    let mut waiting = connection(&world, "GET", &[], b"");
    until("the backend has the call", || upstream.seen().len() == 1);
    world.node.tasks().cancel();
    until("nothing new is let in", || {
        std::net::TcpStream::connect(world.node.gateway).is_err()
    });
    until("it says that it is not ready", || {
        world.node.status_page("/readyz").status == 503
    });
    go.send(()).expect("the backend waits");
    assert_eq!(waiting.read(false).expect("an answer").text(), "late");
    world.node.stop();
}

#[test]
fn http_2_by_prior_knowledge_is_judged_and_forwarded_alike() {
    let upstream = Upstream::echo();
    let world = world(&upstream);
    let url = format!("http://{}{PATH}", world.node.gateway);
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .no_proxy()
        .build()
        .expect("a client");
    world.node.block_on(async {
        let good = client
            .post(&url)
            .header("x-api-key", good_key())
            .body("abc")
            .send();
        let good = good.await.expect("an answer");
        assert_eq!(
            (good.version(), good.status().as_u16()),
            (reqwest::Version::HTTP_2, 200)
        );
        assert!(good.headers().contains_key("gatehouse-request-id"));
        assert_eq!(good.text().await.expect("a body"), "POST /pets HTTP/1.1");
        let refused = client.get(&url).send().await.expect("an answer");
        assert_eq!(refused.status().as_u16(), 401);
        let trick = client
            .get(format!("{url}/a%2fb"))
            .header("x-api-key", good_key());
        assert_eq!(
            trick.send().await.expect("an answer").status().as_u16(),
            400
        );
    });
    let seen = upstream.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].body.as_slice(), seen[0].header("x-api-key")),
        (b"abc".as_slice(), None)
    );
}
