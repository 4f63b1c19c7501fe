//! Sign-up, sign-in and reset.

use gatehouse_control_plane::accounts::{self, SignIn, wrong};
use gatehouse_control_plane::members;
use gatehouse_control_plane::sessions::{self, SessionRow};
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_control_plane::{Refusal, teams};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Role, SignupMode};
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{HOME, PASSWORD, World, patiently, secret, sign_up_of};

async fn sign_in(world: &World, email: &str, password: &str, ip: &str) -> Result<UserId, Refusal> {
    let input = SignIn {
        email: email.to_owned(),
        password: secret(password),
        ip: ip.parse().unwrap(),
    };
    accounts::sign_in(&world.db, input).await
}

fn is_wrong(answer: &Result<UserId, Refusal>) -> bool {
    matches!(answer, Err(Refusal::NotYours(text)) if *text == wrong())
}

#[tokio::test]
async fn a_person_signs_up_follows_the_link_and_signs_in_as_a_developer_with_a_team() {
    let world = World::create().await;
    let email = "ines@example.com";
    accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
        .await
        .unwrap();
    assert!(is_wrong(
        &sign_in(&world, email, PASSWORD, "192.0.2.1").await
    ));
    let token = world.mailed_token("verify_email", email).await;
    let user = accounts::verify_email(&world.db, &token).await.unwrap();
    assert_eq!(
        sign_in(&world, " INES@example.com ", PASSWORD, "192.0.2.1")
            .await
            .unwrap(),
        user
    );
    let actor = world.actor(user).await;
    let member = members::get_member(&world.db, &actor, user).await.unwrap();
    assert_eq!(member.roles, [Role::Developer]);
    let teams = teams::my_teams(&world.db, &actor).await.unwrap();
    assert_eq!(teams.len(), 1);
    assert!(teams[0].personal && teams[0].slug.starts_with("ines-duarte-"));
}

#[tokio::test]
async fn of_fifty_simultaneous_uses_of_a_link_one_wins() {
    let world = World::create().await;
    let email = "race@example.com";
    accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
        .await
        .unwrap();
    let token = world.mailed_token("verify_email", email).await;
    let mut uses = JoinSet::new();
    for _ in 0..50 {
        let (db, token) = (world.db.clone(), token.clone());
        uses.spawn(async move { patiently(|| accounts::verify_email(&db, &token)).await });
    }
    let answers = uses.join_all().await;
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let late = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Refusal::Conflict(_))))
        .count();
    assert_eq!((won, late), (1, 49), "{answers:?}");
    let joined = "select count(*) from outbox where type = 'member.joined' and payload ->> 'name' = 'Ines Duarte'";
    assert_eq!(world.count(joined).await, 1);
}

#[tokio::test]
async fn a_verification_link_ends_after_a_day_and_a_reset_link_after_an_hour() {
    let world = World::create().await;
    let (early, late) = ("early@example.com", "late@example.com");
    for email in [early, late] {
        accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
            .await
            .unwrap();
    }
    let (early_token, late_token) = (
        world.mailed_token("verify_email", early).await,
        world.mailed_token("verify_email", late).await,
    );
    world.pass(24 * 3600 - 1);
    assert!(
        accounts::verify_email(&world.db, &early_token)
            .await
            .is_ok()
    );
    world.pass(1);
    let answer = accounts::verify_email(&world.db, &late_token).await;
    assert!(matches!(answer, Err(Refusal::Conflict(_))), "{answer:?}");

    accounts::request_password_reset(&world.db, world.tenant, early)
        .await
        .unwrap();
    let reset = world.mailed_token("reset_password", early).await;
    world.pass(3600);
    let answer = accounts::reset_password(&world.db, &reset, &secret(PASSWORD)).await;
    assert!(matches!(answer, Err(Refusal::Conflict(_))), "{answer:?}");
    // A link of one purpose is none of another.
    let answer = accounts::reset_password(&world.db, &late_token, &secret(PASSWORD)).await;
    assert!(matches!(answer, Err(Refusal::Conflict(_))), "{answer:?}");
}

