//! Releases: numbered by whatever changes configuration, and a way back that leaves decisions alone.

use std::collections::BTreeMap;

use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::environments::{self, UpdateEnvironment};
use gatehouse_control_plane::plans::{self, OperationLimit, UpdatePlan};
use gatehouse_control_plane::products::{self, CreateProduct, ItemInput};
use gatehouse_control_plane::releases::{self, GoBack, RolledBack};
use gatehouse_control_plane::subscriptions::{self};
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_control_plane::upstreams::{self, PutTarget, PutUpstream};
use gatehouse_control_plane::versions::{self, Deprecate, Retire};
use gatehouse_control_plane::{Changed, Lookup, Refusal};
use gatehouse_domain::api::Compat;
use gatehouse_domain::plan::{ApprovalMode, LimitRule, PlanState, QuotaPeriod};
use uuid::Uuid;

use crate::gate::without_get_pet;
use crate::world::{
    PETS, World, conflict, faults, is_forbidden, is_not_found, make_tenant, member,
};

impl World {
    async fn newest(&self) -> i64 {
        self.count("select coalesce(max(number), 0) from release")
            .await
    }

    /// What gateways hold of some kinds of objects.
    async fn objects(&self, kinds: &[i16]) -> BTreeMap<(i16, Uuid), Vec<u8>> {
        let rows: Vec<(i16, Uuid, Vec<u8>)> =
            sqlx::query_as("select kind, object_id, body from config_object where kind = any($1)")
                .bind(kinds)
                .fetch_all(&mut self.superuser().await)
                .await
                .unwrap();
        rows.into_iter()
            .map(|(kind, id, body)| ((kind, id), body))
            .collect()
    }

    async fn back_to(&self, number: i64) -> Result<Changed<RolledBack>, Refusal> {
        releases::rollback(&self.db, &self.ada, number, &GoBack::default()).await
    }

    async fn set_limits(&self, amount: u64) {
        let input = UpdatePlan {
            limits: Some(vec![LimitRule::Quota {
                amount,
                period: QuotaPeriod::Day,
            }]),
            ..UpdatePlan::default()
        };
        plans::update_plan(
            &self.db,
            &self.paul,
            self.api(),
            Lookup::from("team"),
            None,
            input,
        )
        .await
        .unwrap();
    }

    async fn move_traffic(&self, url: &str) {
        let input = PutUpstream {
            targets: vec![PutTarget::new(url)],
            ..PutUpstream::default()
        };
        upstreams::put_upstream(&self.db, &self.ada, self.api(), "production", None, input)
            .await
            .unwrap();
    }
}

/// One more operation, which breaks nobody.
fn with_animals(version: &str) -> String {
    let animals = "\"paths\": {\n    \"/animals\": { \"get\": { \"responses\": { \"200\": { \"description\": \"ok\" } } } },";
    PETS.replacen("\"paths\": {", animals, 1)
        .replace("1.2.0", version)
}

/// Tenant, environment, upstream, route, plan.
const CONFIGURATION: [i16; 5] = [1, 2, 3, 4, 5];
/// Application, subscription, credential.
const ACCESS: [i16; 3] = [6, 7, 8];

