//! Rate limits and quotas at, below and above their amounts, over nodes and restarts.

use std::time::Duration;

use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_runtime::{Clock, ClockHand};
use gatehouse_snapshot::object::Object;
use time::OffsetDateTime;

use crate::control_plane::Mood;
use crate::http::{Reply, until};
use crate::node::{Start, World};
use crate::objects::{PRODUCTION, SUBSCRIPTION, configuration, plan, subscription, tenant};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets";
/// 2026-11-20 12:00 UTC.
const NOON: i64 = 1_795_176_000;

fn noon() -> (Clock, ClockHand) {
    Clock::adjustable(OffsetDateTime::from_unix_timestamp(NOON).expect("a time"))
}

fn world(rules: &[LimitRule], clock: &Clock, backend: &Upstream) -> World {
    let mut objects = configuration(&[&backend.url()]);
    objects.push(Object::Plan(plan(rules)));
    let start = Start {
        variables: &[],
        clock: clock.clone(),
    };
    World::start(&objects, &start)
}

fn passed(world: &World, calls: usize) -> usize {
    (0..calls).filter(|_| world.get(PATH).status == 200).count()
}

fn header(reply: &Reply, name: &str) -> String {
    reply.header(name).unwrap_or_default().to_owned()
}

const RATE: LimitRule = LimitRule::Rate {
    amount: 5,
    window_s: 1,
    burst: 10,
};

#[test]
fn a_rate_lets_its_burst_through_and_then_its_pace_exactly() {
    let upstream = Upstream::echo();
    let (clock, hand) = noon();
    let world = world(&[RATE], &clock, &upstream);
    let first = world.get(PATH);
    assert_eq!(header(&first, "ratelimit-policy"), "\"second\";q=5;w=1");
    assert_eq!(header(&first, "ratelimit"), "\"second\";r=9;t=1");
    assert_eq!(passed(&world, 20), 9, "ten of a burst of ten");
    let refused = world.get(PATH);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "rate_limited")
    );
    assert_eq!(header(&refused, "retry-after"), "1");
    assert_eq!(header(&refused, "ratelimit"), "\"second\";r=0;t=1");
    assert!(refused.text().contains("5 a second, burst 10"));
    hand.advance(Duration::from_millis(199));
    assert_eq!(passed(&world, 1), 0);
    hand.advance(Duration::from_millis(1));
    assert_eq!(passed(&world, 2), 1);
    hand.advance(Duration::from_secs(1));
    assert_eq!(passed(&world, 10), 5);
    // The time of day may be set, forwards or backwards: limits go by the steady clock.
    hand.set_wall(OffsetDateTime::from_unix_timestamp(NOON - 3_600).expect("a time"));
    assert_eq!(passed(&world, 1), 0);
    hand.advance(Duration::from_secs(100));
    assert_eq!(passed(&world, 30), 10);
    assert_eq!(
        upstream.seen().len(),
        1 + 9 + 1 + 5 + 10,
        "what was refused was not forwarded"
    );
}

#[test]
fn a_rate_is_shared_by_the_live_nodes_with_at_least_one_each() {
    let upstream = Upstream::echo();
    let (clock, hand) = noon();
    let world = world(&[RATE], &clock, &upstream);
    let share = |nodes: u32| {
        world.control_plane.state().live_nodes = nodes;
        let name = format!("gatehouse_group_live_nodes {nodes}\n");
        until("the gateway has learnt its share", || {
            world.node.status_page("/metrics").text().contains(&name)
        });
        hand.advance(Duration::from_secs(1_000));
        passed(&world, 12)
    };
    assert_eq!((share(2), share(3), share(100), share(1)), (5, 3, 1, 10));
}

#[test]
fn a_gateway_that_starts_during_an_outage_keeps_to_its_share() {
    let upstream = Upstream::echo();
    let (clock, _hand) = noon();
    let mut world = world(&[RATE], &clock, &upstream);
    world.control_plane.state().live_nodes = 5;
    until("the gateway has learnt its share", || {
        let page = world.node.status_page("/metrics").text();
        page.contains("gatehouse_group_live_nodes 5\n")
    });
    world.control_plane.state().mood = Mood::Hanging;
    world.restart(&Start {
        variables: &[],
        clock: clock.clone(),
    });
    assert_eq!(passed(&world, 12), 2);
}

#[test]
fn a_quota_ends_with_its_amount_and_begins_anew_at_midnight_of_the_tenant() {
    let upstream = Upstream::echo();
    let (clock, hand) = noon();
    let day = LimitRule::Quota {
        amount: 3,
        period: QuotaPeriod::Day,
    };
    let world = world(&[RATE, day], &clock, &upstream);
    let mut tokyo = tenant();
    tokyo.time_zone = "Asia/Tokyo".to_owned();
    world.put(&[Object::Tenant(tokyo)]);
    let first = world.get(PATH);
    assert_eq!(
        header(&first, "ratelimit-policy"),
        "\"second\";q=5;w=1, \"day\";q=3;w=86400"
    );
    // Noon UTC is 21:00 in Tokyo.
    assert_eq!(
        header(&first, "ratelimit"),
        "\"second\";r=9;t=1, \"day\";r=2;t=10800"
    );
    assert_eq!(passed(&world, 4), 2);
    let refused = world.get(PATH);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "quota_exceeded")
    );
    assert_eq!(header(&refused, "retry-after"), "10800");
    assert!(
        refused.text().contains("2026-11-20T15:00:00Z"),
        "{}",
        refused.text()
    );
    assert!(header(&refused, "ratelimit").contains("\"day\";r=0;t=10800"));
    hand.advance(Duration::from_secs(3 * 3_600 - 1));
    assert_eq!(passed(&world, 1), 0);
    hand.advance(Duration::from_secs(1));
    assert_eq!(passed(&world, 5), 3);
}

