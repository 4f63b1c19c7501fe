//! How many connections are let in.

use super::*;
use crate::settings::TrustedProxies;

#[tokio::test]
async fn a_source_is_let_in_up_to_its_limit_and_again_when_one_has_left() {
    let server = Server::start(ListenerSettings {
        connections_per_source_max: 2,
        ..patient()
    });
    let (mut one, mut two) = (server.connect().await, server.connect().await);
    assert!(one.get("/").await.ends_with("hello"));
    assert!(two.get("/").await.ends_with("hello"));
    let mut three = server.connect().await;
    assert_eq!(three.until_closed().await, "");
    assert_eq!(server.stats.closed(CloseReason::SourceLimit), 1);

    drop(one);
    eventually(|| server.stats.open() == 1, || "still open".to_owned()).await;
    assert!(server.connect().await.get("/").await.ends_with("hello"));
    assert!(two.get("/").await.ends_with("hello"));
}

#[tokio::test]
async fn a_full_listener_answers_503_and_keeps_serving_those_inside() {
    let settings = ListenerSettings {
        connections_max: 2,
        connections_per_source_max: 1,
        source_limit_exempt: TrustedProxies::new(vec!["127.0.0.0/8".parse().expect("network")]),
        ..patient()
    };
    let server = Server::start(settings);
    let (mut one, mut two) = (server.connect().await, server.connect().await);
    one.get("/").await;
    two.get("/").await;
    let mut three = server.connect().await;
    three.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let answer = three.until_closed().await;
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    assert!(
        head.contains("retry-after: 1") && head.contains("connection: close"),
        "{head}"
    );
    let problem: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(
        (&problem["status"], &problem["code"]),
        (&503.into(), &"overloaded".into())
    );
    assert_eq!(server.stats.closed(CloseReason::Busy), 1);
    assert!(one.get("/").await.ends_with("hello") && two.get("/").await.ends_with("hello"));

    drop(one);
    eventually(|| server.stats.open() == 1, || "still open".to_owned()).await;
    assert!(server.connect().await.get("/").await.ends_with("hello"));
}

#[tokio::test]
async fn the_role_words_the_refusals() {
    let listener = Listener::bind("127.0.0.1:0".parse().expect("address")).expect("bind");
    let listener = listener.word_refusals(|refusal| {
        assert_eq!(refusal, Refusal::Busy);
        let mut response = Response::new(Bytes::from_static(b"full house"));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    });
    let (address, shutdown) = (listener.local_addr(), CancellationToken::new());
    let settings = ListenerSettings {
        connections_max: 0,
        ..patient()
    };
    let serving = listener.serve(axum::Router::new(), &settings, shutdown.clone());
    let calling = async {
        let mut client = Client(TcpStream::connect(address).await.expect("connects"));
        let answer = client.response().await;
        assert!(
            answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("full house"),
            "{answer}"
        );
        drop(client);
        shutdown.cancel();
    };
    tokio::join!(serving, calling);
}

#[tokio::test]
async fn counters_are_shown_with_their_reason() {
    let server = Server::start(ListenerSettings {
        connections_per_source_max: 0,
        ..patient()
    });
    let metrics = crate::telemetry::Metrics::new("gateway");
    server.stats.register(&metrics);
    server.connect().await.until_closed().await;
    let page = String::from_utf8(metrics.page().body().to_vec()).expect("text");
    let line = "gatehouse_connections_closed_total{reason=\"SourceLimit\"} 1\n";
    assert!(page.contains(line), "{page}");
    assert!(page.contains("gatehouse_connections_open 0\n"), "{page}");
}
