//! The edge towards clients: both tiers, TLS, WebSocket, the PROXY protocol, connections kept and ended.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use crate::http::{Connection, PATIENCE, raw, request, until};
use crate::node::{Start, World};
use crate::objects::{configuration, good_key};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets";

fn world(upstream: &Upstream, variables: &[(&str, &str)]) -> World {
    let start = Start {
        variables,
        ..Start::default()
    };
    World::start(&configuration(&[&upstream.url()]), &start)
}

/// A connection that has asked for something good.
fn asking(world: &World) -> Connection {
    // Made first: some tests allow little time between connecting and speaking.
    let request = request("GET", PATH, &[("x-api-key", &good_key())], b"");
    let mut connection = Connection::open(world.node.gateway);
    connection.write(&request).expect("written");
    connection
}

/// Reads 408 and the end.
fn timed_out(slow: &mut Connection) {
    let reply = slow.read(false).expect("an answer");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (408, "request_timeout")
    );
    assert!(slow.is_closed());
}

/// A gateway that speaks TLS, and a client's trust in it.
struct Secure {
    world: World,
    trust: Arc<ClientConfig>,
    certificate: Vec<u8>,
    _files: TempDir,
}

fn secure(upstream: &Upstream) -> Secure {
    let made = rcgen::generate_simple_self_signed(vec!["api.test".to_owned()]).expect("made");
    let files = TempDir::new().expect("a folder");
    let (chain, key) = (files.path().join("chain.pem"), files.path().join("key.pem"));
    std::fs::write(&chain, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let variables = [
        ("TLS__CERTIFICATE", chain.to_str().expect("text")),
        ("TLS__KEY", key.to_str().expect("text")),
    ];
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let trust = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Secure {
        world: world(upstream, &variables),
        trust: Arc::new(trust),
        certificate: made.cert.pem().into_bytes(),
        _files: files,
    }
}

/// Sends bytes over TLS and reads until the gateway closes or falls silent.
fn raw_secure(secure: &Secure, request: &[u8]) -> String {
    let name = ServerName::try_from("api.test").expect("a name");
    let client = ClientConnection::new(Arc::clone(&secure.trust), name).expect("a client");
    let stream = TcpStream::connect(secure.world.node.gateway).expect("the gateway listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut stream = StreamOwned::new(client, stream);
    stream.write_all(request).expect("written");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn both_tiers_send_the_same_bytes_to_the_backend() {
    let upstream = Upstream::echo();
    let secure = secure(&upstream);
    let plain = world(&upstream, &[]);
    let key = good_key();
    for (method, fields, body) in [
        (
            "GET",
            "Accept: */*\r\nX-Mixed-Case: A b\tc\r\nx-two: 1\r\nX-Two: 2",
            "",
        ),
        (
            "GET",
            "Cookie: a=1\r\nCookie: b=2\r\nConnection: close, X-Gone\r\nX-Gone: 1",
            "",
        ),
        ("HEAD", "If-None-Match: \"x\"", ""),
        ("DELETE", "X-Empty:\r\nX-Obs: caf\u{e9}", ""),
        ("POST", "Content-Length: 0", ""),
        (
            "POST",
            "Content-Type: text/plain\r\nContent-Length: 5",
            "hello",
        ),
        (
            "PUT",
            "Transfer-Encoding: chunked",
            "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n",
        ),
    ] {
        let below = if method == "POST" { "" } else { "/7" };
        let path = format!("{PATH}{below}?a=b&c");
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: API.test:8000\r\nX-API-Key: {key}\r\nConnection: close\r\n{fields}\r\n\r\n{body}"
        );
        let seen = |text: &str, secured: bool| {
            upstream.seen().clear();
            if secured {
                let answer = raw_secure(&secure, text.as_bytes());
                assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            } else {
                let reply = raw(plain.node.gateway, text.as_bytes()).expect("an answer");
                assert_eq!(reply.status, 200, "{reply:?}");
            }
            let mut seen = upstream.seen().last().cloned().expect("a request");
            // What must differ: ids, and how the client came.
            for (name, value) in &mut seen.headers {
                if matches!(
                    name.as_str(),
                    "gatehouse-request-id" | "traceparent" | "x-forwarded-proto"
                ) {
                    value.clear();
                }
            }
            format!("{} {:?} {:?}", seen.line, seen.headers, seen.body)
        };
        assert_eq!(seen(&text, false), seen(&text, true), "{method} {fields}");
    }
}

#[test]
fn tls_carries_both_versions_of_http_and_says_so_to_the_backend() {
    let upstream = Upstream::echo();
    let secure = secure(&upstream);
    let root = reqwest::Certificate::from_pem(&secure.certificate).expect("a certificate");
    let port = secure.world.node.gateway.port();
    for (version, only_1) in [
        (reqwest::Version::HTTP_2, false),
        (reqwest::Version::HTTP_11, true),
    ] {
        let mut builder = reqwest::Client::builder()
            .tls_certs_only([root.clone()])
            .resolve("api.test", SocketAddr::from(([127, 0, 0, 1], port)))
            .no_proxy();
        if only_1 {
            builder = builder.http1_only();
        }
        let client = builder.build().expect("a client");
        let url = format!("https://api.test:{port}{PATH}");
        let answer = secure.world.node.block_on(async {
            let sent = client
                .post(&url)
                .header("x-api-key", good_key())
                .body("abc")
                .send();
            let answer = sent.await.expect("an answer");
            (answer.version(), answer.status().as_u16())
        });
        assert_eq!(answer, (version, 200));
        let seen = upstream.seen().last().cloned().expect("a request");
        assert_eq!(seen.header("x-forwarded-proto"), Some("https"));
        assert_eq!(seen.body, b"abc");
    }
    let plain = raw(
        secure.world.node.gateway,
        b"GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    );
    assert!(plain.is_err(), "plain HTTP is not answered on a TLS port");
}

/// A backend that agrees to WebSocket and echoes what it gets.
fn echoing_socket() -> Upstream {
    Upstream::start(|mut exchange| {
        let Some(seen) = exchange.read() else { return };
        if seen.header("upgrade") != Some("websocket") {
            exchange.answer("no upgrade");
            return;
        }
        exchange.write(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhi");
        let mut bytes = [0; 1_024];
        while let Ok(length @ 1..) = exchange.stream.read(&mut bytes) {
            if !exchange.write(&bytes[..length]) {
                return;
            }
        }
    })
}

#[test]
fn a_websocket_goes_through_and_is_a_call() {
    let upstream = echoing_socket();
    let world = world(&upstream, &[]);
    let mut connection = Connection::open(world.node.gateway);
    let key = good_key();
    let handshake = [
        ("x-api-key", key.as_str()),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    connection
        .write(&request("GET", PATH, &handshake, b""))
        .expect("written");
    let reply = connection.read_head().expect("an answer");
    assert_eq!(
        (reply.status, reply.header("upgrade")),
        (101, Some("websocket"))
    );
    assert!(reply.header("gatehouse-request-id").is_some());
    let mut bytes = [0; 2];
    connection
        .read_exact(&mut bytes)
        .expect("what the backend said at once");
    assert_eq!(&bytes, b"hi");
    for text in [
        &b"\x81\x03abc"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\n\n\xff\r",
    ] {
        connection.write(text).expect("written");
        let mut back = vec![0; text.len()];
        connection.read_exact(&mut back).expect("echoed");
        assert_eq!(back, text);
    }
    let page = world.node.status_page("/metrics").text();
    assert!(page.contains("gatehouse_calls_under_way 1"), "{page}");
    drop(connection);
    until("the tunnel is on record", || {
        let state = world.control_plane.state();
        let mut records = state.batches.iter().flat_map(|batch| &batch.records);
        records.any(|record| (record.status, record.bytes_in, record.bytes_out) == (101, 28, 30))
    });
}

#[test]
fn a_websocket_needs_a_key_of_ours_and_a_backend_that_agrees() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[]);
    let key = good_key();
    let mut fields = vec![
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    assert_eq!(world.node.call("GET", PATH, &fields, b"").status, 401);
    assert_eq!(upstream.seen().len(), 0);
    fields.push(("x-api-key", key.as_str()));
    assert_eq!(world.node.call("GET", PATH, &fields, b"").status, 200);
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[]);
    let key = good_key();
    let headers = [("x-api-key", key.as_str())];
    let mut all = request("GET", &format!("{PATH}/1"), &headers, b"");
    all.extend(request(
        "POST",
        PATH,
        &headers,
        b"GET /petstore/v1/pets/evil HTTP/1.1\r\n\r\n",
    ));
    let chunked = [
        ("x-api-key", key.as_str()),
        ("transfer-encoding", "chunked"),
    ];
    all.extend(request("PUT", &format!("{PATH}/2"), &chunked, b""));
    all.extend(b"3\r\nabc\r\n0\r\n\r\n");
    all.extend(request("GET", "/nowhere", &[], b""));
    all.extend(request("GET", &format!("{PATH}/3"), &headers, b""));
    for piece in [all.len(), 1_000, 7, 1] {
        let mut connection = Connection::open(world.node.gateway);
        for bytes in all.chunks(piece) {
            connection.write(bytes).expect("written");
        }
        let answers: Vec<_> = (0..5)
            .map(|_| connection.read(false).expect("an answer"))
            .map(|reply| (reply.status, reply.text()))
            .collect();
        for ((status, text), wanted) in answers.iter().zip([
            "GET /pets/1 HTTP/1.1",
            "POST /pets HTTP/1.1",
            "PUT /pets/2 HTTP/1.1",
            "",
            "GET /pets/3 HTTP/1.1",
        ]) {
            match wanted {
                "" => assert_eq!(*status, 404),
                wanted => assert_eq!((*status, text.as_str()), (200, wanted), "by {piece}"),
            }
        }
    }
    assert!(!format!("{:?}", upstream.seen()).contains("evil HTTP/1.1\", "));
}

#[test]
fn a_refused_body_is_read_over_when_short_and_ends_the_connection_when_long() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[]);
    let mut kept = Connection::open(world.node.gateway);
    let head = "POST /petstore/v1/pets HTTP/1.1\r\nhost: a\r\ncontent-length: 30000\r\n\r\n";
    kept.write(head.as_bytes()).expect("written");
    assert_eq!(kept.read(false).expect("an answer").status, 401);
    kept.write(&[b'x'; 30_000]).expect("written");
    kept.write(&request("GET", PATH, &[("x-api-key", &good_key())], b""))
        .expect("written");
    assert_eq!(kept.read(false).expect("an answer").status, 200);
    let mut ended = Connection::open(world.node.gateway);
    let head = "POST /petstore/v1/pets HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n\r\n";
    ended.write(head.as_bytes()).expect("written");
    ended.write(&[b'x'; 100_000]).expect("written");
    let reply = ended.read(false).expect("an answer, not a reset");
    assert_eq!(
        (reply.status, reply.header("connection")),
        (401, Some("close"))
    );
    assert!(ended.is_closed());
}

#[test]
fn connections_end_when_the_client_asks_and_with_http_1_0() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[]);
    let key = good_key();
    let mut asked = Connection::open(world.node.gateway);
    let headers = [("x-api-key", key.as_str()), ("connection", "Close")];
    asked
        .write(&request("GET", PATH, &headers, b""))
        .expect("written");
    let reply = asked.read(false).expect("an answer");
    assert_eq!(
        (reply.status, reply.header("connection")),
        (200, Some("close"))
    );
    assert!(reply.header("date").is_some() && asked.is_closed());
    let old = format!("GET {PATH} HTTP/1.0\r\nhost: a\r\nx-api-key: {key}\r\n\r\n");
    let mut old_client = Connection::open(world.node.gateway);
    old_client.write(old.as_bytes()).expect("written");
    assert_eq!(
        old_client.read(false).expect("an answer").text(),
        "GET /pets HTTP/1.1"
    );
    assert!(old_client.is_closed());
}

