//! Requests that can be read in two ways never reach a backend.

use std::io::Read;

use crate::http::{Connection, raw};
use crate::node::{Start, World};
use crate::objects::{configuration, good_key};
use crate::upstream::Upstream;

/// Paths that some server somewhere reads as `/petstore/v1/admin`.
const TRICKS: [&str; 72] = [
    "/petstore/v1/pets/../admin",
    "/petstore/v1/pets/./../admin",
    "/petstore/v1/./admin",
    "/petstore/v1/pets/..",
    "/petstore/v1/admin/.",
    "/petstore/v1//admin",
    "//petstore/v1/admin",
    "/petstore//v1/admin",
    "/petstore/v1/admin//",
    "/petstore/v1/pets/%2e%2e/admin",
    "/petstore/v1/pets/%2E%2E/admin",
    "/petstore/v1/pets/.%2e/admin",
    "/petstore/v1/pets/%2e./admin",
    "/petstore/v1/%2e/admin",
    "/petstore/v1/pets%2f..%2fadmin",
    "/petstore/v1%2fadmin",
    "/petstore/v1%2Fadmin",
    "/petstore%2fv1%2fadmin",
    "/%2fpetstore/v1/admin",
    "/petstore/v1/pets/..%2fadmin",
    "/petstore/v1/pets/..%2Fadmin",
    "/petstore/v1/pets/%2e%2e%2fadmin",
    "/petstore/v1/pets/..\\admin",
    "/petstore/v1\\admin",
    "/petstore/v1/pets/..%5cadmin",
    "/petstore/v1/pets/..%5Cadmin",
    "/petstore/v1/pets/%2e%2e%5cadmin",
    "/petstore/v1%5cadmin",
    "/petstore/v1/admin%00",
    "/petstore/v1/admin%00.png",
    "/petstore/v1/%00admin",
    "/petstore/v1/admin%0a",
    "/petstore/v1/admin%0d%0a",
    "/petstore/v1/admin%09",
    "/petstore/v1/admin%7f",
    "/petstore/v1/admin;x",
    "/petstore/v1/admin;jsessionid=1",
    "/petstore/v1/;/admin",
    "/petstore/v1/pets/..;/admin",
    "/petstore/v1/pets;/../admin",
    "/petstore;/v1/admin",
    "/petstore/v1/admin%3bx",
    "/petstore/v1/pets/%252e%252e/admin",
    "/petstore/v1/pets/..%252fadmin",
    "/petstore/v1%252fadmin",
    "/petstore/v1/%2561dmin",
    "/petstore/v1/%61dmin",
    "/petstore/v1/%61%64%6d%69%6e",
    "/petstore/v1/adm%69n",
    "/petstore/%761/admin",
    "/%70etstore/v1/admin",
    "/petstore/v1/pets/%c0%ae%c0%ae/admin",
    "/petstore/v1/pets/..%c0%afadmin",
    "/petstore/v1/pets/%e0%80%ae%e0%80%ae/admin",
    "/petstore/v1/pets/..%e0%80%afadmin",
    "/petstore/v1/pets/%ef%bc%8e%ef%bc%8e/admin",
    "/petstore/v1/pets/..%ef%bc%8fadmin",
    "/petstore/v1/pets/..%e2%88%95admin",
    "/petstore/v1/pets/..%e2%81%84admin",
    "/petstore/v1/pets/..%u002fadmin",
    "/petstore/v1/admin%",
    "/petstore/v1/admin%2",
    "/petstore/v1/admin%zz",
    "/petstore/v1/admin%ff",
    "/petstore/v1/admin%c2%85",
    "/petstore/v1/admin%e2%80%a8",
    "/petstore/v1/{admin}",
    "/petstore/v1/<admin>",
    "/petstore/v1/admin|",
    "/petstore/v1/admin^",
    "/petstore/v1/admin`",
    "/petstore/v1/ädmin",
];

