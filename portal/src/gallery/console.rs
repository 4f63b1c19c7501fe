//! Sample pages of the console.

use super::{no, pages, shell};
use crate::pages::Fact;
use crate::pages::console::deciding::{DecidingPage, DeputyRow};
use crate::pages::console::gateways::{GatewaysPage, GroupView, NodeRow, Rotate};
use crate::pages::console::home::{ConsoleHomePage, RecentChange};
use crate::pages::console::queue::QueuePage;
use crate::pages::console::queue_row::{QueueRow, WorthKnowing};
use crate::pages::console::rules::{RulesPage, Tried};
use crate::pages::console::todo::TodoItem;
use crate::pages::requests::messages::{MessageRow, MessagesPage};
use crate::view::code::Code;
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Link, Tab, Tabs};
use crate::view::same::{self, Same, Way};
use crate::view::words::When;
use askama::Template;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-20 11:38:00 UTC);

fn same(way: Way) -> Same {
    Same::new(&"http://127.0.0.1:8001".parse().unwrap(), &[way], &[])
}

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
        answers: vec![Fact::new("How many calls a day?", "About 2,000")],
        facts: vec![WorthKnowing {
            words: "First request of this team".into(),
            care,
        }],
        said: "2 messages, the last by Mia Kovač: From June on.".into(),
        messages: "/requests/sub_1/messages".into(),
        waiting: "5 h 10 min".into(),
        due: if late {
            "passed on 1 h ago"
        } else {
            "due in 3 h"
        }
        .into(),
        late,
    };
    QueuePage {
        same: same(same::SUBSCRIPTION_QUEUE),
        shell: shell().console("requests"),
        spread: None,
        lead: "7 people are waiting. Target 4 hours, 2 are past it.".into(),
        tabs: Tabs::new(
            "Requests",
            vec![
                Tab {
                    label: "Waiting".into(),
                    href: "/".into(),
                    count: Some(7),
                    current: true,
                },
                Tab {
                    label: "Decided".into(),
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
        undo: vec!["sub_2".into()],
        filters: vec![
            Field::select("show", "Show", vec![Choice::new("", "All that wait")]),
            Field::select("api", "API", vec![Choice::new("", "Every API")]),
        ],
        filtered: true,
        filter: "show=late".into(),
        conditions: vec![
            Field::select(
                "plan",
                "Under another plan",
                vec![Choice::new("", "As asked for")],
            )
            .optional(),
            Field::date("ends", "Access ends on").optional(),
            Field::number("rate", "At most calls a second").optional(),
            Field::number("quota", "At most calls a day").optional(),
            Field::area("note", "Note to the requester", 500).optional(),
        ],
        reasons: vec![
            "Use a smaller plan first".into(),
            "Purpose needs more detail".into(),
        ],
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
        out: behind.then(|| Badge::care("Draining")),
        applied: "412".into(),
        release: Some(Link::new("87", "/console/releases/87")),
        behind,
        lag: "3".into(),
        seen: When::ago(NOW, NOW),
        error: String::new(),
        rotate: Rotate {
            label: "Drain",
            href: "/x".into(),
        },
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
            heading: "Change 412 is in force on 2 of 3 gateways".into(),
            words: "ams-1 is 3 releases behind.".into(),
            nodes: vec![
                node("fra-1", false),
                node("fra-2", false),
                node("ams-1", true),
            ],
            join: "/x".into(),
        }],
        empty: no(),
        same: same(same::GATEWAY_LIST),
    }
    .render()
    .unwrap()
}

pub(super) fn messages() -> String {
    let message = |author: &str, side, text: &str| MessageRow {
        author: author.into(),
        side,
        at: When::ago(NOW - Duration::hours(2), NOW),
        text: text.into(),
    };
    MessagesPage {
        shell: shell().at("requests"),
        crumbs: Crumbs::new("Messages", vec![Link::new("Requests", "/requests")]),
        heading: "Messages about Orders for Click and collect".into(),
        lead: "Between the team that asks and those who decide. Whoever decides is told by mail."
            .into(),
        faults: Faults::default(),
        messages: vec![
            message("Mia Kovač", "asks", "Is June fine?\nWe start on the 3rd."),
            message("Olga Owner", "decides", "How many shops?"),
        ],
        text: Some(Field::area("text", "Message", 2000).help("Plain text.")),
        action: "/requests/sub_1/messages".into(),
        back: "/requests/sub_1".into(),
    }
    .render()
    .unwrap()
}

pub(super) fn deciding() -> String {
    DecidingPage {
        same: same(same::APPROVAL_DEADLINES),
        shell: shell().console("requests"),
        tabs: Tabs::new("Requests", Vec::new()),
        faults: Faults::default(),
        may_set: true,
        row_version: 1,
        settings: vec![
            Field::text("due", "A decision is due after").value("2 days"),
            Field::area("reasons", "Reasons to start a rejection from", 10_500)
                .value("Use a smaller plan first\nPurpose needs more detail"),
        ],
        words: Vec::new(),
        may_delegate: true,
        deputy: vec![
            Field::select(
                "to",
                "Who decides for you",
                vec![Choice::new("u", "Ana Okafor")],
            ),
            Field::date("ends", "Until the beginning of"),
        ],
        deputies: vec![DeputyRow {
            to: "Ana Okafor".into(),
            from: "Ben Ito".into(),
            about: "Every API".into(),
            days: "20 Nov 2026 to 1 Dec 2026".into(),
            state: Badge::good("Decides"),
            revoke: Some("/x".into()),
        }],
        empty: no(),
    }
    .render()
    .unwrap()
}

pub(super) fn rules() -> String {
    RulesPage {
        same: same(same::APPROVAL_SET),
        shell: shell().console("plans"),
        crumbs: Crumbs::new("How requests are decided", Vec::new()),
        plan: "Gold".into(),
        faults: Faults::default(),
        action: "/x".into(),
        row_version: 1,
        fixed: false,
        rule: vec![
            Field::select(
                "mode",
                "What the rule does",
                vec![Choice::new("", "There is no rule")],
            ),
            Field::area("domains", "Mail domains of the requester", 12_000).optional(),
        ],
        rest: vec![Field::area("questions", "Questions of a request", 30_000).optional()],
        tried: Some(Tried {
            lead: "Of 12 requests in the last 90 days the rule would have approved 4.".into(),
            lines: vec![("It approves, people refused", 1)],
            care: true,
        }),
        back: "/y".into(),
    }
    .render()
    .unwrap()
}
