//! Targets that fail: others take their calls, and nobody is asked more often than a fifth over.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::backend::{Backend, nobody};
use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn quick() -> UpstreamSettings {
    let mut quick = settings();
    quick.eject_first = Duration::from_millis(100);
    quick.eject_max = Duration::from_millis(400);
    quick
}

#[test]
fn a_target_nobody_listens_at_costs_no_call_its_answer() {
    let backend = Backend::answering(ANSWER);
    on_worker(async {
        let side = Side::with(&object(&[nobody(), backend.url()]), &settings());
        for number in 0..50 {
            assert!(side.get().await.is_ok(), "call {number}");
        }
        let failures = side.count(|counts| &counts.connect_failures);
        assert_eq!(
            failures,
            u64::from(settings().eject_after),
            "then it was left alone"
        );
        assert_eq!(side.count(|counts| &counts.failovers), failures);
        assert_eq!(side.count(|counts| &counts.ejections), 1);
    });
}

#[test]
fn with_every_target_away_calls_are_refused_at_once_with_a_time_to_come_back() {
    on_worker(async {
        // Left alone for longer than this test takes: nobody is asked again.
        let mut long = settings();
        long.eject_first = Duration::from_secs(25);
        let side = Side::with(&object(&[nobody(), nobody()]), &long);
        while side.count(|counts| &counts.refused) == 0 {
            assert_eq!(
                side.get().await.err(),
                Some(ProblemKind::UpstreamUnavailable)
            );
        }
        let before = side.count(|counts| &counts.connect_failures);
        for _ in 0..100 {
            let refused = side.send(&Method::GET, &[], &mut NoBody, None).await;
            let refusal = refused.err().expect("nobody answers");
            assert_eq!(refusal.kind(), ProblemKind::UpstreamUnavailable);
            let fields = refusal.problem.headers();
            let wait = fields.iter().find(|(name, _)| name == "retry-after");
            let wait: u64 = wait
                .expect("a time")
                .1
                .to_str()
                .expect("text")
                .parse()
                .expect("seconds");
            assert!((1..=30).contains(&wait));
        }
        assert_eq!(
            side.count(|counts| &counts.connect_failures),
            before,
            "at once: nobody is asked"
        );
    });
}

/// A target that is dead, probed while it still is, and then alive; `None` where the machine stood still for so long that
/// what is asserted of a moment was past.
async fn comes_back(backend: &Backend, dead: &AtomicBool) -> Option<()> {
    let first = quick().eject_first;
    let side = Side::with(&object(&backend.urls()), &quick());
    dead.store(true, Ordering::SeqCst);
    let mut failing = Instant::now();
    while side.count(|counts| &counts.ejections) == 0 {
        failing = Instant::now();
        assert!(side.get().await.is_err());
    }
    let asked = backend.connections();
    let refused = side.get().await.err();
    if failing.elapsed() >= first {
        return None;
    }
    assert_eq!(refused, Some(ProblemKind::UpstreamUnavailable));
    tokio::time::sleep(first).await;
    // It is tried by one, and is still dead: twice as long this time.
    let probing = Instant::now();
    let tried = tokio::join!(side.get(), side.get(), side.get());
    if probing.elapsed() >= first * 2 {
        return None;
    }
    let kinds = [tried.0, tried.1, tried.2].map(|reply| reply.err());
    let failed = kinds
        .iter()
        .filter(|kind| **kind == Some(ProblemKind::UpstreamFailed))
        .count();
    assert_eq!((failed, backend.connections()), (1, asked + 1), "{kinds:?}");
    tokio::time::sleep(first).await;
    let refused = side.get().await.err();
    if probing.elapsed() >= first * 2 {
        return None;
    }
    assert_eq!(refused, Some(ProblemKind::UpstreamUnavailable));
    dead.store(false, Ordering::SeqCst);
    tokio::time::sleep(first).await;
    for _ in 0..20 {
        assert!(side.get().await.is_ok());
    }
    Some(())
}

