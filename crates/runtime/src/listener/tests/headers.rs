//! Headers at their limits, HTTP/1.1.

use super::*;

async fn status(server: &Server, request: &str) -> String {
    let mut client = server.connect().await;
    client.send(request).await;
    client.response().await[9..12].to_owned()
}

fn with_headers(count: usize) -> String {
    let headers: String = (0..count)
        .map(|number| format!("x-{number}: 1\r\n"))
        .collect();
    format!("GET / HTTP/1.1\r\n{headers}\r\n")
}

#[tokio::test]
async fn the_number_of_headers_is_limited_at_the_default_and_at_other_numbers() {
    for headers_max in [100, 20, 150] {
        let server = Server::start(ListenerSettings {
            headers_max,
            ..patient()
        });
        assert_eq!(status(&server, &with_headers(headers_max - 1)).await, "200");
        assert_eq!(status(&server, &with_headers(headers_max)).await, "200");
        assert_eq!(status(&server, &with_headers(headers_max + 1)).await, "431");
    }
}

#[tokio::test]
async fn the_bytes_of_a_header_are_limited() {
    let server = Server::start(ListenerSettings {
        header_bytes_max: 4_096,
        ..patient()
    });
    let request = |length: usize| {
        let frame = "GET / HTTP/1.1\r\nx: \r\n\r\n".len();
        format!(
            "GET / HTTP/1.1\r\nx: {}\r\n\r\n",
            "a".repeat(length - frame)
        )
    };
    assert_eq!(status(&server, &request(4_095)).await, "200");
    assert_eq!(status(&server, &request(4_096)).await, "200");
    assert_eq!(status(&server, &request(4_097)).await, "431");
}

#[tokio::test]
async fn a_header_without_an_end_is_refused_before_it_fills_the_memory() {
    let server = Server::start(ListenerSettings {
        header_bytes_max: 4_096,
        ..patient()
    });
    let mut client = server.connect().await;
    client
        .send(&format!("GET / HTTP/1.1\r\nx: {}", "a".repeat(5_000)))
        .await;
    assert!(client.until_closed().await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_request_that_is_none_is_refused_and_closed() {
    let server = Server::start(patient());
    for request in [
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nx : 1\r\n\r\n",
        "GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
    ] {
        let mut client = server.connect().await;
        client.send(request).await;
        let answer = client.until_closed().await;
        assert!(
            answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
            "{request:?}: {answer}"
        );
    }
    server.closed(CloseReason::Protocol, 5).await;
}
