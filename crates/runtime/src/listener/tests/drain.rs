//! The end: what is under way is finished, nothing new is begun, and it does not last for ever.

use super::*;

#[tokio::test]
async fn drain_finishes_requests_closes_idle_connections_and_refuses_new_ones() {
    let server = Server::start(patient());
    let (mut busy, mut idle, mut silent) = (
        server.connect().await,
        server.connect().await,
        server.connect().await,
    );
    idle.get("/").await;
    busy.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.slow_began.notified().await;
    eventually(
        || server.stats.accepted() == 3,
        || "not accepted".to_owned(),
    )
    .await;

    server.shutdown.cancel();
    assert_eq!(idle.until_closed().await, "");
    assert_eq!(silent.until_closed().await, "");
    let refused = TcpStream::connect(server.address)
        .await
        .expect_err("nobody listens");
    assert_eq!(refused.kind(), std_io::ErrorKind::ConnectionRefused);

    server.finish_slow.notify_one();
    let answer = busy.until_closed().await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("finished"),
        "{answer}"
    );
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    let stats = server.stats.clone();
    assert_eq!(server.stop().await, DrainOutcome { cut: 0 });
    assert_eq!((stats.closed(CloseReason::Drained), stats.open()), (3, 0));
}

#[tokio::test]
async fn what_is_not_finished_at_the_end_of_the_drain_time_is_cut() {
    let server = Server::start(ListenerSettings {
        drain: Duration::from_millis(50),
        ..patient()
    });
    let mut busy = server.connect().await;
    busy.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.slow_began.notified().await;
    let stats = server.stats.clone();
    assert_eq!(server.stop().await, DrainOutcome { cut: 1 });
    assert_eq!(busy.until_closed().await, "");
    assert_eq!(stats.open(), 0);
}

#[tokio::test]
async fn a_listener_with_nothing_to_finish_ends_at_once() {
    let server = Server::start(patient());
    assert_eq!(server.stop().await, DrainOutcome { cut: 0 });
}
