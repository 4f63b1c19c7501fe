//! Plans: bounds, revisions, and what closing one does to its subscriptions.

use gatehouse_control_plane::plans::{self, ClosePlan, CreatePlan, UpdatePlan};
use gatehouse_control_plane::{Lookup, Page, Refusal};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, PlanState, QuotaPeriod};
use gatehouse_domain::subscription::ShownState;
use time::Duration;

use crate::world::{World, conflict, faults, is_forbidden, is_not_found, no_plan, unknown};

const DAILY: LimitRule = LimitRule::Quota {
    amount: 7,
    period: QuotaPeriod::Day,
};

#[tokio::test]
async fn changed_limits_are_a_new_revision_and_reach_the_gateways() {
    let world = World::create().await;
    let (db, paul) = (&world.db, &world.paul);
    let update = |actor, expected, input| {
        plans::update_plan(
            &world.db,
            actor,
            world.api(),
            Lookup::from("team"),
            expected,
            input,
        )
    };
    let limits = |limits| UpdatePlan {
        limits: Some(limits),
        ..UpdatePlan::default()
    };
    assert!(is_forbidden(
        &update(&world.ana, None, limits(vec![DAILY])).await
    ));
    let changed = update(paul, Some(1), limits(vec![DAILY])).await.unwrap();
    assert!(changed.change.is_some());
    let plan = changed.value;
    assert_eq!((plan.revision, plan.row_version), (2, 2));
    assert_eq!(plan.limits[0].words, "7 a day");
    let same = update(paul, None, limits(vec![DAILY])).await.unwrap();
    assert_eq!(
        same.value.revision, 2,
        "the same limits are no new revision"
    );
    assert!(same.change.is_none());
    assert!(matches!(
        update(paul, Some(1), UpdatePlan::default()).await,
        Err(Refusal::Stale { current: 3 })
    ));
    assert_eq!(world.count("select count(*) from plan_revision").await, 4);
    let renamed = UpdatePlan {
        name: Some("Team!".to_owned()),
        max_key_days: Some(Some(5)),
        state: Some(PlanState::Deprecated),
        ..UpdatePlan::default()
    };
    let renamed = update(paul, None, renamed).await.unwrap().value;
    assert_eq!(
        (
            renamed.name.as_str(),
            renamed.max_key_days,
            renamed.revision
        ),
        ("Team!", Some(5), 2)
    );
    let cleared = UpdatePlan {
        max_key_days: Some(None),
        ..UpdatePlan::default()
    };
    assert_eq!(
        update(paul, None, cleared)
            .await
            .unwrap()
            .value
            .max_key_days,
        None
    );
    let closed = UpdatePlan {
        state: Some(PlanState::Closed),
        ..UpdatePlan::default()
    };
    assert_eq!(faults(update(paul, None, closed).await), ["/state"]);
    let listed = plans::list_plans(db, &world.dora, world.api(), &Page::default())
        .await
        .unwrap();
    assert_eq!(listed.data.len(), 3);
}

#[tokio::test]
async fn bounds_are_held_at_their_limits_and_faults_come_together() {
    let world = World::create().await;
    let make = |change: &dyn Fn(&mut CreatePlan)| {
        let mut input = CreatePlan {
            slug: "new".to_owned(),
            name: "New".to_owned(),
            ..CreatePlan::default()
        };
        change(&mut input);
        input.slug = format!(
            "{}-{}",
            input.slug,
            gatehouse_runtime::random::below(1 << 40)
        );
        plans::create_plan(&world.db, &world.paul, world.api(), input)
    };
    for (days, accepted) in [(0, false), (1, true), (3650, true), (3651, false)] {
        let made = make(&|plan| plan.max_subscription_days = Some(days)).await;
        assert_eq!(made.is_ok(), accepted, "{days}");
        let made = make(&|plan| plan.max_key_days = Some(days)).await;
        assert_eq!(made.is_ok(), accepted, "{days}");
    }
    for (overlap, accepted) in [
        (-1, false),
        (0, true),
        (2_592_000, true),
        (2_592_001, false),
    ] {
        let made = make(&|plan| plan.max_overlap_s = Some(overlap)).await;
        assert_eq!(made.is_ok(), accepted, "{overlap}");
    }
    let everything = make(&|plan| {
        plan.name = String::new();
        plan.environments = vec![];
        plan.limits = vec![DAILY, DAILY];
        plan.max_key_days = Some(0);
    });
    let mut found = faults(everything.await);
    found.sort();
    assert_eq!(
        found,
        ["/environments", "/limits/1", "/max_key_days", "/name"]
    );
    let twice = CreatePlan {
        slug: "team".to_owned(),
        name: "Team".to_owned(),
        ..CreatePlan::default()
    };
    let twice = plans::create_plan(&world.db, &world.paul, world.api(), twice).await;
    assert_eq!(conflict(twice), "Pets has a plan 'team' already.");
}

