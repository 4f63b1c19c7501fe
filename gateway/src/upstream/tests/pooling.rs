//! Connections that wait for their next call, and how many there may be.

use std::sync::mpsc::channel;

use super::backend::Backend;
use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[test]
fn calls_one_after_the_other_share_a_connection_and_the_last_used_is_used_first() {
    let backend = Backend::start(|peer| {
        while peer.request().is_some() {
            let number = peer.number.to_string();
            peer.answer(&number);
        }
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        let three = tokio::join!(side.get(), side.get(), side.get());
        let mut numbers: Vec<_> = [three.0, three.1, three.2]
            .map(|reply| reply.expect("an answer").text())
            .into();
        numbers.sort_unstable();
        assert_eq!(numbers, ["0", "1", "2"]);
        let again: Vec<_> = [
            side.get().await,
            side.get().await,
            side.get().await,
            side.get().await,
        ]
        .into_iter()
        .map(|reply| reply.expect("an answer").text())
        .collect();
        assert!(again.windows(2).all(|pair| pair[0] == pair[1]), "{again:?}");
        assert_eq!(side.count(|counts| &counts.connects), 3);
        assert_eq!(side.count(|counts| &counts.reused), 4);
    });
    assert_eq!(backend.connections(), 3);
}

#[test]
fn a_connection_that_ended_while_unused_is_noticed_without_being_tried() {
    let (tell, told) = channel();
    let backend = Backend::start(move |peer| {
        peer.request();
        peer.answer("ok");
        let _ = tell.send(());
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        for _ in 0..20 {
            // Not repeatable: a try on a dead connection would show.
            let body = Fed::whole(BodyLength::Exact(1), &[b"x"]);
            let reply = side.call(&Method::POST, body).await;
            assert_eq!(reply.expect("an answer").text(), "ok");
            told.recv_timeout(PATIENCE).expect("it ends");
            side.until_unusable().await;
        }
        assert_eq!(side.count(|counts| &counts.retries), 0);
    });
}

/// Answers the first request of a connection and dies at the second, after reading it.
fn dies_when_reused() -> Backend {
    Backend::start(|peer| {
        if peer.request().is_some() && peer.answer("ok") {
            peer.request();
            peer.reset();
        }
    })
}

#[test]
fn a_call_that_may_be_repeated_is_sent_once_more_when_a_used_connection_dies() {
    let backend = dies_when_reused();
    on_worker(async {
        let side = Side::of(&backend.urls());
        assert!(side.get().await.is_ok());
        for method in [Method::GET, Method::PUT] {
            let body = Fed::whole(BodyLength::Exact(2), &[b"ab"]);
            assert!(side.call(&method, body).await.is_ok(), "{method}");
        }
        assert_eq!(side.count(|counts| &counts.retries), 2);
        let heads = backend.heads();
        assert_eq!(heads.len(), 5);
        assert_eq!(heads[1], heads[2], "the very same request");
    });
}

#[test]
fn a_call_that_may_not_be_repeated_or_is_not_here_whole_is_sent_once() {
    let backend = dies_when_reused();
    on_worker(async {
        let side = Side::of(&backend.urls());
        assert!(side.get().await.is_ok());
        let body = Fed::whole(BodyLength::Exact(2), &[b"ab"]);
        assert_eq!(
            side.call(&Method::POST, body).await.err(),
            Some(ProblemKind::UpstreamFailed)
        );
        assert!(side.get().await.is_ok());
        // More than is kept of a request.
        let large = vec![7; 100_000];
        let body = Fed::whole(BodyLength::Exact(200_000), &[&large, &large]);
        assert_eq!(
            side.call(&Method::PUT, body).await.err(),
            Some(ProblemKind::UpstreamFailed)
        );
        assert_eq!(side.count(|counts| &counts.retries), 0);
    });
}

#[test]
fn a_fresh_connection_that_dies_is_not_tried_again() {
    let backend = Backend::start(|peer| {
        peer.request();
        peer.reset();
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        assert_eq!(side.get().await.err(), Some(ProblemKind::UpstreamFailed));
    });
    assert_eq!(backend.connections(), 1);
}

#[test]
fn an_answer_that_has_begun_is_not_asked_for_again() {
    let backend = Backend::start(|peer| {
        if peer.request().is_some() && peer.answer("ok") {
            peer.request();
            peer.write(b"HTTP/1.1 200");
        }
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        assert!(side.get().await.is_ok());
        assert_eq!(side.get().await.err(), Some(ProblemKind::UpstreamFailed));
        assert_eq!(side.count(|counts| &counts.retries), 0);
    });
}

#[test]
fn no_more_than_so_many_connections_wait_and_none_longer_than_so_long() {
    let backend = Backend::answering(ANSWER);
    let mut few = settings();
    few.idle_connections = 2;
    few.idle = Duration::from_millis(200);
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &few);
        let four = tokio::join!(side.get(), side.get(), side.get(), side.get());
        assert!(four.0.is_ok() && four.1.is_ok() && four.2.is_ok() && four.3.is_ok());
        until("two are left", || backend.open() == 2).await;
        let before = backend.connections();
        tokio::time::sleep(few.idle).await;
        assert!(side.get().await.is_ok());
        assert_eq!(backend.connections(), before + 1, "the others were too old");
        until("they are closed", || backend.open() == 1).await;
        let house = side.upstreams.keep_house();
        let kept = tokio::time::timeout(PATIENCE, async {
            tokio::select! {
                () = house => {}
                () = until("nobody is kept without use", || backend.open() == 0) => {}
            }
        });
        assert!(kept.await.is_ok());
    });
}