#[tokio::test]
async fn an_address_with_an_account_gets_the_same_answer_and_another_mail() {
    let world = World::create().await;
    let known = "owner@northwind.example";
    let before = accounts::get_user(&world.db, world.owner).await.unwrap();
    let mut sign_up = sign_up_of("OWNER@northwind.example");
    sign_up.password = secret("somebody else thought of this");
    let answer = accounts::sign_up(&world.db, world.tenant, sign_up)
        .await
        .unwrap();
    assert_eq!(answer.email, "OWNER@northwind.example");
    let fresh = accounts::sign_up(&world.db, world.tenant, sign_up_of("new@example.com"))
        .await
        .unwrap();
    assert_eq!(fresh.email, "new@example.com");
    let mails = world.mails().await;
    let to_known: Vec<_> = mails
        .iter()
        .filter(|mail| mail.to_address == known)
        .collect();
    assert_eq!(to_known.len(), 1);
    assert_eq!(to_known[0].template, "already_registered");
    let after = accounts::get_user(&world.db, world.owner).await.unwrap();
    assert_eq!((before.name, before.status), (after.name, after.status));
    assert!(sign_in(&world, known, PASSWORD, "192.0.2.1").await.is_ok());
    for email in [known, "nobody@example.com"] {
        let answer = accounts::request_password_reset(&world.db, world.tenant, email).await;
        assert!(answer.is_ok(), "{email}");
    }
    let unknown = sign_in(&world, "nobody@example.com", PASSWORD, "192.0.2.2").await;
    let wrong = sign_in(&world, known, "not the right one at all", "192.0.2.2").await;
    assert!(is_wrong(&unknown) && is_wrong(&wrong));
}

#[tokio::test]
async fn each_link_activates_the_password_of_its_own_sign_up() {
    let world = World::create().await;
    let email = "twice@example.com";
    accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
        .await
        .unwrap();
    let mine = world.mailed_token("verify_email", email).await;
    world.pass(1);
    let mut theirs = sign_up_of(email);
    theirs.password = secret("a stranger chose these words");
    accounts::sign_up(&world.db, world.tenant, theirs)
        .await
        .unwrap();
    let stranger = world.mailed_token("verify_email", email).await;
    assert_ne!(mine, stranger);
    accounts::verify_email(&world.db, &mine).await.unwrap();
    assert!(accounts::verify_email(&world.db, &stranger).await.is_err());
    assert!(sign_in(&world, email, PASSWORD, "192.0.2.1").await.is_ok());
    assert!(is_wrong(
        &sign_in(&world, email, "a stranger chose these words", "192.0.2.1").await
    ));
}

