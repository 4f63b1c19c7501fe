//! Limits of plans and choices of products whose operation a new description no longer has: named, or dropped when told to.

use gatehouse_control_plane::plans::{self, OperationLimit, PlanView, UpdatePlan};
use gatehouse_control_plane::products::{self, CreateProduct, ItemInput};
use gatehouse_control_plane::publishing::{
    self, Orphan, PublishRefusal, PublishSpec, Published, Source,
};
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_control_plane::{Actor, Lookup, Refusal, versions};
use gatehouse_domain::api::Compat;
use gatehouse_domain::plan::LimitRule;

use crate::gate::without_get_pet;
use crate::world::{PETS, World};

const fn rate(amount: u32) -> LimitRule {
    LimitRule::Rate {
        amount,
        window_s: 1,
        burst: 1,
    }
}

/// The Pets, whose plan `team` limits reading one pet, and whose descriptions may break callers.
async fn limited() -> World {
    let world = World::create().await;
    versions::set_compat(&world.db, &world.ana, world.api(), "v1", None, Compat::Off)
        .await
        .unwrap();
    limit(&world, &[("GET /pets/{id}", 2), ("POST /pets", 3)]).await;
    world
}

async fn limit(world: &World, limits: &[(&str, u32)]) {
    let limits = limits.iter().map(|(operation, amount)| OperationLimit {
        operation: (*operation).to_owned(),
        rule: rate(*amount),
    });
    let input = UpdatePlan {
        operation_limits: Some(limits.collect()),
        ..UpdatePlan::default()
    };
    let plan = Lookup::from("team");
    plans::update_plan(&world.db, &world.paul, world.api(), plan, None, input)
        .await
        .unwrap();
}

async fn plan(world: &World) -> PlanView {
    let plan = Lookup::from("team");
    let plan = plans::get_plan(&world.db, &world.ada, world.api(), plan).await;
    plan.unwrap()
}

fn of_operations(plan: &PlanView) -> Vec<(&str, LimitRule)> {
    let limits = plan.operation_limits.iter();
    limits
        .map(|limit| (limit.operation.as_str(), limit.rule))
        .collect()
}

async fn publish(
    world: &World,
    actor: &Actor,
    content: &str,
    drop_orphans: bool,
) -> Result<Published, PublishRefusal> {
    let input = PublishSpec {
        api: world.api(),
        version: "v1".to_owned(),
        content: content.to_owned().into(),
        source: Source::default(),
        create: false,
        dry_run: actor.is_dry_run(),
        drop_orphans,
    };
    let published = publishing::publish_spec(&world.db, actor, input).await;
    published.map(|changed| changed.value)
}

