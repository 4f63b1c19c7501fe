//! Certificates of own domains: what the clock tells of them, and what verbs refuse.

use gatehouse_control_plane::certificates::{self, CertificateView, PutCertificate};
use gatehouse_control_plane::{Db, Lookup, jobs, outbox};
use gatehouse_harness::certificates::{Authority, Issued};
use gatehouse_runtime::Secret;
use serde_json::{Value, json};
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{World, faults, is_not_yours};

const DAY: u64 = 86_400;

async fn put(world: &World, name: &str, issued: &Issued) -> CertificateView {
    let input = PutCertificate {
        chain: issued.chain.clone(),
        key: Secret::new(issued.key.clone()),
    };
    let name = Lookup::from(name);
    let put = certificates::put_certificate(&world.db, &world.system(), name, None, input).await;
    put.unwrap().value
}

/// Days that were told, in the order they were.
async fn told(world: &World) -> Vec<Value> {
    sqlx::query_scalar(
        "select payload from outbox where type = 'certificate.expiring' order by at, id",
    )
    .fetch_all(&mut world.superuser().await)
    .await
    .unwrap()
}

/// The job, in several replicas at the same time.
async fn watch(world: &World) {
    let mut replicas = JoinSet::new();
    for _ in 0..4 {
        let db: Db = world.db.clone();
        replicas.spawn(async move { jobs::watch_certificates(&db).await });
    }
    for done in replicas.join_all().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn the_end_of_a_certificate_is_told_thirty_seven_and_one_day_before_and_a_renewal_begins_anew()
 {
    let world = World::create().await;
    let authority = Authority::default();
    let in_days = |days: i64| {
        let end = world.db.clock().now().replace_nanosecond(0).unwrap() + Duration::days(days);
        authority.issue_until(&["a.example"], Some(end))
    };
    let made = put(&world, "main", &in_days(31)).await;
    watch(&world).await;
    assert!(told(&world).await.is_empty(), "not yet");
    let days = async || {
        let told = told(&world).await;
        told.iter()
            .map(|told| told["days"].clone())
            .collect::<Vec<_>>()
    };
    for (pass, expected) in [
        (2, &[30][..]),
        (21, &[30]),
        (2, &[30, 7]),
        (5, &[30, 7, 1]),
        (2, &[30, 7, 1]),
    ] {
        world.pass(pass * DAY);
        watch(&world).await;
        watch(&world).await;
        assert_eq!(days().await, expected);
    }
    let first = told(&world).await[0].clone();
    assert_eq!(
        (&first["certificate"], &first["name"], &first["hosts"]),
        (&json!(made.id), &json!("main"), &json!(["a.example"]))
    );
    // A renewal is told of for itself; one that was never meant to last so long is not.
    put(&world, "main", &in_days(8)).await;
    world.pass(2 * DAY);
    watch(&world).await;
    assert_eq!(days().await, [30, 7, 1, 7]);
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    let mails = "select count(*) from mail where template = 'certificate_ends'";
    assert!(world.count(mails).await >= 4);
    let by_hand = certificates::tell_of_ends(&world.db, &world.dora, 10).await;
    assert!(is_not_yours(&by_hand));
}

#[tokio::test]
async fn a_name_is_a_slug_and_an_expired_certificate_stores_nothing() {
    let world = World::create().await;
    let issued = Authority::default().issue(&["a.example"]);
    let send = async |name: &str, issued: &Issued| {
        let input = PutCertificate {
            chain: issued.chain.clone(),
            key: Secret::new(issued.key.clone()),
        };
        let name = Lookup::from(name);
        certificates::put_certificate(&world.db, &world.system(), name, None, input).await
    };
    assert_eq!(faults(send("No Slug", &issued).await), ["/name"]);
    let over = world.db.clock().now() - Duration::days(1);
    let over = Authority::default().issue_until(&["a.example"], Some(over));
    assert_eq!(faults(send("late", &over).await), ["/chain"]);
    assert_eq!(world.count("select count(*) from certificate").await, 0);
    assert!(send("late", &issued).await.is_ok());
}