#[test]
fn what_a_quota_refuses_costs_nothing_of_the_rate() {
    let upstream = Upstream::echo();
    let (clock, _hand) = noon();
    let none = LimitRule::Quota {
        amount: 1,
        period: QuotaPeriod::Month,
    };
    let world = world(&[RATE, none], &clock, &upstream);
    assert_eq!(world.get(PATH).status, 200);
    for _ in 0..30 {
        let refused = world.get(PATH);
        assert_eq!(refused.code(), "quota_exceeded");
        assert!(
            header(&refused, "ratelimit").starts_with("\"second\";r=9;"),
            "given back"
        );
    }
}

#[test]
fn changing_the_plan_or_the_subscription_resets_nothing() {
    let upstream = Upstream::echo();
    let (clock, _hand) = noon();
    let of = |amount| LimitRule::Quota {
        amount,
        period: QuotaPeriod::Month,
    };
    let world = world(&[RATE, of(5)], &clock, &upstream);
    assert_eq!(passed(&world, 4), 4);
    let mut paused = subscription(PRODUCTION);
    paused.consumer_hold = true;
    world.put(&[Object::Subscription(paused)]);
    assert_eq!(world.get(PATH).code(), "subscription_paused");
    world.put(&[Object::Subscription(subscription(PRODUCTION))]);
    assert_eq!(passed(&world, 3), 1);
    let mut revised = plan(&[RATE, of(7)]);
    revised.limits[1].id = uuid::Uuid::from_u128(7_777).into();
    world.put(&[Object::Plan(revised)]);
    assert_eq!(
        passed(&world, 5),
        2,
        "a new revision goes on from what was used"
    );
}

#[test]
fn a_quota_goes_on_over_restarts_also_with_the_control_plane_away() {
    let upstream = Upstream::echo();
    let (clock, _hand) = noon();
    let month = LimitRule::Quota {
        amount: 10,
        period: QuotaPeriod::Month,
    };
    let mut world = world(&[month], &clock, &upstream);
    // 2026-11-01.
    world.control_plane.state().quota_periods = vec![(QuotaPeriod::Month, 1_793_491_200_000)];
    world.control_plane.state().used_elsewhere(SUBSCRIPTION, 2);
    assert_eq!(passed(&world, 3), 3);
    let start = Start {
        variables: &[],
        clock: clock.clone(),
    };
    // The total of 5 is learnt from the reply; calls made after the control plane is away wait in the spool.
    until("the total is in force", || {
        let page = world.node.status_page("/metrics").text();
        page.contains("gatehouse_usage_spool_bytes 0\n")
    });
    world.control_plane.state().usage_mood = Mood::Failing;
    world.restart(&start);
    assert_eq!(passed(&world, 2), 2);
    world.control_plane.state().mood = Mood::Failing;
    world.restart(&start);
    assert_eq!(
        passed(&world, 10),
        3,
        "2 elsewhere, 3 shipped, 2 in the spool, 3 more"
    );
    world.restart(&start);
    assert_eq!(passed(&world, 3), 0);
    let mut state = world.control_plane.state();
    (state.mood, state.usage_mood) = (Mood::Well, Mood::Well);
    drop(state);
    until("everything has arrived", || {
        let state = world.control_plane.state();
        let records = state.batches.iter().flat_map(|batch| &batch.records);
        records.filter(|record| record.counted).count() == 8
    });
    assert_eq!(
        passed(&world, 3),
        0,
        "settling counts nothing twice and forgets nothing"
    );
}

#[test]
fn the_use_of_other_gateways_is_learnt_with_each_batch() {
    let upstream = Upstream::echo();
    let (clock, _hand) = noon();
    let month = LimitRule::Quota {
        amount: 100_000,
        period: QuotaPeriod::Month,
    };
    let world = world(&[month], &clock, &upstream);
    world.control_plane.state().quota_periods = vec![(QuotaPeriod::Month, 1_793_491_200_000)];
    assert_eq!(world.get(PATH).status, 200);
    world
        .control_plane
        .state()
        .used_elsewhere(SUBSCRIPTION, 90_000);
    let mut left = 0;
    // Each look is a call that counts: far fewer than those of the others, however long it takes.
    until("the others' use is known", || {
        let shown = header(&world.get(PATH), "ratelimit");
        left = shown
            .strip_prefix("\"month\";r=")
            .and_then(|rest| rest.split(';').next()?.parse().ok())
            .expect("what is left");
        left < 50_000
    });
    assert_eq!(left, 100_000 - 90_000 - upstream.seen().len());
}
