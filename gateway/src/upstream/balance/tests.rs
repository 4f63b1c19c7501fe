//! Turns, weights, loads, and what ejection does to them.

use gatehouse_domain::id::{TenantId, UpstreamId};
use gatehouse_snapshot::object::Target as ObjectTarget;
use uuid::Uuid;

use super::*;

const RULES: EjectionRules = EjectionRules {
    after: 2,
    window: Duration::from_secs(10),
    first: Duration::from_secs(1),
    max: Duration::from_secs(4),
};

fn object(load_balancing: LoadBalancing, weights: &[u32]) -> Upstream {
    let targets = weights
        .iter()
        .enumerate()
        .map(|(place, weight)| ObjectTarget {
            url: format!("http://t{place}.example/base/"),
            weight: *weight,
        });
    Upstream {
        id: UpstreamId::from_uuid(Uuid::nil()),
        tenant: TenantId::from_uuid(Uuid::nil()),
        name: "u".to_owned(),
        load_balancing,
        connect_timeout_ms: 1,
        response_timeout_ms: 1,
        idle_timeout_ms: 1,
        targets: targets.collect(),
    }
}

fn upstream(load_balancing: LoadBalancing, weights: &[u32]) -> CompiledUpstream {
    let object = object(load_balancing, weights);
    CompiledUpstream::new(&object, None).unwrap()
}

fn hosts(upstream: &CompiledUpstream, count: usize, now: Instant) -> Vec<String> {
    (0..count)
        .map(|_| upstream.choose(now).unwrap().target().host.clone())
        .collect()
}

fn eject(upstream: &CompiledUpstream, host: &str, now: Instant) {
    while !upstream
        .targets
        .iter()
        .any(|listed| listed.target.host == host && listed.target.health.is_ejected())
    {
        let call = upstream.choose(now).unwrap();
        if call.target().host == host {
            upstream.failed(&call, &RULES, now);
        }
    }
}

#[test]
fn turns_follow_weights_and_are_spread() {
    assert_eq!(schedule(&[2, 1]), [0, 1, 0]);
    assert_eq!(schedule(&[5, 1, 1]), [0, 0, 1, 0, 2, 0, 0]);
    assert_eq!(schedule(&[1, 0]), [0]);
    assert!(schedule(&[1_000_000, 500_000]).len() <= 1_001);
    let round = upstream(LoadBalancing::RoundRobin, &[1, 1]);
    let now = Instant::now();
    assert_eq!(
        hosts(&round, 4, now),
        ["t0.example", "t1.example", "t0.example", "t1.example"]
    );
    for kind in [LoadBalancing::RoundRobin, LoadBalancing::LeastConnections] {
        let none = upstream(kind, &[0]).choose(now);
        assert_eq!(none.err(), Some(NoTarget::Unlisted));
    }
}

#[test]
fn the_least_loaded_target_for_its_weight_is_taken() {
    let (least, now) = (
        upstream(LoadBalancing::LeastConnections, &[1, 3]),
        Instant::now(),
    );
    let held: Vec<_> = (0..8).filter_map(|_| least.choose(now).ok()).collect();
    let on = |host: &str| {
        held.iter()
            .filter(|call| call.target().host == host)
            .count()
    };
    assert_eq!((on("t0.example"), on("t1.example")), (2, 6));
    drop(held);
    assert_eq!(least.targets[1].target.in_flight.load(Ordering::Relaxed), 0);
}

#[test]
fn the_others_share_the_calls_of_an_ejected_target_until_one_call_brings_it_back() {
    for kind in [LoadBalancing::RoundRobin, LoadBalancing::LeastConnections] {
        let (three, now) = (upstream(kind, &[1, 1, 1]), Instant::now());
        eject(&three, "t1.example", now);
        let calls = hosts(&three, 100, now);
        let on = |host: &str| calls.iter().filter(|called| *called == host).count();
        assert_eq!(on("t1.example"), 0);
        assert!(
            (45..=55).contains(&on("t0.example")),
            "{}",
            on("t0.example")
        );
        let later = now + RULES.first;
        let held: Vec<_> = (0..9).map(|_| three.choose(later).unwrap()).collect();
        let mut probes = held
            .iter()
            .filter(|call| call.target().host == "t1.example");
        let probe = probes.next().expect("one call tries it");
        assert!(probes.next().is_none(), "and one alone");
        probe.succeeded(later);
        drop(held);
        assert!(
            hosts(&three, 9, later)
                .iter()
                .any(|host| host == "t1.example")
        );
    }
}

#[test]
fn with_every_target_ejected_no_call_is_taken_and_the_wait_is_known() {
    for kind in [LoadBalancing::RoundRobin, LoadBalancing::LeastConnections] {
        let (two, now) = (upstream(kind, &[1, 1]), Instant::now());
        eject(&two, "t0.example", now);
        eject(&two, "t1.example", now);
        assert_eq!(two.choose(now).err(), Some(NoTarget::Ejected(RULES.first)));
        assert!(two.choose(now + RULES.first).is_ok());
    }
}

#[test]
fn the_last_target_stays_longer_than_the_others() {
    let (two, now) = (upstream(LoadBalancing::RoundRobin, &[1, 1]), Instant::now());
    eject(&two, "t0.example", now);
    let failures = (1..).find(|_| {
        let call = two.choose(now).unwrap();
        two.failed(&call, &RULES, now).is_some()
    });
    assert_eq!(failures, Some(4));
}

#[test]
fn another_target_is_never_the_one_that_was_tried() {
    let (two, now) = (upstream(LoadBalancing::RoundRobin, &[1, 1]), Instant::now());
    for _ in 0..4 {
        let tried = two.choose(now).unwrap();
        let other = two.choose_other(tried.target(), now).unwrap();
        assert_ne!(other.target().number, tried.target().number);
    }
    let one = upstream(LoadBalancing::RoundRobin, &[1]);
    let tried = one.choose(now).unwrap();
    assert!(one.choose_other(tried.target(), now).is_none());
}

#[test]
fn calls_are_counted_and_drawing_again_is_not() {
    let (two, now) = (upstream(LoadBalancing::RoundRobin, &[1, 1]), Instant::now());
    eject(&two, "t0.example", now);
    let before = two.calls();
    hosts(&two, 10, now);
    assert_eq!(two.calls() - before, 10);
}

#[test]
fn a_changed_upstream_takes_over_the_targets_it_still_has() {
    let before = upstream(LoadBalancing::RoundRobin, &[1, 1]);
    let known = Arc::clone(&before.targets[1].target);
    let mut changed = object(LoadBalancing::RoundRobin, &[1, 5, 1]);
    changed.targets.remove(0);
    let after = CompiledUpstream::new(&changed, Some(&before)).unwrap();
    assert!(Arc::ptr_eq(&known, &after.targets[0].target));
    assert_eq!(after.targets[0].weight, 5);
    let left_out = Arc::clone(&before.targets[0].target);
    drop(before);
    assert!(left_out.is_gone() && !known.is_gone());
}
