//! What gets worse for its users is told ahead: limits that fall, versions that end; and limits of single operations.

use gatehouse_control_plane::plans::{self, OperationLimit, PlanView, UpdatePlan};
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_control_plane::versions::{self, Deprecate, Retire};
use gatehouse_control_plane::{Actor, Changed, Lookup, Refusal};
use gatehouse_domain::plan::{ApprovalMode, LimitRule};
use gatehouse_snapshot::object::{LifeDates, Object, ObjectKind, ObjectRef, Record, Route};
use time::{Duration, OffsetDateTime};

use crate::world::{PETS, World, conflict, faults, is_forbidden, is_not_found};

const DAY: u64 = 86_400;

const fn rate(amount: u32) -> LimitRule {
    LimitRule::Rate {
        amount,
        window_s: 1,
        burst: 10,
    }
}

async fn set_notice(world: &World, days: i32) -> Result<(), Refusal> {
    let input = UpdateTenant {
        minimum_notice_days: Some(days),
        ..UpdateTenant::default()
    };
    let changed = tenants::update_tenant(&world.db, &world.ada, None, input).await?;
    assert_eq!(changed.value.minimum_notice_days, days);
    Ok(())
}

async fn update(world: &World, input: UpdatePlan) -> Result<Changed<PlanView>, Refusal> {
    let plan = Lookup::from("team");
    plans::update_plan(&world.db, &world.paul, world.api(), plan, None, input).await
}

fn limits(limits: Vec<LimitRule>) -> UpdatePlan {
    UpdatePlan {
        limits: Some(limits),
        ..UpdatePlan::default()
    }
}

async fn plan(world: &World) -> PlanView {
    let found = plans::get_plan(&world.db, &world.dora, world.api(), Lookup::from("team")).await;
    found.unwrap()
}

async fn apply_due(world: &World) -> usize {
    let system = world.system();
    plans::apply_due(&world.db, &system, 10).await.unwrap()
}

/// What gateways hold of a kind.
pub(crate) async fn held(world: &World, kind: ObjectKind) -> Vec<Object> {
    let rows: Vec<(uuid::Uuid, Vec<u8>)> = sqlx::query_as(
        "select object_id, body from config_object where kind = $1 order by object_id",
    )
    .bind(kind as i16)
    .fetch_all(&mut world.superuser().await)
    .await
    .unwrap();
    rows.into_iter()
        .map(|(id, body)| {
            let object = ObjectRef { kind, id };
            let body = body.into();
            Record { object, body }.decode().unwrap()
        })
        .collect()
}

#[tokio::test]
async fn what_takes_from_subscribers_waits_for_the_notice_and_what_gives_does_not() {
    let world = World::create().await;
    update(&world, limits(vec![rate(9)])).await.unwrap();
    set_notice(&world, 30).await.unwrap();
    // Nobody has it yet.
    assert_eq!(
        update(&world, limits(vec![rate(8)]))
            .await
            .unwrap()
            .value
            .limits[0]
            .rule,
        rate(8)
    );
    world.approved("Shop", "team").await;
    let now = world.db.clock().now();
    let told = update(&world, limits(vec![rate(5)])).await.unwrap();
    assert!(told.change.is_none(), "nothing changes at the gateways yet");
    let scheduled = told.value.scheduled.clone().unwrap();
    assert_eq!(told.value.limits[0].rule, rate(8));
    assert_eq!(
        (scheduled.revision, scheduled.limits.as_slice()),
        (
            told.value.revision + 1,
            ["5 a second, burst 10".to_owned()].as_slice()
        )
    );
    assert_eq!((scheduled.effective_at - now).whole_days(), 30);
    assert_eq!(world.count("select count(*) from outbox where type = 'plan.changed' and payload->>'tightens' = 'true' and (payload->>'effective_at')::timestamptz > at + interval '29 days'").await, 1);
    let sooner = UpdatePlan {
        effective_at: Some(now + Duration::days(29)),
        ..limits(vec![rate(4)])
    };
    assert_eq!(faults(update(&world, sooner).await), ["/effective_at"]);
    // The clock decides, exactly.
    world.pass(30 * DAY - 1);
    assert_eq!(apply_due(&world).await, 0);
    world.pass(1);
    assert_eq!(apply_due(&world).await, 1);
    assert_eq!(apply_due(&world).await, 0, "once");
    let fallen = plan(&world).await;
    assert_eq!(
        (fallen.limits[0].rule, fallen.scheduled.is_none()),
        (rate(5), true)
    );
    let plans = held(&world, ObjectKind::Plan).await;
    let has = |amount| {
        plans.iter().any(|object| {
            matches!(object, Object::Plan(plan) if plan.limits.iter().map(|limit| LimitRule::from(limit.rule)).eq([rate(amount)]))
        })
    };
    assert!(has(5) && !has(8), "gateways have it, too");
    let given = update(&world, limits(vec![rate(50)])).await.unwrap();
    assert!(given.change.is_some(), "at once");
    let revisions =
        plans::list_revisions(&world.db, &world.dora, world.api(), Lookup::from("team"));
    let revisions = revisions.await.unwrap();
    let in_force: Vec<_> = revisions.iter().filter(|one| one.in_force).collect();
    assert_eq!(
        (revisions.len(), in_force.len(), in_force[0].number),
        (5, 1, 5)
    );
}

