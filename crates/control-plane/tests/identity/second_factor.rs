//! The second factor: set up, asked for, taken away.

use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::members;
use gatehouse_control_plane::second_factor::{self, Passed, RECOVERY_CODES};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Language, Role};
use gatehouse_language::speaking;
use gatehouse_runtime::Secret;
use sqlx::{Connection, PgConnection};
use totp_rs::{Builder, Secret as Shared, Totp};

use crate::world::{HOME, PASSWORD, World, secret};

/// An app that has the secret.
pub(crate) struct App(Totp);

impl App {
    fn code(&self, world: &World) -> Secret<String> {
        self.code_at(world, 0)
    }

    /// The code of some steps from now.
    fn code_at(&self, world: &World, steps: i64) -> Secret<String> {
        let at = world.db.clock().now().unix_timestamp() + steps * 30;
        secret(&self.0.generate(at.unsigned_abs()).to_string())
    }
}

async fn set_up(world: &World, user: UserId) -> App {
    second_factor::set_up(&world.db, world.tenant, user, secret(PASSWORD), HOME)
        .await
        .unwrap();
    let shown = second_factor::under_way(&world.db, world.tenant, user).await;
    let shown = shown.unwrap().unwrap();
    assert!(shown.url.expose().starts_with("otpauth://totp/Northwind:"));
    let shared = Shared::try_from_base32(shown.secret.expose()).unwrap();
    App(Builder::new().with_secret(shared).build().unwrap())
}

/// Turns it on, and lets the step of the first code pass.
async fn turned_on(world: &World, user: UserId) -> (App, Vec<Secret<String>>) {
    let app = set_up(world, user).await;
    let code = app.code(world);
    let codes = second_factor::confirm(&world.db, world.tenant, user, &code, &[0; 32]).await;
    world.pass(30);
    (app, codes.unwrap())
}

async fn check(world: &World, user: UserId, code: &Secret<String>) -> Result<Passed, Refusal> {
    second_factor::check(&world.db, world.tenant, user, code, HOME).await
}

fn is_wrong(answer: &Result<Passed, Refusal>) -> bool {
    matches!(answer, Err(Refusal::Invalid(faults)) if faults[0].pointer == "/code")
}

#[tokio::test]
async fn a_factor_is_on_only_after_its_first_code_and_only_with_the_password() {
    let world = World::create().await;
    let wrong = secret("not the password at all");
    let refused = second_factor::set_up(&world.db, world.tenant, world.owner, wrong, HOME).await;
    assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
    let app = set_up(&world, world.owner).await;
    let on = async || {
        second_factor::of_person(&world.db, world.owner)
            .await
            .unwrap()
    };
    assert!(on().await.is_none());
    assert!(
        is_wrong(&check(&world, world.owner, &app.code(&world)).await),
        "not on yet"
    );
    let far = app.code_at(&world, 40);
    let refused =
        second_factor::confirm(&world.db, world.tenant, world.owner, &far, &[0; 32]).await;
    assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
    assert!(on().await.is_none());
    let code = app.code(&world);
    let codes = second_factor::confirm(&world.db, world.tenant, world.owner, &code, &[0; 32]).await;
    assert_eq!(codes.unwrap().len(), RECOVERY_CODES);
    assert_eq!(on().await.unwrap().recovery_codes_left, 10);
    let again =
        second_factor::set_up(&world.db, world.tenant, world.owner, secret(PASSWORD), HOME).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");
    assert!(
        second_factor::under_way(&world.db, world.tenant, world.owner)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        is_wrong(&check(&world, world.owner, &code).await),
        "the first code was used"
    );
}

#[tokio::test]
async fn a_code_is_good_once_and_one_step_either_way() {
    let world = World::create().await;
    let (app, _) = turned_on(&world, world.owner).await;
    world.pass(300);
    assert!(is_wrong(
        &check(&world, world.owner, &app.code_at(&world, -2)).await
    ));
    assert!(is_wrong(
        &check(&world, world.owner, &app.code_at(&world, 2)).await
    ));
    let before = app.code_at(&world, -1);
    assert_eq!(
        check(&world, world.owner, &before).await.unwrap(),
        Passed::App
    );
    let code = app.code(&world);
    assert_eq!(
        check(&world, world.owner, &code).await.unwrap(),
        Passed::App
    );
    assert!(is_wrong(&check(&world, world.owner, &code).await), "twice");
    assert!(
        is_wrong(&check(&world, world.owner, &before).await),
        "older than the last"
    );
    let next = app.code_at(&world, 1);
    assert_eq!(
        check(&world, world.owner, &next).await.unwrap(),
        Passed::App
    );
}

#[tokio::test]
async fn of_fifty_uses_of_one_code_one_wins() {
    let world = World::create().await;
    let (app, codes) = turned_on(&world, world.owner).await;
    for code in [app.code(&world), codes[0].clone()] {
        let mut uses = tokio::task::JoinSet::new();
        for place in 0..50_u8 {
            let (db, tenant, owner, code) =
                (world.db.clone(), world.tenant, world.owner, code.clone());
            let ip = std::net::IpAddr::from([198, 51, 100, place]);
            uses.spawn(async move { second_factor::check(&db, tenant, owner, &code, ip).await });
        }
        let won = uses
            .join_all()
            .await
            .iter()
            .filter(|answer| answer.is_ok())
            .count();
        assert_eq!(won, 1);
        world.pass(3_600);
    }
}

