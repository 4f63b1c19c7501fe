//! Rates that all callers share: exact, kept, given back, and tried without refusing.

use std::time::Duration;

use gatehouse_domain::plan::LimitRule;
use gatehouse_snapshot::object::{Object, PolicySet, SharedRate};

use super::{PATH, TIERS, Tier, changes, key_of, metric, rate, routed, world};
use crate::http::until;
use crate::node::{Node, World};
use crate::objects::{PRODUCTION, plan, route};
use crate::upstream::Upstream;

fn of(rates: &[SharedRate]) -> PolicySet {
    PolicySet {
        rates: rates.to_vec(),
        ..PolicySet::default()
    }
}

/// How many calls of an application pass; every other is refused by the shared rate.
fn passed(node: &Node, application: u64, path: &str, calls: usize) -> usize {
    let key = key_of(application);
    let passes = |tier: Tier| {
        let reply = tier.call(node, "GET", path, &[("x-api-key", &key)]);
        if reply.status != 200 {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (429, "api_rate_limited")
            );
        }
        reply.status == 200
    };
    (0..calls).filter(|call| passes(TIERS[call % 2])).count()
}

#[test]
fn two_applications_and_every_operation_of_it_share_a_rate_exactly() {
    let upstream = Upstream::echo();
    let (world, hand) = world(&upstream, &[of(&[rate(900, 5, 10)])]);
    assert_eq!(passed(&world.node, 1, PATH, 3), 3);
    assert_eq!(
        passed(&world.node, 2, "/petstore/v1/pets/7", 4),
        2,
        "five in all"
    );
    let refused = world.get(PATH);
    assert_eq!(refused.header("retry-after"), Some("2"));
    assert_eq!(
        refused.header("ratelimit"),
        None,
        "it is no limit of the plan"
    );
    assert!(refused.text().contains("5 in 10 s"), "{}", refused.text());
    hand.advance(Duration::from_millis(1_999));
    assert_eq!(passed(&world.node, 2, PATH, 1), 0);
    hand.advance(Duration::from_millis(1));
    assert_eq!(passed(&world.node, 1, PATH, 2), 1);
    hand.advance(Duration::from_secs(100));
    assert_eq!(passed(&world.node, 2, PATH, 9), 5);
    assert_eq!(
        upstream.seen().len(),
        11,
        "what was refused never got there"
    );
    let limit = "gatehouse_limit_refusals_total{limit=\"api_rate\"}";
    assert!(metric(&world, limit).is_some_and(|count| count == 2 + 1 + 1 + 1 + 4));
}

#[test]
fn a_change_of_configuration_gives_nothing_again() {
    let upstream = Upstream::echo();
    let (world, _hand) = world(&upstream, &[of(&[rate(900, 5, 3_600)])]);
    assert_eq!(passed(&world.node, 1, PATH, 4), 4);
    // Another set, in which the same policy stands, larger.
    let larger = PolicySet {
        request_headers: changes(&["x-debug"], &[]),
        ..of(&[rate(900, 6, 3_600)])
    };
    world.put(&[Object::Route(routed(&[larger]))]);
    assert!(passed(&world.node, 2, PATH, 5) <= 2);
    assert_eq!(passed(&world.node, 1, PATH, 3), 0);
    world.put(&[Object::Route(routed(&[of(&[rate(900, 5, 3_600)])]))]);
    assert_eq!(passed(&world.node, 1, PATH, 3), 0);
    world.put(&[Object::Route(routed(&[of(&[rate(901, 2, 3_600)])]))]);
    assert_eq!(
        passed(&world.node, 1, PATH, 5),
        2,
        "another policy is another bucket"
    );
    world.put(&[Object::Route(route(PRODUCTION, 0))]);
    assert_eq!(passed(&world.node, 1, PATH, 5), 5);
}