#[test]
fn no_trick_path_reaches_the_backend_with_a_key_or_without() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    for path in TRICKS {
        for key in [format!("x-api-key: {}\r\n", good_key()), String::new()] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n{key}\r\n");
            // hyper itself closes on some; whatever answers, it is a refusal.
            if let Ok(reply) = raw(world.node.gateway, request.as_bytes()) {
                assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
            }
        }
    }
    assert_eq!(upstream.seen().len(), 0);
    assert_eq!(world.get("/petstore/v1/admin").status, 200);
    assert_eq!(
        upstream.seen().last().map(|seen| seen.line.clone()),
        Some("GET /admin HTTP/1.1".to_owned())
    );
}

#[test]
fn messages_with_doubtful_framing_are_refused_and_end_their_connection() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let key = format!("x-api-key: {}\r\n", good_key());
    let smuggled = "GET /petstore/v1/admin HTTP/1.1\r\nhost: a\r\n";
    let table = [
        "host: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "host: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "host: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "host: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        "host: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        "host: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "host: a\r\ncontent-length: 1, 1\r\n\r\na",
        "host: a\r\ncontent-length: +1\r\n\r\na",
        "host: a\r\ncontent-length: -1\r\n\r\n",
        "host: a\r\ncontent-length: 18446744073709551617\r\n\r\na",
        "host: a\r\ncontent-length: 0x1\r\n\r\na",
        "host: a\r\nhost: b\r\n\r\n",
        "host: a, b\r\n\r\n",
        "host: a b\r\n\r\n",
        "host: a/b\r\n\r\n",
        "host: u@a\r\n\r\n",
        "host: \r\n\r\n",
        "\r\n",
        "host: a\r\nx y: 1\r\n\r\n",
        "host: a\r\n folded: 1\r\n\r\n",
        "host: a\r\nx: 1\r\n 2\r\n\r\n",
        "host: a\r\nx: a\0b\r\n\r\n",
        "host: a\r\nx: a\rb\r\n\r\n",
        "host: a\r\n: 1\r\n\r\n",
    ];
    for rest in table {
        let request = format!("POST /petstore/v1/pets HTTP/1.1\r\n{key}{rest}{smuggled}{key}\r\n");
        let mut connection = Connection::open(world.node.gateway);
        connection.write(request.as_bytes()).expect("written");
        if let Ok(reply) = connection.read(false) {
            assert!((400..500).contains(&reply.status), "{rest:?}: {reply:?}");
            assert!(
                connection.is_closed(),
                "what follows cannot be trusted: {rest:?}"
            );
        }
    }
    for line in [
        "GET http://a/petstore/v1/admin HTTP/1.1",
        "GET petstore/v1/admin HTTP/1.1",
        "CONNECT a:80 HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET /petstore/v1/admin HTTP/1.1 x",
        "GET  /petstore/v1/admin HTTP/1.1",
        "GET /petstore/v1/admin HTTP/1.2",
        "GET /petstore/v1/admin",
        "GE\tT /petstore/v1/admin HTTP/1.1",
    ] {
        let request = format!("{line}\r\nhost: a\r\n{key}\r\n");
        if let Ok(reply) = raw(world.node.gateway, request.as_bytes()) {
            assert!((400..600).contains(&reply.status), "{line}: {reply:?}");
        }
    }
    assert_eq!(upstream.seen().len(), 0);
}

/// One request whose body is a request, refused with `status`, and another: two answers, or one and the end.
fn assert_body_stays_body(world: &World, line: &str, fields: &str, status: u16) {
    let key = good_key();
    let smuggled =
        format!("GET /petstore/v1/admin HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\n\r\n");
    let length = smuggled.len();
    let bodies = [
        format!("content-length: {length}\r\n\r\n{smuggled}"),
        format!("transfer-encoding: chunked\r\n\r\n{length:x}\r\n{smuggled}\r\n0\r\n\r\n"),
    ];
    for body in bodies {
        let honest = format!(
            "GET /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n"
        );
        let mut connection = Connection::open(world.node.gateway);
        let request = format!("{line} HTTP/1.1\r\nhost: a\r\n{fields}{body}{honest}");
        connection.write(request.as_bytes()).expect("written");
        let refused = connection.read(false).expect("an answer, not a reset");
        assert_eq!(refused.status, status, "{line} {fields:?}: {refused:?}");
        if refused.header("connection") != Some("close") {
            let next = connection.read(false).expect("an answer");
            let is_honest = next.status == status || next.text() == "GET /pets HTTP/1.1";
            assert!(is_honest, "{line} {fields:?}: {next:?}");
        }
        assert!(connection.is_closed(), "{line} {fields:?}: a third answer");
    }
}

