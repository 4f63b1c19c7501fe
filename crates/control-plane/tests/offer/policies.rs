//! Policies: who may put them where, what applies of several, what is locked, what goes with an operation that is gone, and what
//! gateways are told.

mod drafts;
mod lasting;
mod names;
mod secrets;

use gatehouse_control_plane::policies::{
    self, CreatePolicy, EffectiveView, PolicyFilter, PolicyPlace, PolicyView, UpdatePolicy,
};
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Published, Source};
use gatehouse_control_plane::releases;
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_control_plane::versions::{self, Deprecate, Retire};
use gatehouse_control_plane::{Actor, Changed, Lookup, Page, Refusal};
use gatehouse_domain::api::Compat;
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef, Record, RoutePolicies};
use serde_json::{Value, json};

use crate::changesets::file;
use crate::gate::without_get_pet;
use crate::world::{PETS, World, faults};

/// A place: API, version, operation and environment, as far as they are named.
fn at(names: [Option<&str>; 4]) -> PolicyPlace {
    let [api, version, operation, environment] = names;
    PolicyPlace {
        api: api.map(Lookup::from),
        version: version.map(ToOwned::to_owned),
        operation: operation.map(ToOwned::to_owned),
        environment: environment.map(Lookup::from),
    }
}

const TENANT: [Option<&str>; 4] = [None; 4];
const API: [Option<&str>; 4] = [Some("pets"), None, None, None];
const VERSION: [Option<&str>; 4] = [Some("pets"), Some("v1"), None, None];
const OPERATION: [Option<&str>; 4] = [Some("pets"), Some("v1"), Some("get /pets/{petId}"), None];

fn rate(amount: u32, place: [Option<&str>; 4]) -> CreatePolicy {
    let config = json!({ "amount": amount, "window_s": 1 });
    policy(PolicyKind::RateLimit, config, place)
}

fn region(value: &str, place: [Option<&str>; 4]) -> CreatePolicy {
    let config = json!({ "request": { "set": [{ "name": "x-region", "value": value }] } });
    policy(PolicyKind::Headers, config, place)
}

fn policy(kind: PolicyKind, config: Value, place: [Option<&str>; 4]) -> CreatePolicy {
    CreatePolicy {
        slug: None,
        place: at(place),
        kind,
        document: config,
        mode: PolicyMode::Enforce,
        inherit: PolicyInherit::Default,
        reason: "as agreed".to_owned(),
    }
}

/// One of each kind, each further in than the one before, for files to hold.
pub(crate) async fn attach_one_of_each_kind(world: &World) {
    let locked = CreatePolicy {
        inherit: PolicyInherit::Locked,
        ..region("every", TENANT)
    };
    put(world, &world.ada, locked).await;
    let cats = [Some("cats"), None, None, None];
    let cors = json!({ "origins": ["https://app.example"], "headers": ["x-trace"] });
    let cors = CreatePolicy {
        mode: PolicyMode::Off,
        ..policy(PolicyKind::Cors, cors, cats)
    };
    put(world, &world.paul, cors).await;
    let token = json!({
        "issuer": "https://login.example", "audiences": ["cats"], "algorithms": ["EdDSA"], "scopes": ["read"],
        "claims": [{ "name": "tier", "values": ["gold", "silver"] }],
        "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg", "kid": "one" }] },
    });
    let token = CreatePolicy {
        mode: PolicyMode::Shadow,
        ..policy(
            PolicyKind::Jwt,
            token,
            [Some("cats"), Some("v1"), None, None],
        )
    };
    put(world, &world.paul, token).await;
    let place = [
        Some("cats"),
        Some("v1"),
        Some("GET /pets/{id}"),
        Some("sandbox"),
    ];
    put(world, &world.paul, rate(5, place)).await;
}

async fn put(world: &World, actor: &Actor, input: CreatePolicy) -> Changed<PolicyView> {
    policies::create_policy(&world.db, actor, input)
        .await
        .unwrap()
}

async fn get(world: &World, operation: Option<&str>, environment: &str) -> EffectiveView {
    let environment = Lookup::from(environment);
    policies::effective(
        &world.db,
        &world.otto,
        world.api(),
        "v1",
        environment,
        operation,
    )
    .await
    .unwrap()
}

fn slugs(policies: &[PolicyView]) -> Vec<&str> {
    policies.iter().map(|policy| policy.slug.as_str()).collect()
}