#[tokio::test]
async fn recovery_codes_work_once_each_and_only_until_there_are_new_ones() {
    let world = World::create().await;
    let (app, codes) = turned_on(&world, world.owner).await;
    let typed = secret(&codes[3].expose().to_uppercase());
    assert_eq!(
        check(&world, world.owner, &typed).await.unwrap(),
        Passed::Recovery
    );
    assert!(is_wrong(&check(&world, world.owner, &codes[3]).await));
    let left = second_factor::of_person(&world.db, world.owner)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(left.recovery_codes_left, 9);
    let told = "select count(*) from mail where template = 'recovery_code_used'";
    assert_eq!(world.count(told).await, 1);
    let other = world.member("Dora", &[Role::Developer]).await;
    turned_on(&world, other).await;
    assert!(
        is_wrong(&check(&world, other, &codes[4]).await),
        "somebody else's"
    );
    let code = app.code(&world);
    let fresh =
        second_factor::new_recovery_codes(&world.db, world.tenant, world.owner, &code, HOME);
    let fresh = fresh.await.unwrap();
    assert!(
        is_wrong(&check(&world, world.owner, &codes[5]).await),
        "replaced"
    );
    assert_eq!(
        check(&world, world.owner, &fresh[0]).await.unwrap(),
        Passed::Recovery
    );
}

#[tokio::test]
async fn guesses_are_counted_and_a_stranger_locks_nobody_out() {
    let world = World::create().await;
    let (app, _) = turned_on(&world, world.owner).await;
    assert_eq!(
        check(&world, world.owner, &app.code(&world)).await.unwrap(),
        Passed::App
    );
    let elsewhere = std::net::IpAddr::from([203, 0, 113, 9]);
    let zeros = secret("000000");
    let mut looked = 0;
    for _ in 0..40 {
        let guess = second_factor::check(&world.db, world.tenant, world.owner, &zeros, elsewhere);
        match guess.await {
            Err(Refusal::TooMany(_)) => {}
            other => {
                assert!(is_wrong(&other), "{other:?}");
                looked += 1;
            }
        }
    }
    assert_eq!(looked, 5);
    world.pass(30);
    assert_eq!(
        check(&world, world.owner, &app.code(&world)).await.unwrap(),
        Passed::App,
        "at home"
    );
}

#[tokio::test]
async fn neither_secret_nor_recovery_codes_lie_open_in_the_database() {
    let world = World::create().await;
    let app = set_up(&world, world.owner).await;
    let shared = app.0.secret().as_ref().to_vec();
    let (_, codes) = turned_on(&world, world.member("Dora", &[Role::Developer]).await).await;
    let mut connection = PgConnection::connect(&world.test_db.superuser_url())
        .await
        .unwrap();
    let found: i64 = sqlx::query_scalar(
        "select (select count(*) from second_factor where position($1 in secret_enc) > 0)
              + (select count(*) from recovery_code where position(convert_to($2, 'utf8') in code_hash) > 0)",
    )
    .bind(&shared)
    .bind(codes[0].expose())
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(found, 0);
    // Sealed to its row: moved to somebody else's, it opens nothing.
    sqlx::query("update second_factor f set secret_enc = o.secret_enc from second_factor o where o.user_id <> f.user_id")
        .execute(&mut connection)
        .await
        .unwrap();
    let opened = second_factor::under_way(&world.db, world.tenant, world.owner).await;
    assert!(matches!(opened, Err(Refusal::Internal(_))), "{opened:?}");
}

#[tokio::test]
async fn only_who_answers_for_a_person_alone_resets_their_factor() {
    let world = World::create().await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    turned_on(&world, dora).await;
    let approver = world.member("Pia", &[Role::Approver]).await;
    let refused = second_factor::reset(&world.db, &world.actor(approver).await, dora).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(_))), "{refused:?}");
    let admin = world.member("Ada", &[Role::Admin]).await;
    turned_on(&world, world.owner).await;
    let stronger = second_factor::reset(&world.db, &world.actor(admin).await, world.owner).await;
    assert!(stronger.is_err(), "an administrator is not above an owner");

    let own = second_factor::reset(&world.db, &world.owner().await, world.owner).await;
    assert!(
        matches!(own, Err(Refusal::NotYours(_))),
        "a session that somebody else got hold of must not do without a code: {own:?}"
    );

    let owner = world.owner().await;
    // Dora chose no language: that the owner reads German is no reason to write to her in it.
    let reset = second_factor::reset(&world.db, &owner, dora);
    speaking(Language::German, reset).await.unwrap();
    let told = "select count(*) from mail where template = 'second_factor_reset' and subject like 'Second factor reset for %'";
    assert_eq!(world.count(told).await, 1);
    assert!(
        second_factor::of_person(&world.db, dora)
            .await
            .unwrap()
            .is_none()
    );
    let audited = "select count(*) from audit_log where action = 'member.reset_second_factor'";
    assert_eq!(world.count(audited).await, 1);
    let again = second_factor::reset(&world.db, &owner, dora).await;
    assert!(matches!(again, Err(Refusal::Conflict(_))), "{again:?}");

    // Whoever belongs to another tenant as well is not this one's to open.
    let elsewhere = world.second_tenant("southwind").await;
    turned_on(&world, dora).await;
    let foreign = members::actor_of_user(&world.db, elsewhere, world.owner)
        .await
        .unwrap()
        .unwrap();
    let absent = second_factor::reset(&world.db, &foreign, dora).await;
    assert!(matches!(absent, Err(Refusal::NotFound)), "{absent:?}");
    members::join_tenant(&world.db, elsewhere, dora)
        .await
        .unwrap();
    let shared = second_factor::reset(&world.db, &owner, dora).await;
    assert!(matches!(shared, Err(Refusal::NotYours(_))), "{shared:?}");
    let operator = second_factor::reset_by_operator(&world.db, "dora@northwind.example").await;
    assert_eq!(operator.unwrap().unwrap().id, dora);
    assert!(
        second_factor::of_person(&world.db, dora)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(world.count(audited).await, 3, "in both tenants");
}