#[test]
fn the_body_of_a_refused_request_is_never_read_as_a_request() {
    let upstream = Upstream::echo();
    let objects = configuration(&[&upstream.url()]);
    let world = World::with(&objects);
    let good = format!("x-api-key: {}\r\n", good_key());
    let many = "x: y\r\n".repeat(200);
    for (line, fields, status) in [
        ("POST /petstore/v1//pets", good.as_str(), 400),
        ("POST /petstore/v1/../v1/pets", &good, 400),
        ("POST /petstore/v1/%2e", &good, 400),
        ("POST /petstore/v1/pets?a=<", &good, 400),
        ("POST /petstore/v1/pets#a", &good, 400),
        ("POST petstore", &good, 400),
        ("CONNECT a:80", &good, 400),
        ("POST /petstore/v1/pets", "host: b\r\n", 400),
        ("POST /petstore/v1/pets", &many, 431),
        ("POST /nowhere", &good, 404),
        ("TRACE /petstore/v1/pets", &good, 405),
        ("POST /petstore/v1/pets", "", 401),
        (
            "POST /petstore/v1/pets",
            "x-api-key: gth_live_short\r\n",
            401,
        ),
        ("POST /petstore/v1/pets?api_key=a", &good, 401),
    ] {
        assert_body_stays_body(&world, line, fields, status);
    }
    let full = Start {
        variables: &[("LIMITS__CONCURRENCY", "0")],
        ..Start::default()
    };
    let full = World::start(&objects, &full);
    assert_body_stays_body(&full, "POST /petstore/v1/pets", &good, 503);
    let small = Start {
        variables: &[("LIMITS__BODY", "20B")],
        ..Start::default()
    };
    let small = World::start(&objects, &small);
    assert_body_stays_body(&small, "POST /petstore/v1/pets", &good, 413);
    let seen: Vec<String> = upstream
        .seen()
        .iter()
        .map(|seen| seen.line.clone())
        .collect();
    assert!(
        seen.iter()
            .all(|line| line == "GET /pets HTTP/1.1" || line.starts_with("POST /pets")),
        "{seen:?}"
    );
}

#[test]
fn a_broken_chunk_aborts_the_backend_instead_of_finishing_its_request() {
    let upstream = Upstream::start(|mut exchange| {
        exchange.read_head();
        let mut rest = Vec::new();
        let _ = exchange.stream.read_to_end(&mut rest);
        let whole = rest.windows(5).any(|window| window == b"0\r\n\r\n");
        assert!(!whole, "the backend was told that the body is whole");
    });
    let world = World::with(&configuration(&[&upstream.url()]));
    let key = good_key();
    for bad in [
        "zz\r\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "-1\r\n\r\n",
        "fffffffffffffffff\r\n",
    ] {
        let request = format!(
            "POST /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n{bad}"
        );
        if let Ok(reply) = raw(world.node.gateway, request.as_bytes()) {
            assert!(reply.status >= 400, "{bad:?}: {reply:?}");
        }
    }
}

