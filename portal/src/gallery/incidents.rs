//! Sample pages of incidents: as those who use APIs read them, and as operators write them.

use super::{no, pages, shell};
use crate::pages::catalogue::incidents::{self as read, Incident, Said, state_word};
use crate::pages::catalogue::status::{ApiLine, StatusPage};
use crate::pages::console::{incident as write, incidents as list};
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Link};
use crate::view::same::{self, Same};
use crate::view::words::When;
use askama::Template;
use gatehouse_control_plane::incidents::Prose;
use gatehouse_domain::incident::IncidentState;
use gatehouse_language::t;
use gatehouse_runtime::settings::PublicUrl;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-20 11:38:00 UTC);

fn same(way: same::Way) -> Same {
    let admin: PublicUrl = "http://127.0.0.1:8001".parse().unwrap();
    Same::new(&admin, &[way], &[("incident", "7")])
}

fn said(state: IncidentState, minutes: i64, text: &str) -> Said {
    Said {
        state: state_word(state),
        author: "Oona Salmi".into(),
        at: When::ago(NOW - Duration::minutes(minutes), NOW),
        said: Prose::new(text),
    }
}

fn updates() -> Vec<Said> {
    vec![
        said(
            IncidentState::Identified,
            4,
            "A database is short of memory. It gets **twice** as much.",
        ),
        said(
            IncidentState::Investigating,
            31,
            "About one call in twenty takes longer than 5 seconds.",
        ),
    ]
}

fn slow() -> Incident {
    Incident {
        link: Link::new("Orders answers slowly", "/status/incidents/7"),
        badge: Badge::care(t!("catalogue-impact-degraded")),
        concerns: "Orders".into(),
        opened: When::ago(NOW - Duration::minutes(31), NOW),
        resolved: None,
        planned: String::new(),
        newest: updates().remove(0),
    }
}

fn planned() -> Incident {
    Incident {
        link: Link::new("A new home for payments", "/status/incidents/6"),
        badge: Badge::waiting(t!("catalogue-planned")),
        concerns: t!("catalogue-every-api"),
        planned: t!(
            "catalogue-planned-between",
            from = "22 Nov 2026, 22:00:00 UTC",
            until = "22 Nov 2026, 23:30:00 UTC"
        ),
        ..slow()
    }
}

fn over() -> Incident {
    Incident {
        link: Link::new("Forecasts are missing", "/status/incidents/5"),
        badge: Badge::good(t!("catalogue-resolved")),
        concerns: "Weather".into(),
        resolved: Some(When::ago(NOW - Duration::days(2), NOW)),
        ..slow()
    }
}

pub(super) fn status() -> String {
    StatusPage {
        shell: shell().at("status"),
        state: Badge::good(t!("catalogue-works")),
        heading: t!("catalogue-gateways-up", count = 3),
        words: t!("catalogue-gateways-up-help"),
        apis: vec![ApiLine {
            link: Link::new("Orders", "/apis/orders"),
            state: Badge::care(t!("catalogue-trouble")),
            words: t!("catalogue-calls-failed", failed = 52, count = 1031),
        }],
        empty: no(),
        open: vec![slow(), planned()],
        recent: vec![over()],
        no_incidents: no(),
        pages: pages(),
        days: 90,
        feed: "/status/feed".into(),
    }
    .render()
    .unwrap()
}

pub(super) fn page() -> String {
    read::IncidentPage {
        shell: shell().at("status"),
        crumbs: Crumbs::new(
            "Orders answers slowly",
            vec![Link::new(t!("nav-status"), "/status")],
        ),
        incident: slow(),
        apis: vec![
            Link::new("Orders", "/apis/orders"),
            Link::new("Payments", "/apis/payments"),
        ],
        updates: updates(),
        pages: None,
        manage: Some("/console/incidents/7".into()),
    }
    .render()
    .unwrap()
}

pub(super) fn all() -> String {
    list::IncidentsPage {
        shell: shell().console("incidents"),
        filters: vec![Field::text("api", t!("word-api")).unforced()],
        filtered: false,
        incidents: vec![slow(), planned(), over()],
        empty: no(),
        pages: pages(),
        same: same(same::INCIDENT_OPEN),
    }
    .render()
    .unwrap()
}

pub(super) fn manage() -> String {
    let states = IncidentState::ALL.iter();
    let states = states.map(|state| Choice::new(state.as_str(), state_word(*state)));
    write::IncidentPage {
        shell: shell().console("incidents"),
        crumbs: Crumbs::new(
            "Orders answers slowly",
            vec![Link::new(t!("rail-incidents"), "/console/incidents")],
        ),
        incident: slow(),
        public: "/status/incidents/7".into(),
        faults: Faults::default(),
        action: "/console/incidents/7".into(),
        fields: vec![
            Field::select("state", "How far it is", states.collect()).value("identified"),
            Field::area("text", "Update", 10_000),
        ],
        closed: String::new(),
        unposted: String::new(),
        updates: updates(),
        pages: None,
        nonce: String::new(),
        same: same(same::INCIDENT_UPDATE),
    }
    .render()
    .unwrap()
}