#[test]
fn a_head_that_does_not_come_is_408_and_silence_is_only_closed() {
    let upstream = Upstream::echo();
    let variables = [
        ("LISTENER__HEADER", "1s"),
        ("LISTENER__FIRST_BYTE", "1s"),
        ("LISTENER__KEEP_ALIVE", "1s"),
    ];
    let world = world(&upstream, &variables);
    let mut slow = Connection::open(world.node.gateway);
    slow.write(b"GET /petstore/v1/pets HTTP/1.1\r\nhost: a\r\n")
        .expect("written");
    timed_out(&mut slow);
    let mut silent = Connection::open(world.node.gateway);
    assert!(silent.read_head().is_err(), "closed without a word");
    let mut idle = asking(&world);
    assert_eq!(idle.read(false).expect("an answer").status, 200);
    assert!(idle.is_closed());
    until("each is counted by its reason", || {
        let page = world.node.status_page("/metrics").text();
        let counted = |reason| page.contains(&format!("closed_total{{reason=\"{reason}\"}} 1"));
        ["Header", "FirstByte", "Idle"].into_iter().all(counted)
    });
}

#[test]
fn a_body_that_does_not_come_is_408() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[("LISTENER__BODY_PROGRESS", "200ms")]);
    let mut slow = Connection::open(world.node.gateway);
    let key = good_key();
    let headers = [("x-api-key", key.as_str()), ("content-length", "10")];
    slow.write(&request("POST", PATH, &headers, b""))
        .expect("written");
    timed_out(&mut slow);
    assert_eq!(upstream.seen().len(), 0, "no whole request was seen");
}

