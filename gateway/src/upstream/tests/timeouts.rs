//! How long a backend may take for each part.

use std::sync::mpsc::channel;
use std::time::Instant;

use super::backend::Backend;
use super::*;

const SHORT_MS: u32 = 600;

fn hasty(urls: &[String]) -> Upstream {
    let mut hasty = object(urls);
    hasty.response_timeout_ms = SHORT_MS;
    hasty.idle_timeout_ms = SHORT_MS;
    hasty
}

fn is_about_short(took: Duration) -> bool {
    let short = Duration::from_millis(SHORT_MS.into());
    took >= short && took < short * 10
}

#[test]
fn a_backend_that_says_nothing_or_too_little_is_given_up() {
    let silent = Backend::start(|peer| {
        peer.request();
        peer.rest();
    });
    let dripping = Backend::start(|peer| {
        peer.request();
        for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: and so on and so on\r\n"
            .iter()
            .cycle()
        {
            if !peer.write(&[*byte]) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
    });
    on_worker(async {
        for backend in [silent, dripping] {
            let side = Side::with(&hasty(&backend.urls()), &settings());
            let began = Instant::now();
            assert_eq!(side.get().await.err(), Some(ProblemKind::UpstreamTimeout));
            assert!(is_about_short(began.elapsed()), "{:?}", began.elapsed());
            until("the connection is closed", || backend.open() == 0).await;
        }
    });
}

#[test]
fn a_pause_inside_a_body_breaks_it_off_and_a_slow_body_goes_on() {
    let (go, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::start(move |peer| {
        peer.request();
        peer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
        // Longer in all than a pause may be.
        for _ in 0..15 {
            peer.write(b"slow");
            std::thread::park_timeout(Duration::from_millis(60));
        }
        let _ = wait.lock().expect("not poisoned").recv();
    });
    on_worker(async {
        let side = Side::with(&hasty(&backend.urls()), &settings());
        let reply = side.get().await.expect("a head");
        assert_eq!(reply.text(), "slow".repeat(15));
        let broken = reply.end.expect_err("it stalls");
        assert_eq!(broken.kind(), ProblemKind::UpstreamTimeout);
        drop(go);
    });
}

#[test]
fn time_in_which_nobody_reads_is_not_held_against_the_backend() {
    let backend = Backend::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    on_worker(async {
        let side = Side::with(&hasty(&backend.urls()), &settings());
        let (_, mut response) = side.begin(&Method::GET, &mut NoBody).await.expect("a head");
        tokio::time::sleep(Duration::from_millis((SHORT_MS * 2).into())).await;
        assert_eq!(
            response.next().await.expect("a piece"),
            Some(b"hello".as_slice())
        );
    });
}

#[test]
fn a_backend_that_takes_nothing_more_of_a_request_is_given_up() {
    let (go, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::start(move |peer| {
        peer.head();
        let _ = wait.lock().expect("not poisoned").recv();
    });
    on_worker(async {
        let side = Side::with(&hasty(&backend.urls()), &settings());
        let pieces = vec![vec![7u8; 64 * 1024]; 1_000];
        let lent: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let body = Fed::whole(BodyLength::Chunked, &lent);
        assert_eq!(
            side.call(&Method::POST, body).await.err(),
            Some(ProblemKind::UpstreamTimeout)
        );
        drop(go);
    });
}

#[test]
fn the_wait_for_an_answer_begins_when_the_request_has_left() {
    let backend = Backend::start(|peer| {
        while peer.request().is_some() {
            peer.answer("ok");
        }
    });
    on_worker(async {
        let side = Side::with(&hasty(&backend.urls()), &settings());
        let (feed, mut body) = Fed::new(BodyLength::Chunked);
        let slow = async {
            for _ in 0..15 {
                tokio::time::sleep(Duration::from_millis(60)).await;
                feed.send(Ok(b"slow".to_vec())).expect("it is read");
            }
            drop(feed);
        };
        let (begun, ()) = tokio::join!(side.begin(&Method::POST, &mut body), slow);
        assert!(begun.is_ok(), "{begun:?}");
    });
}

#[test]
fn one_timer_serves_call_after_call() {
    let backend = Backend::start(|peer| {
        while let Some((head, _)) = peer.request() {
            if head.starts_with("PUT") {
                peer.rest();
                return;
            }
            std::thread::park_timeout(Duration::from_millis(40));
            peer.answer("ok");
        }
    });
    on_worker(async {
        let side = Side::with(&hasty(&backend.urls()), &settings());
        // Together longer than the deadline of the first.
        for _ in 0..20 {
            assert!(side.get().await.is_ok());
        }
        let began = Instant::now();
        assert_eq!(
            side.call(&Method::PUT, NoBody).await.err(),
            Some(ProblemKind::UpstreamTimeout)
        );
        assert!(is_about_short(began.elapsed()), "{:?}", began.elapsed());
        assert_eq!(backend.connections(), 1);
    });
}

#[test]
fn connecting_has_a_deadline_and_forbidden_addresses_are_not_tried() {
    on_worker(async {
        // 192.0.2.0/24 is never routed (RFC 5737); a machine may also refuse it at once.
        let mut away = object(&["http://192.0.2.1:9".to_owned()]);
        away.connect_timeout_ms = SHORT_MS;
        let began = Instant::now();
        let kind = Side::with(&away, &settings())
            .get()
            .await
            .expect_err("nobody");
        assert!(matches!(
            kind,
            ProblemKind::UpstreamTimeout | ProblemKind::UpstreamUnavailable
        ));
        assert!(began.elapsed() < Duration::from_secs(2));
        for url in [
            "http://169.254.169.254",
            "http://[fe80::1]:80",
            "http://0.0.0.0:80",
            "http://[::ffff:169.254.169.254]",
        ] {
            let side = Side::of(&[url.to_owned()]);
            assert_eq!(
                side.get().await.err(),
                Some(ProblemKind::UpstreamUnavailable),
                "{url}"
            );
        }
        let side = Side::of(&["http://nowhere.invalid".to_owned()]);
        let kind = side.get().await.expect_err("no such name");
        assert!(matches!(
            kind,
            ProblemKind::UpstreamTimeout | ProblemKind::UpstreamUnavailable
        ));
        let backend = Backend::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let url = format!("http://localhost:{}", backend.address.port());
        assert!(Side::of(&[url]).get().await.is_ok(), "a name that resolves");
    });
}