#[tokio::test]
async fn a_later_revision_takes_the_place_of_one_that_was_to_come() {
    let world = World::create().await;
    set_notice(&world, 10).await.unwrap();
    world.approved("Shop", "team").await;
    let before = plan(&world).await;
    let rules: Vec<_> = before.limits.iter().map(|limit| limit.rule).collect();
    let overlap = UpdatePlan {
        max_overlap_s: Some(60),
        max_key_days: Some(Some(5)),
        ..UpdatePlan::default()
    };
    let shorter = update(&world, overlap.clone()).await.unwrap().value;
    assert_eq!(shorter.max_overlap_s, before.max_overlap_s, "not yet");
    assert!(shorter.scheduled.is_some());
    let renamed = UpdatePlan {
        name: Some("Team!".to_owned()),
        ..UpdatePlan::default()
    };
    assert!(
        update(&world, renamed)
            .await
            .unwrap()
            .value
            .scheduled
            .is_some(),
        "a name cancels nothing"
    );
    let kept = update(&world, limits(rules)).await.unwrap().value;
    assert!(kept.scheduled.is_none(), "the same limits again cancel it");
    update(&world, overlap).await.unwrap();
    world.pass(10 * DAY);
    assert_eq!(apply_due(&world).await, 1);
    let after = plan(&world).await;
    assert_eq!((after.max_overlap_s, after.max_key_days), (60, Some(5)));
    let nothing = UpdatePlan {
        effective_at: Some(world.db.clock().now() + Duration::days(20)),
        ..UpdatePlan::default()
    };
    assert_eq!(faults(update(&world, nothing).await), ["/effective_at"]);
}

#[tokio::test]
async fn limits_of_operations_are_stored_by_their_keys_and_reach_the_gateways() {
    let world = World::create().await;
    let of = |operation: &str| OperationLimit {
        operation: operation.to_owned(),
        rule: rate(2),
    };
    let input = |operation_limits| UpdatePlan {
        operation_limits: Some(operation_limits),
        ..UpdatePlan::default()
    };
    let unknown = update(&world, input(vec![of("GET /pets"), of("GET /cats")])).await;
    assert_eq!(faults(unknown), ["/operation_limits/1/operation"]);
    let set = update(&world, input(vec![of("get /pets/{petId}")]))
        .await
        .unwrap();
    assert!(set.change.is_some());
    let limit = &set.value.operation_limits[0];
    assert_eq!(
        (limit.operation.as_str(), limit.words.as_str()),
        ("GET /pets/{}", "2 a second, burst 10 of GET /pets/{}")
    );
    assert_eq!(set.value.limits.len(), 2, "beside the plan's own");
    let plans = held(&world, ObjectKind::Plan).await;
    let reached = plans.iter().any(|object| {
        matches!(object, Object::Plan(plan) if plan.later.operation_limits.iter().any(|one| one.operation.as_str() == "GET /pets/{}"))
    });
    assert!(reached);
    let many = vec![of("GET /pets"); 15];
    assert!(
        update(&world, input(many)).await.is_err(),
        "two and fifteen are more than sixteen"
    );
    let cleared = update(&world, input(Vec::new())).await.unwrap().value;
    assert!(cleared.operation_limits.is_empty());
    let other = world.plan("other", ApprovalMode::Auto, |_| ()).await;
    assert!(other.operation_limits.is_empty());
}

