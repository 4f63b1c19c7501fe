//! Clients that send or read too slowly, in every state of a connection.

use super::*;

/// A deadline that must pass.
const SHORT: Duration = Duration::from_millis(80);
/// A deadline that must not pass although it runs: longer than a busy machine stands still.
const AMPLE: Duration = Duration::from_millis(400);

#[tokio::test]
async fn a_silent_connection_is_closed_at_the_first_byte_deadline() {
    let server = Server::start(ListenerSettings {
        first_byte: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    assert_eq!(client.until_closed().await, "");
    server.closed(CloseReason::FirstByte, 1).await;
}

#[tokio::test]
async fn a_dripping_header_is_closed_at_the_header_deadline() {
    let server = Server::start(ListenerSettings {
        header: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nx: ").await;
    client.drip_until_closed("a").await;
    server.closed(CloseReason::Header, 1).await;
}

#[tokio::test]
async fn an_unfinished_http_2_preface_is_closed_at_the_header_deadline() {
    let server = Server::start(ListenerSettings {
        header: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("PRI * HTTP/2.0\r\n").await;
    assert_eq!(client.until_closed().await, "");
    server.closed(CloseReason::Header, 1).await;
}

#[tokio::test]
async fn the_second_header_of_a_connection_has_the_same_deadline() {
    let server = Server::start(ListenerSettings {
        header: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.get("/").await;
    client.send("GET / HTTP/1.1\r\nx: ").await;
    client.drip_until_closed("a").await;
    server.closed(CloseReason::Header, 1).await;
}

#[tokio::test]
async fn a_pause_between_requests_ends_at_the_keep_alive_deadline_and_not_at_the_header_one() {
    let server = Server::start(ListenerSettings {
        header: AMPLE,
        ..patient()
    });
    let mut client = server.connect().await;
    client.get("/").await;
    tokio::time::sleep(AMPLE * 2).await;
    client.get("/").await;
    drop(client);
    server.closed(CloseReason::Finished, 1).await;

    let server = Server::start(ListenerSettings {
        keep_alive: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.get("/").await;
    assert_eq!(client.until_closed().await, "");
    server.closed(CloseReason::Idle, 1).await;
}

#[tokio::test]
async fn a_request_may_take_longer_than_every_deadline_of_the_client() {
    let server = Server::start(ListenerSettings {
        first_byte: AMPLE,
        header: AMPLE,
        body_progress: AMPLE,
        write_progress: AMPLE,
        keep_alive: AMPLE,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(AMPLE * 2).await;
    server.finish_slow.notify_one();
    assert!(client.response().await.ends_with("finished"));
}

#[tokio::test]
async fn a_dripping_body_is_answered_408_and_closed() {
    let settings = ListenerSettings {
        body_progress: SHORT,
        body_progress_bytes: 100,
        ..patient()
    };
    let server = Server::start(settings);
    let mut client = server.connect().await;
    client
        .send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n")
        .await;
    let answer = client.drip_until_closed("a").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(server.stats.slow_bodies(), 1);
    eventually(|| server.stats.open() == 0, || "still open".to_owned()).await;
}

#[tokio::test]
async fn a_body_that_keeps_the_pace_may_take_long() {
    let settings = ListenerSettings {
        body_progress: AMPLE,
        body_progress_bytes: 8,
        ..patient()
    };
    let server = Server::start(settings);
    let mut client = server.connect().await;
    client
        .send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 160\r\n\r\n")
        .await;
    let began = tokio::time::Instant::now();
    let mut tick = tokio::time::interval(AMPLE / 8);
    for _ in 0..20 {
        tick.tick().await;
        client.send("12345678").await;
    }
    assert!(
        began.elapsed() > AMPLE * 2,
        "the body took longer than the span"
    );
    assert!(client.response().await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_closed_at_the_write_deadline() {
    let server = Server::start(ListenerSettings {
        write_progress: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("GET /flood HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.closed(CloseReason::Write, 1).await;
}

#[tokio::test]
async fn a_client_that_reads_is_not_closed_at_the_write_deadline() {
    let server = Server::start(ListenerSettings {
        write_progress: AMPLE,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("GET /flood HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let began = tokio::time::Instant::now();
    let mut buffer = vec![0; 64 << 10];
    while began.elapsed() < AMPLE * 2 {
        assert!(client.0.read(&mut buffer).await.expect("open") > 0);
    }
    assert_eq!(server.stats.closed(CloseReason::Write), 0);
}

#[tokio::test]
async fn what_is_under_way_on_an_old_connection_is_not_cut_however_long_it_takes() {
    let server = Server::start(ListenerSettings {
        max_connection_age: SHORT,
        drain: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(AMPLE * 2).await;
    assert_eq!(server.stats.open(), 1);
    server.finish_slow.notify_one();
    let answer = client.until_closed().await;
    assert!(answer.ends_with("finished"), "{answer}");
    server.closed(CloseReason::Age, 1).await;
}

#[tokio::test]
async fn an_old_connection_is_closed_after_its_request() {
    let server = Server::start(ListenerSettings {
        max_connection_age: SHORT,
        ..patient()
    });
    let mut client = server.connect().await;
    client.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(SHORT * 2).await;
    server.finish_slow.notify_one();
    let answer = client.until_closed().await;
    assert!(
        answer.contains("connection: close\r\n") && answer.ends_with("finished"),
        "{answer}"
    );
    server.closed(CloseReason::Age, 1).await;
}
