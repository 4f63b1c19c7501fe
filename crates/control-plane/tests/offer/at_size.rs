//! Lists, searches and decisions among many subscriptions: how long they take, and that it does not grow with how many there
//! are.
//!
//! A million of them, optimised, with the figures on standard error: `cargo xtask scale`.

use std::io::Write;
use std::time::{Duration, Instant};

use gatehouse_control_plane::applications::{self, ApplicationFilter};
use gatehouse_control_plane::credentials::{self, CredentialFilter, IssueKey};
use gatehouse_control_plane::subscriptions::{self, Conditions, RequestFilter, SubscriptionFilter};
use gatehouse_control_plane::{Lookup, Page};
use gatehouse_domain::subscription::StoredState;
use sqlx::Connection;

use crate::world::World;

/// Subscriptions, applications, questions, decisions and keys that nobody made by a verb.
async fn seed(world: &World, count: i64) {
    let mut conn = world.superuser().await;
    let mut tx = conn.begin().await.unwrap();
    // Foreign keys of rows that are known to be right are not looked up one by one.
    sqlx::raw_sql("set local session_replication_role = replica")
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query(include_str!("at_size.sql"))
        .bind(world.tenant.uuid())
        .bind(count)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    sqlx::raw_sql("analyze").execute(&mut conn).await.unwrap();
}

