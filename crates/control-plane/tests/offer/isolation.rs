//! Another tenant's ids are ids of nothing.

use gatehouse_control_plane::applications::{self, ApplicationFilter, CreateApplication};
use gatehouse_control_plane::catalogue::{self, CatalogueFilter, Viewer};
use gatehouse_control_plane::credentials::{self, IssueKey, Rotate};
use gatehouse_control_plane::plans::{self, ClosePlan, CreatePlan, UpdatePlan};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, Conditions, RequestAccess, SubscriptionFilter,
};
use gatehouse_control_plane::{Actor, Lookup, Page, apis, upstreams, versions};
use gatehouse_domain::Role;

use crate::world::{World, is_not_found, make_tenant, member, unknown};

#[tokio::test]
async fn foreign_ids_answer_like_ids_that_never_existed() {
    let world = World::create().await;
    let db = &world.db;
    let sub = world.approved("Shop", "team").await;
    let (app, api, plan) = (sub.application.id, sub.api.id, sub.plan.id);
    let key = IssueKey {
        environment: Lookup::from("production"),
        name: String::new(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let key = credentials::issue(db, &world.dora, Lookup::Id(app), key)
        .await
        .unwrap()
        .value
        .0
        .id;
    let before = world.footprint().await;

    let other = make_tenant(db, "acme").await;
    let before_in_acme = world.footprint().await;
    assert_ne!(before, before_in_acme);
    let spy = Actor::system(other, "spy");
    let id = || Lookup::Id(app);
    assert!(is_not_found(
        &subscriptions::get_subscription(db, &spy, sub.id).await
    ));
    assert!(is_not_found(
        &subscriptions::timeline(db, &spy, sub.id).await
    ));
    assert!(is_not_found(
        &subscriptions::approve(db, &spy, sub.id, Conditions::default()).await
    ));
    assert!(is_not_found(
        &subscriptions::reject(db, &spy, sub.id, "x").await
    ));
    assert!(is_not_found(
        &subscriptions::suspend(db, &spy, sub.id, "x").await
    ));
    assert!(is_not_found(
        &subscriptions::revoke(db, &spy, sub.id, "x").await
    ));
    assert!(is_not_found(&subscriptions::cancel(db, &spy, sub.id).await));
    assert!(is_not_found(
        &subscriptions::renew(db, &spy, sub.id, "").await
    ));
    assert!(is_not_found(
        &subscriptions::request_plan_change(db, &spy, sub.id, Lookup::Id(plan), "").await
    ));
    assert!(is_not_found(
        &applications::get_application(db, &spy, id()).await
    ));
    assert!(is_not_found(
        &applications::delete_application(db, &spy, id(), None).await
    ));
    assert!(is_not_found(
        &applications::suspend_application(db, &spy, id(), "x").await
    ));
    assert!(is_not_found(
        &credentials::get_credential(db, &spy, key).await
    ));
    assert!(is_not_found(
        &credentials::rotate(db, &spy, key, None, Rotate::with_overlap(0)).await
    ));
    assert!(is_not_found(&credentials::revoke(db, &spy, key, "").await));
    assert!(is_not_found(
        &credentials::list_credentials(db, &spy, id(), &Default::default(), &Page::default()).await
    ));
    assert!(is_not_found(
        &apis::get_api(db, &spy, Lookup::Id(api)).await
    ));
    assert!(is_not_found(
        &versions::get_version(db, &spy, Lookup::Id(api), "v1").await
    ));
    assert!(is_not_found(
        &upstreams::get_upstream(db, &spy, Lookup::Id(api), "production").await
    ));
    assert!(is_not_found(
        &plans::get_plan(db, &spy, Lookup::Id(api), Lookup::Id(plan)).await
    ));
    assert!(is_not_found(
        &plans::create_plan(
            db,
            &spy,
            Lookup::Id(api),
            CreatePlan {
                slug: "mine".into(),
                name: "Mine".into(),
                ..CreatePlan::default()
            }
        )
        .await
    ));
    assert!(is_not_found(
        &plans::update_plan(
            db,
            &spy,
            Lookup::Id(api),
            Lookup::Id(plan),
            None,
            UpdatePlan::default()
        )
        .await
    ));
    assert!(is_not_found(
        &plans::close_plan(
            db,
            &spy,
            Lookup::Id(api),
            Lookup::Id(plan),
            None,
            ClosePlan::default()
        )
        .await
    ));
    assert!(is_not_found(
        &catalogue::catalogue_api(db, &Viewer::Member(&spy), "pets").await
    ));
    assert_eq!(world.footprint().await, before_in_acme);
}

#[tokio::test]
async fn foreign_ids_inside_an_input_are_unknown_references() {
    let world = World::create().await;
    let db = &world.db;
    let theirs = world.approved("Shop", "team").await;
    let other = make_tenant(db, "acme").await;
    let spy = member(db, other, "Spy", Role::Admin).await;
    let made = CreateApplication {
        name: "Own".to_owned(),
        ..CreateApplication::default()
    };
    let own = applications::create_application(db, &spy, made)
        .await
        .unwrap()
        .value;
    let wish = |application, api| RequestAccess {
        application,
        api,
        plan: Lookup::Id(theirs.plan.id),
        environment: Lookup::Id(theirs.environment.id),
        reason: String::new(),
        answers: std::collections::BTreeMap::new(),
        accepts_terms: None,
    };
    let own_app = || AppChoice::Existing(Lookup::Id(own.id));
    let ask = |wish| subscriptions::request(db, &spy, wish);
    assert_eq!(
        unknown(ask(wish(own_app(), Lookup::Id(theirs.api.id))).await),
        "/api"
    );
    let team = CreateApplication {
        name: "Stolen".to_owned(),
        team: Some(Lookup::Id(theirs.application.team.id)),
        ..CreateApplication::default()
    };
    assert_eq!(
        unknown(applications::create_application(db, &spy, team).await),
        "/team"
    );
    // With an API of their own, everything else of ours is still unknown.
    let spec = gatehouse_control_plane::publishing::PublishSpec {
        api: Lookup::from("pets"),
        version: "v1".to_owned(),
        content: bytes::Bytes::from_static(crate::world::PETS.as_bytes()),
        source: Default::default(),
        create: true,
        dry_run: false,
        drop_orphans: false,
    };
    gatehouse_control_plane::publishing::publish_spec(db, &spy, spec)
        .await
        .unwrap();
    assert_eq!(
        unknown(ask(wish(own_app(), Lookup::from("pets"))).await),
        "/plan"
    );
    let plan = CreatePlan {
        slug: "free".into(),
        name: "Free".into(),
        ..CreatePlan::default()
    };
    plans::create_plan(db, &spy, Lookup::from("pets"), plan)
        .await
        .unwrap();
    let with_plan = |application, environment| RequestAccess {
        plan: Lookup::from("free"),
        environment,
        ..wish(application, Lookup::from("pets"))
    };
    assert_eq!(
        unknown(ask(with_plan(own_app(), Lookup::Id(theirs.environment.id))).await),
        "/environment"
    );
    let their_app = AppChoice::Existing(Lookup::Id(theirs.application.id));
    assert_eq!(
        unknown(ask(with_plan(their_app, Lookup::from("production"))).await),
        "/application"
    );
    let key = IssueKey {
        environment: Lookup::Id(theirs.environment.id),
        name: String::new(),
        expires_in_days: None,
        products: Vec::new(),
    };
    assert_eq!(
        unknown(credentials::issue(db, &spy, Lookup::Id(own.id), key).await),
        "/environment"
    );
    let mine = ask(with_plan(own_app(), Lookup::from("production")))
        .await
        .unwrap()
        .value;
    let foreign = Conditions {
        plan: Some(Lookup::Id(theirs.plan.id)),
        ..Conditions::default()
    };
    let boss = Actor::system(other, "boss");
    assert_eq!(
        unknown(subscriptions::approve(db, &boss, mine.id, foreign).await),
        "/plan"
    );
    assert_eq!(
        unknown(
            plans::close_plan(
                db,
                &spy,
                Lookup::from("pets"),
                Lookup::from("free"),
                None,
                ClosePlan {
                    move_to: Some(Lookup::Id(theirs.plan.id)),
                    ends_at: None
                }
            )
            .await
        ),
        "/move_to"
    );
}

#[tokio::test]
async fn foreign_ids_in_a_filter_give_an_empty_list() {
    let world = World::create().await;
    let theirs = world.approved("Shop", "team").await;
    let other = make_tenant(&world.db, "acme").await;
    let spy = Actor::system(other, "spy");
    let filter = SubscriptionFilter {
        application: Some(Lookup::Id(theirs.application.id)),
        ..SubscriptionFilter::default()
    };
    let page = Page::default();
    let found = subscriptions::list_subscriptions(&world.db, &spy, &filter, &page)
        .await
        .unwrap();
    assert!(found.data.is_empty());
    let filter = ApplicationFilter {
        team: Some(Lookup::Id(theirs.application.team.id)),
        ..ApplicationFilter::default()
    };
    let found = applications::list_applications(&world.db, &spy, &filter, &page)
        .await
        .unwrap();
    assert!(found.data.is_empty());
    let all = CatalogueFilter::default();
    let found = catalogue::catalogue(&world.db, &Viewer::Member(&spy), &all, &page)
        .await
        .unwrap();
    assert!(found.data.is_empty());
}
