//! What a relay sends where, what it keeps back, and where it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use gatehouse_domain::EnvironmentKind;

use super::*;

fn production(host: Option<&str>) -> EnvironmentView {
    EnvironmentView {
        id: uuid::Uuid::from_u128(1).into(),
        slug: "production".into(),
        kind: EnvironmentKind::Production,
        host: host.map(str::to_owned),
        base_path: "/acme".into(),
        // Written by a tenant's administrator: links are built from it, calls never.
        public_url: Some("http://169.254.169.254/latest".into()),
        row_version: 1,
    }
}

fn get(url: String) -> SampleRequest {
    SampleRequest {
        method: "GET".into(),
        url,
        headers: vec![("X-Trace".into(), "7".into())],
        body: SampleBody::None,
    }
}

/// Answers one call with these bytes and hands over its head; keeps the connection until the caller goes.
fn gateway(answer: Vec<u8>) -> (PublicUrl, Receiver<Vec<String>>) {
    let (heads, got) = channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let lines = reader.by_ref().lines().map(Result::unwrap);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let _ = heads.send(head);
        let _ = stream.write_all(&answer);
        let _ = reader.read_to_end(&mut Vec::new());
    });
    (url.parse().unwrap(), got)
}

fn answer(body_bytes: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nkeep-alive: timeout=5\r\nx-kept: 1\r\ncontent-length: {body_bytes}\r\n\r\n"
    );
    [head.into_bytes(), vec![b'x'; body_bytes]].concat()
}

fn credential() -> Secret<String> {
    Secret::new("gtc_00".to_owned())
}

#[tokio::test]
async fn a_call_goes_to_the_gateway_of_the_settings_with_the_credential_and_cookies_stay_out() {
    let (url, serving) = gateway(answer(3));
    let relay = Relay::new(url).unwrap();
    let environment = production(Some("api.acme.example"));
    let request = get(format!(
        "{}/pets?q=1",
        relay.base(&environment, "pets", "v1")
    ));
    let relayed = relay.send(&environment, &request, &credential()).await;
    let relayed = relayed.ok().unwrap();
    assert_eq!(
        (relayed.status.as_u16(), &*relayed.body),
        (200, &b"xxx"[..])
    );
    assert_eq!(relayed.headers["x-kept"], "1");
    assert!(
        !relayed.headers.contains_key("set-cookie") && !relayed.headers.contains_key("keep-alive")
    );
    let head = serving.recv().unwrap();
    assert_eq!(head[0], "GET /acme/pets/v1/pets?q=1 HTTP/1.1");
    for line in [
        "host: api.acme.example",
        "authorization: Bearer gtc_00",
        "x-trace: 7",
    ] {
        assert!(
            head.iter().any(|got| got.eq_ignore_ascii_case(line)),
            "{line}: {head:?}"
        );
    }
    assert!(
        !head
            .iter()
            .any(|line| line.to_ascii_lowercase().starts_with("cookie"))
    );
}

#[tokio::test]
async fn no_address_but_one_of_the_gateway_as_it_is_written_is_called() {
    let relay = Relay::new("http://127.0.0.1:9/edge".parse().unwrap()).unwrap();
    let environment = production(None);
    let base = relay.base(&environment, "pets", "v1");
    assert_eq!(base, "http://127.0.0.1:9/edge/acme/pets/v1");
    for url in [
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://127.0.0.1:10/edge/acme/pets/v1/pets".to_owned(),
        "http://127.0.0.1:9@evil.example/edge".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("{base}/../admin"),
        format!("{base}/%2e%2e/admin"),
        format!("{base}/./x"),
        format!("{base}\\..\\admin"),
        format!("{base}/pets\n"),
    ] {
        let sent = relay
            .send(&environment, &get(url.clone()), &credential())
            .await;
        assert_eq!(sent.err(), Some(NotRelayed::Elsewhere), "{url}");
    }
    let good = relay
        .send(&environment, &get(format!("{base}/pets")), &credential())
        .await;
    assert_eq!(
        good.err(),
        Some(NotRelayed::Unreachable),
        "nobody listens there"
    );
}

#[tokio::test]
async fn an_answer_is_read_up_to_the_limit_and_not_a_byte_further() {
    for (bytes, fits) in [
        (ANSWER_BYTES_MAX - 1, true),
        (ANSWER_BYTES_MAX, true),
        (ANSWER_BYTES_MAX + 1, false),
    ] {
        let (url, serving) = gateway(answer(bytes));
        let relay = Relay::new(url).unwrap();
        let request = get(format!(
            "{}/pets",
            relay.base(&production(None), "pets", "v1")
        ));
        let sent = relay.send(&production(None), &request, &credential()).await;
        let size = sent.map(|relayed| relayed.body.len());
        assert_eq!(
            size,
            if fits {
                Ok(bytes)
            } else {
                Err(NotRelayed::TooLarge)
            }
        );
        serving.recv().unwrap();
    }
}

#[tokio::test]
async fn more_calls_at_once_than_there_are_places_are_told_to_come_again() {
    let (url, serving) = gateway(answer(2));
    let relay = Relay::new(url).unwrap();
    let environment = production(None);
    let request = get(format!("{}/pets", relay.base(&environment, "pets", "v1")));
    let all = u32::try_from(AT_ONCE_MAX).unwrap();
    let taken = relay.places.clone().acquire_many_owned(all).await.unwrap();
    let refused = relay.send(&environment, &request, &credential()).await;
    assert_eq!(refused.err(), Some(NotRelayed::Busy));
    drop(taken);
    let sent = relay.send(&environment, &request, &credential()).await;
    assert!(sent.is_ok(), "there is a place again");
    serving.recv().unwrap();
}

#[tokio::test]
async fn a_gateway_that_is_silent_is_not_waited_for_longer_than_the_limit() {
    assert_eq!(TOTAL_MAX, Duration::from_secs(30));
    let (url, serving) = gateway(Vec::new());
    let relay = Relay::bounded(url, Duration::from_millis(300), 10).unwrap();
    let request = get(format!(
        "{}/pets",
        relay.base(&production(None), "pets", "v1")
    ));
    let sent = relay.send(&production(None), &request, &credential()).await;
    assert_eq!(sent.err(), Some(NotRelayed::TimedOut));
    // Where the time was over before the call reached the gateway, it serves nobody.
    let _ = serving.recv_timeout(Duration::from_secs(1));
}
