//! Backends behind TLS, and backends that are away.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock};

use gatehouse_snapshot::object::Object;
use rustls::{ServerConnection, StreamOwned};

use crate::authority::Authority;
use crate::http::until;
use crate::node::{Start, World};
use crate::objects::{self, configuration};
use crate::upstream::{Upstream, nobody};

const PATH: &str = "/petstore/v1/pets";

/// What this process logs, of all gateways in it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("not poisoned")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to listen, once for all tests.
    fn listen() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let log = LOG.get_or_init(|| {
            let log = Self::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_writer(move || writer.clone())
                .with_ansi(false)
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
            log
        });
        log.clone()
    }

    fn says(&self, host: &str, words: &str) -> bool {
        let text = self.0.lock().expect("not poisoned").clone();
        let text = String::from_utf8_lossy(&text).into_owned();
        text.lines()
            .any(|line| line.contains(host) && line.contains(words))
    }
}

/// A backend for `localhost` that speaks TLS and answers every request with the same words.
fn secured(authority: &Authority) -> Upstream {
    let config = authority.server("localhost");
    Upstream::start(move |exchange| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let socket: &mut TcpStream = exchange.stream.get_mut();
        let mut stream = StreamOwned::new(connection, socket);
        let mut asked = Vec::new();
        let mut byte = [0];
        while let Ok(1) = io::Read::read(&mut stream, &mut byte) {
            asked.push(byte[0]);
            if asked.ends_with(b"\r\n\r\n") {
                asked.clear();
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nsecured";
                if stream.write_all(answer).is_err() {
                    return;
                }
            }
        }
    })
}

fn world(url: &str, authority: &Authority) -> (World, tempfile::TempDir) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = authority.file(folder.path());
    let file = file.to_str().expect("a plain path");
    let start = Start {
        variables: &[("UPSTREAM__CA_FILE", file), ("WORKERS", "1")],
        ..Default::default()
    };
    (World::start(&configuration(&[url]), &start), folder)
}

#[test]
fn a_backend_behind_tls_must_be_of_a_trusted_authority_and_of_its_name() {
    let log = Log::listen();
    let (ours, strange) = (Authority::new("ours"), Authority::new("strange"));
    let backend = secured(&ours);
    let port = backend.address.port();
    let (named, unnamed) = (
        format!("https://localhost:{port}"),
        format!("https://127.0.0.1:{port}"),
    );
    let (good, _folder) = world(&named, &ours);
    for _ in 0..3 {
        assert_eq!(good.get(PATH).text(), "secured");
    }
    assert_eq!(backend.connections(), 1);
    for (url, authority, words) in [
        (&named, &strange, "UnknownIssuer"),
        (&unnamed, &ours, "not valid for name"),
    ] {
        let (bad, _folder) = world(url, authority);
        let reply = bad.get(PATH);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (502, "upstream_failed")
        );
        let host = url.trim_start_matches("https://");
        until("the log says why", || {
            log.says(host, "cannot connect to a backend") && log.says(host, words)
        });
    }
}

#[test]
fn with_its_backends_away_an_api_answers_at_once_and_says_when_to_come_back() {
    let mut objects = configuration(&[&nobody()]);
    let two = objects::upstream(&[&nobody(), &nobody()]);
    objects.push(Object::Upstream(two));
    // Left alone for longer than this test takes: nobody is asked again.
    let start = Start {
        variables: &[("WORKERS", "1"), ("UPSTREAM__EJECT_FIRST", "30s")],
        ..Default::default()
    };
    let world = World::start(&objects, &start);
    let count = |name: &str| {
        let page = world.node.status_page("/metrics").text();
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|count| count.trim().parse::<u64>().ok())
            .expect("it is counted")
    };
    until("calls are refused unasked", || {
        assert_eq!(world.get(PATH).code(), "upstream_unavailable");
        count("gatehouse_upstream_refused_total") > 0
    });
    assert_eq!(count("gatehouse_upstream_ejections_total"), 2);
    let asked = count("gatehouse_upstream_connect_failures_total");
    for _ in 0..20 {
        let reply = world.get(PATH);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (503, "upstream_unavailable")
        );
        let wait = reply
            .header("retry-after")
            .and_then(|wait| wait.parse::<u64>().ok());
        assert!(
            wait.is_some_and(|wait| (1..=31).contains(&wait)),
            "{wait:?}"
        );
    }
    assert_eq!(
        count("gatehouse_upstream_connect_failures_total"),
        asked,
        "at once: no backend is asked"
    );
}
