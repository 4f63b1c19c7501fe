//! Events become notices and mails, each exactly once.

use gatehouse_control_plane::members;
use gatehouse_control_plane::notices::{self, Which};
use gatehouse_control_plane::{Page, Refusal, outbox};
use gatehouse_domain::Role;
use gatehouse_domain::id::UserId;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::world::World;

pub(crate) fn access(requester: Option<UserId>, actor: Option<UserId>) -> Value {
    json!({
        "subscription": "sub_00000000000000000000000001",
        "application": { "id": "app_00000000000000000000000001", "name": "Mobile checkout" },
        "api": { "slug": "petstore", "name": "Petstore" },
        "plan": { "slug": "free", "name": "Free" },
        "environment": "production",
        "requested_by": requester,
        "reason": "For the spring release.",
        "actor": actor,
    })
}

pub(crate) async fn put_event(world: &World, kind: &str, payload: Value) {
    let mut connection = PgConnection::connect(&world.test_db.superuser_url())
        .await
        .unwrap();
    sqlx::query("insert into outbox (id, tenant_id, type, subject, payload, at) values ($1, $2, $3, 'sub_00000000000000000000000001', $4, $5)")
        .bind(gatehouse_runtime::random::uuid_v7(world.db.clock().now()))
        .bind(world.tenant.uuid())
        .bind(kind)
        .bind(payload)
        .bind(world.db.clock().now())
        .execute(&mut connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_access_request_reaches_every_approver_but_the_requester_once_under_two_dispatchers() {
    let world = World::create().await;
    outbox::dispatch(&world.db).await.unwrap();
    let approver = world.member("Ben", &[Role::Approver]).await;
    let asking = world.member("Asha", &[Role::Approver]).await;
    world.member("Pat", &[Role::Publisher]).await;
    let away = world.member("Gone", &[Role::Approver]).await;
    let disabled = members::MemberStatus::Disabled;
    members::set_member_status(&world.db, &world.owner().await, away, None, disabled)
        .await
        .unwrap();
    for _ in 0..20 {
        put_event(
            &world,
            "subscription.requested",
            access(Some(asking), Some(asking)),
        )
        .await;
    }
    let (one, two) = tokio::join!(outbox::dispatch(&world.db), outbox::dispatch(&world.db));
    one.unwrap();
    two.unwrap();
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    assert_eq!(
        world
            .count("select count(*) from outbox where published_at is null")
            .await,
        0
    );
    let notices = "select count(*) from notification where type = 'subscription.requested'";
    assert_eq!(world.count(notices).await, 40);
    let mails: Vec<_> = world
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.template == "request_received")
        .collect();
    assert_eq!(mails.len(), 40);
    let to: std::collections::BTreeSet<_> =
        mails.iter().map(|mail| mail.to_address.as_str()).collect();
    assert_eq!(
        to.into_iter().collect::<Vec<_>>(),
        ["ben@northwind.example", "owner@northwind.example"]
    );
    assert_eq!(
        mails[0].subject,
        "Asha requests access to Petstore for Mobile checkout"
    );
    let path = "https://portal.example/t/northwind/console/requests\n";
    assert!(mails[0].body_text.contains(path), "{}", mails[0].body_text);

    let ben = world.actor(approver).await;
    assert_eq!(notices::unread_count(&world.db, &ben).await.unwrap(), 20);
    let inbox = notices::list_notifications(&world.db, &ben, &Page::default())
        .await
        .unwrap();
    let first = inbox.data[0].id;
    let asha = world.actor(asking).await;
    let foreign = notices::mark_read(&world.db, &asha, Which::One(first)).await;
    assert!(matches!(foreign, Err(Refusal::NotFound)), "{foreign:?}");
    notices::mark_read(&world.db, &ben, Which::One(first))
        .await
        .unwrap();
    assert_eq!(notices::unread_count(&world.db, &ben).await.unwrap(), 19);
    notices::mark_read(&world.db, &ben, Which::All)
        .await
        .unwrap();
    assert_eq!(notices::unread_count(&world.db, &ben).await.unwrap(), 0);
}

#[tokio::test]
async fn a_decision_reaches_the_requester_and_not_whoever_decided() {
    let world = World::create().await;
    let dev = world.member("Dev", &[Role::Developer]).await;
    put_event(
        &world,
        "subscription.approved",
        access(Some(dev), Some(world.owner)),
    )
    .await;
    outbox::dispatch(&world.db).await.unwrap();
    let mails: Vec<_> = world
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.template == "access_approved")
        .collect();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to_address, "dev@northwind.example");
    assert_eq!(
        mails[0].subject,
        "Access to Petstore approved for Mobile checkout"
    );
    let inbox = notices::list_notifications(&world.db, &world.actor(dev).await, &Page::default())
        .await
        .unwrap();
    assert_eq!(inbox.data[0].title, mails[0].subject);
    assert_eq!(
        inbox.data[0].link,
        "/applications/app_00000000000000000000000001"
    );
}

#[tokio::test]
async fn an_event_that_cannot_be_read_holds_up_no_other() {
    let world = World::create().await;
    let dev = world.member("Dev", &[Role::Developer]).await;
    put_event(
        &world,
        "subscription.approved",
        json!({ "odd": Uuid::nil() }),
    )
    .await;
    put_event(&world, "something.unheard_of", json!({})).await;
    world.pass(1);
    put_event(&world, "subscription.rejected", access(Some(dev), None)).await;
    outbox::dispatch(&world.db).await.unwrap();
    assert_eq!(
        world
            .count("select count(*) from outbox where published_at is null")
            .await,
        0
    );
    assert_eq!(
        world
            .count("select count(*) from mail where template = 'access_rejected'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_change_of_roles_is_told_to_the_member() {
    let world = World::create().await;
    let dev = world.member("Dev", &[Role::Developer]).await;
    members::set_roles(
        &world.db,
        &world.owner().await,
        dev,
        None,
        vec![Role::Publisher, Role::Approver],
    )
    .await
    .unwrap();
    outbox::dispatch(&world.db).await.unwrap();
    let inbox = notices::list_notifications(&world.db, &world.actor(dev).await, &Page::default())
        .await
        .unwrap();
    assert_eq!(
        inbox.data[0].title,
        "Your roles at Northwind are now publisher, approver"
    );
}
