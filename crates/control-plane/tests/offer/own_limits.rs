//! Conditions with lower limits, and many decisions as one.

use gatehouse_control_plane::plans::{self, UpdatePlan};
use gatehouse_control_plane::subscriptions::{
    self, Conditions, DECISIONS_MAX, Decision, RequestSubject, SubscriptionView, Verdict,
};
use gatehouse_control_plane::{Lookup, Refusal};
use gatehouse_domain::id::{PlanId, SubscriptionId};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_domain::subscription::ShownState;
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef, Plan, Record};
use uuid::Uuid;

use crate::world::{World, faults};

fn a_day(amount: u64) -> LimitRule {
    LimitRule::Quota {
        amount,
        period: QuotaPeriod::Day,
    }
}

fn with(limits: Vec<LimitRule>) -> Conditions {
    Conditions {
        limits,
        ..Conditions::default()
    }
}

/// What gateways hold of a plan.
async fn held(world: &World, id: Uuid) -> Option<Plan> {
    let body: Option<Vec<u8>> =
        sqlx::query_scalar("select body from config_object where kind = $1 and object_id = $2")
            .bind(ObjectKind::Plan as i16)
            .bind(id)
            .fetch_optional(&mut world.superuser().await)
            .await
            .unwrap();
    let object = ObjectRef {
        kind: ObjectKind::Plan,
        id,
    };
    let record = Record {
        object,
        body: body?.into(),
    };
    match record.decode().unwrap() {
        Object::Plan(plan) => Some(plan),
        other => panic!("{other:?}"),
    }
}

/// The plan gateways enforce for a subscription.
async fn plan_of(world: &World, id: SubscriptionId) -> PlanId {
    let body: Vec<u8> =
        sqlx::query_scalar("select body from config_object where kind = $1 and object_id = $2")
            .bind(ObjectKind::Subscription as i16)
            .bind(id.uuid())
            .fetch_one(&mut world.superuser().await)
            .await
            .unwrap();
    let object = ObjectRef {
        kind: ObjectKind::Subscription,
        id: id.uuid(),
    };
    let record = Record {
        object,
        body: body.into(),
    };
    match record.decode().unwrap() {
        Object::Subscription(subscription) => subscription.plan,
        other => panic!("{other:?}"),
    }
}

fn rules(plan: &Plan) -> Vec<LimitRule> {
    plan.limits.iter().map(|limit| limit.rule.into()).collect()
}

#[tokio::test]
async fn a_lower_limit_is_agreed_to_shown_and_enforced_beside_the_plans() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await;
    let approve = |limits| subscriptions::approve(&world.db, &world.ana, asked.id, with(limits));
    let before = world.footprint().await;
    // The plan allows 1,000 a day and 5 a second.
    let rate = LimitRule::Rate {
        amount: 5,
        window_s: 1,
        burst: 1,
    };
    assert_eq!(
        faults(approve(vec![a_day(999), a_day(1000), rate]).await),
        ["/limits/1", "/limits/2"]
    );
    assert_eq!(faults(approve(vec![a_day(0)]).await), ["/limits/0"]);
    assert_eq!(world.footprint().await, before);
    let approved = approve(vec![a_day(100)]).await.unwrap().value;
    assert_eq!(approved.own_limits, ["100 a day"]);
    let own = plan_of(&world, asked.id).await;
    assert_eq!(own.uuid(), asked.id.uuid());
    let plan = held(&world, own.uuid()).await.unwrap();
    assert_eq!(plan.limits.len(), 3);
    assert!(rules(&plan).contains(&a_day(100)));
    // What the plan is changed to holds for it too.
    let stricter = UpdatePlan {
        limits: Some(vec![a_day(50)]),
        ..UpdatePlan::default()
    };
    plans::update_plan(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("team"),
        None,
        stricter,
    )
    .await
    .unwrap();
    let plan = held(&world, own.uuid()).await.unwrap();
    assert_eq!(rules(&plan), [a_day(50), a_day(100)]);
    // Another plan is agreed to without it, and a subscription that is over leaves nothing behind.
    subscriptions::request_plan_change(&world.db, &world.dora, asked.id, Lookup::from("free"), "")
        .await
        .unwrap();
    assert!(held(&world, own.uuid()).await.is_none());
    assert_ne!(plan_of(&world, asked.id).await, own);
    assert!(world.get(&world.dora, asked.id).await.own_limits.is_empty());
    world.assert_consistent().await;
}