async fn deprecate(world: &World, actor: &Actor, sunset_at: OffsetDateTime) -> Result<(), Refusal> {
    let input = Deprecate {
        sunset_at,
        successor: Some("v2".to_owned()),
        guide: None,
    };
    let done = versions::deprecate_version(&world.db, actor, world.api(), "v1", None, input);
    done.await.map(drop)
}

#[tokio::test]
async fn a_version_ends_no_sooner_than_its_notice_and_its_routes_say_when() {
    let world = World::create().await;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    for (days, accepted) in [
        (-1, false),
        (0, true),
        (730, true),
        (731, false),
        (30, true),
    ] {
        assert_eq!(set_notice(&world, days).await.is_ok(), accepted, "{days}");
    }
    let end = world.db.clock().now() + Duration::days(30);
    let sooner = deprecate(&world, &world.paul, end - Duration::SECOND).await;
    assert_eq!(faults(sooner), ["/sunset_at"]);
    assert!(is_forbidden(&deprecate(&world, &world.dora, end).await));
    deprecate(&world, &world.paul, end).await.unwrap();
    let routes = held(&world, ObjectKind::Route).await;
    let lives: Vec<&LifeDates> = routes
        .iter()
        .filter_map(|object| match object {
            Object::Route(Route { later, .. }) => later.life.as_ref(),
            _ => None,
        })
        .collect();
    assert_eq!(lives.len(), 2, "in both environments, and of v1 alone");
    assert_eq!(lives[0].sunset_at, Some(end.into()));
    assert_eq!(lives[0].successor.as_deref(), Some("/pets/v2"));
}

#[tokio::test]
async fn who_still_calls_is_known_before_a_version_ends() {
    let world = World::create().await;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    let live = world.approved("Shop", "team").await;
    let end = world.db.clock().now() + Duration::days(1);
    deprecate(&world, &world.paul, end).await.unwrap();
    let callers = |actor| versions::list_callers(&world.db, actor, world.api(), "v1");
    assert!(callers(&world.paul).await.unwrap().is_empty());
    assert!(is_forbidden(&callers(&world.dora).await));
    let sql = "insert into usage_hour (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id, subscription_id,
                   plan_id, credential_id, status_class, reason, count, bytes_in, bytes_out, latency_us_sum, upstream_us_sum, latency_histogram)
               select s.tenant_id, date_trunc('hour', $2 - age * interval '1 day'), s.environment_id, v.id, 'GET /pets', s.application_id, s.id,
                      s.plan_id, gen_random_uuid(), 2, 'ok', 7, 0, 0, 0, 0, '{}'
               from subscription s, api_version v, unnest(array[1, 29, 31]) as age where s.id = $1 and v.label = 'v1'";
    let partitions = "select ensure_partitions('2026-10-01', '2026-12-01')";
    sqlx::query(partitions)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let made = sqlx::query(sql)
        .bind(live.id.uuid())
        .bind(world.db.clock().now())
        .execute(&mut world.superuser().await)
        .await;
    made.unwrap();
    let found = callers(&world.paul).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].application.id, found[0].calls),
        (live.application.id, 14),
        "of thirty days"
    );
    assert_eq!(found[0].operations, ["GET /pets"]);
    let retire = |reason: &str| {
        let input = Retire {
            reason: reason.to_owned(),
        };
        versions::retire_version(&world.db, &world.ada, world.api(), "v1", None, input)
    };
    let words = conflict(retire("").await);
    assert!(
        words.contains("1 open subscription;") && words.contains("Shop (14 calls)"),
        "{words}"
    );
    retire("They know.").await.unwrap();
    let elsewhere = crate::world::make_tenant(&world.db, "elsewhere").await;
    let stranger =
        crate::world::member(&world.db, elsewhere, "Sam", gatehouse_domain::Role::Owner).await;
    assert!(is_not_found(&callers(&stranger).await));
}