/// What gateways hold of the policies of every route, by environment.
async fn held(world: &World) -> Vec<RoutePolicies> {
    let mut superuser = world.superuser().await;
    let rows: Vec<(uuid::Uuid, Vec<u8>)> = sqlx::query_as(
        "select o.object_id, o.body from config_object o join environment e on e.id = o.environment_id
         where o.tenant_id = $1 and o.kind = $2 order by e.slug, o.object_id",
    )
    .bind(world.tenant.uuid())
    .bind(ObjectKind::Route as i16)
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let routes = rows.into_iter().map(|(id, body)| {
        let object = ObjectRef {
            kind: ObjectKind::Route,
            id,
        };
        let record = Record {
            object,
            body: body.into(),
        };
        match record.decode().unwrap() {
            Object::Route(route) => route.later.policies,
            other => panic!("{other:?}"),
        }
    });
    routes.collect()
}

async fn publish(
    world: &World,
    content: &str,
    drop_orphans: bool,
) -> Result<Published, PublishRefusal> {
    let input = PublishSpec {
        api: world.api(),
        version: "v1".to_owned(),
        content: content.to_owned().into(),
        source: Source::default(),
        create: false,
        dry_run: false,
        drop_orphans,
    };
    let published = publishing::publish_spec(&world.db, &world.ada, input).await;
    published.map(|changed| changed.value)
}

