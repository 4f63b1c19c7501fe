//! Another address for an account, and the way back.

use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::accounts::{self, SignIn};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Language, Role};

use crate::world::{HOME, PASSWORD, World, secret};

const OLD: &str = "dora@northwind.example";
const NEW: &str = "dora@elsewhere.example";

async fn ask(world: &World, user: UserId, wanted: &str) -> Result<(), Refusal> {
    let proof = (secret(PASSWORD), HOME);
    accounts::request_email_change(&world.db, world.tenant, user, wanted, proof).await
}

async fn sign_in(world: &World, email: &str) -> Result<UserId, Refusal> {
    let input = SignIn {
        email: email.into(),
        password: secret(PASSWORD),
        ip: HOME,
    };
    accounts::sign_in(&world.db, input).await
}

async fn changed(world: &World) -> UserId {
    let dora = world.member("Dora", &[Role::Developer]).await;
    ask(world, dora, NEW).await.unwrap();
    let link = world.mailed_token("change_email", NEW).await;
    accounts::confirm_email_change(&world.db, &link)
        .await
        .unwrap();
    dora
}

#[tokio::test]
async fn an_address_is_the_accounts_once_it_is_proved_and_not_before() {
    let world = World::create().await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    let proof = (secret("not the password at all"), HOME);
    let refused = accounts::request_email_change(&world.db, world.tenant, dora, NEW, proof).await;
    assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
    for wanted in ["nothing", OLD] {
        let refused = ask(&world, dora, wanted).await;
        assert!(
            matches!(refused, Err(Refusal::Invalid(_))),
            "{wanted}: {refused:?}"
        );
    }
    ask(&world, dora, NEW).await.unwrap();
    assert_eq!(sign_in(&world, OLD).await.unwrap(), dora);
    assert!(sign_in(&world, NEW).await.is_err());
    accounts::request_password_reset(&world.db, world.tenant, OLD)
        .await
        .unwrap();
    let reset = world.mailed_token("reset_password", OLD).await;
    let link = world.mailed_token("change_email", NEW).await;
    accounts::confirm_email_change(&world.db, &link)
        .await
        .unwrap();
    assert_eq!(sign_in(&world, NEW).await.unwrap(), dora);
    assert!(sign_in(&world, OLD).await.is_err());
    let dead =
        accounts::reset_password(&world.db, &reset, &secret("nine new walls of stone")).await;
    assert!(
        matches!(dead, Err(Refusal::Conflict(_))),
        "mailed to the old address: {dead:?}"
    );
}

#[tokio::test]
async fn of_fifty_uses_of_the_link_one_wins_and_a_later_request_voids_it() {
    let world = World::create().await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    ask(&world, dora, "first@elsewhere.example").await.unwrap();
    let first = world
        .mailed_token("change_email", "first@elsewhere.example")
        .await;
    ask(&world, dora, NEW).await.unwrap();
    let void = accounts::confirm_email_change(&world.db, &first).await;
    assert!(matches!(void, Err(Refusal::Conflict(_))), "{void:?}");
    let link = world.mailed_token("change_email", NEW).await;
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (db, link) = (world.db.clone(), link.clone());
        uses.spawn(async move { accounts::confirm_email_change(&db, &link).await });
    }
    let answers = uses.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let told = "select count(*) from mail where template = 'email_changed'";
    assert_eq!(world.count(told).await, 1);
}

#[tokio::test]
async fn a_link_lasts_an_hour_and_an_address_of_somebody_else_is_not_given_away() {
    let world = World::create().await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    // The same answer, and a mail to whom it belongs, as they read.
    let german = Some(Language::German);
    accounts::set_language(&world.db, world.owner, german)
        .await
        .unwrap();
    ask(&world, dora, "owner@northwind.example").await.unwrap();
    let told = "select count(*) from mail where template = 'already_registered' and to_address = 'owner@northwind.example'
                and subject like 'Sie haben schon ein Konto%'";
    assert_eq!(world.count(told).await, 1);
    ask(&world, dora, NEW).await.unwrap();
    let link = world.mailed_token("change_email", NEW).await;
    world.pass(3_600);
    let late = accounts::confirm_email_change(&world.db, &link).await;
    assert!(matches!(late, Err(Refusal::Conflict(_))), "{late:?}");
    // Taken by somebody else while the link was on its way.
    ask(&world, dora, NEW).await.unwrap();
    let link = world.mailed_token("change_email", NEW).await;
    world.verified(NEW).await;
    let taken = accounts::confirm_email_change(&world.db, &link).await;
    assert!(matches!(taken, Err(Refusal::Conflict(_))), "{taken:?}");
    assert_eq!(sign_in(&world, OLD).await.unwrap(), dora);
}

#[tokio::test]
async fn the_old_address_takes_the_account_back_and_whoever_came_later_does_not() {
    let world = World::create().await;
    let dora = changed(&world).await;
    let undo = world.mailed_token("email_changed", OLD).await;
    // A thief moves it once more: their own way back must not outlive the owner's.
    ask(&world, dora, "thief@evil.example").await.unwrap();
    let link = world
        .mailed_token("change_email", "thief@evil.example")
        .await;
    accounts::confirm_email_change(&world.db, &link)
        .await
        .unwrap();
    let theirs = world.mailed_token("email_changed", NEW).await;
    accounts::request_password_reset(&world.db, world.tenant, "thief@evil.example")
        .await
        .unwrap();
    let reset = world
        .mailed_token("reset_password", "thief@evil.example")
        .await;

    world.pass(6 * 24 * 3_600);
    let choose = accounts::undo_email_change(&world.db, &undo).await.unwrap();
    assert!(
        sign_in(&world, OLD).await.is_err(),
        "whoever took the account knows its password"
    );
    for dead in [
        accounts::undo_email_change(&world.db, &theirs)
            .await
            .map(drop),
        accounts::undo_email_change(&world.db, &undo)
            .await
            .map(drop),
        accounts::reset_password(&world.db, &reset, &secret("nine new walls of stone"))
            .await
            .map(drop),
    ] {
        assert!(matches!(dead, Err(Refusal::Conflict(_))), "{dead:?}");
    }
    let chosen =
        accounts::reset_password(&world.db, &choose.0, &secret("nine new walls of stone")).await;
    assert_eq!(chosen.unwrap(), dora);
    assert!(
        sign_in(&world, OLD).await.is_err(),
        "the password the thief knows"
    );
    assert_eq!(
        accounts::get_user(&world.db, dora).await.unwrap().email,
        OLD
    );
}

#[tokio::test]
async fn sign_ups_from_one_address_are_bounded() {
    let world = World::create().await;
    for number in 0..31 {
        let input = crate::world::sign_up_of(&format!("n{number}@example.com"));
        let answer = accounts::sign_up(&world.db, world.tenant, input).await;
        match number {
            0..30 => assert!(answer.is_ok(), "{number}: {answer:?}"),
            _ => assert!(
                matches!(answer, Err(Refusal::TooMany(1..=3_600))),
                "{answer:?}"
            ),
        }
    }
    world.pass(3_600);
    let input = crate::world::sign_up_of("later@example.com");
    assert!(
        accounts::sign_up(&world.db, world.tenant, input)
            .await
            .is_ok()
    );
}
