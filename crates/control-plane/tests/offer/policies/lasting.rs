//! What becomes of policies: records, files, operations and versions that go, going back, and many routes.

use super::*;

#[tokio::test]
async fn every_change_is_recorded_with_what_was_and_what_is() {
    let world = World::create().await;
    let made = put(&world, &world.paul, region("eu", API)).await.value;
    let change = UpdatePolicy {
        document: Some(json!({ "request": { "remove": ["x-old"] } })),
        reason: "the backend moved".to_owned(),
        ..UpdatePolicy::default()
    };
    policies::update_policy(&world.db, &world.paul, Lookup::Id(made.id), Some(1), change)
        .await
        .unwrap();
    policies::delete_policy(
        &world.db,
        &world.paul,
        Lookup::Id(made.id),
        Some(2),
        "not needed",
    )
    .await
    .unwrap();
    let mut superuser = world.superuser().await;
    type Record = (String, Option<Value>, Option<Value>, Option<String>);
    let records: Vec<Record> = sqlx::query_as(
        "select action, before, after, reason from audit_log where tenant_id = $1 and subject = $2 order by seq",
    )
    .bind(world.tenant.uuid())
    .bind(made.id.to_string())
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let actions: Vec<&str> = records.iter().map(|record| record.0.as_str()).collect();
    assert_eq!(actions, ["policy.create", "policy.update", "policy.delete"]);
    let reasons: Vec<_> = records
        .iter()
        .map(|record| record.3.as_deref().unwrap())
        .collect();
    assert_eq!(reasons, ["as agreed", "the backend moved", "not needed"]);
    assert_eq!(records[0].1, None);
    assert_eq!(
        records[1].1, records[0].2,
        "before is what the last one left"
    );
    assert_eq!(
        records[1].2.as_ref().unwrap()["document"]["request"]["remove"],
        json!(["x-old"])
    );
    assert_eq!((&records[2].1, &records[2].2), (&records[1].2, &None));
}

