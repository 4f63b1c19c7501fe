//! CI access tokens.

use gatehouse_control_plane::members;
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{ActorKind, Page, Refusal};
use gatehouse_domain::id::ApiId;
use gatehouse_domain::{Permission, Role};
use uuid::Uuid;

use crate::world::{HOME, World};

fn new_token(scopes: &[Permission]) -> CreateToken {
    CreateToken {
        name: "CI".to_owned(),
        scopes: scopes.to_vec(),
        apis: None,
        platform: None,
        expires_in_days: None,
    }
}

#[tokio::test]
async fn a_token_acts_with_its_scopes_until_it_expires() {
    let world = World::create().await;
    let owner = world.owner().await;
    let made = tokens::create_token(&world.db, &owner, new_token(&[Permission::SpecPublish]))
        .await
        .unwrap();
    let (view, key) = made.value;
    let text = key.reveal();
    assert!(text.starts_with(&view.prefix) && text.ends_with(&view.last4));
    let actor = tokens::authenticate(&world.db, &text, HOME)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(actor.tenant(), world.tenant);
    assert!(matches!(actor.kind(), ActorKind::Token { id } if *id == view.id));
    assert!(actor.may(Permission::SpecPublish) && !actor.may(Permission::CatalogueRead));
    world.pass(90 * 24 * 3600 - 1);
    assert!(
        tokens::authenticate(&world.db, &text, HOME)
            .await
            .unwrap()
            .is_some()
    );
    world.pass(1);
    assert!(
        tokens::authenticate(&world.db, &text, HOME)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_wrong_revoked_or_malformed_token_opens_nothing() {
    let world = World::create().await;
    let owner = world.owner().await;
    let one = tokens::create_token(&world.db, &owner, new_token(&[Permission::ApiRead])).await;
    let other = tokens::create_token(&world.db, &owner, new_token(&[Permission::ApiRead])).await;
    let ((view, one), (_, other)) = (one.unwrap().value, other.unwrap().value);
    for text in ["", "gta_", "gta_x", "gth_live_0000", "Bearer"] {
        assert!(
            tokens::authenticate(&world.db, text, HOME)
                .await
                .unwrap()
                .is_none(),
            "{text}"
        );
    }
    // The secret of one under the key id of the other, as a row swapped in the database would make it.
    let swap = "with swapped as (update access_token set secret_hash = (select secret_hash from access_token o where o.id <> access_token.id) returning 1)
                select count(*) from swapped";
    assert_eq!(world.count(swap).await, 2);
    assert!(
        tokens::authenticate(&world.db, &one.reveal(), HOME)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(world.count(swap).await, 2);
    assert!(
        tokens::authenticate(&world.db, &one.reveal(), HOME)
            .await
            .unwrap()
            .is_some()
    );
    tokens::revoke_token(&world.db, &owner, view.id)
        .await
        .unwrap();
    assert!(
        tokens::authenticate(&world.db, &one.reveal(), HOME)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        tokens::authenticate(&world.db, &other.reveal(), HOME)
            .await
            .unwrap()
            .is_some()
    );
    let again = tokens::revoke_token(&world.db, &owner, view.id).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_more_than_they_or_lives_too_long() {
    let world = World::create().await;
    let admin = world.actor(world.member("Ada", &[Role::Admin]).await).await;
    let answer = tokens::create_token(
        &world.db,
        &admin,
        new_token(&[Permission::ApiRead, Permission::OwnerManage]),
    )
    .await;
    match answer {
        Err(Refusal::Invalid(faults)) => assert_eq!(faults[0].pointer, "/scopes/1"),
        other => panic!("{other:?}"),
    }
    for (days, accepted) in [(0, false), (1, true), (365, true), (366, false)] {
        let input = CreateToken {
            expires_in_days: Some(days),
            ..new_token(&[Permission::ApiRead])
        };
        let answer = tokens::create_token(&world.db, &admin, input).await;
        assert_eq!(answer.is_ok(), accepted, "{days}");
    }
    let nothing = tokens::create_token(&world.db, &admin, new_token(&[])).await;
    assert!(matches!(nothing, Err(Refusal::Invalid(_))), "{nothing:?}");
    let input = CreateToken {
        apis: Some(vec![ApiId::from_uuid(Uuid::from_u128(1))]),
        ..new_token(&[Permission::ApiRead])
    };
    let unknown = tokens::create_token(&world.db, &admin, input).await;
    assert!(
        matches!(unknown, Err(Refusal::UnknownReference { ref pointer }) if pointer == "/apis/0"),
        "{unknown:?}"
    );
    let publisher = world
        .actor(world.member("Pat", &[Role::Publisher]).await)
        .await;
    let refused =
        tokens::create_token(&world.db, &publisher, new_token(&[Permission::ApiRead])).await;
    assert!(
        matches!(refused, Err(Refusal::Forbidden(Permission::TokenManage))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_token_never_may_more_than_its_maker_does_now() {
    let world = World::create().await;
    let owner = world.owner().await;
    let ada = world.member("Ada", &[Role::Admin]).await;
    let admin = world.actor(ada).await;
    let scopes = [Permission::CatalogueRead, Permission::SpecPublish];
    let made = async |maker, scopes| {
        let made = tokens::create_token(&world.db, maker, new_token(scopes)).await;
        made.unwrap().value.1.reveal()
    };
    let (both, publishing) = (
        made(&admin, &scopes).await,
        made(&admin, &scopes[1..]).await,
    );
    let systems = made(&world.system(), &scopes).await;
    let may = async |text: &str| {
        let actor = tokens::authenticate(&world.db, text, HOME).await.unwrap();
        actor.map(|actor| scopes.map(|scope| actor.may(scope)))
    };
    assert_eq!(may(&both).await, Some([true, true]));
    let demoted = members::set_roles(&world.db, &owner, ada, None, vec![Role::Developer]);
    demoted.await.unwrap();
    assert_eq!(may(&both).await, Some([true, false]));
    assert_eq!(may(&publishing).await, None);
    let disabled = members::MemberStatus::Disabled;
    members::set_member_status(&world.db, &owner, ada, None, disabled)
        .await
        .unwrap();
    assert_eq!(may(&both).await, None);
    assert_eq!(may(&systems).await, Some([true, true]));
}

#[tokio::test]
async fn the_time_of_last_use_is_written_at_most_every_five_minutes() {
    let world = World::create().await;
    let owner = world.owner().await;
    let made = tokens::create_token(&world.db, &owner, new_token(&[Permission::ApiRead])).await;
    let (view, key) = made.unwrap().value;
    let used = async || {
        tokens::authenticate(&world.db, &key.reveal(), HOME)
            .await
            .unwrap()
            .unwrap();
        tokens::get_token(&world.db, &owner, view.id)
            .await
            .unwrap()
            .last_used_at
    };
    let first = used().await.unwrap();
    world.pass(299);
    assert_eq!(used().await, Some(first));
    world.pass(1);
    assert_eq!(used().await, Some(first + time::Duration::minutes(5)));
}

#[tokio::test]
async fn tokens_are_listed_page_by_page() {
    let world = World::create().await;
    let owner = world.owner().await;
    for _ in 0..3 {
        tokens::create_token(&world.db, &owner, new_token(&[Permission::ApiRead]))
            .await
            .unwrap();
        world.pass(1);
    }
    let page = Page {
        limit: 2,
        after: None,
    };
    let first = tokens::list_tokens(&world.db, &owner, &page).await.unwrap();
    assert_eq!(
        (first.data.len(), first.next),
        (2, Some(first.data[1].id.uuid()))
    );
    let page = Page {
        limit: 2,
        after: first.next,
    };
    let second = tokens::list_tokens(&world.db, &owner, &page).await.unwrap();
    assert_eq!((second.data.len(), second.next), (1, None));
    assert!(second.data[0].created_at < first.data[1].created_at);
}
