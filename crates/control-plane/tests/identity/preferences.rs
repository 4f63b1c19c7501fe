//! How people get mail: at once, together with others, or not at all where that is allowed.

use gatehouse_control_plane::notices::{self, EVERY_OTHER};
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::{Actor, Db, Refusal, accounts, outbox};
use gatehouse_domain::notice::MailPreference as P;
use gatehouse_domain::{Language, Role};
use gatehouse_language::speaking;
use tokio::task::JoinSet;

use crate::outbox::{access, put_event};
use crate::world::World;

const HOUR: u64 = 3_600;

async fn choose(world: &World, actor: &Actor, kind: &str, mail: P) {
    set(world, actor, kind, Some(mail)).await.unwrap();
}

async fn set(world: &World, actor: &Actor, kind: &str, mail: Option<P>) -> Result<(), Refusal> {
    let choices = [(kind.to_owned(), mail)].into();
    notices::set_preferences(&world.db, actor, &choices).await
}

/// Publishes what waits and writes the mails that are due, several at a time.
async fn work(world: &World) {
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    let mut replicas = JoinSet::new();
    for _ in 0..4 {
        let db: Db = world.db.clone();
        replicas.spawn(async move { notices::send_digests(&db).await });
    }
    for done in replicas.join_all().await {
        done.unwrap();
    }
}

/// Templates and subjects of the mails to somebody, oldest first.
async fn mails_to(world: &World, name: &str) -> Vec<(String, String)> {
    let to = format!("{name}@northwind.example");
    let mails = world.mails().await.into_iter().rev();
    let own = mails.filter(|mail| mail.to_address == to);
    own.map(|mail| (mail.template, mail.subject)).collect()
}