#[test]
fn a_target_that_comes_back_is_found_by_one_call() {
    let dead = Arc::new(AtomicBool::new(true));
    let is_dead = Arc::clone(&dead);
    let backend = Backend::start(move |peer| {
        while peer.request().is_some() {
            if is_dead.load(Ordering::SeqCst) {
                return peer.reset();
            }
            peer.answer("ok");
        }
    });
    on_worker(async {
        let mut tries = 0;
        while comes_back(&backend, &dead).await.is_none() {
            tries += 1;
            assert!(tries < 20, "this machine stands still all the time");
        }
    });
}

#[test]
fn a_probe_whose_client_leaves_decides_nothing() {
    let backend = Backend::start(|peer| {
        if peer.number < 10 {
            peer.request();
            return peer.reset();
        }
        if peer.request().is_some() && peer.number > 10 {
            peer.answer("ok");
        }
        peer.rest();
    });
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &quick());
        while side.count(|counts| &counts.ejections) == 0 {
            assert!(side.get().await.is_err());
        }
        assert_eq!(
            backend.connections(),
            10,
            "twice the threshold for the last target"
        );
        tokio::time::sleep(quick().eject_first).await;
        tokio::select! {
            _ = side.get() => panic!("nobody answers the first probe"),
            () = until("the probe is under way", || backend.heads().len() == 11) => {}
        }
        assert!(side.get().await.is_ok(), "the next call is the next probe");
    });
}

#[test]
fn a_status_of_the_backends_own_is_no_failure() {
    let backend = Backend::answering("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &settings());
        for _ in 0..50 {
            assert_eq!(side.get().await.expect("an answer").status, 503);
        }
        assert_eq!(side.count(|counts| &counts.ejections), 0);
    });
}

/// Calls that reached a backend, for so many calls: half of them fail in a way that may be repeated.
#[test]
fn half_failing_backends_are_given_a_fifth_more_at_most_and_dead_ones_nothing() {
    let requests = Arc::new(AtomicU64::new(0));
    let dead = Arc::new(AtomicBool::new(false));
    let (seen, is_dead) = (Arc::clone(&requests), Arc::clone(&dead));
    let backend = Backend::start(move |peer| {
        // Every other request of a connection dies, so every one on a used connection could be repeated.
        while peer.request().is_some() {
            let number = seen.fetch_add(1, Ordering::SeqCst);
            if is_dead.load(Ordering::SeqCst) || number % 2 == 1 {
                return peer.reset();
            }
            peer.answer("ok");
        }
    });
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &settings());
        let calls = 500;
        for _ in 0..calls {
            let _ = side.get().await;
        }
        let reached = requests.load(Ordering::SeqCst);
        assert!(
            reached <= calls + calls / 5 + 2,
            "{reached} requests for {calls} calls"
        );
        assert!(
            side.count(|counts| &counts.retries) > 0,
            "some were repeated"
        );
        dead.store(true, Ordering::SeqCst);
        let before = requests.load(Ordering::SeqCst);
        while side.count(|counts| &counts.refused) == 0 {
            assert!(side.get().await.is_err());
        }
        let asked = requests.load(Ordering::SeqCst) - before;
        assert!(asked <= 12 + 3, "{asked} requests before it was left alone");
    });
}

#[test]
fn where_no_second_try_can_be_paid_for_no_used_connection_is_risked() {
    // It answers once on every connection and dies at the second request.
    let backend = Backend::start(|peer| {
        if peer.request().is_some() && peer.answer("ok") {
            peer.request();
            peer.reset();
        }
    });
    on_worker(async {
        let side = Side::with(&object(&backend.urls()), &settings());
        for number in 0..100 {
            assert!(side.get().await.is_ok(), "call {number}");
        }
        let retries = side.count(|counts| &counts.retries);
        assert!((1..=22).contains(&retries), "{retries}");
    });
}