#[tokio::test]
async fn the_notice_is_skipped_only_by_an_administrator_who_says_why() {
    let world = World::create().await;
    set_notice(&world, 30).await.unwrap();
    world.approved("Shop", "team").await;
    let at_once = |reason: &str| UpdatePlan {
        without_notice: Some(reason.to_owned()),
        ..limits(vec![rate(1)])
    };
    let by = async |actor: &Actor, input: UpdatePlan| {
        let plan = Lookup::from("team");
        plans::update_plan(&world.db, actor, world.api(), plan, None, input).await
    };
    let before = (world.footprint().await, world.head().await);
    assert!(is_forbidden(&by(&world.paul, at_once("Abuse.")).await));
    assert_eq!(faults(by(&world.ada, at_once("")).await), ["/reason"]);
    let both = UpdatePlan {
        effective_at: Some(world.db.clock().now() + Duration::days(1)),
        ..at_once("Abuse.")
    };
    assert_eq!(faults(by(&world.ada, both).await), ["/effective_at"]);
    assert_eq!((world.footprint().await, world.head().await), before);
    let done = by(&world.ada, at_once("Abuse.")).await.unwrap();
    assert!(done.change.is_some(), "gateways have it now");
    assert!(done.value.scheduled.is_none());
    assert_eq!(done.value.limits[0].rule, rate(1));
    let said = world
        .count("select count(*) from audit_log where action = 'plan.update' and reason = 'Abuse.'")
        .await;
    assert_eq!(said, 1);
    // Subscribers are told all the same.
    let told = world
        .count("select count(*) from outbox where type = 'plan.changed' and (payload->>'tightens')::boolean")
        .await;
    assert_eq!(told, 1);
}

#[tokio::test]
async fn what_a_plan_gives_lasts_until_the_notice_is_over_unless_an_administrator_says_why() {
    let world = World::create().await;
    set_notice(&world, 30).await.unwrap();
    let long = UpdatePlan {
        max_subscription_days: Some(Some(365)),
        max_key_days: Some(Some(90)),
        max_overlap_s: Some(3_600),
        ..UpdatePlan::default()
    };
    update(&world, long).await.unwrap();
    world.approved("Shop", "team").await;
    let spans = async || {
        let plan = plan(&world).await;
        (
            plan.max_subscription_days,
            plan.max_key_days,
            plan.max_overlap_s,
        )
    };
    let before = (Some(365), Some(90), 3_600);
    assert_eq!(spans().await, before);
    let shorter = |change: fn(&mut UpdatePlan)| {
        let mut input = UpdatePlan::default();
        change(&mut input);
        input
    };
    for change in [
        (|input: &mut UpdatePlan| input.max_subscription_days = Some(Some(30)))
            as fn(&mut UpdatePlan),
        |input| input.max_key_days = Some(Some(7)),
        |input| input.max_overlap_s = Some(60),
    ] {
        // At a moment before the notice ends, and without any.
        let soon = UpdatePlan {
            effective_at: Some(world.db.clock().now()),
            ..shorter(change)
        };
        assert_eq!(faults(update(&world, soon).await), ["/effective_at"]);
        let skipping = UpdatePlan {
            without_notice: Some("Because.".to_owned()),
            ..shorter(change)
        };
        assert!(is_forbidden(&update(&world, skipping).await));
        // Said without a moment, it waits.
        update(&world, shorter(change)).await.unwrap();
        assert_eq!(spans().await, before);
    }
    let skipping = UpdatePlan {
        without_notice: Some("Abuse.".to_owned()),
        max_overlap_s: Some(60),
        ..UpdatePlan::default()
    };
    let team = Lookup::from("team");
    plans::update_plan(&world.db, &world.ada, world.api(), team, None, skipping)
        .await
        .unwrap();
    assert_eq!(spans().await.2, 60);
}
