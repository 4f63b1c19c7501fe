//! HTTP/2 by prior knowledge, with its own limits.

use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;

type Sender = SendRequest<Full<Bytes>>;

async fn connect(server: &Server) -> (Sender, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(server.address).await.expect("connects");
    let handshake = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(16 << 10)
        .handshake(TokioIo::new(stream));
    let (sender, connection) = handshake.await.expect("handshake");
    #[expect(
        clippy::disallowed_methods,
        reason = "a client that ends with the test"
    )]
    let connection = tokio::spawn(connection);
    (sender, connection)
}

fn request(path: &str) -> http::request::Builder {
    Request::get(format!("http://x{path}"))
}

async fn send(sender: &mut Sender, request: http::request::Builder) -> (StatusCode, String) {
    let request = request.body(Full::new(Bytes::new())).expect("request");
    let response = tokio::time::timeout(PATIENCE, sender.send_request(request)).await;
    let response = response.expect("in time").expect("an answer");
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .expect("whole body")
        .to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn streams_of_one_connection_are_answered_side_by_side() {
    let server = Server::start(patient());
    let (mut sender, _connection) = connect(&server).await;
    let mut other = sender.clone();
    let slow = send(&mut other, request("/slow"));
    let quick = async {
        server.slow_began.notified().await;
        let answered = send(&mut sender, request("/")).await;
        server.finish_slow.notify_one();
        answered
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!((quick.0, quick.1.as_str()), (StatusCode::OK, "hello"));
    assert_eq!((slow.0, slow.1.as_str()), (StatusCode::OK, "finished"));
    assert_eq!(server.stats.accepted(), 1);
}

#[tokio::test]
async fn without_http_2_its_preface_is_a_bad_request() {
    let settings = H2Settings {
        enabled: false,
        ..H2Settings::default()
    };
    let server = Server::start(ListenerSettings {
        h2: settings,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(!client.until_closed().await.contains("200"));
    server.closed(CloseReason::Protocol, 1).await;
}

#[tokio::test]
async fn the_number_of_headers_is_limited() {
    let server = Server::start(ListenerSettings {
        headers_max: 10,
        ..patient()
    });
    let (mut sender, _connection) = connect(&server).await;
    for (count, status) in [(9, 200), (10, 200), (11, 431)] {
        let mut request = request("/");
        for number in 0..count {
            request = request.header(format!("x-{number}"), "1");
        }
        assert_eq!(
            send(&mut sender, request).await.0,
            status,
            "{count} headers"
        );
    }
}

#[tokio::test]
async fn the_bytes_of_a_header_are_limited() {
    let server = Server::start(ListenerSettings {
        header_bytes_max: 4_096,
        ..patient()
    });
    let (mut sender, _connection) = connect(&server).await;
    // Each header counts its name, its value and 32 (RFC 9113 6.5.2): the four pseudo-headers and `x`.
    let pseudo = ":methodGET:schemehttp:authorityx:path/".len() + 4 * 32;
    let largest = 4_096 - pseudo - "x".len() - 32;
    let large = |length: usize| request("/").header("x", "a".repeat(length));
    assert_eq!(send(&mut sender, large(largest - 1)).await.0, 200);
    assert_eq!(send(&mut sender, large(largest)).await.0, 200);
    assert_eq!(send(&mut sender, large(largest + 1)).await.0, 431);
}

#[tokio::test]
async fn a_client_that_opens_no_stream_is_closed_at_the_header_deadline() {
    let header = Duration::from_millis(80);
    let server = Server::start(ListenerSettings {
        header,
        ..patient()
    });
    let (_sender, connection) = connect(&server).await;
    let ended = tokio::time::timeout(PATIENCE, connection)
        .await
        .expect("closed in time");
    let _ = ended.expect("no panic");
    server.closed(CloseReason::Header, 1).await;
}

#[tokio::test]
async fn an_idle_connection_is_told_goodbye_at_the_keep_alive_deadline() {
    let keep_alive = Duration::from_millis(80);
    let server = Server::start(ListenerSettings {
        keep_alive,
        ..patient()
    });
    let (mut sender, connection) = connect(&server).await;
    send(&mut sender, request("/")).await;
    let ended = tokio::time::timeout(PATIENCE, connection)
        .await
        .expect("closed in time");
    ended.expect("no panic").expect("a clean end, after GOAWAY");
    server.closed(CloseReason::Idle, 1).await;
}

#[tokio::test]
async fn a_client_that_gives_no_window_is_closed_at_the_write_deadline() {
    let write_progress = Duration::from_millis(80);
    let server = Server::start(ListenerSettings {
        write_progress,
        ..patient()
    });
    let (mut sender, _connection) = connect(&server).await;
    let flood = request("/flood")
        .body(Full::new(Bytes::new()))
        .expect("request");
    let unread = sender.send_request(flood).await.expect("an answer");
    server.closed(CloseReason::Write, 1).await;
    drop(unread);
}

#[tokio::test]
async fn drain_finishes_streams_and_closes() {
    let server = Server::start(patient());
    let (mut sender, _connection) = connect(&server).await;
    let stats = server.stats.clone();
    let (began, finish) = (
        Arc::clone(&server.slow_began),
        Arc::clone(&server.finish_slow),
    );
    let shutdown = server.shutdown.clone();
    let stopping = async {
        began.notified().await;
        shutdown.cancel();
        finish.notify_one();
        server.stop().await
    };
    let (answer, outcome) = tokio::join!(send(&mut sender, request("/slow")), stopping);
    assert_eq!(answer.1, "finished");
    assert_eq!(outcome, DrainOutcome { cut: 0 });
    assert_eq!(stats.closed(CloseReason::Drained), 1);
}

#[tokio::test]
async fn a_panic_ends_its_stream_and_no_other() {
    let server = Server::start(patient());
    let (mut sender, _connection) = connect(&server).await;
    let panics = request("/panic")
        .body(Full::new(Bytes::new()))
        .expect("request");
    sender
        .send_request(panics)
        .await
        .expect_err("the stream is reset");
    assert_eq!(send(&mut sender, request("/")).await.0, 200);
}