#[tokio::test]
async fn a_tenant_decides_who_signs_up() {
    let world = World::create().await;
    let set = async |mode, domains: &[&str]| {
        let input = UpdateTenant {
            signup_mode: Some(mode),
            email_domains: Some(domains.iter().map(|domain| (*domain).to_owned()).collect()),
            ..UpdateTenant::default()
        };
        tenants::update_tenant(&world.db, &world.owner().await, None, input).await
    };
    assert!(set(SignupMode::Domain, &[]).await.is_err());
    set(SignupMode::Domain, &["@Partner.example"])
        .await
        .unwrap();
    let answer = accounts::sign_up(&world.db, world.tenant, sign_up_of("a@other.example")).await;
    assert!(matches!(answer, Err(Refusal::Invalid(_))), "{answer:?}");
    let answer = accounts::sign_up(&world.db, world.tenant, sign_up_of("a@partner.example")).await;
    assert!(answer.is_ok(), "{answer:?}");
    for mode in [SignupMode::Invite, SignupMode::Closed] {
        set(mode, &[]).await.unwrap();
        let answer =
            accounts::sign_up(&world.db, world.tenant, sign_up_of("a@partner.example")).await;
        assert!(matches!(answer, Err(Refusal::NotYours(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn one_address_gets_five_one_time_mails_an_hour() {
    let world = World::create().await;
    let email = "bombed@example.com";
    let mails = async || {
        let mails = world.mails().await;
        mails.iter().filter(|mail| mail.to_address == email).count()
    };
    for _ in 0..6 {
        accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
            .await
            .unwrap();
    }
    assert_eq!(mails().await, 5);
    world.pass(3601);
    accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
        .await
        .unwrap();
    assert_eq!(mails().await, 6);
}

#[tokio::test]
async fn a_reset_ends_every_session_and_the_link_works_once() {
    let world = World::create().await;
    let email = "owner@northwind.example";
    let row = SessionRow {
        id_hash: [7; 32],
        user: Some(world.owner),
        data: b"state".to_vec(),
        expires_at: world.db.clock().now() + Duration::hours(1),
    };
    assert!(sessions::create(&world.db, &row).await.unwrap());
    assert!(!sessions::create(&world.db, &row).await.unwrap());
    assert!(
        sessions::load(&world.db, &row.id_hash)
            .await
            .unwrap()
            .is_some()
    );
    accounts::request_password_reset(&world.db, world.tenant, email)
        .await
        .unwrap();
    let token = world.mailed_token("reset_password", email).await;
    let weak = accounts::reset_password(&world.db, &token, &secret("short")).await;
    assert!(matches!(weak, Err(Refusal::Invalid(_))), "{weak:?}");
    let new = "another set of words entirely";
    accounts::reset_password(&world.db, &token, &secret(new))
        .await
        .unwrap();
    assert!(
        sessions::load(&world.db, &row.id_hash)
            .await
            .unwrap()
            .is_none()
    );
    assert!(!sessions::save(&world.db, &row).await.unwrap());
    assert!(
        accounts::reset_password(&world.db, &token, &secret(PASSWORD))
            .await
            .is_err()
    );
    assert!(is_wrong(
        &sign_in(&world, email, PASSWORD, "192.0.2.1").await
    ));
    assert!(sign_in(&world, email, new, "192.0.2.1").await.is_ok());
}

#[tokio::test]
async fn a_session_ends_by_the_clock() {
    let world = World::create().await;
    let row = SessionRow {
        id_hash: [9; 32],
        user: None,
        data: Vec::new(),
        expires_at: world.db.clock().now() + Duration::seconds(60),
    };
    sessions::create(&world.db, &row).await.unwrap();
    world.pass(59);
    assert!(
        sessions::load(&world.db, &row.id_hash)
            .await
            .unwrap()
            .is_some()
    );
    world.pass(1);
    assert!(
        sessions::load(&world.db, &row.id_hash)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(sessions::purge(&world.db).await.unwrap(), 1);
}

#[tokio::test]
async fn guessing_slows_down_and_its_victim_still_gets_in_from_a_familiar_place() {
    let world = World::create().await;
    let email = "owner@northwind.example";
    let home = HOME.to_string();
    assert!(sign_in(&world, email, PASSWORD, &home).await.is_ok());
    // Every guess from another network, so that only the account counts them.
    let mut judged = 0;
    for guess in 0..60 {
        let ip = format!("198.51.{guess}.1");
        match sign_in(&world, email, "guessed once more, and wrongly", &ip).await {
            answer if is_wrong(&answer) => judged += 1,
            Err(Refusal::TooMany(seconds)) => assert!((1..=60).contains(&seconds), "{seconds}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(judged, 5);
    let stranger = sign_in(&world, email, PASSWORD, "203.0.113.9").await;
    assert!(matches!(stranger, Err(Refusal::TooMany(1))), "{stranger:?}");
    assert!(sign_in(&world, email, PASSWORD, &home).await.is_ok());
    world.pass(1);
    assert!(
        sign_in(&world, email, PASSWORD, "203.0.113.9")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn one_address_guessing_at_many_accounts_slows_down_too_and_simultaneity_does_not_help() {
    let world = World::create().await;
    let mut guesses = JoinSet::new();
    // All at once, but no more than get their connections in time: who has been judged needs a second one for the answer.
    for guess in 0..30 {
        let input = SignIn {
            email: format!("person{guess}@example.com"),
            password: secret("whatever it might have been"),
            ip: "203.0.113.50".parse().unwrap(),
        };
        let db = world.db.clone();
        guesses.spawn(async move { accounts::sign_in(&db, input).await });
    }
    let answers = guesses.join_all().await;
    let judged = answers.iter().filter(|answer| is_wrong(answer)).count();
    assert_eq!(judged, 20, "{answers:?}");
}

#[tokio::test]
async fn attempts_and_links_that_no_longer_matter_are_forgotten() {
    let world = World::create().await;
    sign_in(&world, "a@example.com", "x", "192.0.2.1")
        .await
        .unwrap_err();
    accounts::request_password_reset(&world.db, world.tenant, "owner@northwind.example")
        .await
        .unwrap();
    assert_eq!(accounts::purge(&world.db).await.unwrap(), 0);
    world.pass(9 * 24 * 3600);
    assert!(accounts::purge(&world.db).await.unwrap() >= 4);
    assert_eq!(world.count("select count(*) from attempt").await, 0);
    assert_eq!(world.count("select count(*) from user_token").await, 0);
}

#[tokio::test]
async fn a_sign_up_nobody_proves_is_forgotten_once_its_links_are_too_old() {
    let world = World::create().await;
    let unverified = "select count(*) from app_user where status = 'unverified'";
    let sign_up = async |email: &str| {
        accounts::sign_up(&world.db, world.tenant, sign_up_of(email))
            .await
            .unwrap();
    };
    sign_up("never@example.com").await;
    sign_up("again@example.com").await;
    world.pass(24 * 3600);
    assert_eq!(accounts::purge(&world.db).await.unwrap(), 0);
    // A later sign-up of the same address keeps the account for as long as its link.
    sign_up("again@example.com").await;
    world.pass(1);
    accounts::purge(&world.db).await.unwrap();
    assert_eq!(world.count(unverified).await, 1);
    world.pass(24 * 3600);
    accounts::purge(&world.db).await.unwrap();
    assert_eq!(world.count(unverified).await, 0);
    let people = "select count(*) from app_user where status = 'active'";
    assert_eq!(world.count(people).await, 1);
}