#[tokio::test]
async fn every_change_of_configuration_is_numbered_without_gaps_and_told_field_by_field() {
    let world = World::create().await;
    let start = world.newest().await;
    world.set_limits(5_000).await;
    world.move_traffic("https://elsewhere.example").await;
    let input = UpdateApi {
        name: Some("Many pets".to_owned()),
        ..UpdateApi::default()
    };
    apis::update_api(&world.db, &world.paul, world.api(), None, input.clone())
        .await
        .unwrap();
    // The same again changes nothing, and is no release.
    apis::update_api(&world.db, &world.paul, world.api(), None, input)
        .await
        .unwrap();
    assert_eq!(world.newest().await, start + 3);
    // Access is no configuration.
    world.approved("Shop", "team").await;
    assert_eq!(world.newest().await, start + 3);
    let listed = releases::list_releases(&world.db, &world.ada, None, 2)
        .await
        .unwrap();
    let kinds: Vec<_> = listed
        .iter()
        .map(|release| (release.number - start, release.kind.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [(3, "api.update"), (2, "upstream.put"), (1, "plan.update")]
    );
    assert_eq!(listed[0].actor_name, "Paul");
    let diff = releases::diff_release(&world.db, &world.ada, start + 3, None)
        .await
        .unwrap();
    assert_eq!(diff.changes.len(), 1);
    assert_eq!(diff.changes[0].fields[0].pointer, "/spec/name");
    assert_eq!(diff.changes[0].fields[0].after, "Many pets");
    let diff = releases::diff_release(&world.db, &world.ada, start + 3, Some(start))
        .await
        .unwrap();
    let things: Vec<_> = diff
        .changes
        .iter()
        .map(|change| change.resource.as_str())
        .collect();
    assert_eq!(
        things,
        ["api/pets", "upstream/pets/production", "plan/pets/team"]
    );
    let gap = world
        .count("select max(number) - count(*) from release")
        .await;
    assert_eq!(gap, 0);
}

#[tokio::test]
async fn a_rollback_brings_gateways_the_bytes_of_then_and_leaves_what_people_decided() {
    let world = World::create().await;
    let kept = world.approved("Kept", "team").await;
    let revoked = world.approved("Revoked", "team").await;
    let waiting = world.ask(&world.dora, "Waiting", "team").await;
    let then = world.newest().await;
    let configuration = world.objects(&CONFIGURATION).await;

    world.set_limits(5_000).await;
    world.move_traffic("https://elsewhere.example").await;
    world.publish(&with_animals("1.3.0")).await.unwrap();
    world.publish_as("pets", "v2", PETS).await.unwrap();
    world.publish_as("birds", "v1", PETS).await.unwrap();
    world.plan("gold", ApprovalMode::Auto, |_| ()).await;
    let input = UpdateEnvironment {
        host: Some(Some("api.example.com".to_owned())),
        ..UpdateEnvironment::default()
    };
    environments::update_environment(
        &world.db,
        &world.ada,
        Lookup::from("production"),
        None,
        input,
    )
    .await
    .unwrap();
    let later = world.objects(&CONFIGURATION).await;
    assert_ne!(later, configuration);
    let last = world.newest().await;
    // Decisions of people, made after the release that is gone back to.
    subscriptions::revoke(&world.db, &world.ana, revoked.id, "Abuse")
        .await
        .unwrap();
    world.approve(&world.ana, waiting.id).await.unwrap();
    subscriptions::suspend(&world.db, &world.ana, kept.id, "Unpaid")
        .await
        .unwrap();
    let access = world.objects(&ACCESS).await;

    let done = world.back_to(then).await.unwrap();
    assert_eq!(
        world.objects(&CONFIGURATION).await,
        configuration,
        "the bytes of then"
    );
    assert_eq!(world.objects(&ACCESS).await, access, "what people decided");
    world.assert_consistent().await;
    assert_eq!(done.value.number, Some(last + 1));
    assert_eq!(done.change.unwrap().config.len(), 1, "one change");
    let stays: Vec<_> = done
        .value
        .kept
        .iter()
        .map(|kept| kept.resource.as_str())
        .collect();
    assert_eq!(stays, ["api/birds"]);
    let release = releases::get_release(&world.db, &world.ada, last + 1)
        .await
        .unwrap();
    assert_eq!(
        (release.rolled_back_to, release.kind.as_str()),
        (Some(then), "release.rollback")
    );
    // Again: nothing is left to do.
    let again = world.back_to(then).await.unwrap();
    assert!(again.change.is_none());
    assert_eq!(world.newest().await, last + 1);
    // And forward again, to the bytes of just before.
    world.back_to(last).await.unwrap();
    assert_eq!(world.objects(&CONFIGURATION).await, later);
    assert_eq!(world.objects(&ACCESS).await, access);
}

impl World {
    /// What stands of the revisions of `v1`.
    async fn revisions(&self) -> Vec<(i32, String)> {
        let revisions = "select number, state from spec_revision order by number";
        sqlx::query_as(revisions)
            .fetch_all(&mut self.superuser().await)
            .await
            .unwrap()
    }

    /// The number of the revision that `v1` serves.
    async fn in_force(&self) -> i64 {
        let number = "select r.number::bigint from api_version v join spec_revision r on r.id = v.current_revision_id";
        self.count(number).await
    }
}

#[tokio::test]
async fn of_the_revisions_of_a_version_one_is_active_after_a_rollback_and_none_that_was_rejected() {
    let world = World::create().await;
    let then = world.newest().await;
    let breaking = PETS.replace("/pets/{id}", "/animals/{id}");
    assert!(world.publish(&breaking).await.is_err());
    world.publish(&with_animals("1.3.0")).await.unwrap();
    let last = world.newest().await;
    let states = |first: &str, third: &str| {
        [(1, first), (2, "rejected"), (3, third)].map(|(number, state)| (number, state.to_owned()))
    };
    assert_eq!(world.revisions().await, states("superseded", "active"));
    world.back_to(then).await.unwrap();
    assert_eq!(world.revisions().await, states("active", "superseded"));
    assert_eq!(world.in_force().await, 1);
    // What breaks callers of the one that is back is held against it, not against the one that was gone back from.
    let again = world.publish(&breaking).await;
    assert!(again.is_err_and(|refused| refused.to_string().contains("breaks")));
    assert_eq!(
        world.revisions().await,
        states("active", "superseded"),
        "the one that waits is the same one"
    );
    world.back_to(last).await.unwrap();
    assert_eq!(world.revisions().await, states("superseded", "active"));
    // What never was in force is nothing to go back to, whatever a release says.
    let never = "update spec_revision set state = 'rejected' where number = 1 returning 1::bigint";
    assert_eq!(world.count(never).await, 1);
    let words = conflict(world.back_to(then).await);
    assert!(
        words.contains("Revision 1 of v1 is rejected and never was in force"),
        "{words}"
    );
    assert_eq!(
        (world.in_force().await, world.newest().await),
        (3, last + 2)
    );
}

#[tokio::test]
async fn limits_that_were_gone_back_from_do_not_come_again_by_their_time() {
    let world = World::create().await;
    world.approved("Shop", "team").await;
    let read = async || {
        let plan = Lookup::from("team");
        let plan = plans::get_plan(&world.db, &world.ada, world.api(), plan).await;
        plan.unwrap()
    };
    let apply_due = async || {
        let system = world.system();
        plans::apply_due(&world.db, &system, 10).await.unwrap()
    };
    world.set_limits(9_000).await;
    let before = read().await;
    let then = world.newest().await;
    world.set_limits(5_000).await;
    // And others to come, of which subscribers have been told.
    let notice = UpdateTenant {
        minimum_notice_days: Some(30),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&world.db, &world.ada, None, notice)
        .await
        .unwrap();
    world.set_limits(10).await;
    let changed = read().await;
    assert_eq!((changed.revision, changed.scheduled.is_some()), (3, true));

    world.back_to(then).await.unwrap();
    let back = read().await;
    assert_eq!((back.revision, back.scheduled.is_none()), (2, true));
    let rules = |plan: &plans::PlanView| plan.limits.iter().map(|one| one.rule).collect::<Vec<_>>();
    assert_eq!(rules(&back), rules(&before));
    assert_eq!(apply_due().await, 0, "the third was due already");
    world.pass(31 * 86_400);
    assert_eq!(apply_due().await, 0, "the fourth was gone back from, too");
    assert_eq!(read().await.revision, 2);
    // What is announced from now on comes.
    world.set_limits(20).await;
    assert_eq!(read().await.scheduled.unwrap().revision, 5);
    world.pass(30 * 86_400);
    assert_eq!(apply_due().await, 1);
    assert_eq!(read().await.revision, 5);
}

#[tokio::test]
async fn going_back_to_lower_limits_is_announced_to_those_who_have_them() {
    let world = World::create().await;
    let notice = UpdateTenant {
        minimum_notice_days: Some(30),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&world.db, &world.ada, None, notice)
        .await
        .unwrap();
    let read = async || {
        let plan = Lookup::from("team");
        let plan = plans::get_plan(&world.db, &world.ada, world.api(), plan).await;
        plan.unwrap()
    };
    let rules = |plan: &plans::PlanView| plan.limits.iter().map(|one| one.rule).collect::<Vec<_>>();
    world.set_limits(10).await;
    let (low, lower) = (world.newest().await, rules(&read().await));
    world.set_limits(5_000).await;
    let (high, higher) = (world.newest().await, rules(&read().await));
    // Nobody has it: nobody is given notice.
    let done = world.back_to(low).await.unwrap().value;
    assert!(done.announced.is_empty());
    assert_eq!(rules(&read().await), lower);
    world.back_to(high).await.unwrap();
    world.approved("Shop", "team").await;

    let rehearsal = world.ada.clone().on_a_dry_run();
    let told = releases::rollback(&world.db, &rehearsal, low, &GoBack::default())
        .await
        .unwrap()
        .value;
    let ends = world.db.clock().now() + time::Duration::days(30);
    let [announced] = <[_; 1]>::try_from(told.announced).unwrap();
    assert_eq!(announced.resource, "plan/pets/team");
    assert_eq!((announced.effective_at, announced.subscriptions), (ends, 1));
    assert!(
        read().await.scheduled.is_none(),
        "a rehearsal announces nothing"
    );
    let done = world.back_to(low).await.unwrap().value;
    assert_eq!(done.announced, [announced]);
    let plan = read().await;
    assert_eq!(rules(&plan), higher, "what was promised holds");
    assert_eq!(plan.scheduled.unwrap().effective_at, ends);
    world.pass(30 * 86_400);
    let system = world.system();
    assert_eq!(plans::apply_due(&world.db, &system, 10).await.unwrap(), 1);
    assert_eq!(rules(&read().await), lower);
    // The way up takes nothing from anybody.
    let done = world.back_to(high).await.unwrap().value;
    assert!(done.announced.is_empty());
    assert_eq!(rules(&read().await), higher);
}

#[tokio::test]
async fn what_was_ended_for_good_stays_ended_and_is_told() {
    let world = World::create().await;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    let input = Deprecate {
        sunset_at: world.db.clock().now() + time::Duration::days(90),
        successor: None,
        guide: None,
    };
    versions::deprecate_version(&world.db, &world.ada, world.api(), "v2", None, input)
        .await
        .unwrap();
    let then = world.newest().await;
    versions::retire_version(
        &world.db,
        &world.ada,
        world.api(),
        "v2",
        None,
        Retire {
            reason: "Over".to_owned(),
        },
    )
    .await
    .unwrap();
    plans::close_plan(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("vault"),
        None,
        plans::ClosePlan::default(),
    )
    .await
    .unwrap();
    world.set_limits(5_000).await;
    let done = world.back_to(then).await.unwrap().value;
    let stays: Vec<_> = done
        .kept
        .iter()
        .map(|kept| kept.resource.as_str())
        .collect();
    assert_eq!(stays, ["plan/pets/vault", "version/pets/v2"]);
    assert_eq!(done.changes.len(), 1);
    assert_eq!(
        world
            .count("select count(*) from plan where state = 'closed'")
            .await,
        1
    );
    assert_eq!(
        world
            .count("select count(*) from api_version where state = 'retired'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_plan_that_somebody_took_up_since_stays_on_offer() {
    let world = World::create().await;
    let then = world.newest().await;
    world.plan("gold", ApprovalMode::Auto, |_| ()).await;
    world.ask(&world.dora, "Shop", "gold").await;
    let done = world.back_to(then).await.unwrap().value;
    assert_eq!(done.kept[0].resource, "plan/pets/gold");
    let plan = plans::get_plan(&world.db, &world.ada, world.api(), Lookup::from("gold"))
        .await
        .unwrap();
    assert_eq!(plan.state, PlanState::Published);
}

#[tokio::test]
async fn releases_are_seen_and_gone_back_to_in_their_own_tenant_and_by_those_who_may() {
    let world = World::create().await;
    let newest = world.newest().await;
    let other = make_tenant(&world.db, "elsewhere").await;
    let ruth = member(&world.db, other, "Ruth", gatehouse_domain::Role::Admin).await;
    let own = releases::list_releases(&world.db, &ruth, None, 50)
        .await
        .unwrap();
    assert!(
        own.iter().all(|release| release.number < newest),
        "the numbers of a tenant are its own"
    );
    assert!(is_not_found(
        &releases::rollback(&world.db, &ruth, newest, &GoBack::default()).await
    ));
    assert!(is_not_found(&world.back_to(newest + 1).await));
    assert!(
        releases::rollback(&world.db, &world.dora, newest, &GoBack::default())
            .await
            .is_err()
    );
    // Of a dry run nothing stays.
    world.set_limits(5_000).await;
    let before = (world.footprint().await, world.head().await);
    let trial = world.ada.clone().on_a_dry_run();
    let told = releases::rollback(&world.db, &trial, newest, &GoBack::default())
        .await
        .unwrap()
        .value;
    assert_eq!(told.changes.len(), 1);
    assert_eq!((world.footprint().await, world.head().await), before);
}

#[tokio::test]
async fn a_rollback_of_what_was_looked_at_is_refused_when_something_else_was_released() {
    let world = World::create().await;
    world.set_limits(1).await;
    let (db, ada) = (&world.db, &world.ada);
    let then = world.newest().await - 1;
    let trial = ada.clone().on_a_dry_run();
    let told = releases::rollback(db, &trial, then, &GoBack::default()).await;
    let how = GoBack {
        newest: Some(told.unwrap().value.newest),
        ..GoBack::default()
    };
    world.move_traffic("https://elsewhere.example").await;
    let before = (world.footprint().await, world.head().await);
    let newest = world.newest().await;
    let words = conflict(releases::rollback(db, ada, then, &how).await);
    let said = format!("the newest release is {newest}, not {}", newest - 1);
    assert!(words.contains(&said), "{words}");
    assert_eq!((world.footprint().await, world.head().await), before);

    // Of many who looked at the same one, one goes back; whatever else is released meanwhile, nobody undoes unseen.
    let how = GoBack {
        newest: Some(newest),
        ..GoBack::default()
    };
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (db, ada, how) = (db.clone(), ada.clone(), how.clone());
        tasks.spawn(async move { releases::rollback(&db, &ada, then, &how).await.is_ok() });
    }
    let (db, paul) = (db.clone(), world.paul.clone());
    tasks.spawn(async move {
        let input = UpdateApi {
            summary: Some("Meanwhile".to_owned()),
            ..UpdateApi::default()
        };
        let done = apis::update_api(&db, &paul, Lookup::from("pets"), None, input).await;
        done.unwrap();
        false
    });
    let won = tasks
        .join_all()
        .await
        .into_iter()
        .filter(|won| *won)
        .count();
    let went_back = world
        .count("select count(*) from release where rolled_back_to is not null")
        .await;
    assert_eq!(i64::try_from(won).unwrap(), went_back);
    assert!(won <= 1, "{won}");
    let unseen = world
        .count(
            "select count(*) from release b join release m on m.tenant_id = b.tenant_id and m.number = b.number - 1
             where b.rolled_back_to is not null and m.kind = 'api.update'",
        )
        .await;
    assert_eq!(unseen, 0, "what was released meanwhile was not looked at");
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_a_rollback_orphans_is_told_refused_and_dropped_when_asked() {
    let world = World::create().await;
    let (db, ada) = (&world.db, &world.ada);
    versions::set_compat(db, &world.ana, world.api(), "v1", None, Compat::Off)
        .await
        .unwrap();
    world.publish(&without_get_pet()).await.unwrap();
    let then = world.newest().await;
    world.publish(PETS).await.unwrap();
    // Made since, and taken up: it stays, and would limit what is gone.
    let single = OperationLimit {
        operation: "GET /pets/{id}".to_owned(),
        rule: LimitRule::Rate {
            amount: 1,
            window_s: 1,
            burst: 1,
        },
    };
    world
        .plan("gold", ApprovalMode::Auto, |plan| {
            plan.operation_limits = vec![single];
        })
        .await;
    world.ask(&world.dora, "Shop", "gold").await;
    let duo = CreateProduct {
        slug: "duo".to_owned(),
        name: "Duo".to_owned(),
        items: vec![ItemInput {
            api: world.api(),
            version: "v1".to_owned(),
            operations: Some(["GET /pets", "GET /pets/{id}"].map(str::to_owned).to_vec()),
        }],
        ..CreateProduct::default()
    };
    products::create_product(db, &world.paul, duo)
        .await
        .unwrap();
    let trial = ada.clone().on_a_dry_run();
    let told = releases::rollback(db, &trial, then, &GoBack::default())
        .await
        .unwrap()
        .value;
    let words: Vec<_> = told.orphans.iter().map(|one| one.words()).collect();
    assert_eq!(
        words,
        [
            "the product duo opens GET /pets/{} by name",
            "the plan gold of pets limits GET /pets/{}"
        ]
    );
    let before = (world.footprint().await, world.head().await);
    assert_eq!(faults(world.back_to(then).await), ["?drop_orphans"; 2]);
    assert_eq!((world.footprint().await, world.head().await), before);
    let how = GoBack {
        drop_orphans: true,
        ..GoBack::default()
    };
    let done = releases::rollback(db, ada, then, &how).await.unwrap().value;
    assert_eq!(done.orphans, told.orphans);
    let said: serde_json::Value =
        sqlx::query_scalar("select after from audit_log where action = 'release.drop_orphans'")
            .fetch_one(&mut world.superuser().await)
            .await
            .unwrap();
    let said = said.to_string();
    for part in ["gold", "GET /pets/{}", "duo"] {
        assert!(said.contains(part), "no '{part}' in {said}");
    }
    let gold = plans::get_plan(db, ada, world.api(), Lookup::from("gold")).await;
    assert!(gold.unwrap().operation_limits.is_empty());
    world.assert_consistent().await;
}

#[tokio::test]
async fn lower_limits_go_back_at_once_only_by_an_administrator_who_says_why() {
    let world = World::create().await;
    let input = UpdateTenant {
        minimum_notice_days: Some(30),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&world.db, &world.ada, None, input)
        .await
        .unwrap();
    world.set_limits(10).await;
    let low = world.newest().await;
    world.set_limits(5_000).await;
    world.approved("Shop", "team").await;
    let how = |reason: &str| GoBack {
        without_notice: Some(reason.to_owned()),
        ..GoBack::default()
    };
    let db = &world.db;
    let before = (world.footprint().await, world.head().await);
    assert!(is_forbidden(
        &releases::rollback(db, &world.paul, low, &how("Abuse.")).await
    ));
    let unsaid = releases::rollback(db, &world.ada, low, &how(" ")).await;
    assert_eq!(faults(unsaid), ["/reason"]);
    assert_eq!((world.footprint().await, world.head().await), before);
    let done = releases::rollback(db, &world.ada, low, &how("Abuse.")).await;
    assert_eq!(done.unwrap().value.announced, []);
    let plan = plans::get_plan(db, &world.ada, world.api(), Lookup::from("team")).await;
    let plan = plan.unwrap();
    assert!(plan.scheduled.is_none());
    let rule = LimitRule::Quota {
        amount: 10,
        period: QuotaPeriod::Day,
    };
    assert_eq!(plan.limits[0].rule, rule);
    let said = world
        .count("select count(*) from audit_log where reason = 'Abuse.' and action in ('release.rollback', 'plan.restore')")
        .await;
    assert_eq!(said, 2);
}
