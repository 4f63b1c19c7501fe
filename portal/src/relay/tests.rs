//! What a relay sends where, what it keeps back, and where it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use axum::extract::{FromRequest, Multipart};
use gatehouse_domain::EnvironmentKind;
use gatehouse_spec::sample::{PartValue, SampleBody, SamplePart};

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
    let relayed = relay
        .send(&environment, &request, Payload::default(), &credential())
        .await;
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
            .send(
                &environment,
                &get(url.clone()),
                Payload::default(),
                &credential(),
            )
            .await;
        assert_eq!(sent.err(), Some(NotRelayed::Elsewhere), "{url}");
    }
    let good = relay
        .send(
            &environment,
            &get(format!("{base}/pets")),
            Payload::default(),
            &credential(),
        )
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
        let sent = relay
            .send(
                &production(None),
                &request,
                Payload::default(),
                &credential(),
            )
            .await;
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
    let refused = relay
        .send(&environment, &request, Payload::default(), &credential())
        .await;
    assert_eq!(refused.err(), Some(NotRelayed::Busy));
    drop(taken);
    let sent = relay
        .send(&environment, &request, Payload::default(), &credential())
        .await;
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
    let sent = relay
        .send(
            &production(None),
            &request,
            Payload::default(),
            &credential(),
        )
        .await;
    assert_eq!(sent.err(), Some(NotRelayed::TimedOut));
    // Where the time was over before the call reached the gateway, it serves nobody.
    let _ = serving.recv_timeout(Duration::from_secs(1));
}

fn call_of(body: SampleBody) -> SampleRequest {
    SampleRequest {
        method: "POST".into(),
        url: String::new(),
        headers: Vec::new(),
        body,
    }
}

fn part(name: &str, value: PartValue, content_type: Option<&str>) -> SamplePart {
    SamplePart {
        name: name.into(),
        value,
        content_type: content_type.map(str::to_owned),
    }
}

fn file(name: &str, number: usize) -> PartValue {
    PartValue::File {
        name: name.into(),
        number,
    }
}

/// Name, file name, type and content of each part, as a reader of forms that is not ours sees them.
async fn parts_of(payload: Payload) -> Vec<(String, Option<String>, Option<String>, Vec<u8>)> {
    let request = http::Request::post("/")
        .header(CONTENT_TYPE, payload.content_type.unwrap())
        .body(axum::body::Body::from(payload.bytes))
        .unwrap();
    let mut parts = Multipart::from_request(request, &()).await.unwrap();
    let mut all = Vec::new();
    while let Some(part) = parts.next_field().await.unwrap() {
        assert!(
            part.headers().len() <= 2,
            "no header but its own: {:?}",
            part.headers()
        );
        let (name, file) = (part.name().unwrap().to_owned(), part.file_name());
        let (file, kind) = (file.map(str::to_owned), part.content_type());
        let kind = kind.map(str::to_owned);
        all.push((name, file, kind, part.bytes().await.unwrap().to_vec()));
    }
    all
}

