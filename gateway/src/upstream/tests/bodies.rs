//! Request bodies on their way to a backend, and answers that come before they have ended.

use std::sync::mpsc::channel;

use super::backend::Backend;
use super::*;

/// Tells what of each request arrived after its head, and whether the connection ended or was reset.
fn listening() -> (Backend, std::sync::mpsc::Receiver<(Vec<u8>, bool)>) {
    let (tell, told) = channel();
    let backend = Backend::start(move |peer| {
        if peer.head().is_some() {
            let _ = tell.send(peer.rest());
        }
    });
    (backend, told)
}

#[test]
fn a_body_arrives_whole_in_the_framing_its_length_asks_for() {
    let (tell, told) = channel();
    let backend = Backend::start(move |peer| {
        while let Some(request) = peer.request() {
            let _ = tell.send(request);
            peer.answer("ok");
        }
    });
    let large: Vec<u8> = (0..300_000u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    let cases: &[(BodyLength, &[&[u8]], &str)] = &[
        (BodyLength::None, &[], "content-length: 0"),
        (BodyLength::Exact(0), &[], "content-length: 0"),
        (BodyLength::Exact(5), &[b"hello"], "content-length: 5"),
        (
            BodyLength::Exact(5),
            &[b"he", b"", b"llo"],
            "content-length: 5",
        ),
        (BodyLength::Chunked, &[], "transfer-encoding: chunked"),
        (
            BodyLength::Chunked,
            &[b"he", b"", b"llo"],
            "transfer-encoding: chunked",
        ),
        (
            BodyLength::Exact(300_000),
            &[&large],
            "content-length: 300000",
        ),
        (
            BodyLength::Chunked,
            &[&large, b"and", &large],
            "transfer-encoding: chunked",
        ),
        (
            BodyLength::Exact(300_003),
            &[b"and", &large],
            "content-length: 300003",
        ),
    ];
    on_worker(async {
        let side = Side::of(&backend.urls());
        for (length, pieces, framing) in cases {
            let reply = side.call(&Method::POST, Fed::whole(*length, pieces)).await;
            assert_eq!(reply.expect("an answer").text(), "ok");
            let (head, body) = told.recv_timeout(PATIENCE).expect("a request");
            assert!(head.contains(&format!("\r\n{framing}\r\n")), "{head}");
            assert!(body == pieces.concat(), "{length:?}: {} bytes", body.len());
        }
    });
    assert_eq!(
        backend.connections(),
        1,
        "every request left the connection in step"
    );
}

#[test]
fn head_and_small_body_leave_in_one_write() {
    let (tell, told) = channel();
    let backend = Backend::start(move |peer| {
        use std::io::BufRead;
        // What one read of the socket gives.
        let first = peer
            .stream
            .fill_buf()
            .map(<[u8]>::to_vec)
            .unwrap_or_default();
        let _ = tell.send(first);
        peer.answer("ok");
    });
    on_worker(async {
        for length in [BodyLength::Exact(5), BodyLength::Chunked] {
            // No connection of the call before, which the backend closes at a moment of its own.
            let side = Side::of(&backend.urls());
            let body = Fed::whole(length, &[b"he", b"llo"]);
            side.call(&Method::POST, body).await.expect("an answer");
            let first = String::from_utf8(told.recv().expect("a read")).expect("text");
            let whole = first.ends_with("\r\n\r\nhello") || first.ends_with("\r\n0\r\n\r\n");
            assert!(whole, "{first:?}");
        }
    });
}

#[test]
fn a_body_that_breaks_is_never_finished_and_its_connection_is_reset() {
    let (backend, told) = listening();
    let broken = [
        (
            Fed::broken(BodyLength::Exact(10), &[b"hello"], BodyFault::Broken),
            ProblemKind::BadRequest,
        ),
        (
            Fed::broken(BodyLength::Chunked, &[b"hello"], BodyFault::TooSlow),
            ProblemKind::RequestTimeout,
        ),
        (
            Fed::broken(BodyLength::Chunked, &[b"hello"], BodyFault::TooLarge(5)),
            ProblemKind::BodyTooLarge,
        ),
        // Less and more than was said.
        (
            Fed::whole(BodyLength::Exact(10), &[b"hello"]),
            ProblemKind::BadRequest,
        ),
        (
            Fed::whole(BodyLength::Exact(4), &[b"hel", b"lo"]),
            ProblemKind::BadRequest,
        ),
    ];
    on_worker(async {
        let side = Side::of(&backend.urls());
        for (body, kind) in broken {
            assert_eq!(side.call(&Method::POST, body).await.err(), Some(kind));
        }
    });
    // Broken before anything was sent, the backend hears nothing; broken later, it hears no end.
    while let Ok((rest, ended)) = told.recv_timeout(Duration::from_millis(100)) {
        assert!(!ended, "{rest:?} ended as if it were whole");
        assert!(!rest.ends_with(b"0\r\n\r\n"));
    }
}

#[test]
fn a_body_that_breaks_after_its_beginning_left_resets_the_connection() {
    for length in [BodyLength::Exact(10), BodyLength::Chunked] {
        let (backend, told) = listening();
        on_worker(async {
            let side = Side::of(&backend.urls());
            let (feed, mut body) = Fed::new(length);
            let breaking = async {
                feed.send(Ok(b"hello".to_vec())).expect("it is read");
                until("the backend has the head", || !backend.heads().is_empty()).await;
                feed.send(Err(BodyFault::Broken)).expect("it is read");
            };
            let (begun, ()) = tokio::join!(side.begin(&Method::POST, &mut body), breaking);
            assert_eq!(begun.err(), Some(ProblemKind::BadRequest));
            assert!(side.get().await.is_err(), "on a connection of its own");
        });
        let (rest, ended) = told.recv_timeout(PATIENCE).expect("a request");
        assert!(!ended && !rest.ends_with(b"0\r\n\r\n"), "{rest:?} {ended}");
        assert_eq!(backend.connections(), 2);
    }
}

#[test]
fn an_early_answer_is_passed_on_and_its_connection_is_not_used_again() {
    let backend = Backend::start(|peer| {
        peer.head();
        peer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig");
        peer.rest();
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        for length in [BodyLength::Exact(1 << 40), BodyLength::Chunked] {
            let (feed, mut body) = Fed::new(length);
            feed.send(Ok(vec![7; 1000])).expect("it is held");
            let (head, mut response) = side.begin(&Method::POST, &mut body).await.expect("a head");
            assert!(response.is_sending());
            assert_eq!(head.status.as_u16(), 413);
            let piece = response.next().await.expect("a piece").map(<[u8]>::to_vec);
            assert_eq!(piece.as_deref(), Some(b"big".as_slice()));
            assert!(response.is_finished());
            assert!(matches!(response.next().await, Ok(None)));
        }
    });
    assert_eq!(backend.connections(), 2);
}

#[test]
fn an_answer_that_comes_before_a_refusal_to_read_on_is_passed_on() {
    let backend = Backend::start(|peer| {
        peer.head();
        peer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno");
        // And ends without having read the body, which resets the connection once more of it arrives.
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        let mut passed_on = 0;
        for _ in 0..20 {
            let large = vec![7; 200_000];
            let body = Fed::whole(BodyLength::Exact(600_000), &[&large, &large, &large]);
            match side.call(&Method::POST, body).await {
                Ok(reply) => {
                    assert_eq!(reply.status, 401);
                    passed_on += 1;
                }
                // The kernel may throw away what a reset overtakes.
                Err(kind) => assert_eq!(kind, ProblemKind::UpstreamFailed),
            }
        }
        assert!(passed_on > 0);
    });
}

#[test]
fn both_directions_go_on_at_once_when_the_backend_answers_while_it_reads() {
    // An echo: it holds nothing, so whoever does not read while sending would wait for ever.
    let backend = Backend::start(|peer| {
        while peer.head().is_some() {
            peer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            while let Some(chunk) = peer.chunk() {
                let size = format!("{:x}\r\n", chunk.len());
                if !peer.write(&[size.as_bytes(), &chunk, b"\r\n"].concat()) {
                    return;
                }
                if chunk.is_empty() {
                    break;
                }
            }
        }
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        for _ in 0..2 {
            let pieces: Vec<Vec<u8>> = (0..400u32)
                .map(|n| vec![n.to_le_bytes()[0]; 64 * 1024])
                .collect();
            let lent: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let body = Fed::whole(BodyLength::Chunked, &lent);
            let reply = side.call(&Method::POST, body).await.expect("an answer");
            assert!(reply.end.is_ok() && reply.body == pieces.concat());
        }
    });
    assert_eq!(
        backend.connections(),
        1,
        "both had ended, so the connection was used again"
    );
}

#[test]
fn a_body_is_asked_for_no_faster_than_the_backend_takes_it() {
    let (go, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::start(move |peer| {
        peer.head();
        let _ = wait.lock().expect("not poisoned").recv();
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        let pieces = vec![vec![7u8; 64 * 1024]; 2_000];
        let lent: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let mut body = Fed::whole(BodyLength::Chunked, &lent);
        {
            let call = side.begin(&Method::POST, &mut body);
            let held_up = tokio::time::timeout(Duration::from_millis(300), call).await;
            assert!(held_up.is_err(), "nobody reads");
        }
        // What the two sockets hold, and one piece.
        assert!(body.taken < 500, "{} pieces were asked for", body.taken);
        go.send(()).expect("the backend waits");
    });
}

#[test]
fn a_body_that_breaks_while_its_answer_has_begun_breaks_the_answer_off() {
    let backend = Backend::start(|peer| {
        peer.head();
        peer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nearly");
        peer.rest();
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        let (feed, mut body) = Fed::new(BodyLength::Chunked);
        let (_, mut response) = side.begin(&Method::POST, &mut body).await.expect("a head");
        let first = response.next_while_sending(&mut body).await;
        assert_eq!(first.expect("a piece"), Some(b"early".as_slice()));
        feed.send(Err(BodyFault::TooSlow)).expect("it is read");
        let broken = response
            .next_while_sending(&mut body)
            .await
            .expect_err("broken");
        assert_eq!(broken.kind(), ProblemKind::RequestTimeout);
        assert!(response.next().await.is_err(), "and stays so");
    });
}