#[test]
fn an_answer_that_comes_before_the_body_has_ended_is_passed_on_at_once() {
    let upstream = Upstream::start(|mut exchange| {
        exchange.read_head();
        exchange.answer("early");
        let _ = std::io::copy(&mut exchange.stream, &mut std::io::sink());
    });
    let world = world(&upstream, &[]);
    let mut connection = Connection::open(world.node.gateway);
    let key = good_key();
    let headers = [("x-api-key", key.as_str()), ("content-length", "100000000")];
    connection
        .write(&request("POST", PATH, &headers, b""))
        .expect("written");
    connection.write(b"some of it").expect("written");
    assert_eq!(connection.read(false).expect("an answer").text(), "early");
}

#[test]
fn beyond_the_memory_for_buffers_calls_are_503_and_health_answers() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[("LIMITS__MEMORY", "8KiB")]);
    assert_eq!(world.get(PATH).status, 200);
    let _one = Connection::open(world.node.gateway);
    let _two = Connection::open(world.node.gateway);
    until("two connections hold what is allowed", || {
        let Ok(reply) = raw(
            world.node.gateway,
            &request("GET", PATH, &[("x-api-key", &good_key())], b""),
        ) else {
            return false;
        };
        reply.status == 503 && reply.code() == "overloaded" && reply.header("retry-after").is_some()
    });
    assert_eq!(world.node.status_page("/healthz").status, 200);
    drop((_one, _two));
    until("they are gone", || world.get(PATH).status == 200);
}