#[test]
fn credentials_and_identity_never_cross_however_they_are_written() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let key = good_key();
    let request = format!(
        "POST /petstore/v1/pets HTTP/1.1\r\nhost: api.test:8000\r\nX-API-Key: {key}\r\nConnection: keep-alive, X-Hop, x-api-key\r\n\
         X-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nTE: trailers\r\nTrailer: X-Consumer-Id\r\nUpgrade: websocket\r\n\
         Proxy-Authorization: Basic eDp5\r\nX-Consumer-Application: app_forged\r\nX-Consumer-Id: forged\r\nX_Consumer_Application: forged\r\n\
         X_API_KEY: forged\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-User: root\r\n\
         Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX_Rewrite_URL: /admin\r\n\
         X-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: DELETE\r\nX-Method-Override: DELETE\r\nGatehouse-Request-Id: req_forged\r\nExpect: 100-continue\r\nX-Kept: yes\r\n\
         Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Consumer-Id: forged\r\nAuthorization: Bearer {key}\r\n\r\n"
    );
    let reply = raw(world.node.gateway, request.as_bytes()).expect("an answer");
    assert_eq!(reply.status, 200, "{reply:?}");
    let seen = upstream.seen().last().cloned().expect("a request");
    let mut names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "gatehouse-request-id",
            "host",
            "traceparent",
            "transfer-encoding",
            "x-consumer-application",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-kept"
        ]
    );
    assert_eq!(
        seen.header("x-consumer-application"),
        Some("app_0000000000000000000000001w")
    );
    assert_eq!(seen.header("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"));
    assert_eq!(seen.header("x-forwarded-host"), Some("api.test:8000"));
    assert_eq!(
        seen.header("gatehouse-request-id"),
        reply.header("gatehouse-request-id")
    );
    assert_eq!(
        seen.header("host"),
        Some(upstream.address.to_string().as_str())
    );
    assert_eq!(seen.body, b"abc");
    assert!(!format!("{seen:?}").contains("forged") && !format!("{seen:?}").contains(&key));
}

#[test]
fn forwarding_fields_of_trusted_proxies_are_believed_and_continued() {
    let upstream = Upstream::echo();
    let start = crate::node::Start {
        variables: &[("TRUSTED_PROXIES", "127.0.0.0/8")],
        ..Default::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let headers = [
        ("x-api-key", good_key()),
        ("x-forwarded-for", "198.51.100.4".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
        ("forwarded", "for=198.51.100.4".to_owned()),
        ("x_forwarded_for", "6.6.6.6".to_owned()),
    ];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        world
            .node
            .call("GET", "/petstore/v1/pets", &headers, b"")
            .status,
        200
    );
    let seen = upstream.seen().last().cloned().expect("a request");
    assert_eq!(
        seen.header("x-forwarded-for"),
        Some("198.51.100.4, 127.0.0.1")
    );
    assert_eq!(seen.header("x-forwarded-proto"), Some("https"));
    assert_eq!(seen.header("x_forwarded_for"), None);
    let forwarded: Vec<_> = seen
        .headers
        .iter()
        .filter(|(name, _)| name == "forwarded")
        .collect();
    assert_eq!(forwarded.len(), 2, "{forwarded:?}");
}

#[test]
fn sizes_are_refused_with_their_own_codes() {
    let upstream = Upstream::echo();
    let start = crate::node::Start {
        variables: &[("LIMITS__BODY", "10B")],
        ..Default::default()
    };
    let world = World::start(&configuration(&[&upstream.url()]), &start);
    let key = good_key();
    let with = |extra: &[(&str, &str)]| {
        let headers = [&[("x-api-key", key.as_str())], extra].concat();
        world.node.call("GET", "/petstore/v1/pets", &headers, b"")
    };
    let long = "v".repeat(17_000);
    assert_eq!(with(&[("x", &long)]).code(), "headers_too_large");
    let names: Vec<String> = (0..70).map(|number| format!("x-{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(with(&many).code(), "headers_too_large");
    let path = format!("/petstore/v1/pets/{}", "7".repeat(8_200));
    let reply = world.get(&path);
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (414, "address_too_long")
    );
    let post = |body: &[u8]| {
        let headers = [("x-api-key", key.as_str())];
        world.node.call("POST", "/petstore/v1/pets", &headers, body)
    };
    assert_eq!(
        (post(b"123456789").status, post(b"1234567890").status),
        (200, 200)
    );
    assert_eq!(post(b"12345678901").code(), "body_too_large");
    let before = upstream.seen().len();
    let chunked = format!(
        "POST /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {key}\r\ntransfer-encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"
    );
    let reply = raw(world.node.gateway, chunked.as_bytes()).expect("an answer");
    assert_eq!(reply.code(), "body_too_large");
    assert_eq!(upstream.seen().len(), before, "no whole request was seen");
}
