//! Backends behind TLS: who is trusted, and what of TLS shows in HTTP.

use std::io::{BufRead, BufReader, Read, Write};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::authority::Authority;
use super::backend::{Backend, Peer};
use super::*;

type Secured<'a> = BufReader<StreamOwned<ServerConnection, &'a mut std::net::TcpStream>>;

/// A backend that speaks TLS on every connection.
fn backend(
    config: Arc<ServerConfig>,
    script: impl Fn(&mut Secured<'_>) + Send + Sync + 'static,
) -> Backend {
    Backend::start(move |peer: &mut Peer| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let socket = peer.stream.get_mut();
        script(&mut BufReader::new(StreamOwned::new(connection, socket)));
    })
}

fn read_head(stream: &mut Secured<'_>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        match stream.read_line(&mut head) {
            Ok(1..) => {}
            _ => return None,
        }
    }
    Some(head)
}

fn echo(stream: &mut Secured<'_>) {
    while let Some(head) = read_head(stream) {
        let (_, after) = head.split_once("content-length: ").unwrap_or(("", "0\r\n"));
        let length = after
            .split("\r\n")
            .next()
            .and_then(|text| text.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        let answer = [head.as_bytes(), &body].concat();
        if stream.get_mut().write_all(&answer).is_err() {
            return;
        }
    }
}

fn side_of(backend: &Backend, host: &str, authority: &Authority) -> Side {
    let folder = TempDir::new().expect("a folder");
    let mut trusting = settings();
    trusting.ca_file = Some(authority.file(folder.path()));
    let url = format!("https://{host}:{}", backend.address.port());
    Side::with(&object(&[url]), &trusting)
}

/// What the log says of a connection that cannot be made.
async fn said(side: &Side) -> String {
    let now = tokio::time::Instant::now();
    let call = side.upstream.choose(now).expect("a target");
    let connections = side.upstreams.connections(call.target());
    let connecting = side
        .upstreams
        .connector
        .connect(&connections, now + PATIENCE);
    connecting.await.expect_err("no connection").to_string()
}

#[test]
fn a_backend_of_a_trusted_authority_is_spoken_to_and_its_connection_used_again() {
    let authority = Authority::new("ours");
    let backend = backend(authority.server("localhost"), echo);
    on_worker(async {
        let side = side_of(&backend, "localhost", &authority);
        let large: Vec<u8> = (0..500_000u32)
            .map(|number| number.to_le_bytes()[0])
            .collect();
        for body in [&b"small"[..], b"", &large, b"again"] {
            let sent = Fed::whole(BodyLength::Exact(body.len() as u64), &[body]);
            let reply = side.call(&Method::PUT, sent).await.expect("an answer");
            assert!(
                reply.end.is_ok() && reply.body == body,
                "{} bytes",
                body.len()
            );
            // What TLS itself sends after a handshake is no answer to anything.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert_eq!(backend.connections(), 1);
}

#[test]
fn an_unknown_authority_and_another_name_are_refused_with_words_in_the_log() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("strange"));
    let backend = backend(authority.server("localhost"), echo);
    on_worker(async {
        let distrusting = side_of(&backend, "localhost", &stranger);
        assert_eq!(
            distrusting.get().await.err(),
            Some(ProblemKind::UpstreamFailed)
        );
        let words = said(&distrusting).await;
        assert!(
            words.contains("TLS handshake failed") && words.contains("UnknownIssuer"),
            "{words}"
        );
        let elsewhere = side_of(&backend, "127.0.0.1", &authority);
        assert_eq!(
            elsewhere.get().await.err(),
            Some(ProblemKind::UpstreamFailed)
        );
        let words = said(&elsewhere).await;
        assert!(words.contains("not valid for name"), "{words}");
        let good = side_of(&backend, "localhost", &authority);
        assert!(good.get().await.is_ok());
    });
}

#[test]
fn a_backend_that_does_not_speak_tls_is_refused() {
    let authority = Authority::new("ours");
    let plain = Backend::start(|peer| {
        peer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        peer.rest();
    });
    on_worker(async {
        let side = side_of(&plain, "localhost", &authority);
        assert_eq!(side.get().await.err(), Some(ProblemKind::UpstreamFailed));
    });
}

#[test]
fn an_end_that_tls_did_not_announce_is_no_end() {
    let authority = Authority::new("ours");
    for announced in [true, false] {
        let backend = backend(authority.server("localhost"), move |stream| {
            read_head(stream);
            let _ = stream
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\n\r\nuntil the end");
            if announced {
                stream.get_mut().conn.send_close_notify();
            }
            let _ = stream.get_mut().flush();
        });
        on_worker(async {
            let side = side_of(&backend, "localhost", &authority);
            let reply = side.get().await.expect("a head");
            assert_eq!(reply.text(), "until the end");
            assert_eq!(reply.end.is_ok(), announced);
        });
    }
}
