//! Incidents: the forms of the console, the status page, the page of each, the feed, and the banner of an API.

use super::window::Answer;
use super::{Stand, Window};
use crate::gallery::{hold_to_the_rules, keep};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::members::{self, AddGrant, GrantScope};
use gatehouse_domain::incident::{PER_HOUR_MAX, TEXT_MAX};
use gatehouse_domain::{Role, Visibility};
use std::time::Duration;

const LIST: &str = "/console/incidents";
const NEW: &str = "/console/incidents/new";
const FORM: &str = "<form method=\"post\" action=\"/console/incidents";

async fn stand() -> Stand {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    stand.admit("ops@acme.test", Role::Operator).await;
    stand
}

/// Opens an incident of the Petstore by the form.
async fn open(ops: &mut Window, title: &str) -> String {
    let fields = [
        ("title", title),
        ("impact", "degraded"),
        ("apis", "petstore"),
        ("text", "We **look** <img src=x onerror=alert(1)>."),
    ];
    let sent = fill(ops, NEW, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    sent.location().to_owned()
}

/// Opens a page and sends its form.
async fn fill(window: &mut Window, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = window.get(path).await;
    let nonce = match page.body.contains("name=\"nonce\"") {
        true => page.between("name=\"nonce\" value=\"", "\"").to_owned(),
        false => String::new(),
    };
    let own = [("nonce", nonce.as_str())];
    window.post(path, &[&own, fields].concat()).await
}

#[tokio::test]
async fn an_incident_goes_from_the_form_to_the_status_page_and_to_its_end() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = ops.get(LIST).await;
    assert!(page.body.contains("No incidents yet"), "{}", page.body);
    let home = open(&mut ops, "Pets are <slow>").await;
    assert_eq!(home, "/console/incidents/1");
    let page = ops.get(&home).await;
    hold_to_the_rules("incident", &page.body);
    keep("real-incident", &page.body);
    assert!(page.body.contains(FORM), "{}", page.body);
    assert!(page.body.contains("incident update 1"), "{}", page.body);

    let status = dev.get("/status").await;
    hold_to_the_rules("status", &status.body);
    keep("real-status", &status.body);
    for words in [
        "Open incidents",
        "Pets are &#60;slow&#62;",
        "<strong>look</strong>",
        "Petstore",
    ] {
        assert!(status.body.contains(words), "{words}: {}", status.body);
    }
    assert!(!status.body.contains("<img src=x"), "{}", status.body);
    let own = dev.get("/status/incidents/1").await;
    hold_to_the_rules("incident-page", &own.body);
    assert!(own.body.contains("Investigating"), "{}", own.body);
    let api = dev.get("/apis/petstore").await;
    hold_to_the_rules("api", &api.body);
    assert!(
        api.body.contains("href=\"/status/incidents/1\"")
            && api.body.contains("Degraded: investigating"),
        "{}",
        api.body
    );

    let refused = fill(&mut ops, &home, &[("state", "resolved"), ("text", "")]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let over = [("state", "resolved"), ("text", "It is *over*.")];
    assert_eq!(fill(&mut ops, &home, &over).await.status, 303);
    let page = ops.get(&home).await;
    assert!(!page.body.contains(FORM), "{}", page.body);
    // Whoever had the form open when somebody else resolved it.
    let page = ops.get(NEW).await;
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let late = [&[("nonce", nonce.as_str())], &over[..]].concat();
    let again = ops.post(&home, &late).await;
    assert_eq!(again.status, 422, "{}", again.body);
    // What they typed is not lost.
    for words in ["Open a new one", "was not posted", ">It is *over*.<"] {
        assert!(again.body.contains(words), "{words}: {}", again.body);
    }
    hold_to_the_rules("incident-late", &again.body);
    // Nothing links to a field that is gone.
    let nonce = ops.get(NEW).await;
    let nonce = nonce.between("name=\"nonce\" value=\"", "\"").to_owned();
    let long = "x".repeat(TEXT_MAX + 1);
    let long = [("nonce", &*nonce), ("state", "resolved"), ("text", &*long)];
    let again = ops.post(&home, &long).await;
    assert_eq!(again.status, 422, "{}", again.body);
    assert!(!again.body.contains("\"#f-text"), "{}", again.body);
    let status = dev.get("/status").await;
    assert!(!status.body.contains("Open incidents"), "{}", status.body);
    assert!(
        status.body.contains("Pets are &#60;slow&#62;"),
        "{}",
        status.body
    );
    let api = dev.get("/apis/petstore").await;
    assert!(!api.body.contains("/status/incidents/1"), "{}", api.body);
    let inbox = dev.get("/status/incidents/1").await;
    assert!(inbox.body.contains("<em>over</em>"), "{}", inbox.body);
}

#[tokio::test]
async fn who_manages_no_incidents_sees_no_form_and_opens_none() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let home = open(&mut ops, "Pets are slow").await;
    for path in [LIST, NEW, home.as_str()] {
        assert_eq!(dev.get(path).await.status, 403, "{path}");
    }
    dev.get("/status").await;
    let fields = [("title", "Ours"), ("impact", "outage"), ("text", "Ours.")];
    assert_eq!(dev.post(NEW, &fields).await.status, 403);
    let said = [("state", "resolved"), ("text", "Ours.")];
    assert_eq!(dev.post(&home, &said).await.status, 403);
    let seen = dev.get("/status/incidents/1").await.body;
    assert!(!seen.contains(LIST), "{seen}");
    let seen = ops.get("/status/incidents/1").await.body;
    assert!(seen.contains("href=\"/console/incidents/1\""), "{seen}");
    for missing in [
        "/status/incidents/2",
        "/status/incidents/x",
        "/console/incidents/2",
    ] {
        assert_eq!(ops.get(missing).await.status, 404, "{missing}");
    }
    // Another tenant has none of it.
    let mut admin = stand.admin_elsewhere().await;
    for missing in ["/status/incidents/1", "/console/incidents/1"] {
        let path = format!("/t/other{missing}");
        assert_eq!(admin.get(&path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_was_typed_wrongly_is_shown_again_beside_its_faults() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    ops.get(NEW).await;
    for (fields, fault) in [
        (
            vec![("title", ""), ("impact", "outage"), ("text", "So.")],
            "f-title-error",
        ),
        (
            vec![("title", "Kept"), ("impact", "bad"), ("text", "So.")],
            "f-impact-error",
        ),
        (
            vec![
                ("title", "Kept"),
                ("impact", "outage"),
                ("text", "So."),
                ("apis", "nothing"),
            ],
            "f-apis-error",
        ),
        (
            vec![
                ("title", "Kept"),
                ("impact", "maintenance"),
                ("text", "So."),
                ("ends_at", "soon"),
            ],
            "f-ends-at-error",
        ),
        (
            vec![
                ("title", "Kept"),
                ("impact", "outage"),
                ("text", "So."),
                ("ends_at", "2030-01-01 10:00"),
            ],
            "f-ends-at-error",
        ),
    ] {
        let refused = fill(&mut ops, NEW, &fields).await;
        assert_eq!(refused.status, 422, "{fields:?}: {}", refused.body);
        assert!(
            refused.body.contains(&format!("id=\"{fault}\"")),
            "{fault}: {}",
            refused.body
        );
        hold_to_the_rules("incident-new", &refused.body);
    }
    let planned = [
        ("title", "A pause"),
        ("impact", "maintenance"),
        ("text", "We move."),
        ("starts_at", "2030-01-01 10:00"),
        ("ends_at", "2030-01-01 12:00"),
    ];
    assert_eq!(fill(&mut ops, NEW, &planned).await.status, 303);
    let page = ops.get("/status/incidents/1").await;
    for words in [
        "Planned",
        "Every API",
        "From 1 Jan 2030, 10:00:00 UTC to 1 Jan 2030, 12:00:00 UTC.",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
}

#[tokio::test]
async fn the_feed_is_for_readers_who_do_not_sign_in_and_tells_of_public_apis() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    open(&mut ops, "Pets <slow>").await;
    let mut reader = stand.window();
    // Also for whoever is signed in: an address that is passed on has what everybody sees.
    for window in [&mut reader, &mut ops] {
        let feed = window.get("/status/feed").await;
        assert_eq!(
            (feed.status, feed.body.matches("<entry>").count()),
            (200, 0)
        );
    }
    assert_eq!(reader.get("/status/incidents/1").await.status, 404);
    let public = UpdateApi {
        visibility: Some(Visibility::Public),
        ..UpdateApi::default()
    };
    let system = Actor::system(stand.tenant, "test");
    apis::update_api(&stand.db, &system, "petstore".into(), None, public)
        .await
        .unwrap();
    // What something was said of last comes first.
    open(&mut ops, "Toys").await;
    stand.hand.advance(Duration::from_secs(1));
    let said = [("state", "investigating"), ("text", "We **look** on.")];
    let sent = fill(&mut ops, "/console/incidents/1", &said).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let feed = reader.get("/status/feed").await;
    assert!(
        feed.body.find("Pets &#60;slow") < feed.body.find("Toys"),
        "{}",
        feed.body
    );
    assert_eq!(
        feed.headers["content-type"],
        "application/atom+xml; charset=utf-8"
    );
    for words in [
        "<?xml version=\"1.0\"",
        "<title>Investigating: Pets &#60;slow&#62;</title>",
        "http://127.0.0.1:8080/status/incidents/1",
        "&#60;strong&#62;look",
    ] {
        assert!(feed.body.contains(words), "{words}: {}", feed.body);
    }
    let page = reader.get("/status/incidents/1").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(!page.body.contains("ops@acme.test"), "{}", page.body);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_opens_and_says_once() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let nonce = |page: &Answer| page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let own = nonce(&ops.get(NEW).await);
    let fields = [
        ("nonce", own.as_str()),
        ("title", "Pets are slow"),
        ("impact", "degraded"),
        ("apis", "petstore"),
        ("text", "We look."),
    ];
    for _ in 0..2 {
        let sent = ops.post(NEW, &fields).await;
        assert_eq!(sent.location(), "/console/incidents/1", "{}", sent.body);
    }
    let own = nonce(&ops.get("/console/incidents/1").await);
    let said = [
        ("nonce", own.as_str()),
        ("state", "monitoring"),
        ("text", "Said once."),
    ];
    for _ in 0..2 {
        let sent = ops.post("/console/incidents/1", &said).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
    }
    let page = ops.get("/status/incidents/1").await;
    assert_eq!(page.body.matches("Said once.").count(), 1, "{}", page.body);
    assert_eq!(ops.get("/console/incidents/2").await.status, 404);
}

#[tokio::test]
async fn an_outage_is_told_of_before_what_is_planned_and_every_open_incident_is_on_the_status_page()
{
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    for number in 0..22 {
        let title = format!("Number {number}");
        let (impact, starts) = match number {
            3 => ("outage", ""),
            4 => ("degraded", ""),
            _ => ("maintenance", "2030-01-01 10:00"),
        };
        let fields = [
            ("title", title.as_str()),
            ("impact", impact),
            ("apis", "petstore"),
            ("text", "So."),
            ("starts_at", starts),
        ];
        assert_eq!(fill(&mut ops, NEW, &fields).await.status, 303);
    }
    let api = ops.get("/apis/petstore").await.body;
    let at = |title: &str| api.find(title).unwrap_or_else(|| panic!("{title}: {api}"));
    assert!(at(">Number 3<") < at(">Number 4<") && at(">Number 4<") < at(">Number 21<"));
    assert!(!api.contains(">Number 20<"), "{api}");
    assert!(api.contains("19 more are open"), "{api}");
    let status = ops.get("/status").await.body;
    for number in 0..22 {
        let address = format!("href=\"/status/incidents/{}\"", number + 1);
        assert!(status.contains(&address), "{address}: {status}");
    }
}

#[tokio::test]
async fn who_manages_one_api_reads_the_incidents_of_others_and_has_no_form() {
    let stand = stand().await;
    stand.admit("part@acme.test", Role::Developer).await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let home = open(&mut ops, "Pets are slow").await;
    let toys = gatehouse_harness::descriptions::petstore("Toys", "http://127.0.0.1:9/");
    stand.publish("toys", "v1", &toys).await;
    let grant = AddGrant {
        role: "operator".into(),
        scope: GrantScope::Api("toys".into()),
    };
    let system = Actor::system(stand.tenant, "test");
    let user = stand.actor("part@acme.test").await.user().unwrap();
    members::add_grant(&stand.db, &system, user, grant)
        .await
        .unwrap();
    let mut part = stand.signed_in("part@acme.test").await;
    // What they typed while they were allowed to is not lost.
    let own = part.get(NEW).await;
    let own = own.between("name=\"nonce\" value=\"", "\"").to_owned();
    let said = [
        ("nonce", own.as_str()),
        ("state", "resolved"),
        ("text", "Long thought about."),
    ];
    let refused = part.post(&home, &said).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    for words in ["was not posted", ">Long thought about.<"] {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    let page = part.get(&home).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("You do not manage"), "{}", page.body);
    assert!(!page.body.contains(FORM), "{}", page.body);
    let public = part.get("/status/incidents/1").await.body;
    assert!(
        !public.contains("href=\"/console/incidents/1\""),
        "{public}"
    );
}

#[tokio::test]
async fn the_list_is_asked_for_what_is_open_what_is_over_and_for_an_api() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let first = open(&mut ops, "The first").await;
    let over = [("state", "resolved"), ("text", "Over.")];
    assert_eq!(fill(&mut ops, &first, &over).await.status, 303);
    let known = [
        ("title", "The second"),
        ("impact", "outage"),
        ("state", "monitoring"),
        ("text", "We look."),
    ];
    assert_eq!(fill(&mut ops, NEW, &known).await.status, 303);
    for (query, first, second) in [
        ("", true, true),
        ("?state=open", false, true),
        ("?state=resolved", true, false),
        ("?state=odd", true, true),
        ("?api=petstore", true, true),
        ("?api=petstore&state=open", false, true),
        ("?api=nothing", false, false),
    ] {
        let page = ops.get(&format!("{LIST}{query}")).await;
        hold_to_the_rules("incidents", &page.body);
        let shown = ["The first", "The second"].map(|title| page.body.contains(title));
        assert_eq!(shown, [first, second], "{query}: {}", page.body);
    }
    // It was opened as far as it was.
    let page = ops.get("/status/incidents/2").await;
    assert!(page.body.contains("Monitoring"), "{}", page.body);
    let odd = [&known[..2], &[("state", "odd"), ("text", "So.")]].concat();
    let refused = fill(&mut ops, NEW, &odd).await;
    assert!(refused.body.contains("f-state-error"), "{}", refused.body);
}

#[tokio::test]
async fn of_many_updates_fifty_are_on_a_page() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let home = open(&mut ops, "Pets are slow").await;
    for number in 1..=50 {
        let text = format!("Update {number}.");
        let said = [("state", "monitoring"), ("text", text.as_str())];
        assert_eq!(fill(&mut ops, &home, &said).await.status, 303);
    }
    for base in ["/status", "/console"] {
        let path = format!("{base}/incidents/1");
        let page = ops.get(&path).await.body;
        assert!(page.contains("Update 50.") && page.contains("Update 1."));
        assert!(!page.contains("<strong>look</strong>"), "{page}");
        let start = page.find(&format!("{path}?after=")).unwrap();
        let older = page[start..].split('"').next().unwrap().to_owned();
        let rest = ops.get(&older).await.body;
        assert!(rest.contains("<strong>look</strong>"), "{rest}");
        assert!(!rest.contains("Update 1."), "{rest}");
    }
}

#[tokio::test]
async fn older_incidents_are_of_what_was_asked_for_and_who_says_too_much_is_told_when_to_go_on() {
    let stand = stand().await;
    let mut ops = stand.signed_in("ops@acme.test").await;
    let over = [("state", "resolved"), ("text", "Over.")];
    // Opening and resolving are of the hour's number alike.
    for _ in 0..PER_HOUR_MAX / 2 {
        let home = open(&mut ops, "Pets are slow").await;
        assert_eq!(fill(&mut ops, &home, &over).await.status, 303);
    }
    let typed = [
        ("title", "Pets are slow"),
        ("impact", "outage"),
        ("text", "Long thought about."),
    ];
    let refused = fill(&mut ops, NEW, &typed).await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.headers["retry-after"], "3600");
    assert!(
        refused.body.contains("Long thought about."),
        "{}",
        refused.body
    );
    stand.hand.advance(Duration::from_hours(1));
    let mut ops = stand.signed_in("ops@acme.test").await;
    for _ in 0..21 {
        let home = open(&mut ops, "Pets are slow").await;
        assert_eq!(fill(&mut ops, &home, &over).await.status, 303);
    }
    open(&mut ops, "Still so").await;
    let page = ops
        .get(&format!("{LIST}?state=resolved&api=petstore"))
        .await;
    let start = page.body.find(&format!("{LIST}?state=resolved")).unwrap();
    let older = page.body[start..].split('"').next().unwrap();
    let older = older.replace("&#38;", "&").replace("&amp;", "&");
    assert!(older.contains("api=petstore&after="), "{older}");
    let rest = ops.get(&older).await.body;
    let links = |number: u32| rest.contains(&format!("href=\"/console/incidents/{number}\""));
    assert!(links(1) && !links(2), "{rest}");
}