/// What was measured, each by its name, sorted.
struct Times(Vec<(&'static str, Vec<Duration>)>);

impl Times {
    fn at(&self, percent: usize) -> impl Iterator<Item = (&'static str, Duration)> {
        self.0.iter().map(move |(name, times)| {
            let mut times = times.clone();
            times.sort();
            (
                *name,
                times[(times.len() * percent / 100).min(times.len() - 1)],
            )
        })
    }

    fn of(&self, name: &str, percent: usize) -> Duration {
        self.at(percent)
            .find(|(found, _)| *found == name)
            .unwrap()
            .1
    }
}

/// Every kind of reading and deciding, so many times.
async fn measure(world: &World, label: &str, rounds: usize) -> Times {
    let mut times = Times(Vec::new());
    let page = Page::default();
    let pending = SubscriptionFilter {
        state: Some(StoredState::Pending),
        ..SubscriptionFilter::default()
    };
    let searched = SubscriptionFilter {
        search: Some("SEEDED 19".to_owned()),
        ..SubscriptionFilter::default()
    };
    let one = SubscriptionFilter {
        application: Some(Lookup::from("seeded-1")),
        ..SubscriptionFilter::default()
    };
    let elsewhere = SubscriptionFilter {
        environment: Some("sandbox".to_owned()),
        ..SubscriptionFilter::default()
    };
    let broadly = SubscriptionFilter {
        search: Some("seeded".to_owned()),
        ..SubscriptionFilter::default()
    };
    // Two thirds of the names come before it.
    let far: uuid::Uuid = sqlx::query_scalar(
        "select s.id from subscription s join application a on a.id = s.application_id where a.slug = 'seeded-7'",
    )
    .fetch_one(&mut world.superuser().await)
    .await
    .unwrap();
    let behind = Page {
        after: Some(far),
        ..page
    };
    let all = SubscriptionFilter::default();
    for round in 0..rounds {
        let mut note = |name, since: Instant| {
            let took = since.elapsed();
            match times.0.iter_mut().find(|(found, _)| *found == name) {
                Some((_, times)) => times.push(took),
                None => times.0.push((name, vec![took])),
            }
        };
        for (name, who, filter, page) in [
            ("list", &world.ana, &all, &page),
            ("list pending", &world.ana, &pending, &page),
            ("list of one application", &world.ana, &one, &page),
            (
                "list of an environment with few",
                &world.ana,
                &elsewhere,
                &page,
            ),
            ("search", &world.ana, &searched, &page),
            ("search, a late page", &world.ana, &broadly, &behind),
            ("list as a developer", &world.eli, &all, &page),
        ] {
            let since = Instant::now();
            subscriptions::list_subscriptions(&world.db, who, filter, page)
                .await
                .unwrap();
            note(name, since);
        }
        for (name, who) in [
            ("applications", &world.ana),
            ("applications as a developer", &world.eli),
        ] {
            let since = Instant::now();
            applications::list_applications(&world.db, who, &ApplicationFilter::default(), &page)
                .await
                .unwrap();
            note(name, since);
        }
        keys(world, &mut note).await;
        let queue = RequestFilter {
            for_me: true,
            ..RequestFilter::default()
        };
        let since = Instant::now();
        subscriptions::list_requests(&world.db, &world.ana, &queue, &page)
            .await
            .unwrap();
        note("queue", since);
        let asked = world
            .ask(&world.eli, &format!("{label} {round}"), "team")
            .await;
        let since = Instant::now();
        subscriptions::approve(&world.db, &world.ana, asked.id, Conditions::default())
            .await
            .unwrap();
        note("approve", since);
        let since = Instant::now();
        subscriptions::revoke(&world.db, &world.ana, asked.id, "Measured.")
            .await
            .unwrap();
        note("revoke", since);
    }
    times
}

/// A key of one of the many applications, from its making to its end.
async fn keys(world: &World, note: &mut impl FnMut(&'static str, Instant)) {
    let application = || Lookup::from("seeded-101");
    let input = IssueKey {
        environment: "production".into(),
        name: "Measured".to_owned(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let since = Instant::now();
    let made = credentials::issue(&world.db, &world.eli, application(), input)
        .await
        .unwrap();
    note("make a key", since);
    let id = made.value.0.id;
    let since = Instant::now();
    let filter = CredentialFilter::default();
    credentials::list_credentials(
        &world.db,
        &world.eli,
        application(),
        &filter,
        &Page::default(),
    )
    .await
    .unwrap();
    note("keys of one application", since);
    let since = Instant::now();
    credentials::evidence(&world.db, &world.eli, id)
        .await
        .unwrap();
    note("evidence of a key", since);
    let since = Instant::now();
    credentials::revoke(&world.db, &world.eli, id, "Measured.")
        .await
        .unwrap();
    note("revoke a key", since);
}

#[tokio::test]
async fn a_search_finds_the_beginning_of_a_name_and_has_no_wildcards() {
    let world = World::create().await;
    seed(&world, 20_000).await;
    let found = SubscriptionFilter {
        search: Some("seeded 19999".to_owned()),
        ..SubscriptionFilter::default()
    };
    let found =
        subscriptions::list_subscriptions(&world.db, &world.ana, &found, &Page::default()).await;
    assert_eq!(found.unwrap().data.len(), 1);
    // By name over all pages, each once; the page behind nothing is empty.
    let many = SubscriptionFilter {
        search: Some("seeded 1999".to_owned()),
        ..SubscriptionFilter::default()
    };
    let mut names = Vec::new();
    let mut page = Page {
        limit: 4,
        after: None,
    };
    loop {
        let part = subscriptions::list_subscriptions(&world.db, &world.ana, &many, &page)
            .await
            .unwrap();
        names.extend(part.data.into_iter().map(|found| found.application.name));
        match part.next {
            None => break,
            next => page.after = next,
        }
    }
    let expected: Vec<String> = std::iter::once("Seeded 1999".to_owned())
        .chain((19_990..20_000).map(|number| format!("Seeded {number}")))
        .collect();
    assert_eq!(names, expected);
    page.after = Some(uuid::Uuid::nil());
    let behind = subscriptions::list_subscriptions(&world.db, &world.ana, &many, &page).await;
    assert!(behind.unwrap().data.is_empty());
    let wild = SubscriptionFilter {
        search: Some("seeded_1%".to_owned()),
        ..SubscriptionFilter::default()
    };
    let wild =
        subscriptions::list_subscriptions(&world.db, &world.ana, &wild, &Page::default()).await;
    assert!(
        wild.unwrap().data.is_empty(),
        "nothing in a search is a wildcard"
    );
}

/// How many `cargo xtask scale` asks for; `None` in the suite, which has no time for a million.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn asked_for() -> Option<i64> {
    let text = std::env::var("GATEHOUSE_SCALE").ok()?;
    Some(text.parse().unwrap())
}

/// Approving may take so many times as long among many as among ten thousand.
const GROWTH_MAX: u32 = 2;

#[tokio::test]
async fn among_as_many_as_are_asked_for_everything_is_found_and_decided_in_time() {
    let (many, rounds, most) = match asked_for() {
        Some(many) => (many, 100, Duration::from_millis(50)),
        None => (20_000, 3, Duration::from_millis(400)),
    };
    let world = World::create().await;
    seed(&world, 10_000).await;
    let few = measure(&world, "few", rounds).await;
    drop(world);
    let world = World::create().await;
    seed(&world, many).await;
    let times = measure(&world, "many", rounds).await;
    let mut lines = String::new();
    for (name, p95) in times.at(95) {
        let (median, before) = (times.of(name, 50), few.of(name, 95));
        lines.push_str(&format!(
            "{name}: median {median:.1?}, p95 {p95:.1?} among {many}; p95 {before:.1?} among 10000\n"
        ));
    }
    std::io::stderr().write_all(lines.as_bytes()).unwrap();
    for (name, p95) in times.at(if asked_for().is_some() { 95 } else { 50 }) {
        assert!(p95 < most, "{name} took {p95:?}\n{lines}");
    }
    let (then, now) = (few.of("approve", 50), times.of("approve", 50));
    assert!(
        asked_for().is_none() || now < then * GROWTH_MAX,
        "approving took {then:?} among few and {now:?} among {many}"
    );
}
