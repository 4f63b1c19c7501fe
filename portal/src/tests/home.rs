//! The console's to do list: each entry is a fact, and goes when the fact does.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::gateways;
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_control_plane::versions::{self, Deprecate};
use gatehouse_domain::Role;
use std::time::Duration;
use time::macros::datetime;

async fn deprecate(stand: &Stand) {
    let system = Actor::system(stand.tenant, "test");
    let now = UpdateTenant {
        minimum_notice_days: Some(0),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&stand.db, &system, None, now)
        .await
        .unwrap();
    let input = Deprecate {
        sunset_at: datetime!(2027-01-20 00:00 UTC),
        successor: None,
        guide: None,
    };
    let done =
        versions::deprecate_version(&stand.db, &system, "petstore".into(), "v1", None, input);
    done.await.unwrap();
}

#[tokio::test]
async fn a_version_is_told_of_a_month_before_its_end_and_until_it_is_retired() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    deprecate(&stand).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let early = owner.get("/console").await;
    assert!(!early.body.contains("Petstore v1 ends"), "{}", early.body);
    // 61 days lie between: 32 later, 29 are left.
    stand.hand.advance(Duration::from_secs(32 * 86_400));
    let mut owner = stand.signed_in("olga@acme.test").await;
    let soon = owner.get("/console").await;
    assert!(
        soon.body.contains("Petstore v1 ends in 28 days"),
        "{}",
        soon.body
    );
    let step = "/console/apis/petstore/versions/v1/retire";
    assert!(soon.body.contains(step), "{}", soon.body);
    let page = owner.get(step).await;
    assert!(
        page.body.contains("Nobody called it in the last 30 days"),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains("gatehouse</span> version callers petstore v1"),
        "{}",
        page.body
    );
    assert_eq!(
        owner.post(step, &[("reason", "It ended")]).await.status,
        303
    );
    assert!(!owner.get("/console").await.body.contains("Petstore v1"));
}

#[tokio::test]
async fn who_may_not_do_anything_about_it_is_not_told() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    deprecate(&stand).await;
    stand.hand.advance(Duration::from_secs(40 * 86_400));
    stand.admit("ana@acme.test", Role::Approver).await;
    let home = stand.signed_in("ana@acme.test").await.get("/console").await;
    assert_eq!(home.status, 200);
    assert!(
        !home.body.contains("Petstore v1 ends") && !home.body.contains("No gateway has joined"),
        "{}",
        home.body
    );
    let olga = stand.actor("olga@acme.test").await;
    assert!(
        gateways::list_nodes(&stand.db, &olga)
            .await
            .unwrap()
            .is_empty()
    );
    let owner = stand
        .signed_in("olga@acme.test")
        .await
        .get("/console")
        .await;
    assert!(
        owner.body.contains("No gateway has joined"),
        "{}",
        owner.body
    );
}