#[tokio::test]
async fn limits_of_both_approvers_hold_and_end_with_the_subscription() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Vault", "vault").await.id;
    let agree = |actor, limits| subscriptions::approve(&world.db, actor, asked, with(limits));
    agree(&world.ana, vec![a_day(300)]).await.unwrap();
    world.pass(1);
    let both = agree(&world.ben, vec![a_day(200), a_day(300)])
        .await
        .unwrap();
    let mut own = both.value.own_limits;
    own.sort();
    assert_eq!(own, ["200 a day", "300 a day"]);
    let plan = held(&world, asked.uuid()).await.unwrap();
    assert_eq!(plan.limits.len(), 4);
    subscriptions::revoke(&world.db, &world.ana, asked, "over")
        .await
        .unwrap();
    assert!(held(&world, asked.uuid()).await.is_none());
    world.assert_consistent().await;
}

fn approval(view: &SubscriptionView) -> Decision {
    Decision {
        subscription: view.id,
        subject: RequestSubject::Subscription,
        verdict: Verdict::Approve(Conditions::default()),
    }
}

#[tokio::test]
async fn many_decisions_as_one_are_all_carried_out_or_none() {
    let world = World::create().await;
    let mut asked = Vec::new();
    for number in 0..3 {
        asked.push(
            world
                .ask(&world.dora, &format!("App {number}"), "team")
                .await,
        );
    }
    let own = world.ask(&world.ana, "Own", "team").await;
    let before = world.footprint().await;
    let mut decisions: Vec<_> = asked.iter().map(approval).collect();
    decisions.insert(1, approval(&own));
    let refused = subscriptions::decide_all(&world.db, &world.ana, decisions).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.place, 1);
    assert!(
        matches!(refused.refusal, Refusal::NotYours(_)),
        "{refused:?}"
    );
    assert_eq!(world.footprint().await, before);
    let mut decisions: Vec<_> = asked.iter().map(approval).collect();
    decisions[2].verdict = Verdict::Reject("no".to_owned());
    let decided = subscriptions::decide_all(&world.db, &world.ana, decisions).await;
    let decided = decided.unwrap();
    let shown: Vec<_> = decided.value.iter().map(|view| view.shown).collect();
    assert_eq!(
        shown,
        [ShownState::Active, ShownState::Active, ShownState::Rejected]
    );
    let change = decided.change.unwrap();
    assert_eq!(change.config.len(), 1, "one change carries all of it");
    world.assert_consistent().await;
}

#[tokio::test]
async fn at_most_so_many_are_decided_at_once() {
    let world = World::create().await;
    let nobody = |count: usize| {
        (0..count)
            .map(|number| Decision {
                subscription: SubscriptionId::from_uuid(Uuid::from_u128(number as u128)),
                subject: RequestSubject::Subscription,
                verdict: Verdict::Reject("no".to_owned()),
            })
            .collect::<Vec<_>>()
    };
    for count in [DECISIONS_MAX - 1, DECISIONS_MAX] {
        let refused = subscriptions::decide_all(&world.db, &world.ana, nobody(count)).await;
        assert!(
            matches!(refused.unwrap_err().refusal, Refusal::NotFound),
            "{count}"
        );
    }
    let refused = subscriptions::decide_all(&world.db, &world.ana, nobody(DECISIONS_MAX + 1)).await;
    assert_eq!(
        faults(Err::<(), _>(refused.unwrap_err().refusal)),
        ["/decisions/500"]
    );
    let each = subscriptions::decide_many(&world.db, &world.ana, nobody(DECISIONS_MAX + 1)).await;
    assert_eq!(each.len(), DECISIONS_MAX + 1);
    assert!(matches!(each[DECISIONS_MAX - 1], Err(Refusal::NotFound)));
    assert!(matches!(each[DECISIONS_MAX], Err(Refusal::Invalid(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_of_the_same_requests_in_any_order_do_not_deadlock() {
    let world = World::create().await;
    let mut asked = Vec::new();
    for number in 0..12 {
        asked.push(
            world
                .ask(&world.dora, &format!("App {number}"), "team")
                .await,
        );
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let mut decisions: Vec<_> = asked.iter().map(approval).collect();
        if number % 2 == 0 {
            decisions.reverse();
        }
        let (db, actor) = (world.db.clone(), world.ana.clone());
        tasks.spawn(async move { subscriptions::decide_all(&db, &actor, decisions).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers {
        let refused = answer.map_err(|undecided| undecided.refusal);
        assert!(
            matches!(refused, Ok(_) | Err(Refusal::Conflict(_))),
            "{refused:?}"
        );
    }
    world.assert_consistent().await;
}
