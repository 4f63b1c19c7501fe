//! Passkeys: added, shown, taken out, and what none of them opens.

use gatehouse_control_plane::passkeys::{self, Begun, PASSKEYS_MAX, RelyingParty, Shown};
use gatehouse_control_plane::{Refusal, accounts, members, second_factor};
use gatehouse_domain::Role;
use gatehouse_domain::id::UserId;
use serde_json::Value;
use uuid::Uuid;

use crate::passkey_device::{Device, ORIGIN};
use crate::world::{HOME, PASSWORD, World, secret};

const BROWSER: &str = "a browser";

fn party() -> RelyingParty {
    RelyingParty::of(&ORIGIN.parse().unwrap()).unwrap()
}

fn asked(begun: Result<Begun, Refusal>) -> Value {
    serde_json::to_value(begun.unwrap()).unwrap()
}

async fn to_register(world: &World, user: UserId) -> Value {
    let holder = (world.tenant, user);
    asked(passkeys::begin_registration(&world.db, &party(), holder, BROWSER).await)
}

async fn registered(world: &World, user: UserId, answer: &str) -> Result<Uuid, Refusal> {
    let holder = (world.tenant, user);
    passkeys::finish_registration(&world.db, &party(), holder, BROWSER, "Laptop", answer).await
}

async fn device_of(world: &World, user: UserId) -> Device {
    let mut device = Device::new();
    let answer = device.register(&to_register(world, user).await);
    registered(world, user, &answer).await.unwrap();
    device
}

async fn to_show(world: &World, user: Option<UserId>) -> Value {
    asked(passkeys::begin_showing(&world.db, &party(), user, BROWSER, HOME).await)
}

async fn shown(world: &World, user: Option<UserId>, answer: &str) -> Result<Shown, Refusal> {
    passkeys::finish_showing(&world.db, &party(), user, BROWSER, answer).await
}

async fn sign_in(world: &World, device: &mut Device) -> Result<UserId, Refusal> {
    let answer = device.show(&to_show(world, None).await);
    shown(world, None, &answer).await.map(|shown| shown.user)
}

fn is_wrong<T>(answer: &Result<T, Refusal>) -> bool {
    matches!(answer, Err(Refusal::NotYours(words)) if words.starts_with("This passkey was not accepted"))
}

