//! Publishing descriptions, and where their traffic goes.

use bytes::Bytes;
use gatehouse_control_plane::catalogue::{self, Viewer};
use gatehouse_control_plane::publishing::{self, Outcome, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::upstreams::{self, PutTarget, PutUpstream};
use gatehouse_control_plane::versions::{self, Deprecate, Retire};
use gatehouse_control_plane::{Lookup, Refusal, apis};
use gatehouse_domain::subscription::ShownState;
use gatehouse_domain::{ApiVersionState, BasePath};
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef, Record};
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{PETS, World, conflict, faults, is_forbidden, is_not_found, unknown};

fn refused<T: std::fmt::Debug>(answer: Result<T, PublishRefusal>) -> Refusal {
    match answer {
        Err(PublishRefusal::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn routes(world: &World) -> Vec<gatehouse_snapshot::object::Route> {
    let rows: Vec<(uuid::Uuid, Vec<u8>)> =
        sqlx::query_as("select object_id, body from config_object where kind = 4")
            .fetch_all(&mut world.superuser().await)
            .await
            .unwrap();
    rows.into_iter()
        .map(|(id, body)| {
            let object = ObjectRef {
                kind: ObjectKind::Route,
                id,
            };
            let record = Record {
                object,
                body: body.into(),
            };
            match record.decode().unwrap() {
                Object::Route(route) => route,
                other => panic!("{other:?}"),
            }
        })
        .collect()
}

#[tokio::test]
async fn a_first_description_makes_everything_and_the_same_again_changes_nothing() {
    let world = World::bare().await;
    let first = world.publish(PETS).await.unwrap();
    assert!(first.change.is_some());
    let published = first.value;
    assert_eq!(published.outcome, Outcome::Created);
    assert_eq!(published.api.name, "Pets");
    assert_eq!((published.revision.number, published.operations), (1, 3));
    assert_eq!(published.revision.declared_version, "1.2.0");
    let paths: Vec<_> = published
        .addresses
        .iter()
        .map(|address| address.path.as_str())
        .collect();
    assert_eq!(paths, ["/sandbox/pets/v1", "/pets/v1"]);
    assert!(
        published
            .addresses
            .iter()
            .all(|address| address.has_upstream)
    );
    let routes = routes(&world).await;
    assert_eq!(routes.len(), 2);
    for route in &routes {
        assert_eq!(route.path, "/pets/v1");
        assert_eq!(route.state, ApiVersionState::Published);
        assert_eq!((route.operations.len(), route.products.len()), (3, 1));
        assert!(route.upstream.is_some());
    }
    let upstream = upstreams::get_upstream(&world.db, &world.paul, world.api(), "production").await;
    assert_eq!(
        upstream.unwrap().targets[0].url,
        "https://pets.internal.example/base"
    );
    let viewer = Viewer::Member(&world.dora);
    let (format, bytes) = catalogue::download_spec(&world.db, &viewer, "pets", "v1")
        .await
        .unwrap();
    assert_eq!(
        (format.as_str(), bytes.as_ref()),
        ("openapi_3_1", PETS.as_bytes())
    );

    let before = world.footprint().await;
    let again = world.publish(PETS).await.unwrap();
    assert!(again.change.is_none());
    assert_eq!(again.value.outcome, Outcome::Unchanged);
    assert_eq!(again.value.revision.id, published.revision.id);
    assert_eq!(world.footprint().await, before);
}

#[tokio::test]
async fn revisions_are_numbered_without_gaps_and_one_is_active_whoever_publishes_at_once() {
    let world = World::bare().await;
    world.publish(PETS).await.unwrap();
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        let (db, paul) = (world.db.clone(), world.paul.clone());
        let content = PETS.replace("1.2.0", &format!("1.2.{}", number % 4));
        tasks.spawn(async move {
            let input = PublishSpec {
                api: Lookup::from("pets"),
                version: "v1".to_owned(),
                content: content.into(),
                source: Source::default(),
                create: false,
                dry_run: false,
                drop_orphans: false,
            };
            publishing::publish_spec(&db, &paul, input).await
        });
    }
    for answer in tasks.join_all().await {
        answer.unwrap();
    }
    let gaps = "select max(number) - count(*) from spec_revision";
    assert_eq!(world.count(gaps).await, 0);
    assert_eq!(
        world
            .count("select count(*) from spec_revision where state = 'active'")
            .await,
        1
    );
    let in_force = "select count(*) from api_version v join spec_revision r on r.id = v.current_revision_id where r.state = 'active'";
    assert_eq!(world.count(in_force).await, 1);
    // What was in force before is not in force now: publishing it again is a new revision.
    let count = "select count(*) from spec_revision";
    let before = world.count(count).await;
    let a = world
        .publish(&PETS.replace("1.2.0", "a"))
        .await
        .unwrap()
        .value;
    let b = world
        .publish(&PETS.replace("1.2.0", "b"))
        .await
        .unwrap()
        .value;
    let a_again = world
        .publish(&PETS.replace("1.2.0", "a"))
        .await
        .unwrap()
        .value;
    assert_eq!(a_again.outcome, Outcome::Updated);
    assert_eq!(a_again.revision.number, b.revision.number + 1);
    assert_eq!(a_again.revision.sha256, a.revision.sha256);
    assert_eq!(world.count(count).await, before + 3);
}

#[tokio::test]
async fn a_bad_description_stores_nothing_and_names_every_fault_with_its_place() {
    let world = World::bare().await;
    let before = world.footprint().await;
    let bad = PETS.replace("\"paths\": {", "\"paths\": 7, \"x-paths\": {");
    for content in ["", "{]", "[]", "{}", "openapi: 9.9.9", &bad, "\u{0}"] {
        match world.publish(content).await {
            Err(PublishRefusal::Spec(errors)) => assert!(!errors.errors.is_empty()),
            other => panic!("{content:?}: {other:?}"),
        }
    }
    match world
        .publish("{\n  \"openapi\": \"3.1.0\",\n  oops\n}")
        .await
    {
        Err(PublishRefusal::Spec(errors)) => {
            assert_eq!(errors.errors[0].location.unwrap().line, 3);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.footprint().await, before);
}

#[tokio::test]
async fn what_gateways_could_not_run_is_rolled_back_whole() {
    let world = World::bare().await;
    // Another tenant lives at /acme, which the first tenant's API of that name would cover.
    crate::world::make_tenant(&world.db, "acme").await;
    let before = world.footprint().await;
    let refusal = refused(world.publish_as("acme", "v1", PETS).await);
    assert!(
        matches!(refusal, Refusal::Invalid(ref faults) if faults[0].pointer == "/slug"),
        "{refusal:?}"
    );
    assert_eq!(world.footprint().await, before);
    // The check of the configuration finds what no field tells: an environment that gateways hold at /pets.
    let mut connection = world.superuser().await;
    let (id, body): (uuid::Uuid, Vec<u8>) = sqlx::query_as(
        "select o.object_id, o.body from config_object o join environment e on e.id = o.object_id where e.base_path = '/acme'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let object = ObjectRef {
        kind: ObjectKind::Environment,
        id,
    };
    let record = Record {
        object,
        body: body.into(),
    };
    let Object::Environment(mut environment) = record.decode().unwrap() else {
        panic!("not an environment");
    };
    environment.base_path = BasePath::parse("/pets").unwrap();
    sqlx::query("update config_object set body = $2, place = '/pets' where object_id = $1")
        .bind(id)
        .bind(Object::Environment(environment).encode().body.as_ref())
        .execute(&mut connection)
        .await
        .unwrap();
    let refusal = refused(world.publish(PETS).await);
    assert!(
        matches!(&refusal, Refusal::Invalid(faults) if faults[0].detail.contains("rename the API")),
        "{refusal:?}"
    );
    assert_eq!(world.footprint().await, before);
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_stores_nothing() {
    let world = World::bare().await;
    let before = world.footprint().await;
    let input = PublishSpec {
        api: Lookup::from("pets"),
        version: "v1".to_owned(),
        content: Bytes::from_static(PETS.as_bytes()),
        source: Source::default(),
        create: true,
        dry_run: true,
        drop_orphans: false,
    };
    let dry = publishing::publish_spec(&world.db, &world.paul, input)
        .await
        .unwrap();
    assert!(dry.change.is_none());
    assert_eq!(
        (dry.value.outcome, dry.value.operations),
        (Outcome::Created, 3)
    );
    assert_eq!(world.footprint().await, before);
}

#[tokio::test]
async fn publishing_needs_its_right_an_api_and_a_plain_label() {
    let world = World::bare().await;
    let publish = |actor, api: &str, version: &str, create| {
        let input = PublishSpec {
            api: Lookup::from(api),
            version: version.to_owned(),
            content: Bytes::from_static(PETS.as_bytes()),
            source: Source::default(),
            create,
            dry_run: false,
            drop_orphans: false,
        };
        publishing::publish_spec(&world.db, actor, input)
    };
    let dora = &world.dora;
    assert!(matches!(
        refused(publish(dora, "pets", "v1", true).await),
        Refusal::Forbidden(_)
    ));
    let paul = &world.paul;
    assert!(matches!(
        refused(publish(paul, "pets", "v1", false).await),
        Refusal::NotFound
    ));
    assert!(matches!(
        refused(publish(paul, "api_00000000000000000000000001", "v1", true).await),
        Refusal::NotFound
    ));
    for label in ["", "V1", "-1", "v1/..", "a23456789012345678901"] {
        assert!(matches!(
            refused(publish(paul, "pets", label, true).await),
            Refusal::Invalid(_)
        ));
    }
    assert!(matches!(
        refused(publish(paul, "Pets!", "v1", true).await),
        Refusal::Invalid(_)
    ));
    publish(paul, "pets", "v1", true).await.unwrap();
    publish(paul, "pets", "2026-11-20", false).await.unwrap();
}

#[tokio::test]
async fn a_publisher_who_may_not_decide_where_traffic_goes_only_proposes_it() {
    let world = World::bare().await;
    let input = PublishSpec {
        api: Lookup::from("pets"),
        version: "v1".to_owned(),
        content: Bytes::from_static(PETS.as_bytes()),
        source: Source::default(),
        create: true,
        dry_run: false,
        drop_orphans: false,
    };
    let published = publishing::publish_spec(&world.db, &world.paul, input).await;
    let published = published.unwrap().value;
    let attached = |address: &publishing::Address| address.has_upstream;
    assert!(!published.addresses.iter().any(attached));
    assert_eq!(world.count("select count(*) from upstream").await, 0);
    let warning = published.warnings.as_array().unwrap().last().unwrap();
    assert_eq!(warning["code"], "no_upstream");
    let words = warning["message"].as_str().unwrap();
    assert!(
        words.contains("'https://pets.internal.example/base'") && words.contains("upstream.manage"),
        "{words}"
    );
}

#[tokio::test]
async fn only_the_first_description_proposes_where_traffic_goes() {
    let world = World::bare().await;
    let relative = PETS.replace("https://pets.internal.example/base/", "/v2");
    let published = world.publish(&relative).await.unwrap().value;
    assert!(
        published
            .addresses
            .iter()
            .all(|address| !address.has_upstream)
    );
    let warning = published
        .warnings
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(warning["code"], "no_upstream");
    assert!(warning["message"].as_str().unwrap().contains("'/v2'"));
    // A later one moves nothing, whatever servers it names.
    let later = world.publish(PETS).await.unwrap().value;
    assert!(later.addresses.iter().all(|address| !address.has_upstream));
    assert!(later.warnings.as_array().unwrap().is_empty());

    let put = |actor, environment, url: &str| {
        let input = PutUpstream {
            targets: vec![PutTarget::new(url)],
            ..PutUpstream::default()
        };
        upstreams::put_upstream(&world.db, actor, world.api(), environment, None, input)
    };
    assert!(is_forbidden(
        &put(&world.paul, "sandbox", "http://10.0.0.7:80").await
    ));
    let set = put(&world.otto, "sandbox", "http://10.0.0.7:80")
        .await
        .unwrap();
    assert!(set.change.is_some());
    let served = routes(&world).await;
    assert_eq!(
        served
            .iter()
            .filter(|route| route.upstream.is_some())
            .count(),
        1
    );
    // The next version goes where the API goes.
    let second = world.publish_as("pets", "v2", PETS).await.unwrap().value;
    let attached: Vec<_> = second
        .addresses
        .iter()
        .map(|address| address.has_upstream)
        .collect();
    assert_eq!(attached, [true, false]);
    let version = set.value.row_version;
    let moved = upstreams::put_upstream(
        &world.db,
        &world.otto,
        world.api(),
        "sandbox",
        Some(version),
        PutUpstream {
            targets: vec![
                PutTarget::new("http://10.0.0.7:80"),
                PutTarget::new("http://10.0.0.8:80"),
            ],
            ..PutUpstream::default()
        },
    );
    let moved = moved.await.unwrap().value;
    assert_eq!(
        moved.targets[0].id, set.value.targets[0].id,
        "a target keeps its identity"
    );
    assert_eq!(moved.row_version, version + 1);
    for (input, pointer) in [
        (vec![], "/targets"),
        (
            vec![PutTarget::new("http://169.254.169.254/")],
            "/targets/0/url",
        ),
        (
            vec![PutTarget {
                drain: true,
                ..PutTarget::new("http://a")
            }],
            "/targets",
        ),
        (
            vec![PutTarget {
                weight: 0,
                ..PutTarget::new("http://a")
            }],
            "/targets/0/weight",
        ),
        (
            vec![PutTarget {
                weight: 1001,
                ..PutTarget::new("http://a")
            }],
            "/targets/0/weight",
        ),
        (
            vec![PutTarget::new("http://a"), PutTarget::new("http://a")],
            "/targets/1/url",
        ),
    ] {
        let input = PutUpstream {
            targets: input,
            ..PutUpstream::default()
        };
        let answer =
            upstreams::put_upstream(&world.db, &world.otto, world.api(), "sandbox", None, input);
        assert!(
            faults(answer.await).iter().any(|fault| fault == pointer),
            "{pointer}"
        );
    }
}

#[tokio::test]
async fn a_version_is_phased_out_and_ended_and_its_subscriptions_with_it() {
    let world = World::create().await;
    let (db, paul, ada) = (&world.db, &world.paul, &world.ada);
    let live = world.approved("Shop", "team").await.id;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    let now = db.clock().now();
    let deprecate = |label, successor: &str, days| {
        let input = Deprecate {
            sunset_at: now + Duration::days(days),
            successor: Some(successor.to_owned()),
            guide: None,
        };
        versions::deprecate_version(db, paul, world.api(), label, None, input)
    };
    assert_eq!(faults(deprecate("v1", "v2", 0).await), ["/sunset_at"]);
    assert_eq!(faults(deprecate("v1", "v1", 9).await), ["/successor"]);
    assert_eq!(unknown(deprecate("v1", "v9", 9).await), "/successor");
    let old = deprecate("v1", "v2", 90).await.unwrap().value;
    assert_eq!(old.state, ApiVersionState::Deprecated);
    assert_eq!(old.successor.as_deref(), Some("v2"));
    assert_eq!(
        conflict(deprecate("v1", "v2", 9).await),
        "The version is deprecated already."
    );
    versions::publish_version(db, paul, world.api(), "v1", None)
        .await
        .unwrap();
    deprecate("v1", "v2", 90).await.unwrap();
    let retire = |actor, label, reason: &str| {
        let input = Retire {
            reason: reason.to_owned(),
        };
        versions::retire_version(&world.db, actor, world.api(), label, None, input)
    };
    assert!(is_forbidden(&retire(paul, "v1", "old").await));
    assert!(
        conflict(retire(ada, "v2", "old").await)
            .contains("published version cannot become retired")
    );
    assert!(conflict(retire(ada, "v1", "").await).contains("1 open subscription;"));
    retire(ada, "v1", "Nobody calls it.").await.unwrap();
    assert_eq!(
        world.get(&world.dora, live).await.shown,
        ShownState::Active,
        "v2 is still served"
    );
    let gone: Vec<_> = routes(&world)
        .await
        .into_iter()
        .filter(|route| !route.state.is_served())
        .collect();
    assert_eq!(
        gone.len(),
        2,
        "a retired version stays known, to answer 410"
    );
    assert!(conflict(retire(ada, "v1", "again").await).contains("retired already"));
    assert!(matches!(refused(world.publish_as("pets", "v1", "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"a\",\"version\":\"1\"},\"paths\":{\"/a\":{\"get\":{\"responses\":{}}}}}").await), Refusal::Conflict(_)));
    assert_eq!(faults(deprecate("v2", "v1", 1).await), ["/successor"]);
    deprecate("v2", "", 1).await.unwrap();
    retire(ada, "v2", "The end.").await.unwrap();
    assert_eq!(
        world.get(&world.dora, live).await.shown,
        ShownState::Superseded
    );
    assert!(
        is_not_found(&apis::get_api(db, &world.dora, world.api()).await),
        "nothing of it is on offer"
    );
}

/// As large as GitHub's: 1,223 operations that share many schemas.
#[tokio::test]
async fn a_large_description_is_published_in_reasonable_time() {
    let world = World::bare().await;
    let schemas: serde_json::Map<_, _> = (0..800)
        .map(|number| {
            let properties: serde_json::Map<_, _> = (0..25)
                .map(|place| (format!("property_{place}"), serde_json::json!({ "type": "string", "description": "A property of something, described at some length." })))
                .chain([("next".to_owned(), serde_json::json!({ "$ref": format!("#/components/schemas/Thing{}", (number + 1) % 800) }))])
                .collect();
            (format!("Thing{number}"), serde_json::json!({ "type": "object", "properties": properties }))
        })
        .collect();
    let paths: serde_json::Map<_, _> = (0..1_223)
        .map(|number| {
            let schema = serde_json::json!({ "$ref": format!("#/components/schemas/Thing{}", number % 800) });
            let operation = serde_json::json!({ "get": {
                "operationId": format!("get{number}"), "summary": format!("Read thing {number}"), "tags": ["things"],
                "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": schema } } } } } });
            (format!("/things/{number}"), operation)
        })
        .collect();
    let document = serde_json::json!({
        "openapi": "3.1.0", "info": { "title": "Large", "version": "1" },
        "servers": [{ "url": "https://large.example" }], "paths": paths, "components": { "schemas": schemas },
    });
    let started = std::time::Instant::now();
    let published = world.publish(&document.to_string()).await.unwrap().value;
    let took = started.elapsed();
    assert_eq!(published.operations, 1_223);
    assert!(took.as_secs() < 60, "{took:?}");
    let viewer = Viewer::Member(&world.dora);
    let page = catalogue::get_operation(&world.db, &viewer, "pets", "v1", "get1222")
        .await
        .unwrap();
    assert!(page.fragment["components"]["schemas"]["Thing422"].is_object());
}