#[tokio::test]
async fn a_policy_of_an_operation_that_is_gone_stops_the_publish_or_goes_with_it() {
    let world = World::create().await;
    versions::set_compat(&world.db, &world.ana, world.api(), "v1", None, Compat::Off)
        .await
        .unwrap();
    let own = put(&world, &world.paul, rate(1, OPERATION)).await.value;
    put(&world, &world.paul, rate(2, VERSION)).await;
    let refused = publish(&world, &without_get_pet(), false).await;
    let Err(PublishRefusal::Refused(Refusal::Invalid(named))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(named.len(), 1, "{named:?}");
    assert!(
        named[0].detail.contains(&format!(
            "the policy {} is attached to GET /pets/{{}}",
            own.slug
        )),
        "{named:?}"
    );
    // Another name of the parameter is the same operation.
    let renamed = PETS
        .replace("/pets/{id}", "/pets/{petId}")
        .replace("\"name\": \"id\"", "\"name\": \"petId\"");
    publish(&world, &renamed, false).await.unwrap();
    assert_eq!(held(&world).await[0].of_operations, [0, 0, 1]);
    let done = publish(&world, &without_get_pet(), true).await.unwrap();
    assert_eq!(done.dropped[0].policy.as_deref(), Some(own.slug.as_str()));
    let gone = policies::get_policy(&world.db, &world.ada, Lookup::Id(own.id)).await;
    assert!(matches!(gone, Err(Refusal::NotFound)), "{gone:?}");
    assert_eq!(held(&world).await[0].of_operations, [0, 0]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn policies_of_a_version_end_with_it_and_those_of_the_api_stay() {
    let world = World::create().await;
    let of_version = put(&world, &world.paul, rate(1, VERSION)).await.value;
    let of_api = put(&world, &world.paul, region("eu", API)).await.value;
    end(&world).await;
    assert!(
        held(&world).await.iter().all(RoutePolicies::is_empty),
        "nothing but 410"
    );
    let gone = policies::get_policy(&world.db, &world.ada, Lookup::Id(of_version.id)).await;
    assert!(matches!(gone, Err(Refusal::NotFound)), "{gone:?}");
    policies::get_policy(&world.db, &world.ada, Lookup::Id(of_api.id))
        .await
        .unwrap();
    let late = policies::create_policy(&world.db, &world.paul, rate(1, VERSION)).await;
    assert!(
        matches!(&late, Err(Refusal::Conflict(said)) if said.contains("has ended")),
        "{late:?}"
    );
    world.assert_consistent().await;
}

pub(super) fn declared(name: &str, spec: &str) -> ResourceFile {
    let head =
        format!("apiVersion: gatehouse/v1\nkind: policy\nmetadata: {{name: {name}}}\nspec:\n");
    file(&format!("{name}.yaml"), &(head + spec))
}

#[tokio::test]
async fn a_file_puts_a_policy_changes_it_and_says_whom_it_concerns() {
    let world = World::create().await;
    world.approved("shop", "team").await;
    let rate = |amount: u32| {
        let spec = format!(
            "  api: pets\n  version: v1\n  operation: get /pets/{{any}}\n  kind: rate_limit\n  document: {{amount: {amount}, window_s: 1}}\n"
        );
        declared("few", &spec)
    };
    let made = world.plan_files(vec![rate(5)]).await.unwrap();
    let change = &made.changes[0];
    assert_eq!(
        (&change["resource"], &change["action"]),
        (&json!("policy/few"), &json!("create"))
    );
    assert_eq!(change["impact"]["subscriptions"], 1, "{change}");
    world.apply(&made).await.unwrap();
    assert_eq!(held(&world).await[0].of_operations, [0, 0, 1]);
    let same = world.plan_files(vec![rate(5)]).await.unwrap();
    assert_eq!(same.changes, json!([]), "another notation of the same");
    let more = world.plan_files(vec![rate(6)]).await.unwrap();
    let fields = more.changes[0]["fields"].as_array().unwrap();
    let pointers: Vec<_> = fields
        .iter()
        .map(|field| field["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/spec/document/amount", "/spec/document/burst"]);
    world.apply(&more).await.unwrap();
    let shown = policies::get_policy(&world.db, &world.ada, Lookup::from("few"))
        .await
        .unwrap();
    assert_eq!(json!(shown.document)["amount"], 6);
    // It stays where it is.
    let moved = declared("few", "  api: pets\n  version: v2\n  kind: rate_limit\n");
    let moved = world.plan_files(vec![moved]).await;
    assert_eq!(faults(moved), ["few.yaml#/spec/version"]);
    // A place that is left out is another place: every API.
    let everywhere = declared(
        "few",
        "  kind: rate_limit\n  document: {amount: 6, window_s: 1}\n",
    );
    let everywhere = world.plan_files(vec![everywhere]).await;
    assert_eq!(faults(everywhere), ["few.yaml#/spec/api"]);
    // What is locked and what it keeps out are put in place in any order.
    let locked = declared(
        "a-house",
        "  kind: cors\n  inherit: locked\n  document: {any_origin: true}\n",
    );
    let kept_out = declared(
        "pets-cors",
        "  api: pets\n  kind: cors\n  document: {origins: ['https://a.test']}\n",
    );
    let both = world.plan_files(vec![locked, kept_out]).await.unwrap();
    world.apply(&both).await.unwrap();
    assert_eq!(
        held(&world).await[0].sets[0]
            .cors
            .as_ref()
            .map(|cors| cors.any_origin),
        Some(true)
    );
    // Of every API: everybody is concerned. And faults have their place, without what was said.
    let all = declared(
        "all",
        "  kind: headers\n  document: {response: {remove: [server]}}\n",
    );
    let all = world.plan_files(vec![all]).await.unwrap();
    assert_eq!(all.changes[0]["impact"]["subscriptions"], 1);
    let wrong = declared(
        "all",
        "  kind: headers\n  document: {response: {remove: [host]}}\n",
    );
    assert_eq!(
        faults(world.plan_files(vec![wrong]).await),
        ["all.yaml#/spec/document/response/remove/0"]
    );
    let private = declared(
        "all",
        "  kind: jwt\n  document: {jwks: {keys: [{kty: OKP, d: c2VjcmV0}]}}\n",
    );
    let refused = world.plan_files(vec![private]).await;
    let said = format!("{refused:?}");
    assert!(
        said.contains("/spec/document/jwks/keys/0/d") && !said.contains("c2VjcmV0"),
        "{said}"
    );
}

#[tokio::test]
async fn going_back_brings_policies_back_but_those_of_a_version_that_ended() {
    let world = World::create().await;
    put(&world, &world.paul, region("eu", API)).await;
    put(&world, &world.paul, rate(5, VERSION)).await;
    let then = newest(&world).await;
    let change = UpdatePolicy {
        document: Some(json!({ "request": { "set": [{ "name": "x-region", "value": "us" }] } })),
        ..UpdatePolicy::default()
    };
    policies::update_policy(
        &world.db,
        &world.paul,
        Lookup::from("pets-headers"),
        None,
        change,
    )
    .await
    .unwrap();
    policies::delete_policy(
        &world.db,
        &world.paul,
        Lookup::from("pets-v1-rate-limit"),
        None,
        "",
    )
    .await
    .unwrap();
    put(&world, &world.paul, rate(9, API)).await;
    let back = releases::rollback(&world.db, &world.ada, then, &releases::GoBack::default())
        .await
        .unwrap();
    assert_eq!(back.value.kept, []);
    for route in held(&world).await {
        let set = &route.sets[0];
        assert_eq!(set.request_headers.set[0].1, "eu");
        assert_eq!(
            set.rates.iter().map(|rate| rate.amount).collect::<Vec<_>>(),
            [5]
        );
    }
    end(&world).await;
    let back = releases::rollback(&world.db, &world.ada, then, &releases::GoBack::default())
        .await
        .unwrap();
    let kept: Vec<&str> = back
        .value
        .kept
        .iter()
        .map(|kept| kept.resource.as_str())
        .collect();
    assert!(kept.contains(&"policy/pets-v1-rate-limit"), "{kept:?}");
    world.assert_consistent().await;
}

pub(super) async fn go_back(world: &World, to: i64) {
    let how = releases::GoBack::default();
    let back = releases::rollback(&world.db, &world.ada, to, &how).await;
    assert_eq!(back.unwrap().value.kept, []);
}

async fn delete(world: &World, slug: &str) {
    policies::delete_policy(&world.db, &world.ada, Lookup::from(slug), None, "")
        .await
        .unwrap();
}

#[tokio::test]
async fn what_took_the_place_of_another_makes_room_for_it() {
    let world = World::create().await;
    let named = |slug: &str, policy: CreatePolicy| CreatePolicy {
        slug: Some(slug.to_owned()),
        ..policy
    };
    put(&world, &world.paul, region("eu", API)).await;
    put(&world, &world.paul, named("few", rate(5, API))).await;
    let then = newest(&world).await;
    delete(&world, "pets-headers").await;
    put(&world, &world.paul, named("other", region("us", API))).await;
    delete(&world, "few").await;
    put(&world, &world.paul, named("few", rate(9, VERSION))).await;
    go_back(&world, then).await;
    let set = &held(&world).await[0].sets[0];
    assert_eq!(set.request_headers.set[0].1, "eu");
    assert_eq!(set.rates.len(), 1);
    assert_eq!(set.rates[0].amount, 5);
    let few = policies::get_policy(&world.db, &world.ada, Lookup::from("few")).await;
    assert_eq!(few.unwrap().version, None);
    let other = policies::get_policy(&world.db, &world.ada, Lookup::from("other")).await;
    assert!(matches!(other, Err(Refusal::NotFound)));
    // A file whose policy gets another name is the same: the one goes, the other comes.
    let spec = "  kind: cors\n  document: {any_origin: true}\n";
    for name in ["first", "second"] {
        let named = world.sync("house", vec![declared(name, spec)]).await;
        world.apply(&named.unwrap()).await.unwrap();
        let there = policies::get_policy(&world.db, &world.ada, Lookup::from(name)).await;
        assert!(there.is_ok(), "{name}: {there:?}");
    }
    let first = policies::get_policy(&world.db, &world.ada, Lookup::from("first")).await;
    assert!(matches!(first, Err(Refusal::NotFound)));
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_draft_s_policies_are_in_the_release_that_publishes_it() {
    let world = World::create().await;
    let before = newest(&world).await;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    // Withdrawn: a draft again.
    go_back(&world, before).await;
    let place = [Some("pets"), Some("v2"), None, None];
    put(&world, &world.paul, region("draft", place)).await;
    versions::publish_version(&world.db, &world.ada, world.api(), "v2", None)
        .await
        .unwrap();
    let published = newest(&world).await;
    let change = UpdatePolicy {
        mode: Some(PolicyMode::Off),
        ..UpdatePolicy::default()
    };
    let policy = Lookup::from("pets-v2-headers");
    policies::update_policy(&world.db, &world.paul, policy, None, change)
        .await
        .unwrap();
    go_back(&world, published).await;
    let back = policies::get_policy(&world.db, &world.ada, Lookup::from("pets-v2-headers"));
    assert_eq!(back.await.unwrap().mode, PolicyMode::Enforce);
    world.assert_consistent().await;
}

/// Phases v1 out and ends it.
async fn end(world: &World) {
    let (db, ada) = (&world.db, &world.ada);
    let phased_out = Deprecate {
        sunset_at: db.clock().now() + time::Duration::days(400),
        successor: None,
        guide: None,
    };
    versions::deprecate_version(db, ada, world.api(), "v1", None, phased_out)
        .await
        .unwrap();
    let retire = Retire {
        reason: "moved".to_owned(),
    };
    versions::retire_version(db, ada, world.api(), "v1", None, retire)
        .await
        .unwrap();
}

pub(super) async fn newest(world: &World) -> i64 {
    world.count("select max(number) from release").await
}

/// With as many routes as `GATEHOUSE_ROUTES` says; a few in the usual run.
#[tokio::test]
async fn a_policy_of_the_tenant_reaches_all_of_many_routes() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how much a test does is no setting of the product"
    )]
    let wanted: i32 = std::env::var("GATEHOUSE_ROUTES").map_or(200, |text| text.parse().unwrap());
    let world = World::create().await;
    let mut superuser = world.superuser().await;
    let copied = sqlx::query(
        "with made as (
           insert into api_version (id, tenant_id, api_id, label, state, current_revision_id, created_at)
           select gen_random_uuid(), v.tenant_id, v.api_id, 'n' || n, 'published', v.current_revision_id, v.created_at
           from api_version v, generate_series(1, $2) n where v.tenant_id = $1 returning id, tenant_id, label)
         insert into route (id, tenant_id, api_version_id, environment_id, path)
         select gen_random_uuid(), m.tenant_id, m.id, e.id, '/pets/' || m.label from made m join environment e on e.tenant_id = m.tenant_id
         where e.slug = 'sandbox'",
    )
    .bind(world.tenant.uuid())
    .bind(wanted)
    .execute(&mut superuser)
    .await
    .unwrap();
    assert_eq!(
        i64::try_from(copied.rows_affected()).unwrap(),
        i64::from(wanted)
    );
    let begun = std::time::Instant::now();
    put(&world, &world.ada, rate(5, TENANT)).await;
    let took = begun.elapsed();
    let routes = held(&world).await;
    assert_eq!(i64::try_from(routes.len()).unwrap(), i64::from(wanted) + 2);
    assert!(routes.iter().all(|route| route.sets.len() == 1));
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{wanted} routes took {took:?}");
}