/// What it names, each in words.
fn named(answer: Result<Published, PublishRefusal>) -> Vec<String> {
    match answer {
        Err(PublishRefusal::Refused(Refusal::Invalid(faults))) => {
            assert!(faults.iter().all(|fault| fault.pointer == "?drop_orphans"));
            faults.into_iter().map(|fault| fault.detail).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_limit_of_an_operation_that_is_gone_stops_the_publish_or_is_dropped_with_it() {
    let world = limited().await;
    let before = (world.footprint().await, world.head().await);
    let words = named(publish(&world, &world.ada, &without_get_pet(), false).await);
    assert_eq!(words.len(), 1);
    assert!(
        words[0].contains("the plan team of pets limits GET /pets/{}"),
        "{words:?}"
    );
    let rehearsal = world.ada.clone().on_a_dry_run();
    let told = publish(&world, &rehearsal, &without_get_pet(), true)
        .await
        .unwrap();
    assert_eq!(
        told.dropped,
        [Orphan {
            operation: "GET /pets/{}".to_owned(),
            product: "pets".to_owned(),
            plan: Some("team".to_owned()),
            policy: None,
        }]
    );
    assert_eq!((world.footprint().await, world.head().await), before);
    // Another name of a parameter is the same operation.
    let renamed = PETS
        .replace("/pets/{id}", "/pets/{petId}")
        .replace("\"name\": \"id\"", "\"name\": \"petId\"");
    let done = publish(&world, &world.ada, &renamed, false).await.unwrap();
    assert!(done.dropped.is_empty());
    let held = plan(&world).await;
    assert_eq!(
        of_operations(&held),
        [("GET /pets/{}", rate(2)), ("POST /pets", rate(3))]
    );
    let done = publish(&world, &world.ada, &without_get_pet(), true)
        .await
        .unwrap();
    assert_eq!(done.dropped, told.dropped);
    let after = plan(&world).await;
    assert_eq!(of_operations(&after), [("POST /pets", rate(3))]);
    assert_eq!(after.revision, held.revision + 1);
    let rules = |plan: &PlanView| plan.limits.iter().map(|one| one.rule).collect::<Vec<_>>();
    assert_eq!(rules(&after), rules(&held), "the rest stays");
    world.assert_consistent().await;
    // What is not orphaned by it does not stop the next one.
    publish(&world, &world.ada, PETS, false).await.unwrap();
    assert_eq!(
        of_operations(&plan(&world).await),
        [("POST /pets", rate(3))]
    );
}

#[tokio::test]
async fn what_was_announced_loses_the_limit_too_and_keeps_its_time() {
    let world = limited().await;
    world.approved("Shop", "team").await;
    let notice = UpdateTenant {
        minimum_notice_days: Some(30),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&world.db, &world.ada, None, notice)
        .await
        .unwrap();
    limit(&world, &[("GET /pets/{id}", 1), ("POST /pets", 1)]).await;
    let announced = plan(&world).await.scheduled.unwrap();
    publish(&world, &world.ada, &without_get_pet(), true)
        .await
        .unwrap();
    let now = plan(&world).await;
    assert_eq!(of_operations(&now), [("POST /pets", rate(3))]);
    let kept = now.scheduled.clone().unwrap();
    assert_eq!(kept.effective_at, announced.effective_at);
    world.pass(30 * 86_400);
    let system = world.system();
    assert_eq!(plans::apply_due(&world.db, &system, 10).await.unwrap(), 1);
    assert_eq!(
        of_operations(&plan(&world).await),
        [("POST /pets", rate(1))]
    );
}

#[tokio::test]
async fn a_product_keeps_what_is_left_of_its_choice_and_never_opens_nothing() {
    let world = limited().await;
    limit(&world, &[]).await;
    let bundle = |slug: &str, operations: &[&str]| CreateProduct {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        items: vec![ItemInput {
            api: world.api(),
            version: "v1".to_owned(),
            operations: Some(operations.iter().map(|one| (*one).to_owned()).collect()),
        }],
        ..CreateProduct::default()
    };
    let create = |input| products::create_product(&world.db, &world.paul, input);
    create(bundle("readers", &["GET /pets", "GET /pets/{id}"]))
        .await
        .unwrap();
    let words = named(publish(&world, &world.ada, &without_get_pet(), false).await);
    assert!(
        words[0].contains("the product readers opens GET /pets/{} by name"),
        "{words:?}"
    );
    create(bundle("single", &["GET /pets/{id}"])).await.unwrap();
    let refused = publish(&world, &world.ada, &without_get_pet(), true).await;
    let Err(PublishRefusal::Refused(Refusal::Conflict(words))) = refused else {
        panic!("{refused:?}");
    };
    assert!(words.contains("single opens nothing else"), "{words}");
    let other = vec![ItemInput {
        api: world.api(),
        version: "v1".to_owned(),
        operations: Some(vec!["POST /pets".to_owned()]),
    }];
    let single = Lookup::from("single");
    products::put_items(&world.db, &world.paul, single, None, &other)
        .await
        .unwrap();
    let done = publish(&world, &world.ada, &without_get_pet(), true)
        .await
        .unwrap();
    assert_eq!(done.dropped.len(), 1);
    let readers = products::get_product(&world.db, &world.ada, Lookup::from("readers"))
        .await
        .unwrap();
    assert_eq!(
        readers.items[0].operations.as_deref(),
        Some(&["GET /pets".to_owned()][..])
    );
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_comparison_tells_what_would_hang_on_operations_that_are_gone() {
    let world = limited().await;
    let compare = async |actor: &Actor, version: &str, content: &str| {
        let input = publishing::CompareSpec {
            api: world.api(),
            version: version.to_owned(),
            content: bytes::Bytes::copy_from_slice(content.as_bytes()),
        };
        publishing::compare_spec(&world.db, actor, input)
            .await
            .unwrap()
    };
    let told = compare(&world.otto, "v1", &without_get_pet()).await;
    let words: Vec<_> = told.orphans.iter().map(Orphan::words).collect();
    assert_eq!(words, ["the plan team of pets limits GET /pets/{}"]);
    // Neither where all operations are left, nor in a version of its own.
    assert_eq!(compare(&world.otto, "v1", PETS).await.orphans, []);
    assert_eq!(
        compare(&world.otto, "v2", &without_get_pet()).await.orphans,
        []
    );
}
