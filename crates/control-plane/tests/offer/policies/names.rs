//! Names of policies that were sent without one.

use gatehouse_harness::eventually;
use gatehouse_harness::wait::PATIENCE;
use sqlx::Connection;

use super::*;

#[tokio::test]
async fn a_name_that_somebody_else_takes_meanwhile_is_nobody_s_fault() {
    let world = World::create().await;
    let other = CreatePolicy {
        slug: Some("other".to_owned()),
        ..rate(1, TENANT)
    };
    put(&world, &world.ada, other).await;
    let mut superuser = world.superuser().await;
    let mut rival = superuser.begin().await.unwrap();
    sqlx::query("update policy set slug = 'pets-headers' where slug = 'other'")
        .execute(&mut *rival)
        .await
        .unwrap();
    let waits = async {
        eventually(PATIENCE, "the name is waited for", async || {
            let waiting = world
                .count("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
                .await;
            (waiting == 1)
                .then_some(())
                .ok_or_else(|| format!("{waiting} wait"))
        })
        .await;
        rival.commit().await.unwrap();
    };
    let (made, ()) = tokio::join!(put(&world, &world.paul, region("eu", API)), waits);
    let slug = &made.value.slug;
    let random = slug
        .strip_prefix("headers-")
        .unwrap_or_else(|| panic!("{slug}"));
    assert_eq!(random.len(), 12, "{slug}");
    // A name that was sent is refused where it was sent.
    let named = CreatePolicy {
        slug: Some("pets-headers".to_owned()),
        ..region("eu", VERSION)
    };
    let refused = policies::create_policy(&world.db, &world.paul, named).await;
    assert_eq!(faults(refused), ["/slug"]);
}

#[tokio::test]
async fn two_places_that_are_spoken_alike_have_two_names() {
    let world = World::create().await;
    let of = |operation| rate(1, [Some("pets"), Some("v1"), Some(operation), None]);
    let all = put(&world, &world.paul, of("GET /pets")).await.value;
    let one = put(&world, &world.paul, of("GET /pets/{id}")).await.value;
    assert_eq!(all.slug, "pets-v1-get-pets-rate-limit");
    assert!(one.slug.starts_with("rate-limit-"), "{}", one.slug);
    let again = policies::create_policy(&world.db, &world.paul, of("GET /pets")).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
}
