//! Policies of a version that was withdrawn: it is a draft with a description, and may come back with another one.

use gatehouse_control_plane::publishing::Outcome;
use gatehouse_domain::ApiVersionState;

use super::lasting::{go_back, newest};
use super::*;

const V2: &str = "apiVersion: gatehouse/v1\nkind: version\nmetadata: {api: pets, name: v2}\nspec:\n  description: {file: v2.json}\n";

/// The files that put v2 on offer.
fn described(content: &str) -> Vec<ResourceFile> {
    vec![file("v2.yaml", V2), file("v2.json", content)]
}

/// v2 of the Pets, withdrawn, with a policy of reading one pet.
async fn withdrawn() -> (World, PolicyView) {
    let world = World::create().await;
    let before = newest(&world).await;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    versions::set_compat(&world.db, &world.ana, world.api(), "v2", None, Compat::Off)
        .await
        .unwrap();
    go_back(&world, before).await;
    let place = [Some("pets"), Some("v2"), Some("get /pets/{id}"), None];
    let own = put(&world, &world.paul, rate(1, place)).await.value;
    (world, own)
}

/// Where v2 stands in its life.
async fn state(world: &World) -> ApiVersionState {
    let version = versions::get_version(&world.db, &world.ada, world.api(), "v2").await;
    version.unwrap().state
}

#[tokio::test]
async fn files_name_the_policies_of_a_draft_s_operation_that_is_gone() {
    let (world, own) = withdrawn().await;
    let refused = world.plan_files(described(&without_get_pet())).await;
    let Err(Refusal::Invalid(named)) = refused else {
        panic!("{refused:?}");
    };
    let [fault] = &named[..] else {
        panic!("{named:?}");
    };
    assert_eq!(
        (fault.pointer.as_str(), fault.code),
        ("v2.json", "orphaned")
    );
    let words = format!("the policy {} is attached to GET /pets/{{}}", own.slug);
    assert!(fault.detail.contains(&words), "{}", fault.detail);
    // With the operation it comes back as it was, and what is exported can be applied.
    let whole = world.plan_files(described(PETS)).await.unwrap();
    world.apply(&whole).await.unwrap();
    assert_eq!(state(&world).await, ApiVersionState::Published);
    let same = world.plan_files(world.exported(None).await).await.unwrap();
    assert_eq!(same.changes, json!([]));
    world.assert_consistent().await;
}

#[tokio::test]
async fn without_such_a_policy_the_draft_comes_back_with_any_description() {
    let (world, own) = withdrawn().await;
    policies::delete_policy(&world.db, &world.paul, Lookup::Id(own.id), None, "")
        .await
        .unwrap();
    let planned = world.plan_files(described(&without_get_pet())).await;
    world.apply(&planned.unwrap()).await.unwrap();
    assert_eq!(state(&world).await, ApiVersionState::Published);
    world.assert_consistent().await;
}

#[tokio::test]
async fn sending_a_withdrawn_description_again_puts_it_on_offer_once() {
    let (world, _) = withdrawn().await;
    assert_eq!(state(&world).await, ApiVersionState::Draft);
    let again = async || world.publish_as("pets", "v2", PETS).await.unwrap().value;
    assert_eq!(again().await.outcome, Outcome::Updated);
    assert_eq!(state(&world).await, ApiVersionState::Published);
    assert_eq!(held(&world).await.len(), 4, "gateways have it again");
    assert_eq!(again().await.outcome, Outcome::Unchanged);
    world.assert_consistent().await;
}

#[tokio::test]
async fn going_back_to_another_description_of_a_draft_drops_them_when_told_to() {
    let world = World::create().await;
    let before = newest(&world).await;
    world
        .publish_as("pets", "v2", &without_get_pet())
        .await
        .unwrap();
    let smaller = newest(&world).await;
    world.publish_as("pets", "v2", PETS).await.unwrap();
    go_back(&world, before).await;
    let place = [Some("pets"), Some("v2"), Some("get /pets/{id}"), None];
    let own = put(&world, &world.paul, rate(1, place)).await.value;
    let back = async |drop_orphans| {
        let how = releases::GoBack {
            drop_orphans,
            ..releases::GoBack::default()
        };
        releases::rollback(&world.db, &world.ada, smaller, &how).await
    };
    let refused = back(false).await;
    assert!(matches!(&refused, Err(Refusal::Invalid(_))), "{refused:?}");
    let done = back(true).await.unwrap().value;
    let named: Vec<_> = done.orphans.iter().map(|one| one.policy.clone()).collect();
    assert_eq!(named, [Some(own.slug)]);
    let gone = policies::get_policy(&world.db, &world.ada, Lookup::Id(own.id)).await;
    assert!(matches!(gone, Err(Refusal::NotFound)), "{gone:?}");
    world.assert_consistent().await;
}
