//! Targets that must never be reached, and the bounds of a call.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Long enough for a busy machine; nothing waits this long when it works.
const PATIENCE: Duration = Duration::from_secs(20);

fn closed() -> Egress {
    Egress::new(&EgressSettings::default()).expect("client")
}

fn open_to_loopback(body_bytes_max: usize, total_timeout: Duration) -> Egress {
    let settings = EgressSettings {
        allowed_networks: vec!["127.0.0.0/8".parse().expect("network")],
        total_timeout,
        body_bytes_max,
        ..EgressSettings::default()
    };
    Egress::new(&settings).expect("client")
}

/// Accepts one call, sends `answer` and keeps the connection open until the caller goes.
async fn server(answer: &'static [u8]) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test server that ends with the test"
    )]
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("accept");
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(answer).await;
        while !matches!(socket.read(&mut request).await, Ok(0) | Err(_)) {}
    });
    (address, task)
}

#[tokio::test]
async fn internal_targets_are_refused_in_every_spelling_and_never_connected() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[2001:db8::1]",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let url = format!("http://{host}:{port}/");
        let refused = closed()
            .call(EgressRequest::get(&url))
            .await
            .expect_err(&url);
        assert!(
            matches!(refused, EgressError::Refused(_)),
            "{url}: {refused:?}"
        );
    }
    let waiting = tokio::time::timeout(Duration::from_millis(20), listener.accept()).await;
    assert!(waiting.is_err(), "something connected");
}

#[tokio::test]
async fn odd_urls_are_refused_before_anything_is_resolved() {
    let table = [
        ("", Refused::NotAUrl),
        ("example.com", Refused::NotAUrl),
        ("http://", Refused::NotAUrl),
        ("file:///etc/passwd", Refused::Scheme),
        ("gopher://example.com/", Refused::Scheme),
        ("ftp://example.com/", Refused::Scheme),
        ("http://user@example.com/", Refused::Credentials),
        ("http://user:canary@example.com/", Refused::Credentials),
        ("http://example.com@127.0.0.1/", Refused::Credentials),
    ];
    for (url, reason) in table {
        assert_eq!(closed().check_url(url), Err(reason), "{url}");
    }
    let unresolved = closed()
        .call(EgressRequest::get("http://no-such-host.invalid/"))
        .await;
    assert!(
        matches!(
            unresolved,
            Err(EgressError::Refused(Refused::Unresolved(_)))
        ),
        "{unresolved:?}"
    );
}

#[test]
fn public_addresses_are_allowed() {
    let policy = AddressPolicy::default();
    for address in [
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "64:ff9b::101:101",
        "2002:101:101::1",
        "::ffff:1.1.1.1",
    ] {
        assert!(
            policy.allows(address.parse().expect("address")),
            "{address}"
        );
    }
}

#[tokio::test]
async fn upstreams_may_be_private_but_never_hand_out_cloud_credentials() {
    let policy = AddressPolicy::for_upstreams();
    for host in ["127.0.0.1", "10.0.0.1", "[fd00::1]", "1.1.1.1"] {
        let found = policy.resolve(host, 80).await.expect(host);
        assert_eq!(found[0].port(), 80);
    }
    for host in [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "192.0.0.192",
    ] {
        let refused = policy.resolve(host, 80).await.expect_err(host);
        assert!(
            matches!(refused, Refused::Address(_)),
            "{host}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn an_allowed_network_can_be_called_and_redirects_are_not_followed() {
    let (address, _task) = server(
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nhi",
    )
    .await;
    let answer = open_to_loopback(64, PATIENCE)
        .call(EgressRequest::get(format!("http://{address}/")))
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(
        (answer.status, answer.body.as_ref()),
        (StatusCode::FOUND, b"hi".as_slice())
    );
}

#[tokio::test]
async fn a_body_at_the_limit_is_read_and_one_byte_more_is_not() {
    for (limit, fits) in [(5, false), (6, true), (7, true)] {
        let (address, _task) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsixsix").await;
        let url = format!("http://{address}/");
        match open_to_loopback(limit, PATIENCE)
            .call(EgressRequest::get(url))
            .await
        {
            Ok(answer) => assert!(fits && answer.body == "sixsix".as_bytes()),
            Err(error) => assert!(!fits && matches!(error, EgressError::TooLarge { bytes_max: 5 })),
        }
    }
}

#[tokio::test]
async fn a_compressed_body_is_measured_by_what_it_unpacks_to() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![0; 1 << 20]).expect("packs");
    let packed = packer.finish().expect("packs");
    assert!(packed.len() < 4_096, "a bomb is small");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        packed.len()
    );
    let answer: &'static [u8] = [head.into_bytes(), packed].concat().leak();
    for (limit, fits) in [((1 << 20) - 1, false), (1 << 20, true)] {
        let (address, _task) = server(answer).await;
        let url = format!("http://{address}/");
        let read = open_to_loopback(limit, PATIENCE)
            .call(EgressRequest::get(url))
            .await;
        match read {
            Ok(answer) => assert!(fits && answer.body.len() == 1 << 20),
            Err(error) => assert!(
                !fits && matches!(error, EgressError::TooLarge { .. }),
                "{error:?}"
            ),
        }
    }
}

#[tokio::test]
async fn a_server_that_stops_in_the_middle_is_given_up() {
    for answer in [
        b"".as_slice(),
        b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsix",
    ] {
        let (address, _task) = server(answer).await;
        let url = format!("http://{address}/");
        let failed = open_to_loopback(64, Duration::from_millis(100))
            .call(EgressRequest::get(url))
            .await;
        assert!(matches!(failed, Err(EgressError::TimedOut)), "{failed:?}");
    }
}
