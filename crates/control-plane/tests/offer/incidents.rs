//! Incidents: who opens them, who sees which, who is told, and where they end.

use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::following::follow_api;
use gatehouse_control_plane::incidents::{
    self, IncidentFilter, IncidentHistory, IncidentView, OpenIncident, RECENT_DAYS, UpdateIncident,
    open_incident, update_incident,
};
use gatehouse_control_plane::members::{self, AddGrant, GrantScope};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::webhooks::{self, CreateWebhook};
use gatehouse_control_plane::{Actor, Lookup, Page, Refusal, outbox};
use gatehouse_domain::incident::{
    AHEAD_DAYS_MAX, APIS_MAX, BEGAN_DAYS_MAX, IncidentImpact, IncidentState, OPEN_MAX,
    PER_HOUR_MAX, TEXT_MAX, TITLE_MAX, UPDATES_MAX,
};
use gatehouse_domain::{Permission, Role, Visibility};
use time::Duration;

use crate::deadlines::told;
use crate::receiver::{Receiver, open as open_network};
use crate::world::{
    PETS, World, conflict, faults, is_forbidden, is_not_found, is_not_yours, make_tenant, member,
    unknown,
};

/// In seconds.
const HOUR: u64 = 3_600;

fn slow(apis: &[&str]) -> OpenIncident {
    OpenIncident {
        title: "Pets are slow".to_owned(),
        impact: IncidentImpact::Degraded,
        state: None,
        apis: apis.iter().map(|api| Lookup::from(*api)).collect(),
        text: "We *look*.".to_owned(),
        starts_at: None,
        ends_at: None,
    }
}