#[tokio::test]
async fn a_passkey_signs_its_owner_in_and_is_told_of() {
    let world = World::create().await;
    let asked = to_register(&world, world.owner).await;
    let wanted = &asked["publicKey"];
    assert_eq!(wanted["rp"]["id"], "portal.example");
    assert_eq!(wanted["rp"]["name"], "Northwind");
    let device = &wanted["authenticatorSelection"];
    assert_eq!(device["userVerification"], "required");
    assert_eq!(device["residentKey"], "required");
    let mut laptop = device_of(&world, world.owner).await;
    let mut phone = device_of(&world, world.owner).await;
    let before = passkeys::list(&world.db, world.owner).await.unwrap();
    assert_eq!(before.len(), 2);
    assert!(before.iter().all(|key| key.last_used_at.is_none()));

    assert_eq!(
        to_show(&world, None).await["publicKey"]["userVerification"],
        "required"
    );
    assert_eq!(sign_in(&world, &mut laptop).await.unwrap(), world.owner);
    let after = passkeys::list(&world.db, world.owner).await.unwrap();
    let mut used: Vec<_> = after.iter().map(|key| key.last_used_at).collect();
    // Added in one moment, they are in no order.
    used.sort_unstable();
    assert_eq!(used, [None, Some(world.db.clock().now())]);
    let other = after.iter().find(|key| key.last_used_at.is_none());
    let known = to_show(&world, Some(world.owner)).await;
    assert_eq!(
        known["publicKey"]["allowCredentials"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let answer = phone.show(&known);
    let again = shown(&world, Some(world.owner), &answer).await.unwrap();
    assert_eq!(
        (again.user, again.passkey),
        (world.owner, other.unwrap().id)
    );

    let mails = world.mails().await;
    let told = mails.iter().filter(|mail| mail.template == "passkey_added");
    assert_eq!(told.count(), 2);
    let audited = "select count(*) from audit_log where action = 'account.add_passkey'";
    assert_eq!(world.count(audited).await, 2);
    // One that is known already is not asked for again, and not taken twice.
    let more = to_register(&world, world.owner).await;
    assert_eq!(
        more["publicKey"]["excludeCredentials"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let twice = registered(&world, world.owner, &laptop.register(&more)).await;
    assert!(matches!(twice, Err(Refusal::NotYours(_))), "{twice:?}");
}

#[tokio::test]
async fn an_answer_is_taken_once_from_one_browser_and_within_five_minutes() {
    let world = World::create().await;
    let mut device = device_of(&world, world.owner).await;
    let question = to_show(&world, None).await;
    let answer = device.show(&question);
    shown(&world, None, &answer).await.unwrap();
    assert!(is_wrong(&shown(&world, None, &answer).await), "a replay");
    // A fresh token does not make an old signature good.
    let fresh = to_show(&world, None).await;
    let mut old: Value = serde_json::from_str(&answer).unwrap();
    old["token"] = fresh["token"].clone();
    assert!(
        is_wrong(&shown(&world, None, &old.to_string()).await),
        "another's challenge"
    );

    let answer = device.show(&to_show(&world, None).await);
    let party = party();
    let other = passkeys::finish_showing(&world.db, &party, None, "another browser", &answer);
    assert!(is_wrong(&other.await));
    let answer = device.show(&to_show(&world, Some(world.owner)).await);
    assert!(
        is_wrong(&shown(&world, None, &answer).await),
        "asked of somebody known"
    );

    let question = to_show(&world, None).await;
    let late = to_show(&world, None).await;
    world.pass(299);
    assert!(shown(&world, None, &device.show(&question)).await.is_ok());
    world.pass(1);
    assert!(
        is_wrong(&shown(&world, None, &device.show(&late)).await),
        "too late"
    );
    let registering = to_register(&world, world.owner).await;
    world.pass(300);
    let late = registered(&world, world.owner, &Device::new().register(&registering)).await;
    assert!(is_wrong(&late));
    for nonsense in ["", "{}", "null", &"x".repeat(40_000)] {
        assert!(is_wrong(&shown(&world, None, nonsense).await));
    }
}

#[tokio::test]
async fn of_any_number_of_rivals_with_one_answer_one_is_let_in() {
    let world = World::create().await;
    let mut device = device_of(&world, world.owner).await;
    let answer = device.show(&to_show(&world, None).await);
    let mut rivals = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (db, answer) = (world.db.clone(), answer.clone());
        rivals.spawn(async move {
            passkeys::finish_showing(&db, &party(), None, BROWSER, &answer)
                .await
                .is_ok()
        });
    }
    let let_in = rivals.join_all().await;
    assert_eq!(let_in.into_iter().filter(|in_| *in_).count(), 1);
}

#[tokio::test]
async fn a_foreign_site_a_device_that_asks_nobody_and_a_copy_are_refused() {
    let world = World::create().await;
    let mut device = device_of(&world, world.owner).await;
    for (origin, host) in [
        ("https://portal.example.evil.test", "portal.example"),
        ("http://portal.example", "portal.example"),
        ("https://portal.example:444", "portal.example"),
        (ORIGIN, "evil.test"),
    ] {
        device.origin = origin.to_owned();
        device.party = host.to_owned();
        let refused = sign_in(&world, &mut device).await;
        assert!(is_wrong(&refused), "{origin} {host}: {refused:?}");
        let mut strange = Device::new();
        strange.origin = origin.to_owned();
        strange.party = host.to_owned();
        let answer = strange.register(&to_register(&world, world.owner).await);
        assert!(
            is_wrong(&registered(&world, world.owner, &answer).await),
            "{origin} {host}"
        );
    }
    (device.origin, device.party) = (ORIGIN.to_owned(), "portal.example".to_owned());
    device.verifies = false;
    assert!(
        is_wrong(&sign_in(&world, &mut device).await),
        "nobody was looked at"
    );
    let mut careless = Device::new();
    careless.verifies = false;
    let answer = careless.register(&to_register(&world, world.owner).await);
    assert!(is_wrong(&registered(&world, world.owner, &answer).await));
    device.verifies = true;
    sign_in(&world, &mut device).await.unwrap();
    // A copy of the key counts from where it was taken.
    device.counter -= 1;
    assert!(
        is_wrong(&sign_in(&world, &mut device).await),
        "the same count again"
    );
    device.counter = 1;
    assert!(
        is_wrong(&sign_in(&world, &mut device).await),
        "an older one"
    );
    device.counter = 100;
    sign_in(&world, &mut device).await.unwrap();
    let mut other = Device::new();
    other.id.clone_from(&device.id);
    other.owner.clone_from(&device.owner);
    other.counter = 200;
    assert!(
        is_wrong(&sign_in(&world, &mut other).await),
        "another key under its name"
    );
}

#[tokio::test]
async fn nobody_is_let_in_by_somebody_elses_passkey() {
    let world = World::create().await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    let mut hers = device_of(&world, dora).await;
    let mut owners = device_of(&world, world.owner).await;
    let question = to_show(&world, Some(world.owner)).await;
    assert!(is_wrong(
        &shown(&world, Some(world.owner), &hers.show(&question)).await
    ));
    // A device that says its key is the owner's.
    hers.owner.clone_from(&owners.owner);
    assert!(is_wrong(&sign_in(&world, &mut hers).await));
    let question = to_register(&world, dora).await;
    let answer = Device::new().register(&question);
    assert!(
        is_wrong(&registered(&world, world.owner, &answer).await),
        "asked of Dora"
    );

    let key = passkeys::list(&world.db, dora).await.unwrap()[0].id;
    let renamed = passkeys::rename(&world.db, world.tenant, world.owner, key, "Mine").await;
    assert!(matches!(renamed, Err(Refusal::NotFound)), "{renamed:?}");
    let removed = passkeys::remove(&world.db, world.tenant, world.owner, key).await;
    assert!(matches!(removed, Err(Refusal::NotFound)), "{removed:?}");
    passkeys::rename(&world.db, world.tenant, dora, key, " Phone ")
        .await
        .unwrap();
    assert_eq!(
        passkeys::list(&world.db, dora).await.unwrap()[0].name,
        "Phone"
    );
    let nameless = passkeys::rename(&world.db, world.tenant, dora, key, " ").await;
    assert!(matches!(nameless, Err(Refusal::Invalid(_))), "{nameless:?}");
    passkeys::remove(&world.db, world.tenant, dora, key)
        .await
        .unwrap();
    assert!(passkeys::list(&world.db, dora).await.unwrap().is_empty());
    hers.owner = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    assert!(
        is_wrong(&sign_in(&world, &mut hers).await),
        "it was removed"
    );
    world
        .test_db
        .run("update app_user set status = 'locked'")
        .await;
    assert!(
        is_wrong(&sign_in(&world, &mut owners).await),
        "a locked account"
    );
}

#[tokio::test]
async fn an_administrator_takes_them_away_from_who_has_lost_them() {
    let world = World::create().await;
    let dora = world.member("Dora", &[Role::Developer]).await;
    let owner = world.owner().await;
    let nothing = second_factor::reset(&world.db, &owner, dora).await;
    assert!(matches!(nothing, Err(Refusal::Conflict(_))), "{nothing:?}");
    let mut device = device_of(&world, dora).await;
    let seen = members::get_member(&world.db, &owner, dora).await.unwrap();
    assert_eq!((seen.passkeys, seen.second_factor), (1, false));
    let reset = second_factor::reset(&world.db, &owner, dora).await.unwrap();
    assert_eq!(reset.value.user_id, dora);
    assert!(is_wrong(&sign_in(&world, &mut device).await));
    let seen = members::get_member(&world.db, &owner, dora).await.unwrap();
    assert_eq!(seen.passkeys, 0);
}

#[tokio::test]
async fn whoever_takes_an_address_back_takes_out_what_was_added_since() {
    let world = World::create().await;
    let mut before = device_of(&world, world.owner).await;
    world.pass(60);
    let proof = (secret(PASSWORD), HOME);
    let wanted = "thief@evil.example";
    accounts::request_email_change(&world.db, world.tenant, world.owner, wanted, proof)
        .await
        .unwrap();
    let token = world.mailed_token("change_email", wanted).await;
    accounts::confirm_email_change(&world.db, &token)
        .await
        .unwrap();
    let mut since = device_of(&world, world.owner).await;
    let undo = world
        .mailed_token("email_changed", "owner@northwind.example")
        .await;
    accounts::undo_email_change(&world.db, &undo).await.unwrap();
    assert!(is_wrong(&sign_in(&world, &mut since).await));
    sign_in(&world, &mut before).await.unwrap();
}

#[tokio::test]
async fn there_are_twenty_at_most_and_sixty_questions_a_minute() {
    let world = World::create().await;
    for _ in 0..PASSKEYS_MAX - 1 {
        device_of(&world, world.owner).await;
    }
    let mut last = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let answer = Device::new().register(&to_register(&world, world.owner).await);
        let (db, holder) = (world.db.clone(), (world.tenant, world.owner));
        last.spawn(async move {
            passkeys::finish_registration(&db, &party(), holder, BROWSER, "Last", &answer)
                .await
                .is_ok()
        });
    }
    let taken = last.join_all().await;
    assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    for _ in 0..60 {
        to_show(&world, None).await;
    }
    let many = passkeys::begin_showing(&world.db, &party(), None, BROWSER, HOME).await;
    assert!(matches!(many.err(), Some(Refusal::TooMany(60))));
    world.pass(60);
    to_show(&world, None).await;
}