#[tokio::test]
async fn parts_arrive_one_for_one_whatever_their_names_and_contents_are() {
    let evil = "a\"; x=\"y\r\nX-Evil: 1\r\n\r\n--b\u{e9}\0";
    let written = "a%22; x=%22y%0D%0AX-Evil: 1%0D%0A%0D%0A--b\u{e9}_";
    let first = Payload::of(
        &call_of(SampleBody::Multipart(vec![part("a", file("b", 0), None)])),
        &[Bytes::from_static(b"x")],
    );
    let boundary = |content: &'static [u8]| {
        let body = SampleBody::Multipart(vec![part("a", file("b", 0), None)]);
        let payload = Payload::of(&call_of(body), &[Bytes::from_static(content)]);
        payload.unwrap().content_type
    };
    assert_ne!(boundary(b"one"), boundary(b"two"), "of what is sent");
    // A file that knows the boundary of another call.
    let known = first.unwrap().bytes.slice(..);
    let binary = Bytes::from_static(b"\x00\xff\r\n--\r\n\r\n");
    let body = SampleBody::Multipart(vec![
        part(
            evil,
            PartValue::Text("one\r\n--two".into()),
            Some("text/plain"),
        ),
        part("photo", file(evil, 1), Some("image/png")),
        part("photo", file("2.bin", 0), None),
    ]);
    let payload = Payload::of(&call_of(body), &[known.clone(), binary.clone()]).unwrap();
    assert_eq!(
        parts_of(payload).await,
        [
            (
                written.to_owned(),
                None,
                Some("text/plain".to_owned()),
                b"one\r\n--two".to_vec()
            ),
            (
                "photo".to_owned(),
                Some(written.to_owned()),
                Some("image/png".to_owned()),
                binary.to_vec()
            ),
            (
                "photo".to_owned(),
                Some("2.bin".to_owned()),
                None,
                known.to_vec()
            ),
        ]
    );
    let header = vec![part("a", file("b", 0), Some("image/png\r\nX-Evil: 1"))];
    let refused = Payload::of(&call_of(SampleBody::Multipart(header)), &[known]);
    assert_eq!(refused.err(), Some(NotRelayed::Header));
}

#[test]
fn a_body_that_is_a_file_is_the_one_of_its_number() {
    let files = [Bytes::from_static(b"stray"), Bytes::from_static(b"mine")];
    for (number, content) in [(0, Some(&files[0])), (1, Some(&files[1])), (2, None)] {
        let request = call_of(SampleBody::File {
            content_type: "image/png".into(),
            name: "a".into(),
            number,
        });
        let sent = Payload::of(&request, &files).map(|payload| payload.bytes);
        assert_eq!(sent.as_ref().ok(), content, "{number}");
    }
}

#[tokio::test]
async fn a_call_sends_up_to_the_limit_and_not_a_byte_more() {
    let blob = || {
        call_of(SampleBody::File {
            content_type: "image/png".into(),
            name: "a".into(),
            number: 0,
        })
    };
    let form = || {
        call_of(SampleBody::Multipart(vec![part(
            "photo",
            file("a", 0),
            None,
        )]))
    };
    let frame = Payload::of(&form(), &[Bytes::new()]).unwrap().bytes.len();
    for (request, around) in [(blob(), 0), (form(), frame)] {
        for (size, fits) in [
            (SENT_BYTES_MAX - 1, true),
            (SENT_BYTES_MAX, true),
            (SENT_BYTES_MAX + 1, false),
        ] {
            let content = Bytes::from(vec![b'x'; size - around]);
            let made = Payload::of(&request, &[content]).map(|payload| payload.bytes.len());
            let expected = if fits {
                Ok(size)
            } else {
                Err(NotRelayed::TooMuch)
            };
            assert_eq!(made, expected);
        }
    }
    let missing = Payload::of(&blob(), &[]);
    assert_eq!(missing.err(), Some(NotRelayed::NoFile));
}

#[tokio::test]
async fn a_body_is_sent_with_its_type_and_its_length() {
    let (url, serving) = gateway(answer(2));
    let relay = Relay::new(url).unwrap();
    let environment = production(None);
    let mut request = call_of(SampleBody::File {
        content_type: "image/png".into(),
        name: "a".into(),
        number: 0,
    });
    request.url = format!("{}/pets", relay.base(&environment, "pets", "v1"));
    let payload = Payload::of(&request, &[Bytes::from_static(b"\x89PNG")]).unwrap();
    let credential = credential();
    let sent = relay.send(&environment, &request, payload, &credential);
    assert!(sent.await.is_ok());
    let head = serving.recv().unwrap().join("\n").to_ascii_lowercase();
    assert!(
        head.contains("\ncontent-length: 4") && head.contains("\ncontent-type: image/png"),
        "{head}"
    );
    assert!(!head.contains("transfer-encoding"), "{head}");
}