/// An access token of Ada's.
async fn robot(world: &World) -> Actor {
    let input = CreateToken {
        name: "watch".to_owned(),
        scopes: vec![Permission::IncidentManage],
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    let made = tokens::create_token(&world.db, &world.ada, input).await;
    let text = made.unwrap().value.1.reveal().to_string();
    let address = "192.0.2.1".parse().unwrap();
    let robot = tokens::authenticate(&world.db, &text, address).await;
    robot.unwrap().unwrap()
}

async fn open(world: &World, actor: &Actor, input: OpenIncident) -> Result<IncidentView, Refusal> {
    world.pass(1);
    let opened = open_incident(&world.db, actor, input).await?;
    Ok(opened.value)
}

async fn say(
    world: &World,
    actor: &Actor,
    incident: &IncidentView,
    state: IncidentState,
) -> Result<IncidentView, Refusal> {
    world.pass(1);
    let said = UpdateIncident {
        state,
        text: format!("It is {state}."),
    };
    let named = Lookup::from(incident.number.to_string().as_str());
    let updated = update_incident(&world.db, actor, &named, said).await?;
    Ok(updated.value)
}

async fn listed(world: &World, viewer: &Viewer<'_>, filter: &IncidentFilter) -> Vec<i32> {
    let page = Page::default();
    let found = incidents::list_incidents(&world.db, viewer, filter, &page).await;
    let found = found.unwrap().data.into_iter();
    found.map(|one| one.number).collect()
}

async fn all(world: &World, actor: &Actor) -> Vec<i32> {
    listed(world, &Viewer::Member(actor), &IncidentFilter::default()).await
}

async fn get(
    world: &World,
    viewer: &Viewer<'_>,
    incident: &IncidentView,
) -> Result<IncidentHistory, Refusal> {
    let every = Page {
        limit: Page::LIMIT_MAX,
        after: None,
    };
    incidents::get_history(&world.db, viewer, &Lookup::Id(incident.id), &every).await
}

async fn show(world: &World, api: &str, visibility: Visibility) {
    let change = UpdateApi {
        visibility: Some(visibility),
        ..UpdateApi::default()
    };
    apis::update_api(&world.db, &world.ada, api.into(), None, change)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_incident_goes_from_its_first_update_to_the_one_that_resolves_it() {
    let world = World::create().await;
    let opened = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    assert_eq!((opened.number, opened.all_apis), (1, false));
    assert_eq!(opened.state, IncidentState::Investigating);
    assert_eq!(
        opened.newest.said.html().as_str().trim(),
        "<p>We <em>look</em>.</p>"
    );
    let monitored = say(&world, &world.otto, &opened, IncidentState::Monitoring)
        .await
        .unwrap();
    assert_eq!(monitored.newest.said.text(), "It is monitoring.");
    assert!(monitored.resolved_at.is_none());
    let over = say(&world, &world.ada, &opened, IncidentState::Resolved)
        .await
        .unwrap();
    assert_eq!(over.resolved_at, Some(over.newest.at));
    // Nothing more is said of it.
    for state in IncidentState::ALL {
        let words = conflict(say(&world, &world.otto, &opened, *state).await);
        assert!(words.contains("Open a new one"), "{words}");
    }
    let history = get(&world, &Viewer::Member(&world.dora), &opened)
        .await
        .unwrap();
    let said: Vec<_> = history
        .updates
        .data
        .iter()
        .map(|update| (update.state, update.author.as_ref().unwrap().name.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (IncidentState::Resolved, "Ada"),
            (IncidentState::Monitoring, "Otto"),
            (IncidentState::Investigating, "Otto"),
        ]
    );
    // The next has the next number, and stays when the first is no longer recent.
    assert_eq!(
        open(&world, &world.otto, slow(&[])).await.unwrap().number,
        2
    );
    let recent = async || {
        let viewer = Viewer::Member(&world.dora);
        let found = incidents::list_recent(&world.db, &viewer, &Page::default()).await;
        found.unwrap().data.len()
    };
    assert_eq!(recent().await, 1);
    let days = u64::try_from(RECENT_DAYS).unwrap();
    world.pass(days * 86_400 - 60);
    assert_eq!(recent().await, 1);
    world.pass(120);
    assert_eq!(recent().await, 0);
    assert_eq!(all(&world, &world.dora).await, [2, 1]);
    let done = "select count(*) from audit_log where action in ('incident.open', 'incident.update', 'incident.resolve')";
    assert_eq!(world.count(done).await, 4);
}

#[tokio::test]
async fn who_manages_incidents_nowhere_or_elsewhere_opens_none() {
    let world = World::create().await;
    world.publish_as("toys", "v1", PETS).await.unwrap();
    let opened = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    for actor in [&world.dora, &world.paul, &world.ana] {
        assert!(is_forbidden(&open(&world, actor, slow(&["pets"])).await));
        let said = say(&world, actor, &opened, IncidentState::Resolved).await;
        assert!(is_forbidden(&said));
    }
    // Somebody who runs one API tells of that one alone.
    let grant = AddGrant {
        role: "operator".into(),
        scope: GrantScope::Api("toys".into()),
    };
    let eli = world.eli.user().unwrap();
    members::add_grant(&world.db, &world.ada, eli, grant)
        .await
        .unwrap();
    let eli = members::actor_of_user(&world.db, world.tenant, eli).await;
    let eli = eli.unwrap().unwrap();
    assert!(is_forbidden(&open(&world, &eli, slow(&["pets"])).await));
    assert!(is_forbidden(
        &open(&world, &eli, slow(&["toys", "pets"])).await
    ));
    assert!(is_not_yours(&open(&world, &eli, slow(&[])).await));
    let said = say(&world, &eli, &opened, IncidentState::Resolved).await;
    assert!(is_forbidden(&said));
    let both = open(&world, &world.otto, slow(&["pets", "toys"]));
    let both = both.await.unwrap();
    let seen = get(&world, &Viewer::Member(&eli), &both).await.unwrap();
    assert!(!seen.is_managed);
    let own = open(&world, &eli, slow(&["toys"])).await.unwrap();
    for (incident, actor, managed) in [
        (&own, &eli, true),
        (&both, &world.otto, true),
        (&both, &world.dora, false),
    ] {
        let seen = get(&world, &Viewer::Member(actor), incident).await;
        assert_eq!(seen.unwrap().is_managed, managed);
    }
    say(&world, &eli, &own, IncidentState::Resolved)
        .await
        .unwrap();
    // Another tenant has numbers of its own, and nothing of this one.
    let elsewhere = make_tenant(&world.db, "elsewhere").await;
    let stranger = member(&world.db, elsewhere, "sam", Role::Owner).await;
    let viewer = Viewer::Member(&stranger);
    assert!(is_not_found(&get(&world, &viewer, &opened).await));
    let said = say(&world, &stranger, &opened, IncidentState::Resolved).await;
    assert!(is_not_found(&said));
    assert_eq!(
        unknown(open(&world, &stranger, slow(&["pets"])).await),
        "/apis/0"
    );
    assert_eq!(open(&world, &stranger, slow(&[])).await.unwrap().number, 1);
}

#[tokio::test]
async fn an_incident_is_seen_by_who_may_see_one_of_its_apis_and_names_those_alone() {
    let world = World::create().await;
    world.publish_as("toys", "v1", PETS).await.unwrap();
    show(&world, "toys", Visibility::Private).await;
    let both = open(&world, &world.otto, slow(&["pets", "toys"]))
        .await
        .unwrap();
    let hidden = open(&world, &world.otto, slow(&["toys"])).await.unwrap();
    let every = open(&world, &world.otto, slow(&[])).await.unwrap();
    let names = |history: IncidentHistory| -> Vec<String> {
        let apis = history.incident.apis.into_iter();
        let mut slugs: Vec<String> = apis.map(|api| api.slug).collect();
        // Both have the same name, by which they are sorted.
        slugs.sort();
        slugs
    };
    let dora = Viewer::Member(&world.dora);
    assert_eq!(all(&world, &world.dora).await, [3, 1]);
    assert_eq!(names(get(&world, &dora, &both).await.unwrap()), ["pets"]);
    assert!(is_not_found(&get(&world, &dora, &hidden).await));
    let otto = Viewer::Member(&world.otto);
    assert_eq!(all(&world, &world.otto).await, [3, 2, 1]);
    assert_eq!(
        names(get(&world, &otto, &both).await.unwrap()),
        ["pets", "toys"]
    );
    // Of one API: its own, and what concerns everything.
    let of = |api: &str| IncidentFilter {
        api: Some(api.into()),
        ..IncidentFilter::default()
    };
    assert_eq!(listed(&world, &dora, &of("pets")).await, [3, 1]);
    assert!(listed(&world, &dora, &of("toys")).await.is_empty());
    assert_eq!(listed(&world, &otto, &of("toys")).await, [3, 2, 1]);
    // Who is not signed in sees those of public APIs, and no names of people.
    let anybody = Viewer::Anonymous(world.tenant);
    let every_one = IncidentFilter::default();
    assert!(listed(&world, &anybody, &every_one).await.is_empty());
    assert!(is_not_found(&get(&world, &anybody, &every).await));
    show(&world, "pets", Visibility::Public).await;
    assert_eq!(listed(&world, &anybody, &every_one).await, [3, 1]);
    let seen = get(&world, &anybody, &both).await.unwrap();
    assert!(seen.updates.data[0].author.is_none());
    assert_eq!(names(seen), ["pets"]);
    // Those that are open, and those that are over.
    say(&world, &world.otto, &both, IncidentState::Resolved)
        .await
        .unwrap();
    for (open, numbers) in [(true, vec![3]), (false, vec![1])] {
        let filter = IncidentFilter {
            open: Some(open),
            ..IncidentFilter::default()
        };
        assert_eq!(listed(&world, &dora, &filter).await, numbers, "{open}");
    }
}

#[tokio::test]
async fn followers_and_who_has_access_are_told_once_each_and_nobody_else() {
    let world = World::create().await;
    world.publish_as("toys", "v1", PETS).await.unwrap();
    world.approved("Shop", "team").await;
    for actor in [&world.dora, &world.eli, &world.otto] {
        follow_api(&world.db, actor, world.api()).await.unwrap();
    }
    let opened = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    // Dora uses and follows it; Otto wrote it.
    assert_eq!(told(&world, "incident_opened").await, ["Dora", "Eli"]);
    say(&world, &world.otto, &opened, IncidentState::Identified)
        .await
        .unwrap();
    assert_eq!(told(&world, "incident_updated").await, ["Dora", "Eli"]);
    say(&world, &world.ada, &opened, IncidentState::Resolved)
        .await
        .unwrap();
    assert_eq!(
        told(&world, "incident_resolved").await,
        ["Dora", "Eli", "Otto"]
    );
    let linked = "select count(*) from notification where type = 'incident.opened' and link = '/status/incidents/1'";
    assert_eq!(world.count(linked).await, 2);
    // Nobody uses or follows this one.
    open(&world, &world.otto, slow(&["toys"])).await.unwrap();
    assert_eq!(told(&world, "incident_opened").await.len(), 2);
    open(&world, &world.otto, slow(&[])).await.unwrap();
    assert_eq!(told(&world, "incident_opened").await.len(), 4);
    // What somebody may not see they are not told of.
    show(&world, "pets", Visibility::Private).await;
    open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    let now = told(&world, "incident_opened").await;
    assert_eq!(
        now.iter().filter(|name| *name == "Eli").count(),
        2,
        "{now:?}"
    );
}

#[tokio::test]
async fn webhooks_of_applications_get_the_incidents_of_what_they_have_access_to() {
    let world = World::create().await;
    world.publish_as("toys", "v1", PETS).await.unwrap();
    let shop = world.approved("Shop", "team").await;
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    let receiver = Receiver::start().await;
    let input = CreateWebhook {
        name: "Shop".to_owned(),
        url: receiver.url(),
        types: vec!["incident.*".to_owned()],
        application: Some(Lookup::Id(shop.application.id)),
        ..CreateWebhook::default()
    };
    webhooks::create_webhook(&world.db, &world.dora, &open_network(), input)
        .await
        .unwrap();
    let sent = async |expected: i64| {
        while outbox::dispatch(&world.db).await.unwrap() > 0 {}
        let made = world.count("select count(*) from webhook_delivery").await;
        assert_eq!(made, expected);
    };
    open(&world, &world.otto, slow(&["toys"])).await.unwrap();
    sent(0).await;
    let opened = open(&world, &world.otto, slow(&["toys", "pets"]))
        .await
        .unwrap();
    sent(1).await;
    say(&world, &world.otto, &opened, IncidentState::Resolved)
        .await
        .unwrap();
    sent(2).await;
    open(&world, &world.otto, slow(&[])).await.unwrap();
    sent(3).await;
    // It may not know of all APIs of an incident, so its events name none.
    let named =
        "select count(*) from outbox where type like 'incident.%' and payload::text like '%toys%'";
    assert_eq!(world.count(named).await, 0);
}

#[tokio::test]
async fn title_text_and_apis_are_bounded_and_times_are_of_planned_maintenance() {
    let world = World::create().await;
    let titled = |length: usize| OpenIncident {
        title: "é".repeat(length),
        ..slow(&[])
    };
    let texted = |length: usize| OpenIncident {
        text: "é".repeat(length),
        ..slow(&[])
    };
    let named = |count: usize| slow(&vec!["pets"; count]);
    for (input, pointer) in [
        (titled(0), Some("/title")),
        (titled(TITLE_MAX - 1), None),
        (titled(TITLE_MAX), None),
        (titled(TITLE_MAX + 1), Some("/title")),
        (texted(0), Some("/text")),
        (texted(TEXT_MAX - 1), None),
        (texted(TEXT_MAX), None),
        (texted(TEXT_MAX + 1), Some("/text")),
        (named(APIS_MAX - 1), None),
        (named(APIS_MAX), None),
        (named(APIS_MAX + 1), Some("/apis")),
    ] {
        let opened = open(&world, &world.otto, input).await;
        match pointer {
            None => assert!(opened.is_ok(), "{opened:?}"),
            Some(pointer) => assert_eq!(faults(opened), [pointer]),
        }
    }
    let two_lines = OpenIncident {
        title: "Slow\nor not".to_owned(),
        ..slow(&[])
    };
    assert_eq!(
        faults(open(&world, &world.otto, two_lines).await),
        ["/title"]
    );
    let resolved = OpenIncident {
        state: Some(IncidentState::Resolved),
        ..slow(&[])
    };
    assert_eq!(
        faults(open(&world, &world.otto, resolved).await),
        ["/state"]
    );
    let now = world.db.clock().now();
    let planned = |impact, starts: Option<i64>, ends: Option<i64>| OpenIncident {
        impact,
        starts_at: starts.map(|hours| now + Duration::hours(hours)),
        ends_at: ends.map(|hours| now + Duration::hours(hours)),
        ..slow(&[])
    };
    let work = IncidentImpact::Maintenance;
    for (input, expected) in [
        (
            planned(IncidentImpact::Outage, Some(1), Some(2)),
            vec!["/starts_at", "/ends_at"],
        ),
        (planned(work, Some(2), Some(2)), vec!["/ends_at"]),
        (planned(work, Some(-2), Some(-1)), vec!["/ends_at"]),
        (planned(work, None, Some(-1)), vec!["/ends_at"]),
    ] {
        assert_eq!(faults(open(&world, &world.otto, input).await), expected);
    }
    let limits = |from: Duration, seconds: i64| now + from + Duration::seconds(seconds);
    let (ago, ahead) = (
        -Duration::days(BEGAN_DAYS_MAX),
        Duration::days(AHEAD_DAYS_MAX),
    );
    let year_minus_one = now.replace_year(-1).unwrap();
    for (starts, ends, expected) in [
        (Some(limits(ago, 99)), None, vec![]),
        (Some(limits(ago, -1)), None, vec!["/starts_at"]),
        (Some(limits(ahead, -1)), None, vec![]),
        (Some(limits(ahead, 99)), None, vec!["/starts_at"]),
        (None, Some(limits(ahead, -1)), vec![]),
        (None, Some(limits(ahead, 99)), vec!["/ends_at"]),
        (Some(year_minus_one), None, vec!["/starts_at"]),
    ] {
        let input = OpenIncident {
            starts_at: starts,
            ends_at: ends,
            ..planned(work, None, None)
        };
        let opened = open(&world, &world.otto, input).await;
        match expected.is_empty() {
            true => assert!(opened.is_ok(), "{opened:?}"),
            false => assert_eq!(faults(opened), expected),
        }
    }
    let input = planned(work, Some(1), Some(2));
    let opened = open(&world, &world.otto, input).await.unwrap();
    assert_eq!(opened.state, IncidentState::Identified);
    assert!(opened.is_planned(now) && !opened.is_planned(now + Duration::hours(1)));
}

#[tokio::test]
async fn updates_and_open_incidents_are_bounded_and_there_is_always_room_to_resolve() {
    let world = World::create().await;
    let first = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    for _ in 1..UPDATES_MAX - 1 {
        world.pass(2 * HOUR / u64::try_from(PER_HOUR_MAX).unwrap());
        say(&world, &world.otto, &first, IncidentState::Monitoring)
            .await
            .unwrap();
    }
    let refused = say(&world, &world.otto, &first, IncidentState::Monitoring).await;
    let words = conflict(refused);
    assert!(words.contains("Resolve this one"), "{words}");
    for _ in 1..OPEN_MAX {
        world.pass(2 * HOUR / u64::try_from(PER_HOUR_MAX).unwrap());
        open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    }
    let words = conflict(open(&world, &world.otto, slow(&["pets"])).await);
    assert!(words.contains("Resolve one first"), "{words}");
    say(&world, &world.otto, &first, IncidentState::Resolved)
        .await
        .unwrap();
    let history = get(&world, &Viewer::Member(&world.dora), &first)
        .await
        .unwrap();
    let kept = i64::try_from(history.updates.data.len()).unwrap();
    assert_eq!(kept, UPDATES_MAX);
    open(&world, &world.otto, slow(&["pets"])).await.unwrap();
}

#[tokio::test]
async fn incidents_that_are_opened_at_once_have_numbers_of_their_own() {
    let world = World::create().await;
    let mut opening = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (db, otto) = (world.db.clone(), world.otto.clone());
        opening.spawn(async move { open_incident(&db, &otto, slow(&["pets"])).await });
    }
    let mut numbers = Vec::new();
    while let Some(opened) = opening.join_next().await {
        numbers.push(opened.unwrap().unwrap().value.number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn mails_of_planned_maintenance_say_when_it_is() {
    let world = World::create().await;
    follow_api(&world.db, &world.dora, "pets".into())
        .await
        .unwrap();
    let now = world.db.clock().now();
    let planned = OpenIncident {
        impact: IncidentImpact::Maintenance,
        starts_at: Some(now + Duration::days(30)),
        ends_at: Some(now + Duration::days(31)),
        ..slow(&["pets"])
    };
    open(&world, &world.otto, planned).await.unwrap();
    outbox::dispatch(&world.db).await.unwrap();
    let told = "select count(*) from mail where subject like 'Planned maintenance: %' and body_text like '%Planned from %UTC.%'";
    assert_eq!(world.count(told).await, 1);
    let audited = "select count(*) from audit_log where action = 'incident.open' and after ->> 'starts_at' is not null";
    assert_eq!(world.count(audited).await, 1);
}

#[tokio::test]
async fn an_event_that_cannot_be_published_keeps_no_other_from_it_and_is_tried_again() {
    let world = World::create().await;
    follow_api(&world.db, &world.dora, "pets".into())
        .await
        .unwrap();
    outbox::dispatch(&world.db).await.unwrap();
    let refuse = "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
                  create trigger refuse before insert on notification for each row when (new.title like '%poison%') execute function refuse()";
    let mut superuser = world.superuser().await;
    sqlx::raw_sql(refuse).execute(&mut superuser).await.unwrap();
    for title in ["poison", "harmless"] {
        let input = OpenIncident {
            title: title.to_owned(),
            ..slow(&["pets"])
        };
        open(&world, &world.otto, input).await.unwrap();
    }
    let told = "select count(*) from notification where title like '%harmless%'";
    let waiting = "select count(*) from outbox where published_at is null and type = 'incident.opened' and attempts > 0";
    assert!(outbox::dispatch(&world.db).await.is_err());
    outbox::dispatch(&world.db).await.unwrap();
    assert_eq!(
        (world.count(told).await, world.count(waiting).await),
        (1, 1)
    );
    // Nothing is lost: when its time has come it is tried again.
    sqlx::raw_sql("drop trigger refuse on notification")
        .execute(&mut superuser)
        .await
        .unwrap();
    world.pass(600);
    outbox::dispatch(&world.db).await.unwrap();
    let late = "select count(*) from notification where title like '%poison%'";
    assert_eq!(
        (world.count(late).await, world.count(waiting).await),
        (1, 0)
    );
}

#[tokio::test]
async fn updates_of_one_person_within_an_hour_are_bounded_and_the_end_may_always_be_told() {
    let world = World::create().await;
    let opened = open(&world, &world.ada, slow(&["pets"])).await.unwrap();
    let other = open(&world, &world.ada, slow(&["pets"])).await.unwrap();
    for _ in 3..PER_HOUR_MAX {
        say(&world, &world.ada, &opened, IncidentState::Monitoring)
            .await
            .unwrap();
    }
    // Of many who take the last place at once one has it.
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (db, ada) = (world.db.clone(), world.ada.clone());
        sending.spawn(async move { open_incident(&db, &ada, slow(&["pets"])).await });
    }
    let sent = sending.join_all().await;
    assert_eq!(sent.iter().filter(|one| one.is_ok()).count(), 1, "{sent:?}");
    let refused = say(&world, &world.ada, &opened, IncidentState::Monitoring).await;
    assert!(matches!(refused, Err(Refusal::TooMany(_))), "{refused:?}");
    // A token is no second voice of its maker, another person is.
    let token = robot(&world).await;
    let refused = open(&world, &token, slow(&["pets"])).await;
    assert!(matches!(refused, Err(Refusal::TooMany(_))), "{refused:?}");
    say(&world, &world.otto, &opened, IncidentState::Monitoring)
        .await
        .unwrap();
    for incident in [&opened, &other] {
        say(&world, &world.ada, incident, IncidentState::Resolved)
            .await
            .unwrap();
    }
    // What resolves counts too, so that whoever waits as long as told is not refused again.
    let again = || open_incident(&world.db, &world.ada, slow(&["pets"]));
    let Err(Refusal::TooMany(seconds)) = again().await else {
        panic!("more than sixty are within the hour");
    };
    world.pass(seconds - 1);
    assert!(matches!(again().await, Err(Refusal::TooMany(1))));
    world.pass(1);
    again().await.unwrap();
}

#[tokio::test]
async fn what_was_said_is_read_page_by_page_and_the_feed_begins_with_what_was_said_last() {
    let world = World::create().await;
    let first = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    let second = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    for state in [IncidentState::Identified, IncidentState::Monitoring] {
        say(&world, &world.otto, &first, state).await.unwrap();
    }
    let dora = Viewer::Member(&world.dora);
    let read = async |incident: &IncidentView, page: Page| {
        let named = Lookup::Id(incident.id);
        let found = incidents::get_history(&world.db, &dora, &named, &page).await;
        let updates = found.unwrap().updates;
        let states: Vec<_> = updates.data.iter().map(|one| one.state).collect();
        (states, updates.next)
    };
    let page = |after| Page { limit: 2, after };
    let (states, next) = read(&first, page(None)).await;
    assert_eq!(
        states,
        [IncidentState::Monitoring, IncidentState::Identified]
    );
    assert!(next.is_some());
    let rest = read(&first, page(next)).await;
    assert_eq!(rest, (vec![IncidentState::Investigating], None));
    // A cursor of another incident is none.
    assert_eq!(read(&second, page(next)).await, (vec![], None));
    let latest = async |limit| {
        let found = incidents::list_latest(&world.db, &dora, limit).await;
        let found = found.unwrap().into_iter();
        found.map(|one| one.number).collect::<Vec<_>>()
    };
    assert_eq!(latest(50).await, [1, 2]);
    assert_eq!(latest(1).await, [1]);
    say(&world, &world.otto, &second, IncidentState::Resolved)
        .await
        .unwrap();
    assert_eq!(latest(50).await, [2, 1]);
    world.pass(u64::try_from(RECENT_DAYS).unwrap() * 86_400 + 1);
    assert_eq!(latest(50).await, [1]);
}

#[tokio::test]
async fn whose_token_tells_of_an_incident_is_told_of_it_too() {
    let world = World::create().await;
    follow_api(&world.db, &world.ada, world.api())
        .await
        .unwrap();
    let token = robot(&world).await;
    open(&world, &token, slow(&["pets"])).await.unwrap();
    assert_eq!(told(&world, "incident_opened").await, ["Ada"]);
    open(&world, &world.ada, slow(&["pets"])).await.unwrap();
    assert_eq!(told(&world, "incident_opened").await, ["Ada"]);
}

#[tokio::test]
async fn of_two_who_resolve_at_once_one_does() {
    let world = World::create().await;
    let opened = open(&world, &world.otto, slow(&["pets"])).await.unwrap();
    let resolve = |actor: &Actor| {
        let (db, actor) = (world.db.clone(), actor.clone());
        let over = UpdateIncident {
            state: IncidentState::Resolved,
            text: "Over.".to_owned(),
        };
        async move { update_incident(&db, &actor, &Lookup::Id(opened.id), over).await }
    };
    let (one, other) = tokio::join!(resolve(&world.otto), resolve(&world.ada));
    let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert!(
        matches!(&refused[..], [Refusal::Conflict(_)]),
        "{refused:?}"
    );
    let said = "select count(*) from incident_update";
    assert_eq!(world.count(said).await, 2);
}