#[tokio::test]
async fn a_plan_is_offered_where_and_when_it_says() {
    let world = World::create().await;
    world
        .plan("try", ApprovalMode::Manual, |plan| {
            plan.environments = vec![gatehouse_domain::EnvironmentKind::Sandbox];
        })
        .await;
    world
        .plan("soon", ApprovalMode::Manual, |plan| plan.staging = true)
        .await;
    let ask = |plan: &str| {
        let application = gatehouse_control_plane::subscriptions::AppChoice::New {
            name: "Shop".to_owned(),
            team: None,
        };
        world.request(&world.dora, world.wish(application, plan))
    };
    assert_eq!(faults(ask("try").await), ["/environment"]);
    assert_eq!(unknown(ask("soon").await), "/plan");
    assert_eq!(unknown(ask("none").await), "/plan");
    let get = |actor| plans::get_plan(&world.db, actor, world.api(), Lookup::from("soon"));
    assert!(is_not_found(&get(&world.dora).await));
    assert!(get(&world.paul).await.is_ok());
}

#[tokio::test]
async fn closing_a_plan_needs_an_answer_for_whoever_has_it() {
    let world = World::create().await;
    let (db, paul) = (&world.db, &world.paul);
    let live = world.approved("Live", "team").await.id;
    let waiting = world.ask(&world.dora, "Waiting", "team").await.id;
    let close = |plan: &str, input| {
        plans::close_plan(
            &world.db,
            &world.paul,
            world.api(),
            Lookup::from(plan),
            None,
            input,
        )
    };
    let words = conflict(close("team", ClosePlan::default()).await);
    assert_eq!(
        words,
        "2 subscriptions have this plan; say which plan they move to or when they end."
    );
    let target = |plan| ClosePlan {
        move_to: Some(plan),
        ends_at: None,
    };
    assert_eq!(unknown(close("team", target(no_plan())).await), "/move_to");
    assert_eq!(
        faults(close("team", target(Lookup::from("team"))).await),
        ["/move_to"]
    );
    let closed = close("team", target(Lookup::from("vault"))).await.unwrap();
    assert!(closed.change.is_some());
    assert_eq!(world.get(&world.dora, live).await.plan.slug, "vault");
    assert_eq!(world.get(&world.dora, waiting).await.plan.slug, "vault");
    assert_eq!(
        conflict(close("team", ClosePlan::default()).await),
        "The plan is closed already."
    );
    let ask = world.wish(
        gatehouse_control_plane::subscriptions::AppChoice::New {
            name: "Late".to_owned(),
            team: None,
        },
        "team",
    );
    assert_eq!(
        conflict(world.request(&world.dora, ask).await),
        "The plan team takes no new requests."
    );
    let end = db.clock().now() + Duration::days(7);
    let ending = ClosePlan {
        move_to: None,
        ends_at: Some(end),
    };
    close("vault", ending).await.unwrap();
    assert_eq!(world.get(&world.dora, live).await.ends_at, Some(end));
    assert_eq!(
        world.get(&world.dora, waiting).await.shown,
        ShownState::Superseded
    );
    let again = UpdatePlan {
        state: Some(PlanState::Published),
        ..UpdatePlan::default()
    };
    let again = plans::update_plan(db, paul, world.api(), Lookup::from("vault"), None, again).await;
    assert_eq!(conflict(again), "The plan is closed.");
}