#[test]
fn gateways_have_an_equal_part_each() {
    let upstream = Upstream::echo();
    let set = of(&[rate(900, 10, 3_600)]);
    // Two of one group: each is told that there are two.
    let (first, _hand) = world(&upstream, std::slice::from_ref(&set));
    let (second, _other_hand) = world(&upstream, &[set]);
    for world in [&first, &second] {
        world.control_plane.state().live_nodes = 2;
        until("it knows of the other", || {
            let page = world.node.status_page("/metrics").text();
            page.contains("gatehouse_group_live_nodes 2\n")
        });
    }
    assert_eq!(passed(&first.node, 1, PATH, 9), 5);
    assert_eq!(passed(&second.node, 2, PATH, 9), 5);
    assert_eq!(upstream.seen().len(), 10);
}

/// The plan of the fixture with this rate.
fn planned(world: &World, amount: u32) {
    let rule = LimitRule::Rate {
        amount,
        window_s: 3_600,
        burst: amount,
    };
    world.put(&[Object::Plan(plan(&[rule]))]);
}

#[test]
fn what_the_plan_or_an_inner_rate_refuses_is_given_back() {
    let upstream = Upstream::echo();
    let (world, _hand) = world(
        &upstream,
        &[of(&[rate(900, 5, 3_600), rate(901, 4, 3_600)])],
    );
    planned(&world, 2);
    let codes = |application: u64, calls: usize| {
        let key = key_of(application);
        let call = |_| world.node.call("GET", PATH, &[("x-api-key", &key)], b"");
        let replies = (0..calls).map(call);
        let codes = replies.map(|reply| match reply.status {
            200 => "ok".to_owned(),
            _ => reply.code(),
        });
        codes.collect::<Vec<_>>()
    };
    assert_eq!(codes(1, 4), ["ok", "ok", "rate_limited", "rate_limited"]);
    // What the plan refused cost nothing of both. Four are used now: the inner one refuses, before the plan is asked, and the
    // outer has one left.
    assert_eq!(codes(2, 3), ["ok", "ok", "api_rate_limited"]);
    assert_eq!(codes(2, 3), ["api_rate_limited"; 3]);
    world.put(&[Object::Plan(plan(&[]))]);
    world.put(&[Object::Route(routed(&[of(&[rate(900, 5, 3_600)])]))]);
    assert_eq!(codes(1, 2), ["ok", "api_rate_limited"]);
}

#[test]
fn a_rate_that_is_tried_counts_what_it_would_refuse() {
    let upstream = Upstream::echo();
    let tried = SharedRate {
        shadow: true,
        ..rate(900, 2, 3_600)
    };
    let (world, _hand) = world(&upstream, &[of(&[tried, rate(901, 7, 3_600)])]);
    assert_eq!(passed(&world.node, 1, PATH, 9), 7);
    assert_eq!(upstream.seen().len(), 7);
    let series =
        "gatehouse_policy_shadow_refusals_total{api=\"northwind/petstore\",kind=\"rate_limit\"}";
    assert_eq!(
        metric(&world, series),
        Some(7),
        "five that passed, two that the other refused"
    );
}

#[test]
fn limits_hold_one_below_at_and_one_above() {
    let upstream = Upstream::echo();
    let (world, _hand) = world(&upstream, &[of(&[rate(900, 3, 3_600)])]);
    for (policy, calls, passes) in [(901, 2, 2), (902, 3, 3), (903, 4, 3)] {
        world.put(&[Object::Route(routed(&[of(&[rate(policy, 3, 3_600)])]))]);
        assert_eq!(passed(&world.node, 1, PATH, calls), passes, "{calls}");
    }
    // As many rates as an operation may pass, each of one more call than the last.
    let rates: Vec<_> = (0..16)
        .map(|place| rate(910 + u128::from(place), 1 + place, 3_600))
        .collect();
    world.put(&[Object::Route(routed(&[of(&rates)]))]);
    assert_eq!(passed(&world.node, 1, PATH, 3), 1);
    let one_more = [&rates[..], &[rate(990, 1, 3_600)]].concat();
    world
        .control_plane
        .upsert(&[Object::Route(routed(&[of(&one_more)]))]);
    assert!(
        world
            .wait_for_refusal()
            .contains("more than 16 rate limits")
    );
}