fn pointer(answer: Result<(), Refusal>) -> String {
    match answer {
        Err(Refusal::Invalid(faults)) => faults[0].pointer.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn mail_comes_at_once_hourly_daily_or_never_as_each_person_chose() {
    let world = World::create().await;
    let mut people = Vec::new();
    for name in ["Ann", "Hanna", "Dani", "Oto"] {
        people.push(world.member(name, &[Role::Approver]).await);
    }
    for (user, mail) in people[1..].iter().zip([P::Hourly, P::Daily, P::Off]) {
        choose(
            &world,
            &world.actor(*user).await,
            "subscription.requested",
            mail,
        )
        .await;
    }
    outbox::dispatch(&world.db).await.unwrap();
    for _ in 0..3 {
        put_event(&world, "subscription.requested", access(None, None)).await;
    }
    work(&world).await;
    assert_eq!(mails_to(&world, "ann").await.len(), 3);
    for name in ["hanna", "dani", "oto"] {
        assert!(mails_to(&world, name).await.is_empty(), "{name}");
    }
    // The inbox has it whatever was chosen.
    for user in &people {
        let unread = notices::unread_count(&world.db, &world.actor(*user).await).await;
        assert_eq!(unread.unwrap(), 3);
    }
    // It is noon: the hour is full at one, and the day's mail is due at seven in the morning.
    world.pass(HOUR - 1);
    work(&world).await;
    assert!(mails_to(&world, "hanna").await.is_empty());
    world.pass(1);
    work(&world).await;
    work(&world).await;
    let hourly = mails_to(&world, "hanna").await;
    let expected = ("digest".to_owned(), "3 notices from Northwind".to_owned());
    assert_eq!(hourly, std::slice::from_ref(&expected));
    world.pass(18 * HOUR - 1);
    work(&world).await;
    assert!(mails_to(&world, "dani").await.is_empty());
    world.pass(1);
    work(&world).await;
    work(&world).await;
    assert_eq!(mails_to(&world, "dani").await, [expected]);
    assert!(mails_to(&world, "oto").await.is_empty());
    assert_eq!(mails_to(&world, "ann").await.len(), 3);
    assert_eq!(world.count("select count(*) from digest_item").await, 0);
}

#[tokio::test]
async fn a_choice_for_one_type_goes_before_the_one_for_every_other_and_what_is_required_comes() {
    let world = World::create().await;
    let user = world.member("Ann", &[Role::Approver]).await;
    let ann = world.actor(user).await;
    let of = async |kind: &str| {
        let listed = notices::list_preferences(&world.db, &ann).await.unwrap();
        let one = listed.into_iter().find(|view| view.kind == kind).unwrap();
        (one.mail, one.chosen, one.required)
    };
    assert_eq!(of("approval.due").await, (P::Immediate, false, false));
    choose(&world, &ann, EVERY_OTHER, P::Off).await;
    choose(&world, &ann, "approval.due", P::Daily).await;
    assert_eq!(of(EVERY_OTHER).await, (P::Off, true, false));
    assert_eq!(of("approval.due").await, (P::Daily, true, false));
    assert_eq!(of("subscription.requested").await, (P::Off, false, false));
    assert_eq!(
        of("subscription.revoked").await,
        (P::Immediate, false, true)
    );
    for kind in ["subscription.revoked", "team.created", "nothing.known"] {
        let refused = set(&world, &ann, kind, Some(P::Off)).await;
        assert_eq!(pointer(refused), format!("/{kind}"));
    }
    // Of several choices one that cannot be made keeps the others from being made.
    let both = ["approval.due", "subscription.revoked"];
    let both = both.map(|kind| (kind.to_owned(), Some(P::Hourly))).into();
    pointer(notices::set_preferences(&world.db, &ann, &both).await);
    assert_eq!(of("approval.due").await, (P::Daily, true, false));
    set(&world, &ann, "approval.due", None).await.unwrap();
    assert_eq!(of("approval.due").await, (P::Off, false, false));
    // Nobody else's choices are touched, and machines have none.
    let other = world.member("Ben", &[Role::Approver]).await;
    let ben = world.actor(other).await;
    let listed = notices::list_preferences(&world.db, &ben).await.unwrap();
    assert!(listed.iter().all(|view| !view.chosen));
    let system = notices::list_preferences(&world.db, &world.system()).await;
    assert!(matches!(system, Err(Refusal::NotFound)), "{system:?}");
    let audited = "select count(*) from audit_log where action = 'mail_preference.set'";
    assert_eq!(world.count(audited).await, 3);
}

#[tokio::test]
async fn whoever_left_before_the_mail_was_due_gets_none() {
    let world = World::create().await;
    let user = world.member("Ann", &[Role::Approver]).await;
    choose(&world, &world.actor(user).await, EVERY_OTHER, P::Hourly).await;
    outbox::dispatch(&world.db).await.unwrap();
    put_event(&world, "subscription.requested", access(None, None)).await;
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    assert_eq!(world.count("select count(*) from digest_item").await, 1);
    let owner = world.owner().await;
    let disabled = gatehouse_control_plane::members::MemberStatus::Disabled;
    gatehouse_control_plane::members::set_member_status(&world.db, &owner, user, None, disabled)
        .await
        .unwrap();
    world.pass(HOUR);
    work(&world).await;
    assert!(mails_to(&world, "ann").await.is_empty());
    assert_eq!(world.count("select count(*) from digest_item").await, 0);
}

#[tokio::test]
async fn everybody_is_written_to_in_their_own_language_and_read_by_others_in_theirs() {
    let world = World::create().await;
    world.member("Ann", &[Role::Approver]).await;
    let daniel = world.member("Daniel", &[Role::Approver]).await;
    let hanna = world.member("Hanna", &[Role::Approver]).await;
    for user in [daniel, hanna] {
        let chosen = accounts::set_language(&world.db, user, Some(Language::German)).await;
        chosen.unwrap();
    }
    let often = P::Hourly;
    choose(
        &world,
        &world.actor(hanna).await,
        "subscription.requested",
        often,
    )
    .await;
    outbox::dispatch(&world.db).await.unwrap();
    put_event(&world, "subscription.requested", access(None, None)).await;
    work(&world).await;
    let of = async |name: &str| mails_to(&world, name).await.pop().unwrap().1;
    assert!(of("ann").await.contains(" requests access to "));
    assert!(of("daniel").await.contains(" beantragt Zugang zu "));
    let listed = notices::list_notifications(
        &world.db,
        &world.actor(daniel).await,
        &Page {
            limit: 10,
            after: None,
        },
    )
    .await;
    let notice = listed.unwrap().data.remove(0);
    assert!(
        notice.title.contains(" beantragt Zugang zu "),
        "{}",
        notice.title
    );
    world.pass(HOUR);
    work(&world).await;
    assert_eq!(of("hanna").await, "1 Mitteilung von Northwind");
    let html = "select count(*) from mail where body_html like '%<html lang=\"de\">%'";
    assert_eq!(world.count(html).await, 2);
    // Mails about an account as well, whoever asks in whatever language.
    let asked =
        accounts::request_password_reset(&world.db, world.tenant, "daniel@northwind.example");
    speaking(Language::English, asked).await.unwrap();
    assert_eq!(
        of("daniel").await,
        "Wählen Sie ein neues Passwort für Northwind"
    );
}