#[tokio::test]
async fn a_policy_reaches_every_route_it_is_on_the_way_to_in_one_change() {
    let world = World::create().await;
    assert!(held(&world).await.iter().all(RoutePolicies::is_empty));
    let (before, _) = world.head().await;
    let made = put(&world, &world.ada, rate(9, TENANT)).await;
    assert_eq!(made.change.unwrap().config.len(), 1);
    assert_eq!(world.head().await.0, before + 1, "one numbered change");
    assert_eq!(made.value.place, "every API");
    let routes = held(&world).await;
    assert_eq!(routes.len(), 2, "production and sandbox");
    for route in &routes {
        assert_eq!(
            (route.sets.len(), route.of_operations.as_slice()),
            (1, &[0, 0, 0][..])
        );
        assert_eq!(
            (route.sets[0].rates[0].amount, route.sets[0].rates[0].burst),
            (9, 9)
        );
        assert_eq!(route.sets[0].rates[0].policy, made.value.id);
    }
    // One operation in one environment: the other environment's route stays as it is.
    let sandbox = [
        Some("pets"),
        Some("v1"),
        Some("GET /pets/{id}"),
        Some("sandbox"),
    ];
    put(&world, &world.paul, rate(3, sandbox)).await;
    let routes = held(&world).await;
    let amounts = |route: &RoutePolicies| {
        let sets = route.sets.iter();
        sets.map(|set| set.rates.iter().map(|rate| rate.amount).collect())
            .collect::<Vec<Vec<u32>>>()
    };
    assert_eq!(amounts(&routes[0]), [vec![9]], "production");
    assert_eq!(amounts(&routes[1]), [vec![9], vec![9, 3]], "sandbox");
    assert_eq!(routes[1].of_operations, [0, 0, 1]);
    // A dry run changes nothing.
    let head = world.head().await;
    let rehearsal = world.ada.clone().on_a_dry_run();
    put(&world, &rehearsal, region("eu", TENANT)).await;
    assert_eq!(world.head().await, head);
    let gone = policies::delete_policy(
        &world.db,
        &world.ada,
        Lookup::Id(made.value.id),
        Some(1),
        "",
    )
    .await;
    assert!(gone.unwrap().change.is_some());
    let routes = held(&world).await;
    assert!(routes[0].is_empty(), "the bytes it always had");
    assert_eq!(amounts(&routes[1]), [vec![], vec![3]]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_is_published_later_gets_what_is_there_already() {
    let world = World::create().await;
    put(&world, &world.ada, region("eu", TENANT)).await;
    world
        .publish_as(
            "cats",
            "v1",
            &PETS
                .replace("/pets", "/cats")
                .replace("pets.internal", "cats.internal"),
        )
        .await
        .unwrap();
    let routes = held(&world).await;
    assert_eq!(routes.len(), 4);
    for route in routes {
        assert_eq!(
            route.sets[0].request_headers.set,
            [("x-region".to_owned(), "eu".to_owned())]
        );
    }
}

#[tokio::test]
async fn the_innermost_of_a_kind_applies_and_every_answer_says_where_it_is_from() {
    let world = World::create().await;
    put(&world, &world.ada, region("all", TENANT)).await;
    put(&world, &world.ada, rate(100, TENANT)).await;
    put(&world, &world.paul, region("api", API)).await;
    put(&world, &world.paul, region("version", VERSION)).await;
    let own = put(&world, &world.paul, region("operation", OPERATION))
        .await
        .value;
    put(&world, &world.paul, rate(5, VERSION)).await;
    let own_in_production = [OPERATION[0], OPERATION[1], OPERATION[2], Some("production")];
    put(&world, &world.paul, region("here", own_in_production)).await;
    assert_eq!(
        (own.operation.as_deref(), own.place.as_str()),
        (Some("GET /pets/{}"), "GET /pets/{} in v1 of pets")
    );
    let base = get(&world, None, "production").await;
    assert_eq!(
        slugs(&base.applied),
        ["rate-limit", "pets-v1-rate-limit", "pets-v1-headers"]
    );
    assert_eq!(base.overridden.len(), 2);
    assert!(
        base.overridden
            .iter()
            .all(|one| one.by.slug == "pets-v1-headers")
    );
    let sandbox = get(&world, Some("GET /pets/{anything}"), "sandbox").await;
    assert_eq!(
        slugs(&sandbox.applied),
        ["rate-limit", "pets-v1-rate-limit", own.slug.as_str()]
    );
    let production = get(&world, Some("GET /pets/{id}"), "production").await;
    let applied = production.applied.last().unwrap();
    assert_eq!(applied.place, "GET /pets/{} in v1 of pets, in production");
    // Gateways hold the same.
    let routes = held(&world).await;
    let values = |route: &RoutePolicies| -> Vec<String> {
        let of_operations = route.of_operations.iter();
        of_operations
            .map(|at| route.sets[*at as usize].request_headers.set[0].1.clone())
            .collect()
    };
    assert_eq!(values(&routes[0]), ["version", "version", "here"]);
    assert_eq!(values(&routes[1]), ["version", "version", "operation"]);
    // Off takes the place of what is further out, and does nothing.
    let off = UpdatePolicy {
        mode: Some(PolicyMode::Off),
        ..UpdatePolicy::default()
    };
    let policy = Lookup::from("pets-v1-headers");
    policies::update_policy(&world.db, &world.paul, policy, None, off)
        .await
        .unwrap();
    let routes = held(&world).await;
    assert!(routes[0].sets[0].request_headers.is_empty());
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_is_locked_further_out_is_not_replaced() {
    let world = World::create().await;
    let inner = put(&world, &world.paul, region("api", API)).await.value;
    let locked = CreatePolicy {
        slug: Some("house-rules".to_owned()),
        inherit: PolicyInherit::Locked,
        ..region("all", TENANT)
    };
    put(&world, &world.ada, locked).await;
    let routes = held(&world).await;
    assert_eq!(
        routes[0].sets[0].request_headers.set[0].1, "all",
        "also over what was there before"
    );
    let change = UpdatePolicy {
        mode: Some(PolicyMode::Off),
        ..UpdatePolicy::default()
    };
    let id = Lookup::Id(inner.id);
    let changed = policies::update_policy(&world.db, &world.paul, id, None, change).await;
    let words = "The headers policy house-rules for every API is locked: it applies, and this one does not while that is so.";
    assert_eq!(changed.unwrap().value.warnings, [words]);
    let further_in = put(&world, &world.paul, region("v", VERSION)).await.value;
    assert_eq!(further_in.warnings, [words]);
    let routes = held(&world).await;
    assert_eq!(routes[0].sets[0].request_headers.set[0].1, "all");
    // Every rate applies, so none is replaced.
    let locked = CreatePolicy {
        inherit: PolicyInherit::Locked,
        ..rate(10, TENANT)
    };
    put(&world, &world.ada, locked).await;
    let added = put(&world, &world.paul, rate(20, API)).await.value;
    assert!(added.warnings.is_empty(), "{:?}", added.warnings);
    let effective = get(&world, None, "sandbox").await;
    assert_eq!(
        slugs(&effective.applied),
        ["rate-limit", "pets-rate-limit", "house-rules"]
    );
    assert_eq!(effective.overridden[0].by.inherit, PolicyInherit::Locked);
    // What is locked in one environment leaves the others.
    policies::delete_policy(&world.db, &world.ada, Lookup::from("house-rules"), None, "")
        .await
        .unwrap();
    let locked = CreatePolicy {
        inherit: PolicyInherit::Locked,
        ..region("prod", [None, None, None, Some("production")])
    };
    put(&world, &world.ada, locked).await;
    let routes = held(&world).await;
    assert_eq!(
        routes[1].sets[0].request_headers.set[0].1, "v",
        "in the sandbox"
    );
    let own = [Some("pets"), Some("v1"), None, Some("production")];
    let kept_out = put(&world, &world.paul, region("v", own)).await.value;
    assert!(
        kept_out.warnings[0].contains("for every API, in production"),
        "{:?}",
        kept_out.warnings
    );
}

#[tokio::test]
async fn publishers_decide_for_their_apis_and_administrators_for_all() {
    let world = World::create().await;
    let before = world.footprint().await;
    for (actor, input, allowed) in [
        (&world.paul, rate(1, TENANT), false),
        (&world.otto, rate(1, API), false),
        (&world.dora, rate(1, API), false),
        (&world.ana, rate(1, API), false),
    ] {
        let done = policies::create_policy(&world.db, actor, input).await;
        assert_eq!(done.is_ok(), allowed, "{done:?}");
        assert!(matches!(done, Err(Refusal::Forbidden(_))), "{done:?}");
    }
    let unread = policies::list_policies(
        &world.db,
        &world.dora,
        &PolicyFilter::default(),
        &Page::default(),
    )
    .await;
    assert!(matches!(unread, Err(Refusal::Forbidden(_))), "{unread:?}");
    assert_eq!(world.footprint().await, before);
    let all = put(&world, &world.ada, rate(1, TENANT)).await.value;
    world.pass(1);
    let own = put(&world, &world.paul, rate(2, API)).await.value;
    let refused =
        policies::delete_policy(&world.db, &world.paul, Lookup::Id(all.id), None, "").await;
    assert!(matches!(refused, Err(Refusal::Forbidden(_))), "{refused:?}");
    let filter = PolicyFilter {
        api: Some(world.api()),
        ..PolicyFilter::default()
    };
    let listed = policies::list_policies(&world.db, &world.otto, &filter, &Page::default())
        .await
        .unwrap();
    assert_eq!(slugs(&listed.data), [own.slug.as_str()]);
    let listed = policies::list_policies(
        &world.db,
        &world.otto,
        &PolicyFilter::default(),
        &Page::default(),
    )
    .await
    .unwrap();
    assert_eq!(
        slugs(&listed.data),
        [own.slug.as_str(), all.slug.as_str()],
        "newest first"
    );
}

#[tokio::test]
async fn a_place_is_taken_once_and_found_or_refused_by_name() {
    let world = World::create().await;
    let made = put(&world, &world.paul, rate(1, API)).await.value;
    let again = policies::create_policy(&world.db, &world.paul, rate(2, API)).await;
    assert!(
        matches!(&again, Err(Refusal::Conflict(said)) if said.contains("for the API pets already")),
        "{again:?}"
    );
    for (place, pointer) in [
        ([None, Some("v1"), None, None], "/api"),
        ([Some("pets"), None, Some("GET /pets"), None], "/version"),
        ([Some("cats"), None, None, None], "/api"),
        ([Some("pets"), Some("v9"), None, None], "/version"),
        (
            [Some("pets"), Some("v1"), Some("DELETE /pets"), None],
            "/operation",
        ),
        ([Some("pets"), Some("v1"), Some("pets"), None], "/operation"),
        ([Some("pets"), None, None, Some("nowhere")], "/environment"),
    ] {
        let refused = policies::create_policy(&world.db, &world.paul, rate(1, place)).await;
        let found = match refused {
            Err(Refusal::Invalid(faults)) => faults[0].pointer.clone(),
            Err(Refusal::UnknownReference { pointer }) => pointer,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, pointer);
    }
    let shadow = CreatePolicy {
        mode: PolicyMode::Shadow,
        ..region("eu", API)
    };
    let refused = policies::create_policy(&world.db, &world.paul, shadow).await;
    assert!(
        matches!(&refused, Err(Refusal::Invalid(faults)) if faults[0].pointer == "/mode"),
        "{refused:?}"
    );
    let stale = UpdatePolicy::default();
    let stale =
        policies::update_policy(&world.db, &world.paul, Lookup::Id(made.id), Some(7), stale).await;
    assert!(
        matches!(stale, Err(Refusal::Stale { current: 1 })),
        "{stale:?}"
    );
}