#[test]
fn load_balancers_name_the_client_by_the_proxy_protocol() {
    let upstream = Upstream::echo();
    let variables = [
        ("PROXY_PROTOCOL", "true"),
        ("TRUSTED_PROXIES", "127.0.0.0/8"),
        ("LISTENER__CONNECTIONS_PER_SOURCE_MAX", "1"),
    ];
    let world = world(&upstream, &variables);
    let call = request(
        "GET",
        PATH,
        &[("x-api-key", &good_key()), ("x-forwarded-for", "6.6.6.6")],
        b"",
    );
    let v1 = |client: &str| format!("PROXY TCP4 {client} 10.0.0.1 4000 443\r\n").into_bytes();
    let v2 = [
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".as_slice(),
        &[198, 51, 100, 7, 10, 0, 0, 1, 1, 2, 3, 4],
    ]
    .concat();
    for (header, client) in [(v1("192.0.2.1"), "192.0.2.1"), (v2, "198.51.100.7")] {
        let reply = raw(world.node.gateway, &[&header[..], &call].concat()).expect("an answer");
        assert_eq!(reply.status, 200, "{reply:?}");
        let seen = upstream.seen().last().cloned().expect("a request");
        assert_eq!(seen.header("x-forwarded-for"), Some(client));
    }
    assert!(
        raw(world.node.gateway, &call).is_err(),
        "without a header it is refused"
    );
    let mut held = Connection::open(world.node.gateway);
    held.write(&[v1("192.0.2.9"), call.clone()].concat())
        .expect("written");
    assert_eq!(held.read(false).expect("an answer").status, 200);
    let second = raw(
        world.node.gateway,
        &[v1("192.0.2.9"), call.clone()].concat(),
    );
    assert!(
        second.is_err(),
        "a source has its limit, whichever proxy it comes through"
    );
    let other = raw(world.node.gateway, &[v1("192.0.2.10"), call].concat());
    assert_eq!(other.expect("an answer").status, 200);
}

#[test]
fn only_named_load_balancers_may_name_clients() {
    let upstream = Upstream::echo();
    let variables = [
        ("PROXY_PROTOCOL", "true"),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
    ];
    let world = world(&upstream, &variables);
    let call = request("GET", PATH, &[("x-api-key", &good_key())], b"");
    let header = b"PROXY TCP4 192.0.2.1 10.0.0.1 4000 443\r\n";
    assert!(raw(world.node.gateway, &[&header[..], &call].concat()).is_err());
    assert!(raw(world.node.gateway, &call).is_err());
    assert_eq!(upstream.seen().len(), 0);
}

#[test]
fn every_worker_serves_and_all_end_together() {
    let upstream = Upstream::echo();
    let world = world(&upstream, &[("WORKERS", "4")]);
    let connections: Vec<_> = (0..64).map(|_| asking(&world)).collect();
    for mut connection in connections {
        assert_eq!(connection.read(false).expect("an answer").status, 200);
    }
    assert!(
        upstream.connections() > 1,
        "workers have connections of their own"
    );
    let mut idle = asking(&world);
    assert_eq!(idle.read(false).expect("an answer").status, 200);
    let began = std::time::Instant::now();
    world.node.stop();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(idle.is_closed());
}
