//! Connections that are given to another protocol.

use std::cell::Cell;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::backend::Backend;
use super::*;
use crate::upstream::http1::Passed;

const AGREED: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n";

/// Agrees, says something at once, then echoes until the end.
fn echoing() -> Backend {
    Backend::start(|peer| {
        use std::io::{BufRead, Read};
        peer.head();
        peer.write(&[AGREED, b"hello "].concat());
        loop {
            let Ok(heard) = peer.stream.fill_buf().map(<[u8]>::to_vec) else {
                return;
            };
            let _ = peer.stream.read(&mut vec![0; heard.len()]);
            if heard.is_empty() {
                peer.write(b" bye");
                return;
            }
            peer.write(&heard);
        }
    })
}

async fn switched(side: &Side) -> (ResponseHead, Vec<u8>, Tunnel) {
    let fields = [Field {
        name: "Sec-WebSocket-Key",
        value: b"k",
    }];
    match side
        .send(&Method::GET, &fields, &mut NoBody, Some(b"websocket"))
        .await
    {
        Ok(Received::Switched(switched)) => (switched.head, switched.protocol, switched.tunnel),
        Ok(Received::Answer(answered)) => panic!("{:?}", answered.head),
        Err(refusal) => panic!("{refusal:?}"),
    }
}

#[test]
fn bytes_go_both_ways_until_both_have_ended() {
    let backend = echoing();
    on_worker(async {
        let side = Side::of(&backend.urls());
        let (head, protocol, tunnel) = switched(&side).await;
        assert_eq!(protocol, b"websocket");
        let reply = reply(&head);
        assert_eq!((reply.status, reply.announced), (101, None));
        assert_eq!(
            reply.fields,
            [("sec-websocket-accept".to_owned(), "x".to_owned())]
        );
        let (mut client, mut gateway) = tokio::io::duplex(1_000);
        let large = vec![b'a'; 200_000];
        let talking = async {
            let (mut reading, mut writing) = tokio::io::split(&mut client);
            let writes = async {
                writing.write_all(&large).await.expect("written");
                writing.shutdown().await.expect("ended");
            };
            let mut heard = Vec::new();
            let reads = async { reading.read_to_end(&mut heard).await.map(drop) };
            let ((), read) = tokio::join!(writes, reads);
            read.expect("an end");
            heard
        };
        let mut passed = Passed::default();
        let tunnelling = async {
            let ended = tunnel.run(&mut gateway, &mut passed).await;
            drop(gateway);
            ended
        };
        let (ended, heard) = tokio::join!(tunnelling, talking);
        assert!(ended.is_ok(), "{ended:?}");
        assert!(heard.starts_with(b"hello aaa") && heard.ends_with(b"aaa bye"));
        assert_eq!(heard.len(), large.len() + 10);
        assert_eq!((passed.to_backend, passed.to_client), (200_000, 200_010));
        let asked = backend.heads().concat();
        assert!(
            asked.contains("\r\nconnection: upgrade\r\nupgrade: websocket\r\n"),
            "{asked}"
        );
        assert!(asked.contains("\r\nsec-websocket-key: k\r\n"), "{asked}");
        assert!(side.upstream.choose(tokio::time::Instant::now()).is_ok());
    });
}

/// Whether a tunnel was kept for as long as its client talked; `None` where the machine stood still for longer than a
/// tunnel may be silent.
async fn talk_keeps_it(side: &Side, idle: Duration) -> Option<()> {
    const WORDS: u64 = 5;
    let (_, _, tunnel) = switched(side).await;
    let (mut client, mut gateway) = tokio::io::duplex(1_000);
    let last_word = Cell::new(Instant::now());
    let talking = async {
        for _ in 0..WORDS {
            tokio::time::sleep(idle * 2 / 5).await;
            last_word.set(Instant::now());
            client.write_all(b"x").await.expect("it is open");
        }
        std::future::pending::<()>().await;
    };
    let mut passed = Passed::default();
    tokio::select! {
        () = talking => {}
        ended = tunnel.run(&mut gateway, &mut passed) => {
            assert!(ended.expect_err("silence").to_string().contains("too long"));
        }
    }
    assert!(
        last_word.get().elapsed() >= idle,
        "ended although it talked"
    );
    (passed.to_backend == WORDS).then_some(())
}

#[test]
fn silence_ends_a_tunnel_and_talk_keeps_it() {
    let idle = Duration::from_millis(250);
    let backend = echoing();
    let mut hasty = object(&backend.urls());
    hasty.idle_timeout_ms = 250;
    on_worker(async {
        let side = Side::with(&hasty, &settings());
        let mut tries = 0;
        while talk_keeps_it(&side, idle).await.is_none() {
            tries += 1;
            assert!(tries < 20, "this machine stands still all the time");
        }
        until("the backend's side is closed", || backend.open() == 0).await;
    });
}

#[test]
fn a_backend_that_does_not_agree_answers_as_it_always_does() {
    let backend = Backend::answering("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno");
    on_worker(async {
        let side = Side::of(&backend.urls());
        for _ in 0..2 {
            let sent = side
                .send(&Method::GET, &[], &mut NoBody, Some(b"websocket"))
                .await;
            let Ok(Received::Answer(Answered { head, mut body })) = sent else {
                panic!("an answer")
            };
            assert_eq!(head.status.as_u16(), 400);
            assert_eq!(body.next().await.expect("a piece"), Some(b"no".as_slice()));
        }
    });
    assert_eq!(backend.connections(), 1);
    let nameless =
        Backend::answering("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\r\n");
    let refused = on_worker(async {
        let side = Side::of(&nameless.urls());
        side.send(&Method::GET, &[], &mut NoBody, Some(b"websocket"))
            .await
            .err()
    });
    assert_eq!(
        refused.map(|refusal| refusal.kind()),
        Some(ProblemKind::UpstreamFailed)
    );
}
