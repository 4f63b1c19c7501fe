//! Sample pages of the console.

use super::{no, pages, shell};
use crate::pages::console::gateways::{GatewaysPage, GroupView, NodeRow};
use crate::pages::console::home::{ConsoleHomePage, RecentChange, TodoItem};
use crate::pages::console::queue::{QueuePage, QueueRow, WorthKnowing};
use crate::view::code::Code;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Link, Tab, Tabs};
use crate::view::words::When;
use askama::Template;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-20 11:38:00 UTC);

pub(super) fn queue() -> String {
    let row = |application: &str, chosen, late, care| QueueRow {
        choice: "sub_1".into(),
        href: "/requests/sub_1".into(),
        chosen,
        own: false,
        application: application.into(),
        person: "Mia Kovač".into(),
        team: "Store apps".into(),
        api: "Orders".into(),
        wants: "Orders Gold".into(),
        present: String::new(),
        limits: vec!["50 / s".into(), "100,000 a month".into()],
        purpose: "Shoppers reserve online and pay in the shop. The counter reads the order.".into(),
        facts: vec![WorthKnowing {
            words: "First request of this team".into(),
            care,
        }],
        waiting: "5 h 10 min".into(),
        late,
    };
    QueuePage {
        shell: shell().console("requests"),
        spread: None,
        lead: "7 people are waiting. Target 4 hours, 2 are past it.".into(),
        tabs: Tabs::new(
            "Requests",
            vec![
                Tab {
                    label: "Waiting",
                    href: "/".into(),
                    count: Some(7),
                    current: true,
                },
                Tab {
                    label: "Decided",
                    href: "/".into(),
                    count: None,
                    current: false,
                },
            ],
        ),
        faults: Faults::default(),
        may_decide: true,
        rows: vec![
            row("Click and collect", true, true, false),
            row("Partner sync", false, true, true),
            row("Load test", true, false, false),
        ],
        conditions_open: true,
        ends_field: Field::date("ends", "Access ends on").optional(),
        note_field: Field::area("note", "Note to the requester", 500).optional(),
        reject_open: true,
        reasons: &["Use a smaller plan first", "Purpose needs more detail"],
        preset: "Purpose needs more detail".into(),
        reason_field: Field::area("reason", "Sent to the requester word for word", 500)
            .help("At most 500 characters."),
        empty: no(),
        pages: pages(),
    }
    .render()
    .unwrap()
}

pub(super) fn home() -> String {
    let item = |bad, what: &str, step: &str| TodoItem {
        bad,
        what: what.into(),
        detail: "The oldest waits 5 h 10 min, the target is 4 hours.".into(),
        since: "since 06:28".into(),
        step: Link::new(step, "/console/requests"),
    };
    ConsoleHomePage {
        shell: shell().console("home"),
        heading: "2 things need you".into(),
        lead: "Everything else runs as it should.".into(),
        items: vec![
            item(true, "Gateway ams-1 is behind", "Open gateway"),
            item(false, "7 access requests wait", "Decide"),
        ],
        recent: vec![RecentChange {
            what: "Approved Identity Standard for Mobile checkout".into(),
            who: "Ana Ruiz".into(),
            at: When::ago(NOW - Duration::minutes(4), NOW),
        }],
    }
    .render()
    .unwrap()
}

pub(super) fn gateways() -> String {
    let node = |name: &str, behind| NodeRow {
        name: name.into(),
        version: "0.1.0".into(),
        state: if behind {
            Badge::care("Behind")
        } else {
            Badge::good("In force")
        },
        applied: "412".into(),
        behind,
        lag: "3".into(),
        seen: When::ago(NOW, NOW),
        error: String::new(),
        retire: "/x".into(),
    };
    GatewaysPage {
        shell: shell().console("gateways"),
        here: "/console/gateways".into(),
        may_manage: true,
        join: Some(
            Code::new("join", "Join command")
                .text("GATEHOUSE_GATEWAY__CONTROL_PLANE=https://a \\\n")
                .command("gatehouse")
                .text(" gateway"),
        ),
        join_until: "Token works once, until 12:38".into(),
        groups: vec![GroupView {
            state: Badge::care("Behind"),
            heading: "Release 412 is in force on 2 of 3 gateways".into(),
            words: "ams-1 is 3 releases behind.".into(),
            nodes: vec![
                node("fra-1", false),
                node("fra-2", false),
                node("ams-1", true),
            ],
            join: "/x".into(),
        }],
        empty: no(),
    }
    .render()
    .unwrap()
}