#[test]
fn connections_to_a_target_that_is_gone_are_closed() {
    let backend = Backend::answering(ANSWER);
    let mut long = settings();
    long.idle = Duration::from_secs(600);
    on_worker(async {
        let mut side = Side::with(&object(&backend.urls()), &long);
        assert!(side.get().await.is_ok());
        assert_eq!(backend.open(), 1);
        let (_, mut under_way) = side.begin(&Method::GET, &mut NoBody).await.expect("a head");
        // The same address again keeps its connections.
        side.upstream = compiled(&object(&backend.urls()), Some(&side.upstream));
        let _ = under_way.next().await;
        assert!(side.get().await.is_ok());
        assert_eq!(backend.connections(), 1);
        side.upstream = compiled(
            &object(&["http://127.0.0.1:1".to_owned()]),
            Some(&side.upstream),
        );
        tokio::select! {
            () = side.upstreams.keep_house() => {}
            () = until("they are closed", || backend.open() == 0) => {}
        }
    });
}

#[test]
fn a_response_that_ends_after_its_target_is_gone_leaves_no_connection() {
    let (go, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::start(move |peer| {
        while peer.request().is_some() {
            peer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no");
            let _ = wait.lock().expect("not poisoned").recv();
            peer.write(b"k");
        }
    });
    on_worker(async {
        let mut side = Side::of(&backend.urls());
        let (_, mut response) = side.begin(&Method::GET, &mut NoBody).await.expect("a head");
        side.upstream = compiled(&object(&["http://127.0.0.1:1".to_owned()]), None);
        go.send(()).expect("the backend waits");
        while let Ok(Some(_)) = response.next().await {}
        assert!(response.is_finished());
        until("it is closed", || backend.open() == 0).await;
    });
}

/// Answers when it is told to.
fn waiting_backend() -> (Backend, std::sync::mpsc::Sender<()>) {
    let (go, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::start(move |peer| {
        while peer.request().is_some() {
            let _ = wait.lock().expect("not poisoned").recv();
            peer.answer("ok");
        }
    });
    (backend, go)
}

#[test]
fn calls_beyond_the_bound_wait_in_turn_and_then_find_a_place() {
    let (backend, go) = waiting_backend();
    let mut narrow = settings();
    (narrow.connections, narrow.waiting) = (2, 2);
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &narrow);
        let telling = async {
            until("both places are taken", || backend.heads().len() == 2).await;
            until("two wait", || side.count(|counts| &counts.waits) == 2).await;
            let refused = side.get().await;
            assert_eq!(
                refused.err(),
                Some(ProblemKind::UpstreamUnavailable),
                "one too many"
            );
            for _ in 0..4 {
                go.send(()).expect("the backend waits");
            }
        };
        let calls = async { tokio::join!(side.get(), side.get(), side.get(), side.get()) };
        let ((one, two, three, four), ()) = tokio::join!(calls, telling);
        assert!(one.is_ok() && two.is_ok() && three.is_ok() && four.is_ok());
        assert_eq!(backend.connections(), 2);
        assert_eq!(side.count(|counts| &counts.full), 1);
    });
}

#[test]
fn a_call_waits_for_a_place_so_long_and_no_longer() {
    let (backend, _go) = waiting_backend();
    let mut narrow = settings();
    (narrow.connections, narrow.wait) = (1, Duration::from_millis(100));
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &narrow);
        let late = async {
            until("the place is taken", || backend.heads().len() == 1).await;
            let began = std::time::Instant::now();
            let refused = side.send(&Method::GET, &[], &mut NoBody, None).await;
            let refusal = refused.err().expect("no place");
            assert_eq!(refusal.kind(), ProblemKind::UpstreamUnavailable);
            let fields = refusal.problem.headers();
            assert!(
                fields.iter().any(|(name, _)| name == "retry-after"),
                "{fields:?}"
            );
            began.elapsed()
        };
        tokio::select! {
            _ = side.get() => panic!("nobody answers"),
            waited = late => assert!(waited >= narrow.wait && waited < narrow.wait * 10, "{waited:?}"),
        }
        // Both have left; their places are free.
        let left = tokio::time::timeout(Duration::from_millis(50), side.get()).await;
        assert!(left.is_err(), "it has a place, and waits for an answer");
    });
}

#[test]
fn a_client_that_leaves_takes_its_connection_along_at_once() {
    let (tell, told) = channel();
    let backend = Backend::start(move |peer| {
        let head = peer.head().unwrap_or_default();
        if head.starts_with("PUT") {
            peer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc");
        }
        peer.rest();
        let _ = tell.send(());
    });
    on_worker(async {
        let side = Side::of(&backend.urls());
        // Well before the backend itself gives up.
        let at_most = PATIENCE / 2;
        {
            let mut call = std::pin::pin!(side.get());
            tokio::select! {
                _ = &mut call => panic!("nobody answers"),
                () = until("the backend has the call", || backend.heads().len() == 1) => {}
            }
        }
        assert!(told.recv_timeout(at_most).is_ok(), "before the head");
        let (_, response) = side.begin(&Method::PUT, &mut NoBody).await.expect("a head");
        drop(response);
        assert!(told.recv_timeout(at_most).is_ok(), "inside the body");
    });
}
